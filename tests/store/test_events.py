"""What is told of loads, failures, controls: once when it begins, once when it ends, whole or not at all."""

import json
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import pytest

from cambist.actions.facts import Turn
from cambist.actions.flow_facts import Unexplained
from cambist.core.control import Control, State
from cambist.core.errors import ExchangeUnavailable, KeysRejected, LoadFailed, NotFound
from cambist.core.events import MOST_LOADS_KEPT, Kind
from cambist.core.history import milliseconds
from cambist.core.terms import Account, Worth
from cambist.core.thresholds import Measure, Side, Threshold
from cambist.store import events as told_by
from cambist.store import loads
from cambist.store.controls import ControlStore
from cambist.store.events import EventStore
from cambist.store.flows import FlowStore
from cambist.store.thresholds import ThresholdStore
from tests.store.builders import AT, SECOND, Store, load_of

pytestmark = pytest.mark.asyncio
MINUTE = 60 * SECOND


async def told(store: Store, after: int = 0) -> list[tuple[str, dict[str, Any]]]:
    found = await EventStore(store.database).after(1, after, 1_000)
    return [(event.kind.value, json.loads(event.document)) for event in found.events]


async def happens(store: Store, account: Account, number: int, what: Any) -> None:
    """A load that is complete (True), partial (False), or fails."""
    load_id, at = f"load-{number}", AT + (number + 1) * MINUTE
    await store.turn(account, load_id, at)
    if isinstance(what, LoadFailed):
        await store.loads.fail(load_id, at, what)
    else:
        await store.loads.keep(account.id, load_of(load_id, at, complete=what))


async def test_what_begins_is_told_once_and_once_more_when_it_ends(store: Store) -> None:
    account = await store.connected()
    refused, down = KeysRejected("The keys are gone."), ExchangeUnavailable("It is down.")
    steps = [True, False, False, down, False, True, refused, down, refused, True]
    for number, what in enumerate(steps):
        await happens(store, account, number, what)
    kinds = [kind.removeprefix("account.") for kind, _ in await told(store)]
    assert kinds == [
        "loaded",  # by which it was connected
        "loaded",
        *("loaded", "partial"),
        "loaded",
        "loaded",
        *("loaded", "complete"),
        "key_invalid",
        *("loaded", "key_ok"),
    ]
    by_kind = dict(await told(store))
    assert by_kind["account.partial"] == {"load_id": "load-1", "missing": ["earn"]}
    assert by_kind["account.key_invalid"] == {"state": "invalid", "reason": "The keys are gone."}
    assert by_kind["account.key_ok"] == {"load_id": "load-9"}


async def test_a_load_that_others_had_its_account_forgotten_for_tells_what_began_too(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loads, "MOST_TURNS", 1)
    account = await store.connected()
    other = await store.connected(account.user_id, api_key="another")
    for load_id, of in (("a", account), ("b", other)):
        assert isinstance(await store.turn(of, load_id, AT + 2 * SECOND), Turn)
    assert [*store.loads._as_it_was] == ["b"]
    await store.loads.keep(account.id, load_of("a", AT + 2 * SECOND, complete=False))
    kinds = [kind for kind, _ in await told(store)]
    assert kinds == ["account.loaded", "account.loaded", "account.loaded", "account.partial"]


async def test_an_account_connected_by_a_partial_load_says_so(store: Store) -> None:
    await store.connected(load=load_of("first", complete=False))
    assert [kind for kind, _ in await told(store)] == ["account.loaded", "account.partial"]


async def test_a_control_that_knows_nothing_ends_nothing(store: Store) -> None:
    account = await store.connected()
    controls = ControlStore(store.database)
    off = Control(State.UNRECONCILED, "Ours is 3 % less.", AT, "load-1")
    fits = Control(State.RECONCILED, None, AT, "load-2")
    nothing = Control(State.UNKNOWN, "It told nothing.", AT)
    for control in (nothing, fits, off, nothing, off, fits, nothing, fits, off):
        await controls.keep(account.id, control)
    found = (await told(store))[1:]
    assert [kind.removeprefix("account.") for kind, _ in found] == [
        *("unreconciled", "reconciled", "unreconciled")
    ]
    assert found[0][1] == {"load_id": "load-1", "reason": "Ours is 3 % less."}


