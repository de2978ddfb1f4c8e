"""Locks and keys' rights on the command line, and the loud setting."""

import re

from tests.cli.terminals import Terminal, line_with


def test_an_account_is_locked_and_unlocked_and_the_list_shows_it_and_what_its_keys_may(
    terminal: Terminal,
) -> None:
    account_id = str(terminal.add())
    listed = terminal.here("accounts", "list").out
    assert re.search(r"\sread, rest unknown\s{3,}\d{4}-", listed), listed

    locked = terminal.here("accounts", "lock", account_id, "--reason", "On [holiday].")
    assert (locked.code, locked.out) == (0, f"Account {account_id} is locked: On [holiday].\n")
    assert re.search(r"\sread, rest unknown\s+yes\s", terminal.here("accounts", "list").out)
    assert terminal.here("load", account_id).refusal == "On [holiday]."
    shown = terminal.here("accounts", "show", account_id).json
    assert (shown["is_locked"], shown["lock_reason"]) == (True, "On [holiday].")

    unlocked = terminal.here("accounts", "unlock", account_id)
    assert (unlocked.code, unlocked.out) == (0, f"Account {account_id} is not locked.\n")
    again = terminal.here("accounts", "lock", account_id, "--json").json
    assert (again["is_locked"], again["lock_reason"]) == (True, "Locked by its user.")
    assert terminal.here("accounts", "unlock", account_id, "--json").json["is_locked"] is False
    assert terminal.here("load", account_id).code == 0

    assert terminal.here("accounts", "lock", "999").refusal == "Not Found"
    assert terminal.here("accounts", "unlock", "999").refusal == "Not Found"
    assert terminal.here("accounts", "lock", account_id, "--reason", "").refusal == "reason is invalid"


def test_a_server_that_takes_keys_that_may_withdraw_says_so_when_it_starts(terminal: Terminal) -> None:
    with terminal.staying("serve", "--port", "0", CAMBIST_ALLOW_WITHDRAW_KEYS="true") as process:
        warned = line_with(process.stderr, "")
        line_with(process.stderr, "Cambist serves")
    assert warned.startswith("Warning: CAMBIST_ALLOW_WITHDRAW_KEYS is set: exchange keys that may withdraw")
    with terminal.staying("serve", "--port", "0") as process:
        assert "Cambist serves" in line_with(process.stderr, "")
