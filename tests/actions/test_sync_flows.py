"""Flows are read in the background: kept once, valued in their time, resumed, matched."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from cambist.actions.import_flows import import_flows
from cambist.actions.sync_flows import (
    EVERY,
    EVERY_FAILED,
    EVERY_REFUSED,
    EVERY_UNEXPLAINED,
    Synced,
    known_since,
    sync_flows,
)
from cambist.core.errors import ExchangeLimiting, ExchangeUnavailable
from cambist.core.flows import GRACE
from cambist.core.history import EPOCH
from cambist.core.ledger import Booked
from tests.exchanges.scenarios import EXCHANGE_PASSPHRASE, SCENARIOS
from tests.worlds import EXCHANGE_KEY, EXCHANGE_SECRET, START, PassingClock, World, scenario, world

KLINES = "/api/v3/klines"
DEPOSITS = "/sapi/v1/capital/deposit/hisrec"
HOUR = timedelta(hours=1)
PRICES = {"BTCUSDT": "60000", "ETHUSDT": "2000"}


def flow(kind: str, asset: str, amount: str, minutes: float, **more: Any) -> dict[str, Any]:
    at = START + timedelta(minutes=minutes)
    return {"kind": kind, "asset": asset, "amount": amount, "time": at.isoformat(), **more}


def com(*flows: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return scenario(exchange="binance", prices=PRICES, flows=list(flows), **changes)


async def connected(made: World, **given: Any) -> int:
    return await made.connected(type="binance", **given)


async def synced(made: World, account_id: int, **how: Any) -> Synced:
    done = await sync_flows(made.cambist.outside, await made.me(), account_id, **how)
    assert done is not None
    return done


async def kept(made: World, account_id: int) -> list[Booked]:
    return await made.cambist.outside.flows.booked(account_id, EPOCH, made.clock.now() + HOUR)


def facts(entries: Sequence[Booked]) -> list[tuple[str, str, str]]:
    return [(each.entry.kind, each.entry.asset, str(each.entry.amount)) for each in entries]


async def uses(made: World, account_id: int) -> list[str]:
    """The uses of an account's keys that are on record for syncs."""
    return [
        entry.by for entry in await made.audited() if entry.account_id == account_id and "flows" in entry.by
    ]


@pytest.mark.asyncio
async def test_what_came_and_went_is_kept_once_valued_in_its_time_and_the_use_of_the_keys_on_record(
    tmp_path: Path,
) -> None:
    flows = (
        flow("deposit", "BTC", "0.5", 1),
        flow("withdrawal", "USDT", "30", 90, fee="1.5", tx="0xaa"),
        flow("deposit", "ETH", "2", 178),
    )
    async with world(tmp_path, com(*flows), clock=PassingClock()) as made:
        account_id = await connected(made)
        made.clock.set(START + 3 * HOUR)
        made.patch("binance", prices={"BTCUSDT": "50000", "ETHUSDT": "1000"})

        done = await synced(made, account_id)

        assert (done.entries, done.more, done.failure, done.refused) == (4, False, None, {})
        found = await kept(made, account_id)
        assert facts(found) == [
            ("deposit", "BTC", "0.5"),
            ("withdrawal", "USDT", "-30"),
            ("fee", "USDT", "-1.5"),
            ("deposit", "ETH", "2"),
        ]
        worths = [each.worth for each in found if each.worth is not None]
        # By the load at the start, by candles, by the exchange's own prices: the last two are today's.
        assert [(each.usd, each.btc) for each in worths] == [
            (Decimal(30_000), Decimal("0.5")),
            (Decimal(-30), Decimal("-0.0006")),
            (Decimal("-1.5"), Decimal("-0.00003")),
            (Decimal(2_000), Decimal("0.04")),
        ]
        assert not any(each.estimated for each in found)
        assert len(await uses(made, account_id)) == 1

        made.clock.step(HOUR)
        assert (await synced(made, account_id)).failure is None
        assert await kept(made, account_id) == found
        standing = await made.cambist.outside.flows.standing(account_id)
        assert standing.known_from == standing.changes_from == START
        assert standing.next_at == made.clock.now() + EVERY


@pytest.mark.asyncio
async def test_a_candle_that_cannot_be_read_now_is_tried_again_and_without_any_the_nearest_load_stands_in(
    tmp_path: Path,
) -> None:
    async with world(tmp_path, com(flow("deposit", "BTC", "0.5", 90)), clock=PassingClock()) as made:
        account_id = await connected(made)
        made.clock.set(START + 3 * HOUR)
        made.patch("binance", prices={"BTCUSDT": "50000"}, faults=[fault(KLINES, 418, -1003)])
        assert isinstance((await synced(made, account_id)).failure, ExchangeLimiting)
        assert not await kept(made, account_id)

        made.patch("binance", faults=[fault(KLINES, 400, -1121)])
        made.clock.step(HOUR)
        await synced(made, account_id)
        (found,) = await kept(made, account_id)
        assert found.worth is not None
        assert (found.worth.usd, found.estimated) == (Decimal(30_000), True)


