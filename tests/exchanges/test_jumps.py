"""The jump guard: a price ten times off is not believed until it has stood for a minute; both are told."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from cambist.core.prices import Pair, Quarantined
from cambist.exchanges.jumps import JumpGuard
from tests.worlds import START, World

ETH: Pair = ("ETH", "BTC")


def told(guard: JumpGuard, seconds: int, price: str, *, asked: bool = True) -> tuple[str | None, int]:
    """(the price given for ETH/BTC, how many are in quarantine) by a bulk read so many seconds on."""
    read = guard.watched({ETH: Decimal(price)}, START + timedelta(seconds=seconds))
    given = read.get(ETH) if asked else None
    return (None if given is None else str(given), len(read.quarantined))


@pytest.mark.parametrize("jumped", ["0.41", "0.0039"])
def test_a_jump_is_quarantined_and_released_when_it_has_stood_for_a_minute(jumped: str) -> None:
    guard = JumpGuard()
    assert told(guard, 0, "0.04") == ("0.04", 0)
    assert told(guard, 2, jumped) == ("0.04", 1)
    assert told(guard, 61, jumped) == ("0.04", 1)
    assert told(guard, 62, jumped) == (jumped, 0)
    assert told(guard, 64, jumped) == (jumped, 0)


@pytest.mark.parametrize("moved", ["0.4", "0.004", "0.041"])
def test_a_price_ten_times_off_at_most_is_believed_at_once(moved: str) -> None:
    guard = JumpGuard()
    told(guard, 0, "0.04")
    assert told(guard, 2, moved) == (moved, 0)


def test_a_price_that_comes_back_was_never_believed_and_a_new_jump_waits_anew() -> None:
    guard = JumpGuard()
    told(guard, 0, "0.04")
    assert told(guard, 2, "400") == ("0.04", 1)
    assert told(guard, 4, "0.05") == ("0.05", 0)
    assert told(guard, 63, "400") == ("0.05", 1)
    assert told(guard, 70, "90000") == ("0.05", 1)
    assert told(guard, 123, "90000") == ("0.05", 1)
    assert told(guard, 130, "90000") == ("90000", 0)


def test_a_pair_that_nobody_has_asked_for_is_compared_with_the_read_before() -> None:
    guard = JumpGuard()
    told(guard, 0, "0.04", asked=False)
    assert told(guard, 2, "4") == ("0.04", 1)


def test_after_an_hour_without_a_read_any_price_is_believed() -> None:
    guard = JumpGuard()
    told(guard, 0, "0.04")
    assert told(guard, 3600, "4") == ("0.04", 1)
    guard = JumpGuard()
    told(guard, 0, "0.04")
    assert told(guard, 3601, "4") == ("4", 0)


def test_what_is_in_quarantine_tells_both_prices_and_since_when() -> None:
    guard = JumpGuard()
    told(guard, 0, "0.04")
    read = guard.watched({ETH: Decimal(4)}, START + timedelta(seconds=2))
    assert (read.get(("BTC", "USD")), read.get(ETH), read.get(ETH)) == (
        None,
        Decimal("0.04"),
        Decimal("0.04"),
    )
    since = START + timedelta(seconds=2)
    assert read.quarantined == {ETH: Quarantined("ETH", "BTC", Decimal(4), Decimal("0.04"), since)}


@pytest.mark.asyncio
async def test_a_load_goes_by_the_price_before_the_jump_and_its_receipt_shows_both(world: World) -> None:
    held: dict[str, Any] = {"ETH": {"free": "1", "locked": "0"}}
    world.patch(wallets={"spot": held})
    account_id = await world.connected()
    before = await world.load(account_id)
    await world.clock.sleep(5)
    world.patch(prices={"BTCUSD": "63722.1", "BTCUSDT": "63656.71", "ETHBTC": "4.085"})

    jumped = await world.load(account_id)

    assert jumped.json["btc_amount"] == before.json["btc_amount"] == "0.04085"
    path = f"/cambist/v1/accounts/{account_id}/receipts/{jumped.headers['X-Cambist-Receipt']}"
    (shown,) = (await world.call("GET", path)).json["quarantined"]
    assert (shown["base"], shown["quote"], shown["told"], shown["used"]) == ("ETH", "BTC", "4.085", "0.04085")

    await world.clock.sleep(60)
    assert (await world.load(account_id)).json["btc_amount"] == "4.085"
