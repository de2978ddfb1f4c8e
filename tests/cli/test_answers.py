"""What the exchange answered, on the terminal; and its sums, where a receipt is verified."""

import json
import sqlite3
from contextlib import closing
from hashlib import sha256
from typing import Any

import pytest

from cambist.store.documents import decode_answers, encode_answers
from tests.cli.plays import played
from tests.cli.terminals import Terminal
from tests.worlds import EXCHANGE_KEY, EXCHANGE_SECRET

KEEPING = {"CAMBIST_KEEP_ANSWERS_S": "86400"}
ACCOUNT = "/api/v3/account"


def _connected(terminal: Terminal, **settings: str) -> None:
    words = ("accounts", "add", "binance_us", "--name", "Mine", "--api-key", EXCHANGE_KEY)
    assert terminal.here(*words, CAMBIST_SECRET=EXCHANGE_SECRET, **settings, **KEEPING).code == 0


def _one(terminal: Terminal, query: str) -> Any:
    with closing(sqlite3.connect(terminal.data / "cambist.sqlite3")) as opened:
        return opened.execute(query).fetchone()[0]


def _write(terminal: Terminal, statement: str, *values: object) -> None:
    with closing(sqlite3.connect(terminal.data / "cambist.sqlite3")) as opened:
        opened.execute(statement, values)
        opened.commit()


def _rewrite(terminal: Terminal, **changes: Any) -> None:
    """Changes the one answer that is kept, from outside."""
    (answer,) = decode_answers(_one(terminal, "SELECT document FROM answers"))
    for name, value in changes.items():
        object.__setattr__(answer, name, value)
    _write(terminal, "UPDATE answers SET document = ?", encode_answers([answer]))


@pytest.fixture(name="load_id")
def _load_id(terminal: Terminal) -> str:
    _connected(terminal)
    return str(_one(terminal, "SELECT load_id FROM accounts"))


def test_answers_are_shown_below_their_calls(terminal: Terminal, load_id: str) -> None:
    ran = terminal.run("receipt", "show", load_id, "--answers", **KEEPING)
    assert (ran.code, ran.err) == (0, "")
    first, second, call, body = ran.out.splitlines()
    assert first.startswith(f"Load {load_id} of 20")
    assert first.endswith(" UTC brought data")
    assert second.startswith("Answers: 1, kept until 20")
    assert json.loads(body)["balances"][0] == {"asset": "BTC", "free": "0.5", "locked": "0"}
    digest = sha256(body.strip().encode()).hexdigest()
    assert call.split()[:1] + call.split()[2:] == ["GET", "200", "sha256", digest]
    assert call.split()[1].endswith(ACCOUNT)


def test_answers_are_shown_as_the_document_that_the_api_tells(terminal: Terminal, load_id: str) -> None:
    told = terminal.here("receipt", "show", load_id, "--answers", "--json", **KEEPING).json
    (answer,) = told.pop("answers")
    assert (told.pop("load_id"), told.pop("account_id"), told.pop("failure")) == (load_id, 1, None)
    assert told.keys() == {"at", "kept_until"}
    assert sha256(answer.pop("body").encode()).hexdigest() == answer.pop("sha256")
    assert answer.pop("path").endswith(ACCOUNT)
    assert answer == {"method": "GET", "status": 200, "redacted": False}


def test_a_load_that_failed_is_shown_with_what_the_exchange_said(terminal: Terminal) -> None:
    said = f"no {EXCHANGE_SECRET} is known\n\x1b[31mred"
    _connected(terminal)
    _write(terminal, "UPDATE accounts SET fresh_until = 0")
    fault = {"path": ACCOUNT, "kind": "error", "code": -3003, "msg": said, "status": 400}
    with played(terminal.folder, faults=[fault]) as urls:
        assert terminal.here("load", "1", CAMBIST_EXCHANGE_URLS=urls, **KEEPING).code == 1
    load_id = _one(terminal, "SELECT load_id FROM attempts WHERE failure IS NOT NULL")
    shown = terminal.here("receipt", "show", load_id, "--answers", **KEEPING)
    assert " failed: no … is known" in shown.out.splitlines()[0]
    assert "  (secrets removed: not what this is the sum of)" in shown.out
    assert EXCHANGE_SECRET not in shown.out
    assert "\x1b" not in shown.out
    told = terminal.here("receipt", "show", load_id, "--answers", "--json", **KEEPING).json
    assert told["failure"].startswith("no … is known")
    assert [json.loads(each["body"])["msg"] for each in told["answers"]] == [
        said.replace(EXCHANGE_SECRET, "…")
    ] * len(told["answers"])
    assert terminal.here("receipt", "show", load_id).refusal == f"There is no receipt of a load {load_id!r}."