@pytest.mark.asyncio
async def test_a_candle_that_can_never_be_read_is_waited_for_a_day(tmp_path: Path) -> None:
    flows = [flow("deposit", "BTC", "0.5", 90), flow("deposit", "ETH", "2", 91)]
    async with world(tmp_path, com(*flows), clock=PassingClock()) as made:
        account_id = await connected(made)
        made.patch("binance", faults=[{"kind": "html", "path": KLINES}])
        made.clock.set(START + 25 * HOUR)
        assert isinstance((await synced(made, account_id)).failure, ExchangeUnavailable)
        assert not await kept(made, account_id)

        made.clock.set(START + 26 * HOUR)
        before = made.exchange_calls(KLINES)
        assert (await synced(made, account_id)).failure is None
        worths = [(each.worth and each.worth.usd, each.estimated) for each in await kept(made, account_id)]
        assert worths == [(Decimal(30_000), True), (Decimal(4_000), True)]
        assert made.exchange_calls(KLINES) == before + 3  # the tries of one: the other does without


def fault(path: str, status: int, code: int, **more: Any) -> dict[str, Any]:
    return {"kind": "error", "path": path, "status": status, "code": code, "msg": "Refused.", **more}


@pytest.mark.asyncio
async def test_a_sync_cut_short_goes_on_where_it_was_without_loss_or_doubles(tmp_path: Path) -> None:
    flows = [flow("deposit", "BTC", f"0.{n:04d}1", n) for n in range(1, 1101)]
    async with world(tmp_path, com(*flows), clock=PassingClock()) as made:
        account_id = await connected(made)
        made.clock.set(START + 48 * HOUR)

        def cut(done: Synced) -> None:
            if done.entries:
                raise asyncio.CancelledError

        with pytest.raises(asyncio.CancelledError):
            await synced(made, account_id, told=cut)
        assert len(await kept(made, account_id)) == 1_000

        made.clock.step(EVERY_FAILED)
        assert (await synced(made, account_id)).failure is None
        found = await kept(made, account_id)
        more = await made.cambist.outside.flows.booked(account_id, EPOCH, made.clock.now(), after=found[-1])
        assert [each.entry.amount for each in [*found, *more]] == [Decimal(f["amount"]) for f in flows]


@pytest.mark.asyncio
async def test_what_is_imported_lies_before_what_the_exchange_tells_and_says_whether_it_is_all(
    tmp_path: Path,
) -> None:
    async with world(tmp_path, com(flow("deposit", "BTC", "0.5", 1)), clock=PassingClock()) as made:
        outside, me, account_id = made.cambist.outside, await made.me(), await connected(made)
        await synced(made, account_id)
        minutes = (-14_400, -1, 1)
        rows = [f"{(START + timedelta(minutes=at)).isoformat()},deposit,BTC,1" for at in minutes]
        text = "\n".join(("date,kind,asset,amount", *rows))
        whole_from = START - timedelta(days=20)
        done = await import_flows(outside, me, account_id, text, whole_from)
        assert (done.kept, done.left_out) == (2, 1)

        made.clock.step(HOUR)
        await synced(made, account_id)
        found = await made.cambist.outside.flows.booked(account_id, EPOCH, made.clock.now())
        assert [each.source for each in found] == ["import", "import", "deposits"]
        # By a candle of ten days before, and by the load a minute after.
        assert [each.worth and each.worth.usd for each in found] == [Decimal(60_000)] * 2 + [Decimal(30_000)]
        states = {each.source: each for each in (await outside.flows.standing(account_id)).sources}
        told = states["deposits"].known_from
        assert told == START
        assert known_since([told], states["import"]) == whole_from
        assert known_since([told], None) == told
        assert known_since([], states["import"]) == whole_from
        assert known_since([], None) is None


@pytest.mark.asyncio
async def test_of_two_who_would_read_one_account_s_flows_one_does(tmp_path: Path) -> None:
    async with world(tmp_path, com(flow("deposit", "BTC", "0.5", 1)), clock=PassingClock()) as made:
        account_id = await connected(made)
        made.clock.set(START + HOUR)
        outside, me = made.cambist.outside, await made.me()
        both = await asyncio.gather(*(sync_flows(outside, me, account_id) for _ in range(2)))
        assert sorted(each is None for each in both) == [False, True]
        assert await sync_flows(outside, me, account_id) is None  # nothing is due


