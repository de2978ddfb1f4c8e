"""An account's total against its exchange's own: after a load, at most hourly, and never more than that."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from cambist.actions.control_account import PURPOSE, control_account, last_control
from cambist.actions.facts import Caller
from cambist.actions.lock_account import lock_account
from cambist.actions.refresh_accounts import CONTROLS_AT_A_LOOK, RefreshAccounts
from cambist.core.audit import Event
from cambist.core.control import NOT_YET, Control, State
from cambist.core.errors import AccountLocked, KeysRejected, LoadFailed, NotFound, SetupError
from cambist.core.terms import KeyState
from tests.exchanges.scenarios import EXCHANGE_PASSPHRASE
from tests.exchanges.test_key_limits import while_time_passes
from tests.exchanges.totals import BINANCE, BYBIT, OKX, TOTALS
from tests.worlds import World, due_but_flows, world

pytestmark = pytest.mark.asyncio

PATHS = {
    "binance": "/sapi/v1/asset/wallet/balance",
    "okex": "/api/v5/asset/asset-valuation",
    "bybit": "/v5/asset/asset-overview",
}
ACCOUNT = "/api/v3/account"
PLAYS = {"binance": BINANCE, "okex": OKX, "bybit": BYBIT}
HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)
MILLISECOND = timedelta(milliseconds=1)
EVERY = timedelta(seconds=300)


@pytest_asyncio.fixture(name="com")
async def _com(tmp_path: Path) -> AsyncIterator[World]:
    async with world(tmp_path, BINANCE) as made:
        yield made


async def connected(made: World, code: str = "binance", **given: Any) -> int:
    more = {"passphrase": EXCHANGE_PASSPHRASE} if code.startswith("okex") else {}
    return await made.connected(type=code, **more, **given)


async def taken(made: World, account_id: int) -> Control:
    return await control_account(
        made.cambist.outside, made.cambist.load_balances, await made.me(), account_id
    )


async def last(made: World, account_id: int) -> Control:
    account = await made.cambist.outside.accounts.get((await made.me()).user_id, account_id)
    return await last_control(made.cambist.outside, account)


async def refresh(made: World, every: timedelta = EVERY) -> list[str]:
    """Does all that is due; what each was."""
    refreshing = RefreshAccounts(made.cambist.outside, made.cambist.load_balances, every)
    due = await due_but_flows(refreshing)
    for each in due:
        await refreshing(each)
    kinds = ("control" if each.control else "rights" if each.rights else "load" for each in due)
    return sorted(kinds)


def answered(made: World, path: str = PATHS["binance"]) -> int:
    """How often the exchange has told it; the first call after a step of the clock finds it off."""
    return sum(call.path == path and call.status == 200 for call in made.simulator.calls)


@pytest.mark.parametrize("code", TOTALS)
async def test_each_exchanges_own_total_is_ours_to_the_digit(tmp_path: Path, code: str) -> None:
    play, theirs, unit = TOTALS[code]
    async with world(tmp_path, play) as made:
        account_id = await connected(made, code)
        totals = (await taken(made, account_id)).totals
        account = await made.cambist.outside.accounts.get((await made.me()).user_id, account_id)
    assert totals is not None
    assert totals.ours is not None
    assert (totals.unit, totals.theirs) == (unit, Decimal(theirs))
    assert totals.difference == 0
    assert (totals.ours.btc, totals.ours.usd) == (account.figures.btc, account.figures.usd)
    assert all(each.ours == each.theirs for each in totals.wallets if each.ours is not None)


async def test_an_unread_wallet_is_named_with_its_worth_until_an_account_that_reads_it_is_connected(
    com: World,
) -> None:
    account_id = await connected(com)
    first = await taken(com, account_id)
    assert (first.state, first.reason) == (
        State.UNRECONCILED,
        "Not read: USDⓈ-M Futures, Trading Bots.",
    )
    assert first.totals is not None
    assert {each.name: str(each.theirs) for each in first.totals.not_read} == {
        "USDⓈ-M Futures": "0.0152",
        "Trading Bots": "0.002",
    }
    futures = await connected(com, "binance_futures")
    com.clock.step(HOUR)
    second = await taken(com, account_id)
    assert (second.state, second.reason) == (State.RECONCILED, None)
    assert second.totals is not None
    covering = {each.name: [by.account_id for by in each.covered_by] for each in second.totals.wallets}
    assert covering["USDⓈ-M Futures"] == [futures]
    assert covering["Spot"] == covering["Earn"] == [account_id]
    assert [each.name for each in second.totals.not_read] == ["Trading Bots"]

    await com.cambist.outside.accounts.remove((await com.me()).user_id, futures, "test", com.clock.now())
    com.clock.step(HOUR)
    assert (await taken(com, account_id)).reason == first.reason


async def test_an_account_of_another_user_or_uid_covers_nothing_of_ones_own(tmp_path: Path) -> None:
    other = {"api_key": "another key", "secret": "another secret", "uid": "2"}
    async with world(tmp_path, {**BINANCE, "keys": [*BINANCE["keys"], other]}) as made:
        account_id = await connected(made)
        await connected(made, "binance_futures", api_key="another key", secret="another secret")
        control = await taken(made, account_id)
    assert control.totals is not None
    assert [each.name for each in control.totals.not_read] == ["USDⓈ-M Futures", "Trading Bots"]


async def test_a_total_that_is_off_says_by_how_much_and_what_has_no_price(tmp_path: Path) -> None:
    wallets = {**OKX["wallets"], "funding": {"BTC": {"free": "0.25"}, "GONE": {"free": "100"}}}
    async with world(tmp_path, {**OKX, "wallets": wallets}) as made:
        account_id = await connected(made, "okex")
        made.patch("okex", wallets={**wallets, "funding": {"BTC": {"free": "0.35"}}})
        made.clock.step(HOUR)
        reconciled = await taken(made, account_id)  # what has moved is loaded first
        assert reconciled.state is State.RECONCILED
        made.patch("okex", wallets=wallets, prices={**OKX["prices"], "GONEBTC": "0.001"}, halted=["GONEBTC"])
        made.clock.step(HOUR)
        control = await taken(made, account_id)
    assert (control.state, control.reason) == (
        State.UNRECONCILED,
        "Ours is 9.2064 % less than the exchange's own; without a price: GONE.",
    )


async def test_the_exchange_is_asked_at_most_once_an_hour_and_each_time_is_on_record(com: World) -> None:
    account_id = await connected(com)
    assert (await last(com, account_id)) == Control(State.UNKNOWN, NOT_YET)
    first = await taken(com, account_id)
    asked, loads = answered(com), answered(com, ACCOUNT)
    assert first.at == com.clock.now()
    com.clock.step(HOUR - MILLISECOND)
    assert await taken(com, account_id) == first == await last(com, account_id)
    assert (answered(com), answered(com, ACCOUNT)) == (asked, loads)
    com.clock.step(MILLISECOND)
    second = await taken(com, account_id)
    assert (answered(com), answered(com, ACCOUNT)) == (asked + 1, loads + 1)
    assert second == replace(first, at=com.clock.now(), load_id=second.load_id)
    account = await com.cambist.outside.accounts.get((await com.me()).user_id, account_id)
    assert second.load_id == account.load_id != first.load_id
    uses = [each for each in await com.audited() if each.by == f"test {PURPOSE}"]
    assert [(each.event, each.account_id) for each in uses] == [(Event.KEYS_USED, account_id)] * 2


FAULTS: dict[str, dict[str, Any]] = {
    "down": {"kind": "status", "status": 503},
    "forbidden": {"kind": "status", "status": 403},
    "empty": {"kind": "empty"},
    "cut": {"kind": "truncated"},
    "a web page": {"kind": "html"},
    "elsewhere": {"kind": "redirect"},
    "no number": {"kind": "bad_number", "value": "NaN"},
    "too long a number": {"kind": "bad_number"},
    "a wallet twice": {"kind": "duplicate_asset", "key": True},
    "late": {"kind": "timeout"},
    "broken off": {"kind": "reset"},
}


@pytest.mark.parametrize("code", PATHS)
async def test_a_broken_answer_leaves_the_total_unknown_and_the_load_as_it_is(
    tmp_path: Path, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cambist.exchanges.tries._FIRST_PAUSE_S", 0.0)
    async with world(tmp_path, PLAYS[code], exchange_timeout_s=0.1) as made:
        account_id = await connected(made, code)
        accounts, me = made.cambist.outside.accounts, (await made.me()).user_id
        figures = (await accounts.get(me, account_id)).figures
        for way, fault in FAULTS.items():
            made.patch(code, faults=[{"path": PATHS[code], **fault}])
            asked, began = made.exchange_calls(PATHS[code]), made.clock.now()
            made.clock.step(HOUR)
            (control,) = await while_time_passes(made, [taken(made, account_id)], SECOND)
            account = await accounts.get(me, account_id)
            assert made.exchange_calls(PATHS[code]) > asked, way
            assert (control.state, control.totals) == (State.UNKNOWN, None), way
            assert control.at is not None
            assert control.at > began, way
            assert control.reason, way
            assert control == await last(made, account_id)
            assert account.loaded_at > began, way
            assert account.key_state is KeyState.OK, way
            assert account.complete, way
            assert (account.figures.btc, account.figures.usd) == (figures.btc, figures.usd), way
        made.patch(code, faults=[])
        made.clock.step(HOUR)
        assert (await taken(made, account_id)).totals is not None


async def test_keys_that_may_not_ask_for_the_total_stay_good_keys(com: World) -> None:
    account_id = await connected(com)
    refusing = {"kind": "error", "code": -2015, "msg": "Invalid API-key.", "status": 401}
    com.patch("binance", faults=[{"path": PATHS["binance"], **refusing}])
    control = await taken(com, account_id)
    assert (control.state, control.reason) == (
        State.UNKNOWN,
        "The exchange refuses this to the account's keys.",
    )
    assert (await com.call("GET", f"/accounts/{account_id}")).json["api_keys_state"] == "ok"


async def test_a_load_that_fails_is_told_and_leaves_the_total_unknown(com: World) -> None:
    account_id = await connected(com)
    await taken(com, account_id)
    com.clock.step(HOUR)
    com.patch("binance", keys=[])
    asked = answered(com)
    with pytest.raises(KeysRejected):
        await taken(com, account_id)
    control = await last(com, account_id)
    assert (control.state, control.reason, control.at, control.totals) == (
        State.UNKNOWN,
        "The account could not be loaded: API keys are no longer valid or incorrect.",
        com.clock.now(),
        None,
    )
    assert answered(com) == asked


async def test_a_partial_load_is_not_held_against_a_whole_total(com: World) -> None:
    account_id = await connected(com)
    com.patch("binance", faults=[{"kind": "status", "path": "/sapi/v1/simple-earn/*", "status": 503}])
    control = await taken(com, account_id)
    assert control.totals is not None
    assert (control.totals.ours, control.totals.difference) == (None, None)
    assert control.reason == (
        "Not read: USDⓈ-M Futures, Trading Bots. The load before it lacks earn_flexible, earn_locked."
    )


async def test_a_locked_account_is_not_controlled(com: World) -> None:
    account_id = await connected(com)
    await lock_account(com.cambist.outside, await com.me(), account_id, "On holiday.")
    calls = len(com.simulator.calls)
    assert await refresh(com) == []
    with pytest.raises(AccountLocked, match="On holiday"):
        await taken(com, account_id)
    assert len(com.simulator.calls) == calls


async def test_an_exchange_that_tells_no_total_is_not_asked_for_one(world: World) -> None:
    account_id = await world.connected()
    calls = len(world.simulator.calls)
    told = Control(State.UNKNOWN, "Binance US Spot tells no total of its own.")
    assert await taken(world, account_id) == told
    assert await last(world, account_id) == told
    assert len(world.simulator.calls) == calls
    world.clock.step(2 * EVERY)
    assert await refresh(world) == ["load"]


async def test_the_worker_controls_a_new_account_at_once_and_then_hourly_with_a_load_of_its_own(
    com: World,
) -> None:
    account_id = await connected(com)
    assert await refresh(com) == ["control"]
    first = await last(com, account_id)
    assert first.state is State.UNRECONCILED
    done: list[str] = []
    for _ in range(12):
        com.clock.step(EVERY * 1.05)
        done += await refresh(com)
    assert done == ["load"] * 11 + ["control"]
    second = await last(com, account_id)
    assert second.at is not None
    assert second.at == com.clock.now()
    assert [each.by for each in await com.audited() if PURPOSE in each.by] == [f"refresher {PURPOSE}"] * 2


async def test_where_accounts_are_refreshed_less_often_than_hourly_so_are_their_totals(com: World) -> None:
    await connected(com)
    day = timedelta(days=1)
    assert await refresh(com, day) == ["control"]
    com.clock.step(day - timedelta(seconds=1))
    assert "control" not in await refresh(com, day)
    com.clock.step(timedelta(seconds=1))
    assert await refresh(com, day) == ["control"]


async def test_a_control_that_fails_waits_its_hour_and_rests_no_market(com: World) -> None:
    account_id = await connected(com)
    com.patch("binance", faults=[{"kind": "status", "path": PATHS["binance"], "status": 503}])
    refreshing = RefreshAccounts(com.cambist.outside, com.cambist.load_balances, EVERY)
    for each in await due_but_flows(refreshing):
        await refreshing(each)
    assert (await last(com, account_id)).state is State.UNKNOWN
    assert await due_but_flows(refreshing) == []
    com.clock.step(2 * EVERY)
    assert [each.control for each in await due_but_flows(refreshing)] == [False]


async def test_few_controls_are_begun_at_a_look_the_longest_ago_first(tmp_path: Path) -> None:
    keys = [{"api_key": f"key-{n}", "secret": f"secret-{n}", "uid": str(n + 1)} for n in range(5)]
    async with world(tmp_path, {**BINANCE, "keys": keys}) as made:
        accounts = [await connected(made, api_key=each["api_key"], secret=each["secret"]) for each in keys]
        refreshing = RefreshAccounts(made.cambist.outside, made.cambist.load_balances, EVERY)
        found = []
        while due := [each for each in await due_but_flows(refreshing) if each.control]:
            assert len(due) <= CONTROLS_AT_A_LOOK
            for each in due:
                await refreshing(each)
            found += [each.account_id for each in due]
    assert sorted(found) == accounts


async def test_what_is_kept_is_its_own_users_and_broken_keeping_is_told(com: World) -> None:
    account_id = await connected(com)
    control = await taken(com, account_id)
    mine, controls, now = (await com.me()).user_id, com.cambist.outside.controls, com.clock.now()
    assert await controls.last(mine, account_id) == control
    assert await controls.last(mine + 1, account_id) is None
    assert not await controls.claim(mine + 1, account_id, now + HOUR, now + HOUR)
    assert await controls.claim(mine, account_id, now + HOUR, now + HOUR)
    stranger = Caller(mine + 1, "test")
    with pytest.raises(NotFound):
        await control_account(com.cambist.outside, com.cambist.load_balances, stranger, account_id)

    def broken(connection: Any) -> None:
        connection.execute("UPDATE controls SET document = '{}'")

    await com.cambist.outside.controls._database.write(broken)  # type: ignore[attr-defined]
    with pytest.raises(SetupError, match="The control of account"):
        await controls.last(mine, account_id)
    await com.cambist.outside.accounts.remove(mine, account_id, "test", now)
    assert await controls.last(mine, account_id) is None
    with pytest.raises((NotFound, LoadFailed)):
        await taken(com, account_id)