def test_answers_that_are_not_kept_are_one_sentence_that_names_the_setting(
    terminal: Terminal, load_id: str
) -> None:
    refused = terminal.here("receipt", "show", load_id, "--answers")
    assert refused.refusal == (
        "What the exchange answered to this load is not kept, or not any more: "
        "CAMBIST_KEEP_ANSWERS_S says for how long it is."
    )
    assert terminal.here("receipt", "show", "nope", "--answers").refusal == "There is no load 'nope'."
    assert terminal.here("users", "add", "somebody").code == 0
    theirs = terminal.here("receipt", "show", load_id, "--answers", "--user", "somebody", **KEEPING)
    assert theirs.refusal == f"There is no load {load_id!r}."


def test_an_answer_too_large_to_keep_is_shown_by_its_sum(terminal: Terminal, load_id: str) -> None:
    _rewrite(terminal, body=None)
    shown = terminal.here("receipt", "show", load_id, "--answers", **KEEPING)
    assert shown.out.splitlines()[-1] == "  (not kept: the answers of this load were too much)"
    told = terminal.here("receipt", "show", load_id, "--answers", "--json", **KEEPING).json
    assert told["answers"][0]["body"] is None


def test_a_receipt_is_verified_with_the_sums_of_its_answers(terminal: Terminal, load_id: str) -> None:
    ran = terminal.here("receipt", "verify", load_id, **KEEPING)
    assert (
        ran.out
        == f"All 64 figures of load {load_id} agree, 1 of them the SHA-256 of an answer that is kept.\n"
    )
    told = terminal.here("receipt", "verify", load_id, "--json", **KEEPING).json
    assert (told["compared"], told["agree"], told["differences"]) == (64, 64, [])
    assert told["answers"] == {"hashed": 1, "not_hashed": 0}


def test_a_changed_byte_of_an_answer_ends_with_1_and_names_the_call(terminal: Terminal, load_id: str) -> None:
    told = sha256(decode_answers(_one(terminal, "SELECT document FROM answers"))[0].body or b"").hexdigest()
    _rewrite(terminal, body=b"{}")
    ran = terminal.here("receipt", "verify", load_id, **KEEPING)
    assert ran.refusal == f"1 of 64 figures of load {load_id} do not agree: calls.0.sha256."
    assert ran.out.split() == [
        *("calls.0.sha256", "kept", told),
        *("recomputed", sha256(b"{}").hexdigest()),
    ]


@pytest.mark.parametrize("changes", [{"redacted": True, "body": "…".encode()}, {"body": None}])
def test_an_answer_that_is_not_whole_is_said_not_to_be_summed(
    terminal: Terminal, load_id: str, changes: dict[str, Any]
) -> None:
    _rewrite(terminal, **changes)
    ran = terminal.here("receipt", "verify", load_id, **KEEPING)
    assert ran.code == 0
    assert ran.out.endswith(
        "0 of them the SHA-256 of an answer that is kept; answers that are not whole: 1.\n"
    )


def test_an_answer_less_than_calls_is_told(terminal: Terminal, load_id: str) -> None:
    _write(terminal, "UPDATE answers SET document = ?", encode_answers([]))
    ran = terminal.here("receipt", "verify", load_id, **KEEPING)
    assert ran.refusal == f"1 of 63 figures of load {load_id} do not agree: calls."


@pytest.mark.parametrize("seconds", ["-1", "2592001", "1.5", "a day"])
def test_a_time_that_cannot_be_is_refused(terminal: Terminal, seconds: str) -> None:
    ran = terminal.here("receipt", "show", "any", "--answers", CAMBIST_KEEP_ANSWERS_S=seconds)
    assert "keep_answers_s" in ran.refusal


def test_the_time_is_a_setting_that_keeps_nothing_by_default(bare: Terminal) -> None:
    assert bare.here("settings", "--json").json["keep_answers_s"] == 0
    assert bare.here("settings", "--json", **KEEPING).json["keep_answers_s"] == 86_400