@pytest.mark.asyncio
async def test_what_keys_may_not_read_leaves_flows_unknown_and_is_looked_at_again_daily(
    tmp_path: Path,
) -> None:
    async with world(tmp_path, com(flow("deposit", "BTC", "0.5", 1)), clock=PassingClock()) as made:
        account_id = await connected(made)
        made.clock.set(START + HOUR)
        made.patch("binance", faults=[fault(DEPOSITS, 401, -2015)])
        done = await synced(made, account_id)
        assert (
            done.refused == {"deposits": "The exchange rejected the API keys."} or "deposits" in done.refused
        )
        assert done.failure is None
        flows = made.cambist.outside.flows
        assert (await flows.standing(account_id)).known_from is None

        asked = made.exchange_calls(DEPOSITS)
        made.patch("binance", faults=[])
        made.clock.step(2 * HOUR)
        await synced(made, account_id)
        assert made.exchange_calls(DEPOSITS) == asked
        made.clock.step(EVERY_REFUSED)
        assert not (await synced(made, account_id)).refused
        assert (await flows.standing(account_id)).known_from == START
        assert facts(await kept(made, account_id)) == [("deposit", "BTC", "0.5")]


@pytest.mark.asyncio
@pytest.mark.parametrize(("code", "is_known"), [("50041", True), ("50120", False)])
async def test_what_is_not_offered_to_an_account_has_nothing_to_tell_unlike_what_its_keys_may_not_read(
    tmp_path: Path, code: str, is_known: bool
) -> None:
    lent = {"kind": "error", "path": "/api/v5/finance/savings/lending-history", "code": code, "msg": "No."}
    async with world(tmp_path, {**SCENARIOS["okex"], "faults": [lent]}, clock=PassingClock()) as made:
        account_id = await made.connected(type="okex", passphrase=EXCHANGE_PASSPHRASE)
        made.clock.set(START + HOUR)
        assert bool((await synced(made, account_id)).refused) is not is_known
        standing = await made.cambist.outside.flows.standing(account_id)
        assert (standing.known_from == START) is is_known
        made.clock.step(EVERY_REFUSED)
        made.patch("okex", faults=[])
        assert not (await synced(made, account_id)).refused
        assert (await made.cambist.outside.flows.standing(account_id)).known_from == START


@pytest.mark.asyncio
@pytest.mark.parametrize("first", ["left", "arrived"])
async def test_a_transfer_between_own_accounts_adds_up_to_nothing_whichever_end_is_told_first(
    tmp_path: Path, first: str
) -> None:
    left = {"api_key": EXCHANGE_KEY, "secret": EXCHANGE_SECRET, "uid": "1"}
    left["flows"] = [flow("withdrawal", "BTC", "0.2", 60, tx="0xfe")]  # type: ignore[assignment]
    arrived = {"api_key": "second", "secret": "other", "uid": "2"}
    arrived["flows"] = [flow("deposit", "BTC", "0.2", 110, tx="0xfe")]  # type: ignore[assignment]
    async with world(tmp_path, com(keys=[left, arrived]), clock=PassingClock()) as made:
        accounts = {
            "left": await connected(made),
            "arrived": await connected(made, api_key="second", secret="other"),
        }
        made.clock.set(START + 2 * HOUR)
        for each in sorted(accounts, key=lambda name: name != first):
            await synced(made, accounts[each])
            made.patch("binance", prices={"BTCUSDT": "50000"})
        ends = [(await kept(made, account))[0] for account in accounts.values()]
        assert [each.entry.kind for each in ends] == ["transfer", "transfer"]
        worths = [each.worth for each in ends if each.worth is not None]
        assert sum(each.usd for each in worths) == sum(each.btc for each in worths) == 0


@pytest.mark.asyncio
async def test_what_nothing_explains_is_asked_for_soon_then_told_once_and_explained_by_what_comes_late(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with world(tmp_path, com(), clock=PassingClock()) as made:
        flows, account_id = made.cambist.outside.flows, await connected(made)
        await synced(made, account_id)
        made.clock.step(timedelta(minutes=5))
        assert not await flows.due(made.clock.now(), [], 9)
        made.patch("binance", wallets={"spot": {"BTC": {"free": "0.4"}, "USDT": {"free": "100"}}})
        assert (await made.load(account_id)).status == 201
        stolen_at = made.clock.now()
        assert [due.account_id for due in await flows.due(stolen_at, [], 9)] == [account_id]

        assert (await synced(made, account_id)).next_at == made.clock.now() + EVERY_UNEXPLAINED
        assert "nothing explains it" not in capsys.readouterr().out
        made.clock.step(GRACE)
        await synced(made, account_id)
        assert capsys.readouterr().out.count("nothing explains it") == 1
        made.clock.step(GRACE)
        assert (await synced(made, account_id, anew=True)).next_at == made.clock.now() + EVERY
        assert "nothing explains it" not in capsys.readouterr().out
        (change,) = await flows.changes(account_id, START, made.clock.now(), open_only=True)
        assert (change.asset, change.residual) == ("BTC", Decimal("-0.1"))

        made.patch("binance", flows=[flow("withdrawal", "BTC", "0.1", 3)])
        await synced(made, account_id, anew=True)
        assert not await flows.changes(account_id, START, made.clock.now(), open_only=True)
