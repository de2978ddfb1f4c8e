"""accounts and load: connecting, listing, loading, and the secrets that go with it."""

import re
import time
from typing import Any

from tests.cli.terminals import KEYS, SECOND_KEY, SECOND_SECRET, Terminal, fetch
from tests.worlds import EXCHANGE_KEY, EXCHANGE_SECRET

# Within a second of a load the account is answered as it stands, without a call that could fail.
PAST_THE_FRESH_SECOND_S = 1.1
ADD = ("accounts", "add", "binance_us", "--name", "Mine", "--api-key", EXCHANGE_KEY)


def test_an_account_is_added_with_its_secret_from_a_file_and_shown_renamed_and_removed(
    terminal: Terminal,
) -> None:
    file = terminal.folder / "secret"
    file.write_text(EXCHANGE_SECRET + "\n")
    added = terminal.run(*ADD, "--secret-file", file, "--json")
    assert (added.code, added.err, len(added.json)) == (0, "", 1)
    account_id = str(added.json[0]["id"])
    assert len(added.json[0]) == 61
    assert EXCHANGE_SECRET not in added.out

    shown = terminal.here("accounts", "show", account_id)
    unknown = dict.fromkeys(("trade", "withdraw", "ip_bound"), "unknown")
    permissions: dict[str, Any] = {"read": True, **unknown, "read_at": None, "warnings": []}
    coverage = {"wallets": ["spot"], "not_covered": [], "came": []}
    control = {"state": "unknown", "reason": "Binance US Spot tells no total of its own.", "at": None}
    more: dict[str, Any] = {"permissions": permissions, "coverage": coverage, "control": control}
    more |= {"gaps": {"missing": [], "unpriced": []}, "egress": {"name": None, "address": None}}
    assert shown.json == {**added.json[0], **more}
    assert terminal.here("accounts", "list", "--json").json == [shown.json]
    assert (
        terminal.here("accounts", "rename", account_id, "Renamed").out
        == f"Account {account_id} is called Renamed.\n"
    )
    assert "Renamed" in terminal.here("accounts", "list").out
    twice = terminal.here(*ADD, "--secret-file", file)
    assert twice.refusal == "api_key This account is already connected!"
    removed = terminal.here("accounts", "remove", account_id)
    assert removed.out == f"Account {account_id} is removed and its keys are erased.\n"
    assert terminal.here("accounts", "show", account_id).refusal == "Not Found"
    assert terminal.here("accounts", "list", "--json").json == []
    assert "There are no accounts yet" in terminal.here("accounts", "list").out


def test_a_secret_on_the_command_line_works_and_is_warned_of(terminal: Terminal) -> None:
    added = terminal.run(*ADD, "--secret", EXCHANGE_SECRET, "--json")
    assert (added.code, added.json[0]["name"]) == (0, "Mine")
    assert added.err == (
        "Warning: --secret can be seen in the list of processes and in the shell's history; "
        "use --secret-file, CAMBIST_SECRET or the prompt.\n"
    )


def test_keys_that_the_exchange_rejects_end_with_one_sentence_and_nothing_is_kept(terminal: Terminal) -> None:
    wrong = terminal.run(*ADD, CAMBIST_SECRET="not the secret")
    assert wrong.refusal == "API keys are no longer valid or incorrect."
    assert wrong.out == ""
    unknown = terminal.here(
        "accounts", "add", "moon", "--name", "Mine", "--api-key", "12345", CAMBIST_SECRET="12345"
    )
    assert unknown.refusal == "There is no exchange 'moon'."
    missing = terminal.here(*ADD)
    assert missing.refusal.startswith("A secret is needed: --secret-file, the variable CAMBIST_SECRET")
    no_file = terminal.here(*ADD, "--secret-file", terminal.folder / "none")
    assert no_file.refusal == f"The file {terminal.folder / 'none'} cannot be read."
    assert terminal.here("accounts", "list", "--json").json == []


def test_all_accounts_are_loaded_and_one_that_fails_is_named_and_ends_with_1(
    terminal: Terminal, exchange: str
) -> None:
    first = terminal.add()
    second = terminal.add("Second", SECOND_KEY, SECOND_SECRET)
    loaded = terminal.here("load", "--all", "--json")
    assert (loaded.code, loaded.err) == (0, "")
    assert [account["id"] for account in loaded.json] == [first, second]

    time.sleep(PAST_THE_FRESH_SECOND_S)
    fetch("PATCH", f"{exchange}/__scenario", {"keys": KEYS[:1]})
    try:
        some = terminal.run("load", "--all", "--json")
        alone = terminal.here("load", str(second), "--json")
        table = terminal.run("load", "--all")
    finally:
        fetch("PATCH", f"{exchange}/__scenario", {"keys": KEYS})
    assert some.code == 1
    assert [account["id"] for account in some.json] == [first]
    assert some.err.splitlines() == [
        f"account {second}: API keys are no longer valid or incorrect.",
        "cambist: 1 of 2 accounts could not be loaded.",
    ]
    assert alone.refusal == "API keys are no longer valid or incorrect."
    assert alone.json == {"error": "KeysRejected", "error_description": alone.refusal}
    assert table.code == 1
    assert re.search(rf"^{first}\s+Mine\s+binance_us\s", table.out, re.MULTILINE)
    assert terminal.here("load", str(second)).code == 0
    assert terminal.here("load", "999").refusal == "Not Found"


def test_wallets_to_cover_are_named_and_one_that_the_market_has_not_is_refused(terminal: Terminal) -> None:
    unknown = terminal.here(*ADD, "--wallet", "vault", CAMBIST_SECRET=EXCHANGE_SECRET)
    assert unknown.refusal == "wallets must be of spot"
    added = terminal.here(*ADD, "--wallet", "spot", "--json", CAMBIST_SECRET=EXCHANGE_SECRET)
    account_id = str(added.json[0]["id"])
    shown = terminal.here("accounts", "show", account_id)
    assert shown.json["coverage"] == {"wallets": ["spot"], "not_covered": [], "came": []}
    update = "accounts", "update", str(added.json[0]["id"])
    assert terminal.here(*update, "--wallet", "vault").refusal == "wallets must be of spot"
    assert terminal.here(*update, "--wallet", "spot", "--all-wallets").code == 2
    covered = terminal.here(*update, "--all-wallets", "--json")
    assert (covered.code, covered.json[0]["id"]) == (0, added.json[0]["id"])
