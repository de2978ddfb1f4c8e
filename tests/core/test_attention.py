"""What of an account asks for a person: the concern, its words, since when, the gravest first."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from cambist.core.attention import ALERTS, Attention, Concern, attentions
from cambist.core.control import Control, State, unknown
from cambist.core.flows import GRACE, Change
from cambist.core.terms import Account, Figures, FlowState, FlowsTold, Gaps, KeyState, MissingWallet, Worth
from tests.core.builders import NOW

HOUR = timedelta(hours=1)
GOOD = Account(
    id=1,
    user_id=1,
    market="x",
    name="x",
    api_key="x",
    key_state=KeyState.OK,
    created_at=NOW,
    updated_at=NOW,
    figures=Figures("USD", Decimal(0), Decimal(0), Decimal(0)),
    loaded_at=NOW,
    load_id="x",
    flows=FlowsTold(FlowState.KNOWN, NOW - 9 * HOUR),
)
FAILED = ("Maintenance.", NOW - HOUR)
UNCERTAIN = unknown("x")
GONE = Gaps((MissingWallet("margin", "No answer."), MissingWallet("earn", "Down.")))


def _change(asset: str, at: timedelta, residual: str = "1") -> Change:
    return Change(asset, NOW - at - HOUR, NOW - at, Decimal(1), None, residual=Decimal(residual))


def _found(
    account: Account = GOOD,
    failed: Any = None,
    control: Control = UNCERTAIN,
    changes: tuple[Change, ...] = (),
) -> list[Attention]:
    return [*attentions(account, NOW, HOUR, failed, control, changes, NOW - GRACE)]


@pytest.mark.parametrize(
    ("account", "failed", "found"),
    [
        ({}, None, []),
        ({"loaded_at": NOW - HOUR}, None, []),
        ({"loaded_at": NOW - 2 * HOUR}, None, [(Concern.OLD, "Not loaded since.", NOW - 2 * HOUR)]),
        ({"key_state": KeyState.EXPIRED}, None, [(Concern.KEYS, "Key expired.", NOW)]),
        ({"key_state": KeyState.INVALID}, ("Bad key.", NOW - HOUR), [(Concern.KEYS, "Bad key.", NOW - HOUR)]),
        ({"loaded_at": NOW - 3 * HOUR}, FAILED, [(Concern.FAILING, *FAILED)]),
        (
            {"lock_reason": "May withdraw.", "key_state": KeyState.INVALID},
            None,
            [(Concern.KEYS, "Key invalid.", NOW), (Concern.LOCKED, "May withdraw.", None)],
        ),
        ({"complete": False}, None, [(Concern.PARTIAL, "A wallet did not answer.", NOW)]),
        (
            {"complete": False, "gaps": GONE},
            FAILED,
            [(Concern.FAILING, *FAILED), (Concern.PARTIAL, "margin: No answer.; earn: Down.", NOW)],
        ),
    ],
)
def test_keys_locks_failures_age_and_gaps(
    account: dict[str, Any], failed: Any, found: list[tuple[Any, ...]]
) -> None:
    told = _found(replace(GOOD, **account), failed)
    assert [(each.concern, each.words, each.since) for each in told] == found


def test_a_control_that_is_off_is_told_and_an_unknown_one_is_not() -> None:
    off = Control(State.UNRECONCILED, "They are apart.", NOW - HOUR)
    assert _found(control=off) == [Attention(Concern.UNRECONCILED, "They are apart.", NOW - HOUR)]
    silent = replace(off, reason=None)
    assert _found(control=silent)[0].words == ""
    assert _found(control=replace(off, state=State.RECONCILED)) == []


def test_changes_that_nothing_explains_in_time_are_told_where_flows_are_known() -> None:
    changes = (
        _change("USDT", 2 * HOUR),
        _change("BTC", HOUR / 2),
        _change("ETH", HOUR, "0"),  # explained meanwhile
        _change("SOL", HOUR / 3),  # an entry may still come
    )
    (told,) = _found(changes=changes)
    assert (told.concern, told.since) == (Concern.UNEXPLAINED, NOW - 3 * HOUR)
    assert told.words.startswith("What changed of BTC, USDT follows from no deposit")
    assert _found(replace(GOOD, flows=FlowsTold()), changes=changes) == []


def test_changes_that_make_up_for_each_other_or_are_worth_less_than_a_dollar_ask_for_nobody() -> None:
    went, came = _change("BTC", 3 * HOUR, "-1"), _change("BTC", 2 * HOUR, "1")
    assert _found(changes=(came, went)) == []
    assert [each.since for each in _found(changes=(replace(came, residual=Decimal("0.5")), went))] == [
        NOW - 4 * HOUR
    ]
    bits = [
        replace(_change("ETH", age * HOUR, "0.5"), price=Worth(Decimal(0), Decimal("1.5"))) for age in (3, 2)
    ]
    assert _found(changes=(bits[0],)) == []
    assert [each.concern for each in _found(changes=(*bits,))] == [Concern.UNEXPLAINED]


def test_an_old_figure_is_no_alert() -> None:
    assert Concern.OLD not in ALERTS
    assert len(ALERTS) == len(Concern) - 1
