"""What happened in accounts of the simulated exchanges: something for each source of their ledgers.

Whoever adds a source adds what it tells here: then every broken answer is tried on it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from cambist.core.prices import Pair
from tests.exchanges.scenarios import BYBIT, COINBASE, KRAKEN, KRAKEN_FUTURES, SCENARIOS
from tests.worlds import scenario

DAYS = 20


@dataclass(frozen=True, slots=True)
class Past:
    """A scenario in which every source of a market tells something of the last days.

    assets, symbols: what sources are asked for that are asked by asset.
    """

    scenario: dict[str, Any]
    assets: frozenset[str] = frozenset({"BTC", "USDT"})
    symbols: Mapping[Pair, str] = field(default_factory=lambda: {("BTC", "USDT"): "BTCUSDT"})


def _ago(days: float) -> str:
    return (datetime.now(UTC) - timedelta(days=days)).isoformat(timespec="milliseconds")


def flow(kind: str, asset: str, amount: str, days: float = 3, **more: str) -> dict[str, str]:
    return {"kind": kind, "asset": asset, "amount": amount, "time": _ago(days), **more}


def trade(symbol: str, price: str, quantity: str, days: float = 4, **more: str) -> dict[str, str]:
    told = {"symbol": symbol, "side": "buy", "price": price, "quantity": quantity, "time": _ago(days)}
    return {**told, **more}


_BINANCE = Past(
    scenario(
        exchange="binance",
        prices={"BTCUSDT": "60000", "BTCEUR": "55000", "BNBUSDT": "500", "USDTBNB": "0.0031"},
        flows=[
            flow("deposit", "BTC", "0.5", 9),
            flow("deposit", "ETH", "1.5", 8),
            flow("withdrawal", "BTC", "0.25", fee="0.0005"),
            flow("deposit", "EUR", "15.5"),
            flow("withdrawal", "EUR", "28.49", fee="1.5"),
            flow("deposit", "USDT", "500.5", name="p2p"),
            flow("withdrawal", "USDT", "50.5", name="p2p", fee="0.1"),
            flow("transfer", "USDT", "-1.25", name="pay", wallet="spot"),
            flow("transfer", "BNB", "1.75", name="pay"),
            flow("transfer", "USDT", "10.5", wallet="spot", to="funding"),
            flow("transfer", "USDT", "20.5", wallet="spot", to="futures_usdm"),
            flow("transfer", "BTC", "0.01", wallet="spot", to="cross_margin"),
            flow("transfer", "BTC", "0.02", wallet="spot", to="portfolio_margin"),
            flow("reward", "BHFT", "10.5"),
            flow("reward", "USDT", "0.25", name="flexible", wallet="earn_flexible"),
            flow("reward", "BNB", "0.125", name="locked"),
            flow("interest", "USDT", "-0.25", wallet="cross_margin"),
            flow("interest", "USDT", "-0.5", wallet="portfolio_margin"),
            flow("realised", "USDT", "12.5", wallet="futures_usdm"),
            flow("funding", "BTC", "-0.0001", wallet="futures_coinm"),
            flow("realised", "USDT", "4.25", wallet="portfolio_margin"),
        ],
        trades=[
            trade("BTCUSDT", "60000.5", "0.5", fee="0.001"),
            trade("BTCUSDT", "60000.5", "0.25", wallet="cross_margin"),
            trade("BTCUSDT", "60000.5", "0.25", wallet="isolated_margin"),
            trade("BTCUSDT", "60000.5", "0.25", wallet="portfolio_margin"),
            trade("BTCUSDT", "60000.5", "0.75", way="convert"),
            trade("BTCEUR", "55000.5", "0.01", way="cash", fee="2.5"),
            trade("USDTBNB", "0.0031", "0.5", way="dust", fee="0.00001", side="sell"),
        ],
    )
)
_BINANCE_US = Past(
    scenario(
        flows=[
            flow("deposit", "BTC", "0.5"),
            flow("withdrawal", "BTC", "0.25", fee="0.0005"),
            flow("deposit", "USD", "100.5"),
            flow("withdrawal", "USD", "50.5", fee="0.99"),
            flow("reward", "BTC", "0.125"),
        ],
        trades=[trade("BTCUSDT", "60000.5", "0.5", fee="0.001"), trade("BTCUSD", "1.5", "2", way="convert")],
    )
)
_KRAKEN = Past(
    {
        **KRAKEN,
        "flows": [
            flow("deposit", "BTC", "0.5", 9, tx="in"),
            flow("withdrawal", "ETH", "0.25", fee="0.0005", tx="out"),
        ],
        "trades": [trade("BTCUSD", "60000.5", "0.1", fee="1.25", fee_asset="USD")],
    }
)
_KRAKEN_FUTURES = Past(
    {
        **KRAKEN_FUTURES,
        "flows": [
            flow("transfer", "BTC", "0.5", 9),
            flow("funding", "USD", "-0.25"),
            flow("realised", "USD", "12.75", fee="0.5"),
        ],
    }
)
_COINBASE = Past(
    {
        **COINBASE,
        "wallets": {"spot": COINBASE["wallets"]["spot"]},
        "flows": [
            flow("deposit", "BTC", "0.5", 9, tx="in"),
            flow("withdrawal", "BTC", "0.25", fee="0.0005", tx="out"),
        ],
        "trades": [trade("BTCUSD", "60000.5", "0.1", fee="1.25")],
    },
    frozenset({"BTC"}),
)

_BYBIT = Past(
    {
        **BYBIT,
        "flows": [
            flow("deposit", "BTC", "1.5", 6, wallet="funding", tx="in"),
            flow("deposit", "BTC", "1.25", 5, wallet="funding", name="internal"),
            flow("withdrawal", "BTC", "0.5", 5, wallet="funding", fee="0.0005"),
            flow("transfer", "USDT", "15.5", 4),
            *(
                flow("transfer", "USDT", "5.5", 3, wallet="funding", to=to)
                for to in ("earn_flexible", "earn_onchain", "earn_fixed")
            ),
            *(flow("reward", "USDT", "0.5", 2, wallet=each) for each in ("earn_flexible", "earn_onchain")),
        ],
        "trades": [trade("BTCUSDT", "60000.5", "0.1", 3, fee="0.0001")],
    }
)
_OKX = Past(
    {
        **SCENARIOS["okex"],
        "flows": [
            flow("deposit", "BTC", "1.5", 6, wallet="funding", tx="in"),
            flow("withdrawal", "BTC", "0.5", 5, wallet="funding", fee="0.0005"),
            flow("transfer", "USDT", "120.5", 4, wallet="funding", to="earn"),
            flow("reward", "USDT", "0.5", 3, wallet="earn"),
        ],
        "trades": [trade("BTCUSDT", "60000.5", "0.1", 3, fee="0.0001")],
    }
)

HISTORIES: dict[str, Past] = {
    **dict.fromkeys(
        (
            *("binance", "binance_margin", "binance_futures"),
            *("binance_futures_coin", "binance_portfolio_margin"),
        ),
        _BINANCE,
    ),
    "binance_us": _BINANCE_US,
    **dict.fromkeys(("bybit", "bybit_spot"), _BYBIT),
    "coinbase_advanced": _COINBASE,
    "kraken": _KRAKEN,
    "kraken_futures": _KRAKEN_FUTURES,
    **dict.fromkeys(("okex", "okex_futures"), _OKX),
}
# Sources of which a simulation plays nothing: (ccxt id, source).
NOT_PLAYED = {("binance", "portfolio_coin_income")}
