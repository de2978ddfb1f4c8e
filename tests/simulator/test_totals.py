"""The totals that simulated exchanges tell of their own: each in its shape, by the scenario's prices."""

import json
from fractions import Fraction
from typing import Any

import pytest

from cambist.simulator.binance import totals as binance
from cambist.simulator.binance.checks import Refusal as BinanceRefusal
from cambist.simulator.bybit import totals as bybit
from cambist.simulator.bybit.checks import Refusal as BybitRefusal
from cambist.simulator.okx import records as okx
from cambist.simulator.okx.checks import Refusal as OkxRefusal
from cambist.simulator.scenario import Scenario, load_scenario
from cambist.simulator.worth import bitcoin, dollars, fixed
from tests.exchanges.totals import BINANCE, BYBIT, OKX
from tests.simulator.worlds import play


def scenario(**given: Any) -> Scenario:
    return load_scenario(json.dumps({"exchange": "binance", **given}).encode())


def test_worth_is_equity_times_a_dollar_pair_or_the_way_through_bitcoin() -> None:
    made = scenario(
        wallets={
            "spot": {"ETH": {"free": "2", "locked": "1"}, "BNB": {"free": "10"}, "USDC": {"free": "7.5"}},
            "cross_margin": {"BTC": {"free": "1", "borrowed": "0.4", "interest": "0.1"}},
            "futures_usdm": {"USDT": {"free": "5", "unrealized": "-8"}},
            "earn": {"USDT": {"free": "5", "unrealized": "8"}},
            "funding": {"EUR": {"free": "1"}, "NOPE": {"free": "1"}},
        },
        prices={"BTCUSDC": "60000", "ETHUSD": "2500", "BNBBTC": "0.01", "EURUSD": "1.1"},
    )
    found = {name: dollars(made.wallets, [name], made.prices) for name in made.wallets}
    assert found == {
        "spot": Fraction("13507.5"),
        "cross_margin": Fraction(30_000),
        "futures_usdm": Fraction(-3),
        "earn": Fraction(5),
        "funding": Fraction("1.1"),
    }
    assert bitcoin(made.wallets, ["spot", "cross_margin"], made.prices) == Fraction("43507.5") / 60_000
    assert bitcoin(made.wallets, ["spot"], {"ETHUSD": "2500"}) == 0
    assert dollars(made.wallets, ["trading_bots"], made.prices) == 0


@pytest.mark.parametrize(
    ("amount", "places", "text"),
    [
        ("0", 2, "0.00"),
        ("-0.004", 2, "0.00"),
        ("-3.999", 2, "-4.00"),
        ("12.34567", 3, "12.346"),
        ("0.00000001", 8, "0.00000001"),
    ],
)
def test_a_figure_has_as_many_places_as_its_exchange_writes(amount: str, places: int, text: str) -> None:
    assert fixed(Fraction(amount), places) == text


def test_binance_lists_all_its_wallets_in_bitcoin_or_dollar_coins() -> None:
    made = scenario(**BINANCE)
    told = binance.wallet_balance(made.wallets, made.prices, "BTC")
    assert told[0] == {"activate": True, "balance": "0.6", "walletName": "Spot"}
    assert [row["walletName"] for row in told if row["balance"] == "0"] == [
        "Cross Margin",
        "Isolated Margin",
        "COIN-M Futures",
        "Options",
        "Copy Trading",
    ]
    in_dollars = binance.wallet_balance(made.wallets, made.prices, "USDT")
    assert [row["balance"] for row in in_dollars][:2] == ["37500", "1250"]
    with pytest.raises(BinanceRefusal):
        binance.wallet_balance(made.wallets, made.prices, "DOGE")


@pytest.mark.asyncio
async def test_binance_asks_a_weight_of_60_and_binance_us_has_no_such_path() -> None:
    path = "/sapi/v1/asset/wallet/balance"
    async with play({"exchange": "binance"}) as world:
        answer = await world.signed(path, quoteAsset="BTC")
        assert (answer.status, answer.headers["X-SAPI-USED-IP-WEIGHT-1M"]) == (200, "60")
        assert len(answer.json) == 10
    async with play({"exchange": "binance_us"}) as world:
        assert (await world.signed(path)).status == 404


def test_okx_tells_four_parts_and_their_sum() -> None:
    made = scenario(**OKX)
    assert okx.valuation(made.wallets, made.prices, "BTC", 1_687_193_457_303) == {
        "details": {
            "classic": "0.0000000000000000",
            "earn": "0.0002000000000000",
            "funding": "0.1330000000000000",
            "trading": "0.7360000000000000",
        },
        "totalBal": "0.8692000000000000",
        "ts": "1687193457303",
    }
    assert okx.valuation(made.wallets, made.prices, "USD", 0)["totalBal"] == "54325.0000000000000000"
    with pytest.raises(OkxRefusal):
        okx.valuation(made.wallets, made.prices, "XAU", 0)


def test_bybit_tells_the_unified_and_the_funding_account_always_and_others_with_assets() -> None:
    made = scenario(**BYBIT)
    told = bybit.overview({**made.wallets, "earn_flexible": {}}, made.prices, "USD", 1_687_193_457_303)
    assert told["totalEquity"] == "54101.00"
    assert [(row["accountType"], row["totalEquity"]) for row in told["list"]] == [
        ("UnifiedTradingAccount", "46851.00"),
        ("FundingAccount", "6250.00"),
        ("CopyTrading", "1000.00"),
    ]
    assert {row["valuationCurrency"] for row in told["list"]} == {"USD"}
    assert [row["accountType"] for row in bybit.overview({}, {}, "USD", 0)["list"]] == [
        "UnifiedTradingAccount",
        "FundingAccount",
    ]
    with pytest.raises(BybitRefusal):
        bybit.overview(made.wallets, made.prices, "EUR", 0)
