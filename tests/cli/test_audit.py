"""audit and revoke-everything: what was done is listed, verified, and the worst hour has one command."""

import sqlite3
import time
from contextlib import closing

from tests.cli.terminals import SECOND_KEY, SECOND_SECRET, Terminal
from tests.worlds import EXCHANGE_KEY, EXCHANGE_SECRET


def change(terminal: Terminal, sql: str) -> None:
    with closing(sqlite3.connect(terminal.data / "cambist.sqlite3")) as opened, opened:
        opened.execute(sql)


def test_every_use_of_an_account_between_two_times_is_listed(terminal: Terminal) -> None:
    terminal.add()
    time.sleep(1)  # for a second the account is fresh, and nothing is used
    loaded = terminal.here("load", "1", "--json").json
    assert loaded[0]["id"] == 1
    listed = terminal.here("audit", "list", "--account", "1", "--json").json
    assert [(each["event"], each["by"], each["account_id"]) for each in listed] == [
        ("exchange keys connected", "command line", 1),
        ("exchange keys used", "command line", 1),
    ]
    first, second = (each["at"] for each in listed)
    assert terminal.here("audit", "list", "--account", "1", "--since", second, "--json").json == listed[1:]
    assert terminal.here("audit", "list", "--account", "1", "--until", second, "--json").json == listed[:1]
    assert terminal.here("audit", "list", "--account", "2", "--json").json == []
    whole = terminal.here("audit", "list").out.splitlines()
    assert [line.split("  ")[1] for line in whole] == [
        "user added",
        "exchange keys connected",
        "exchange keys used",
    ]
    assert whole[-1].endswith(listed[-1]["about"])
    assert whole[1][:10] == first[:10]
    assert terminal.here("audit", "list", "--since", "soon").refusal == "since is not an ISO 8601 time"
    assert terminal.here("audit", "list", "--user", "nobody").refusal == "There is no user named 'nobody'."


def test_a_changed_log_is_told_of_and_a_shortened_one_by_its_head(terminal: Terminal) -> None:
    terminal.here("keys", "create")
    terminal.here("keys", "create")
    found = terminal.here("audit", "verify", "--json").json
    assert found["entries"] == 3
    assert found["head"].startswith("3:")
    assert terminal.here("audit", "verify", "--head", found["head"]).out == (
        f"All 3 entries are as they were written. Head: {found['head']}\n"
    )
    wrong = "head is not NUMBER:LINK, as 'cambist audit verify' prints it"
    assert terminal.here("audit", "verify", "--head", "3:xyz").refusal == wrong
    change(terminal, "DELETE FROM audit WHERE id = 3")
    assert terminal.here("audit", "verify").code == 0
    cut = "The audit log is not as it was written: entry 3 is missing."
    assert terminal.here("audit", "verify", "--head", found["head"]).refusal == cut
    change(terminal, "UPDATE audit SET by = 'nobody' WHERE id = 2")
    changed = "The audit log is not as it was written: entry 2 was changed."
    assert terminal.run("audit", "verify").refusal == changed


def test_everything_is_revoked_by_one_command_and_new_keys_bring_an_account_back(terminal: Terminal) -> None:
    terminal.add()
    terminal.here("keys", "create")
    asks = "This revokes all keys for good: run it on a terminal, or with --yes."
    assert terminal.run("revoke-everything").refusal == asks
    kept = terminal.here("revoke-everything", "--yes", "--keep-exchange-keys", "--json").json
    assert kept == {"api_keys": 1, "sessions": 0, "accounts": []}
    assert terminal.here("keys", "list", "--json").json[0]["revoked_at"] is not None
    assert terminal.here("load", "1").code == 0
    told = terminal.here("revoke-everything", "--yes").out
    assert "0 API keys are revoked, 0 sessions are ended." in told
    assert "Mine  binance_us" in told
    assert "Its exchange keys were erased" in terminal.here("load", "1").refusal
    terminal.here("accounts", "unlock", "1")
    assert "Its exchange keys were erased" in terminal.here("load", "1").refusal
    events = [each["event"] for each in terminal.here("audit", "list", "--json").json]
    assert events[-2:] == ["exchange keys erased", "everything revoked"]
    keys = ("--api-key", SECOND_KEY)
    other = terminal.here("accounts", "update", "1", *keys, CAMBIST_SECRET=SECOND_SECRET)
    assert other.refusal == "api_key belongs to another exchange account"
    again = terminal.here(
        "accounts", "update", "1", "--api-key", EXCHANGE_KEY, "--json", CAMBIST_SECRET=EXCHANGE_SECRET
    )
    assert [each["is_locked"] for each in again.json] == [False]
    assert terminal.here("load", "1").code == 0
    last = [each["event"] for each in terminal.here("audit", "list", "--json").json][-3:]
    assert last == ["exchange keys replaced", "account unlocked", "exchange keys used"]
