"""The simulator's histories as independent clients read them: ccxt's own parsers, and python-binance."""

from datetime import timedelta
from typing import Any

import ccxt.async_support as ccxt
import pytest
from binance import AsyncClient
from binance.exceptions import BinanceAPIException

from tests.simulator.test_clients import exchange, wall_clock

pytestmark = pytest.mark.asyncio
DAY_MS = 86_400_000


def ago(days: float) -> str:
    return (wall_clock() - timedelta(days=days)).isoformat(timespec="milliseconds")


def flow(kind: str, asset: str, amount: str, days: float = 3, **more: str) -> dict[str, str]:
    return {"kind": kind, "asset": asset, "amount": amount, "time": ago(days), **more}


PAST: dict[str, Any] = {
    "flows": [
        flow("deposit", "BTC", "0.5", 10, tx="0xin"),
        flow("deposit", "ETH", "2", 5, state="pending"),
        flow("withdrawal", "BTC", "0.25", 2, fee="0.0005", tx="0xout"),
        flow("deposit", "EUR", "15", 2),
        flow("transfer", "USDT", "100", 2, wallet="spot", to="futures_usdm"),
        flow("reward", "BHFT", "10"),
        flow("reward", "USDT", "0.01", name="flexible"),
        flow("interest", "USDT", "-0.25", 2, wallet="cross_margin"),
        flow("funding", "USDT", "-0.125", 2, wallet="futures_usdm"),
        flow("deposit", "USDT", "500", name="p2p"),
        flow("transfer", "USDT", "7", name="pay"),
    ],
    "trades": [
        {
            "symbol": "BTCUSDT",
            "side": "buy",
            "price": "60000.5",
            "quantity": "0.5",
            "time": ago(2),
            "fee": "0.0005",
        },
        {
            "symbol": "BTCUSDT",
            "side": "sell",
            "price": "60000",
            "quantity": "1",
            "time": ago(2),
            "way": "convert",
        },
    ],
}


async def test_ccxt_reads_deposits_withdrawals_transfers_trades_and_conversions() -> None:
    async with exchange("binance", world=PAST) as (client, simulator):
        await client.load_markets()
        since = client.milliseconds() - 20 * DAY_MS
        coming = await client.fetch_deposits(None, since)
        going = await client.fetch_withdrawals(None, since)
        (moved,) = await client.fetch_transfers("USDT", since, None, {"type": "MAIN_UMFUTURE"})
        (traded,) = await client.fetch_my_trades("BTC/USDT")
        (converted,) = await client.fetch_convert_trade_history(
            "USDT", since, None, {"until": client.milliseconds()}
        )
        (charged,) = await client.fetch_borrow_interest("USDT", None, since)
    assert [(each["txid"], each["amount"], each["status"]) for each in coming] == [
        ("0xin", "0.5", "ok"),
        ("tx-2", "2", "pending"),
    ]
    (gone,) = going
    assert (gone["txid"], gone["amount"], gone["fee"]["cost"]) == ("0xout", "0.25", "0.0005")
    assert (moved["fromAccount"], moved["toAccount"], moved["amount"]) == ("spot", "linear", "100")
    assert (traded["cost"], traded["fee"]) == ("30000.25", {"cost": "0.0005", "currency": "BTC"})
    assert (converted["fromCurrency"], converted["toAmount"]) == ("BTC", "60000")
    assert (charged["interest"], charged["currency"]) == ("0.25", "USDT")
    assert {call.status for call in simulator.calls} == {200}


async def test_ccxt_is_told_that_a_window_is_too_long() -> None:
    async with exchange("binance", world=PAST) as (client, _):
        client.set_markets({})
        asked = {"startTime": client.milliseconds() - 91 * DAY_MS, "endTime": client.milliseconds()}
        for call, code in (
            (client.sapi_get_capital_deposit_hisrec, "-4047"),
            (client.sapi_get_capital_withdraw_history, "-4047"),
            (client.sapi_get_convert_tradeflow, "-1127"),
            (client.sapi_get_simple_earn_locked_history_rewardsrecord, "-6021"),
        ):
            with pytest.raises(ccxt.BaseError, match=code):
                await call(asked)


async def test_python_binance_reads_the_other_histories() -> None:
    async with exchange("binance", world=PAST) as (_, simulator):
        client = AsyncClient("demo-key", "demo-secret")
        base = simulator.exchange_urls["binance"]
        client.API_URL, client.MARGIN_API_URL = base + "/api", base + "/sapi"
        client.FUTURES_URL = base + "/fapi"
        try:
            (fiat,) = (await client.get_fiat_deposit_withdraw_history(transactionType=0))["data"]
            (person,) = (await client.get_c2c_trade_history(tradeType="BUY"))["data"]
            (paid,) = (await client.get_pay_trade_history())["data"]
            (given,) = (await client.get_asset_dividend_history())["rows"]
            (income,) = await client.futures_income_history(incomeType="FUNDING_FEE")
            assert (await client.get_dust_log())["userAssetDribblets"] == []
            with pytest.raises(BinanceAPIException) as refused:
                await client.get_c2c_trade_history()
        finally:
            await client.close_connection()
    assert (fiat["fiatCurrency"], fiat["amount"], fiat["status"]) == ("EUR", "15", "Successful")
    assert (person["asset"], person["amount"], person["orderStatus"]) == ("USDT", "500", "COMPLETED")
    assert (paid["amount"], paid["fundsDetail"][0]["walletAssetCost"]) == ("7", [{"1": "7"}])
    assert (given["asset"], given["amount"]) == ("BHFT", "10")
    assert (income["asset"], income["income"]) == ("USDT", "-0.125")
    assert refused.value.code == -1102
