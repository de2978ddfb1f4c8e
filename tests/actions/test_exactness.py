"""No digit is lost on the way from the exchange's text through the real ccxt client to text again."""

from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import ccxt.async_support as ccxt
import pytest

from cambist.core.valuation import equity
from tests.worlds import EXCHANGE_KEY, EXCHANGE_SECRET, World, scenario, world

LONG_BTC = "123456789012.345678901234567890123456789012345"  # 12 + 33 digits
EIGHTEEN = "31415926.535897932384626433"


def _holding(**wallet: str) -> dict[str, dict[str, Any]]:
    return {"spot": {asset: {"free": free, "locked": "0"} for asset, free in wallet.items()}}


async def _stored(made: World, account_id: int) -> dict[str, Decimal]:
    last = await made.cambist.outside.history.last_read(account_id)
    return {balance.code: balance.free for wallet in last.wallets for balance in wallet.balances}


@pytest.mark.asyncio
async def test_a_bitcoin_balance_of_45_digits_comes_back_in_btc_amount(tmp_path: Path) -> None:
    held = scenario(wallets=_holding(BTC=LONG_BTC), prices={"BTCUSD": "63722.1"})
    async with world(tmp_path, held) as made:
        answer = await made.connect()

    assert answer.json["btc_amount"] == LONG_BTC
    usd = Fraction(LONG_BTC) * Fraction("63722.1")
    assert Fraction(answer.json["usd_amount"]) == usd


@pytest.mark.asyncio
async def test_eighteen_decimals_come_back_from_the_stored_holdings_unchanged(tmp_path: Path) -> None:
    held = scenario(wallets=_holding(ETH=EIGHTEEN, USDT="0.000000000000000001"))
    async with world(tmp_path, held) as made:
        account_id = await made.connected()
        stored = await _stored(made, account_id)

    assert {asset: f"{free:f}" for asset, free in stored.items()} == {
        "ETH": EIGHTEEN,
        "USDT": "0.000000000000000001",
    }


@pytest.mark.asyncio
async def test_ccxts_own_floats_lose_digits_that_ours_keep(tmp_path: Path) -> None:
    held = scenario(wallets=_holding(ETH=EIGHTEEN))
    async with world(tmp_path, held) as made:
        theirs = ccxt.binanceus({"apiKey": EXCHANGE_KEY, "secret": EXCHANGE_SECRET})
        try:
            base = made.simulator.exchange_urls["binanceus"]
            theirs.urls["api"] = {"public": f"{base}/api/v3", "private": f"{base}/api/v3"}
            theirs.has["fetchCurrencies"] = False
            await theirs.load_time_difference()
            fetched = await theirs.fetch_balance()
        finally:
            await theirs.close()
        stored = await _stored(made, await made.connected())

    assert isinstance(fetched["ETH"]["free"], float)
    assert Decimal(repr(fetched["ETH"]["free"])) != Decimal(EIGHTEEN)
    assert stored["ETH"] == Decimal(EIGHTEEN)


@pytest.mark.asyncio
async def test_dollar_coins_count_what_the_market_says_through_bitcoin(tmp_path: Path) -> None:
    held = scenario(
        wallets=_holding(USDT="31.17895883163168"), prices={"BTCUSDT": "63656.71", "BTCUSD": "63722.1"}
    )
    async with world(tmp_path, held) as made:
        answer = await made.connect()

    assert answer.json["usd_amount"].startswith("31.210986753244348885262841890509")
    exact = Fraction("31.17895883163168") * Fraction("63722.1") / Fraction("63656.71")
    assert abs(Fraction(answer.json["usd_amount"]) - exact) <= Fraction(1, 2 * 10**44)


@pytest.mark.asyncio
async def test_dollar_coins_count_exactly_one_where_their_pair_is_the_only_price_of_bitcoin(
    tmp_path: Path,
) -> None:
    held = scenario(wallets=_holding(USDT="24"), prices={"BTCUSDT": "63656.71"})
    async with world(tmp_path, held) as made:
        answer = await made.connect()
    assert answer.json["usd_amount"] == "24.0"


@pytest.mark.asyncio
async def test_dollar_coins_at_par_count_exactly_one(tmp_path: Path) -> None:
    held = scenario(
        wallets=_holding(USDT="31.17895883163168"), prices={"BTCUSDT": "63656.71", "BTCUSD": "63722.1"}
    )
    async with world(tmp_path, held, stablecoins="par") as made:
        answer = await made.connect()
    assert answer.json["usd_amount"] == "31.17895883163168"


@pytest.mark.asyncio
async def test_locked_balances_count_and_mid_prices_are_taken_where_they_are_set(tmp_path: Path) -> None:
    held = scenario(wallets={"spot": {"BTC": {"free": "0.5", "locked": "0.1"}}})
    async with world(tmp_path, held, price="mid") as made:
        answer = await made.connect()
        asked = made.exchange_calls("/api/v3/ticker/bookTicker"), made.exchange_calls("/api/v3/ticker/price")

    assert answer.json["btc_amount"] == "0.6"
    assert Decimal(answer.json["usd_amount"]) == equity(Decimal("0.6"), Decimal(0)) * Decimal("63722.1")
    assert asked == (1, 0)


@pytest.mark.asyncio
async def test_an_account_of_700_assets_on_a_market_of_2400_pairs_is_valued_whole(tmp_path: Path) -> None:
    coins = {f"SIM{number}": f"{number + 1}.5" for number in range(700)}
    prices = {f"{coin}USD": f"{number + 1}.25" for number, coin in enumerate(coins)}
    held = scenario(wallets=_holding(**coins), prices={"BTCUSD": "50000", **prices}, symbols=2400)
    async with world(tmp_path, held) as made:
        answer = await made.connect()

    expected = sum(Fraction(amount) * Fraction(prices[f"{coin}USD"]) for coin, amount in coins.items())
    assert Fraction(answer.json["usd_amount"]) == expected


@pytest.mark.asyncio
async def test_prices_are_read_once_in_two_seconds_however_many_accounts_load(world: World) -> None:
    account_id = await world.connected()
    before = world.exchange_calls("/api/v3/ticker/price"), world.exchange_calls("/api/v3/exchangeInfo")
    await world.load(account_id)
    await world.clock.sleep(1.9)
    await world.load(account_id)
    assert world.exchange_calls("/api/v3/ticker/price") == before[0] + 1
    await world.clock.sleep(2)
    await world.load(account_id)
    assert world.exchange_calls("/api/v3/ticker/price") == before[0] + 2
    assert world.exchange_calls("/api/v3/exchangeInfo") == before[1] == 1
