"""What is told of an account's control: each figure as text, unknown before the first, nothing asked."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from cambist.actions.control_account import control_account
from tests.exchanges.totals import BINANCE, BYBIT
from tests.worlds import World, world

pytestmark = pytest.mark.asyncio


async def told(made: World, account_id: int) -> Any:
    answer = await made.call("GET", f"/cambist/v1/accounts/{account_id}/control")
    assert answer.status == 200, answer.raw
    return answer.json


async def taken(made: World, account_id: int) -> Any:
    await control_account(made.cambist.outside, made.cambist.load_balances, await made.me(), account_id)
    calls = len(made.simulator.calls)
    found = await told(made, account_id)
    assert len(made.simulator.calls) == calls
    return found


def nothing_known(account_id: int, reason: str) -> dict[str, Any]:
    unknown = ("at", "load_id", "ours", "theirs", "difference", "difference_percent")
    return {
        "account_id": account_id,
        "state": "unknown",
        "reason": reason,
        **dict.fromkeys(unknown),
        "wallets": [],
        "not_read": [],
    }


async def test_of_an_exchange_that_tells_no_total_the_state_is_unknown(world: World) -> None:
    us = await world.connected()
    assert await told(world, us) == nothing_known(us, "Binance US Spot tells no total of its own.")


async def test_a_control_is_told_to_the_digit_wallet_by_wallet(tmp_path: Path) -> None:
    async with world(tmp_path, BINANCE) as made:
        account_id = await made.connected(type="binance")
        assert await told(made, account_id) == nothing_known(account_id, "not read yet")
        found = await taken(made, account_id)
        loaded = (await made.call("GET", f"/cambist/v1/accounts/{account_id}/balances")).json

    def wallet(name: str, btc: str, usd: str, *covering: str) -> dict[str, Any]:
        covered = [{"account_id": account_id, "wallets": [*covering]}] if covering else None
        ours = btc if covering else None
        return {"name": name, "amount": btc, "btc": btc, "usd": usd, "ours": ours, "covered_by": covered}

    futures = wallet("USDⓈ-M Futures", "0.0152", "950.0")
    bots = wallet("Trading Bots", "0.002", "125.0")
    nothing = ("0.0", "0.0")
    assert found == {
        "account_id": account_id,
        "state": "unreconciled",
        "reason": "Not read: USDⓈ-M Futures, Trading Bots.",
        "at": "2023-06-19T16:50:59.303Z",
        "load_id": loaded["load_id"],
        "ours": {"btc": "0.72064", "usd": "45040.0"},
        "theirs": {"amount": "0.72064", "unit": "BTC", "btc": "0.72064", "usd": "45040.0"},
        "difference": "0.0",
        "difference_percent": "0.0",
        "wallets": [
            wallet("Spot", "0.6", "37500.0", "spot"),
            wallet("Funding", "0.02", "1250.0", "funding"),
            wallet("Cross Margin", *nothing),
            wallet("Isolated Margin", *nothing),
            futures,
            wallet("COIN-M Futures", *nothing),
            wallet("Earn", "0.10064", "6290.0", "earn_flexible", "earn_locked"),
            wallet("Options", *nothing),
            bots,
            wallet("Copy Trading", *nothing),
        ],
        "not_read": [futures, bots],
    }


async def test_a_total_in_dollars_is_told_in_both_and_its_difference_in_dollars(tmp_path: Path) -> None:
    wallets = {"unified": {"BTC": {"free": "1"}}, "funding": {"USDT": {"free": "0.004"}}}
    async with world(tmp_path, {**BYBIT, "wallets": wallets}) as made:
        found = await taken(made, await made.connected(type="bybit"))
    assert (found["state"], found["reason"]) == ("reconciled", None)
    assert found["ours"] == {"btc": "1.000000064", "usd": "62500.004"}
    assert found["theirs"] == {"amount": "62500.0", "unit": "USD", "btc": "1.0", "usd": "62500.0"}
    assert (found["difference"], found["difference_percent"]) == ("0.004", "0.0")
    assert found["not_read"] == []


async def test_the_account_itself_is_told_as_before_whatever_its_control_says(tmp_path: Path) -> None:
    async with world(tmp_path, BINANCE) as made:
        account_id = await made.connected(type="binance")
        await made.load(account_id)
        before = (await made.call("GET", f"/accounts/{account_id}")).json
        made.clock.step(timedelta(milliseconds=1))
        await taken(made, account_id)  # within the load's fresh second: no load of its own
        assert (await made.call("GET", f"/accounts/{account_id}")).json == before
        assert len(before) == 61
