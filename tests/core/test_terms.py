"""Secrets that do not print, and failures named by what can be done."""

import copy
import json
import logging
import pickle
import traceback
from collections.abc import Iterator
from dataclasses import asdict, is_dataclass
from types import ModuleType

import pytest

from cambist.core import errors, history, prices, profit, receipts, terms, valuation
from cambist.core.errors import (
    LOAD_FAILURES,
    AccountLocked,
    CambistError,
    ExchangeLimiting,
    InvalidInput,
    KeysRejected,
    LoadFailed,
)
from cambist.core.terms import Credentials, Secret

CANARY = "canary-8f14e45f"
SECRET = Secret(CANARY)


def test_a_secret_is_revealed_only_by_name() -> None:
    assert SECRET.reveal() == CANARY


@pytest.mark.parametrize(
    "printed",
    [
        repr(SECRET),
        str(SECRET),
        f"{SECRET}",
        f"{SECRET!r}",
        f"{SECRET!s}",
        f"{SECRET!a}",
        format(SECRET),
        "%s %r" % (SECRET, SECRET),  # noqa: UP031 - old ways of printing leak as little
        f"{[SECRET]} { {'a': SECRET} } {(SECRET,)}",
        repr(Credentials("public", SECRET, SECRET)),
    ],
)
def test_a_secret_does_not_print(printed: str) -> None:
    assert CANARY not in printed
    assert "…" in printed or "\\u2026" in printed


def test_a_secret_takes_no_format() -> None:
    with pytest.raises(TypeError) as refused:
        f"{SECRET:>40}"
    assert CANARY not in str(refused.value)


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_a_secret_is_not_pickled(protocol: int) -> None:
    for held in (SECRET, [SECRET], Credentials("public", SECRET)):
        with pytest.raises(TypeError, match="not written anywhere") as refused:
            pickle.dumps(held, protocol)
        assert CANARY not in str(refused.value)


def test_a_secret_is_not_copied_or_turned_into_plain_facts() -> None:
    for take in (copy.copy, copy.deepcopy):
        with pytest.raises(TypeError, match="not written anywhere"):
            take(SECRET)
    with pytest.raises(TypeError, match="not written anywhere"):
        asdict(Credentials("public", SECRET))
    with pytest.raises(TypeError):
        vars(SECRET)
    with pytest.raises(TypeError):
        json.dumps({"secret": SECRET})
    assert CANARY not in json.dumps({"secret": SECRET}, default=str)


def test_a_secret_does_not_reach_a_log_or_a_traceback(caplog: pytest.LogCaptureFixture) -> None:
    def use(held: Secret) -> None:
        raise RuntimeError("broken", held)

    try:
        use(SECRET)
    except RuntimeError as broken:
        logging.getLogger("test").error("with %s", SECRET, exc_info=True)
        told = "".join(traceback.TracebackException.from_exception(broken, capture_locals=True).format())
    assert CANARY not in caplog.text + told
    assert "Secret(…)" in caplog.text


def test_secrets_are_not_compared_by_their_text() -> None:
    assert Secret("same") != Secret("same")


# ── facts ────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("room", [history, prices, profit, receipts, terms, valuation])
def test_facts_are_frozen_and_have_slots(room: ModuleType) -> None:
    facts = [each for each in vars(room).values() if isinstance(each, type) and is_dataclass(each)]
    assert facts
    for fact in facts:
        assert vars(fact)["__dataclass_params__"].frozen, fact
        assert "__slots__" in vars(fact), fact


# ── failures ─────────────────────────────────────────────────────────────────────────────────────────


def kinds(of: type[LoadFailed]) -> Iterator[type[LoadFailed]]:
    for kind in of.__subclasses__():
        yield kind
        yield from kinds(kind)


def test_every_failure_of_a_load_is_known_by_its_name() -> None:
    ours = {kind for kind in kinds(LoadFailed) if kind.__module__ == errors.__name__}
    assert set(LOAD_FAILURES.values()) == ours
    assert all(LOAD_FAILURES[kind.__name__] is kind for kind in ours)
    assert len(ours) == 11


@pytest.mark.parametrize("kind", LOAD_FAILURES.values())
def test_a_failure_keeps_its_sentence_the_wait_and_the_keys_state(kind: type[LoadFailed]) -> None:
    failure = kind("A sentence.", retry_after_s=7, key_state="expired")
    assert (str(failure), failure.retry_after_s, failure.key_state) == ("A sentence.", 7, "expired")
    assert isinstance(failure, CambistError)


def test_a_failure_says_nothing_of_waits_and_keys_unless_told() -> None:
    for failure in (AccountLocked("Locked."), ExchangeLimiting("Slower.")):
        assert (failure.retry_after_s, failure.key_state) == (None, None)


def test_rejected_keys_are_invalid_unless_told_otherwise() -> None:
    rejected = KeysRejected()
    assert (str(rejected), rejected.key_state, rejected.retry_after_s) == (
        "API keys are no longer valid or incorrect.",
        "invalid",
        None,
    )


def test_invalid_input_names_each_field_and_what_is_wrong_with_it() -> None:
    wrong = InvalidInput({"name": ["is missing"], "api_key": ("is too short", "is invalid")})
    assert wrong.attributes == {"name": ["is missing"], "api_key": ["is too short", "is invalid"]}
    assert str(wrong) == "name is missing; api_key is too short; api_key is invalid"