async def test_thresholds_are_told_of_by_the_load_that_crosses_them(store: Store) -> None:
    account = await store.connected(load=load_of("first", usd="99", amount=Decimal(99)))
    other = await store.connected(account.user_id, api_key="another", load=load_of("second"))
    thresholds = ThresholdStore(store.database)
    rule = Threshold(0, account.user_id, None, Measure.DAY_PROFIT_PERCENT, Side.BELOW, Decimal(-2), AT)
    of_other = Threshold(0, account.user_id, other.id, Measure.DAY_PROFIT_PERCENT, Side.BELOW, Decimal(0), AT)
    first = await thresholds.add(rule)
    await thresholds.add(of_other)
    store.change("UPDATE accounts SET figures = replace(figures, '-2.12', '0')")
    for number in range(2):
        await happens(store, account, number, True)
    crossed = [document for kind, document in await told(store) if kind == "account.threshold_crossed"]
    assert crossed == [
        {
            "threshold_id": first.id,
            "measure": "day_profit_percent",
            "side": "below",
            "value": "-2.0",
            "before": "0.0",
            "now": "-2.12",
            "load_id": "load-0",
            "complete": True,
        }
    ]
    await thresholds.remove(account.user_id, first.id)
    with pytest.raises(NotFound):
        await thresholds.remove(account.user_id, first.id)
    assert [each.account_id for each in await thresholds.listed(account.user_id)] == [other.id]


async def test_an_unexplained_change_is_told_once_with_its_being_marked(store: Store) -> None:
    account = await store.connected()
    flows = FlowStore(store.database)
    store.change(
        "INSERT INTO changes (account_id, asset, at, since, amount, marked_to_market, residual)"
        " VALUES (?, 'BTC', ?, 0, '-0.5', 0, '-0.5')",
        account.id,
        milliseconds(AT),
    )
    worth = Worth(Decimal("-0.5"), Decimal("-31861.05"))
    one = Unexplained(account.user_id, account.id, "BTC", AT - MINUTE, AT, Decimal("-0.5"), worth)
    await flows.told([one])
    await flows.told([one, replace(one, asset="ADA")])  # as another process would; and one explained since
    assert (await told(store))[1:] == [
        (
            "account.unexplained_change",
            {
                "asset": "BTC",
                "amount": "-0.5",
                "usd": "-31861.05",
                "btc": "-0.5",
                "from": "2023-06-19T16:49:57.303Z",
                "until": "2023-06-19T16:50:57.303Z",
            },
        )
    ]


async def test_events_are_dropped_by_age_and_number_and_who_comes_late_is_told(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = await store.connected()
    events = EventStore(store.database)
    refused = KeysRejected("The keys are gone.")
    for number, what in enumerate((True, refused, True, True, True)):
        await happens(store, account, number, what)
    assert await events.prune(AT) == 0
    assert MOST_LOADS_KEPT >= 1_000
    monkeypatch.setattr(told_by, "MOST_LOADS_KEPT", 2)
    assert await events.prune(AT) == 3
    kinds = [kind.removeprefix("account.") for kind, _ in await told(store)]
    assert kinds == ["key_invalid", "key_ok", "loaded", "loaded"]
    late, in_time = await events.after(1, 2, 100), await events.after(1, 4, 100)
    assert (late.missed, in_time.missed) == (True, False)
    newest = await events.newest(1)
    assert await events.prune(AT + timedelta(days=30)) == 3
    assert [event.id for event in (await events.after(1, 0, 100)).events] == [newest]


async def test_events_of_loads_are_kept_for_two_days_and_all_others_for_seven(store: Store) -> None:
    account = await store.connected()
    events, two_days = EventStore(store.database), timedelta(days=2)
    for number, what in enumerate((False, True, True)):
        await happens(store, account, number, what)
    last = AT + 3 * MINUTE
    assert [kind for kind, _ in await told(store)] == [
        *("account.loaded", "account.loaded", "account.partial"),
        *("account.loaded", "account.complete", "account.loaded"),
    ]
    assert await events.prune(AT + two_days) == 0
    assert await events.prune(AT + MINUTE + two_days) == 1
    assert (await events.after(1, 0, 1)).missed
    assert await events.prune(last + two_days) == 2
    of_others = partial(events.after, 1, 0, 9, [Kind.PARTIAL, Kind.COMPLETE])
    of_loads = partial(events.after, 1, 0, 9, [Kind.LOADED, Kind.PARTIAL])
    assert [(await asked()).missed for asked in (of_others, of_loads)] == [False, True]
    others = ["account.partial", "account.complete", "account.loaded"]
    assert [kind for kind, _ in await told(store)] == others
    assert await events.prune(AT + MINUTE + timedelta(days=7)) == 0
    assert [kind for kind, _ in await told(store)] == others
    assert await events.prune(AT + 2 * MINUTE + timedelta(days=7)) == 1
    assert [kind for kind, _ in await told(store)] == others[1:]
    assert (await of_others()).missed


async def test_a_page_tells_where_to_go_on_also_where_nothing_in_it_was_wanted(store: Store) -> None:
    account = await store.connected()
    for number in range(3):
        await happens(store, account, number, True)
    events = EventStore(store.database)
    page = await events.after(1, 1, 2)
    assert ([event.id for event in page.events], page.until) == ([2, 3], 3)
    nothing = await events.after(1, 0, 2, account_id=999)
    assert (nothing.events, nothing.until) == ((), 4)
    assert (await events.after(1, 99, 2)).until == 99
    assert (await events.after(2, 0, 2)).events == ()
