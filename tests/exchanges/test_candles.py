"""What a pair was worth in a minute that is past, as each exchange tells it."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from cambist.exchanges.candles import close_at
from cambist.exchanges.guard import Unusable
from cambist.exchanges.speaking import dialect_of
from tests.worlds import START, scenario, world

AT = START - timedelta(hours=3)
PRICES = {"BTCUSD": "63722.1", "ETHBTC": "0.04085"}


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("code", "path"),
    [
        ("binance", "/api/v3/klines"),
        ("binance_us", "/api/v3/klines"),
        ("bybit", "/v5/market/kline"),
        ("okex", "/api/v5/market/history-candles"),
        ("kraken", "/0/public/OHLC"),
    ],
)
async def test_the_close_of_the_minute_that_holds_a_time(tmp_path: Path, code: str, path: str) -> None:
    held: Mapping[str, Any] = {"spot": {"BTC": {"free": "1"}, "ETH": {"free": "1"}}}
    async with world(tmp_path, scenario(exchange=code, prices=PRICES, keys=[], wallets=held)) as made:
        ledgers, market = made.cambist.outside.ledgers, made.cambist.outside.exchanges.market(code)
        assert await ledgers.candle(market, ("ETH", "BTC"), AT) == Decimal("0.04085")
        assert await ledgers.candle(market, ("BTC", "USD"), AT) == Decimal("63722.1")
        assert await ledgers.candle(market, ("ETH", "XRP"), AT) is None

        assert made.exchange_calls(path) == 2
        long_ago = await ledgers.candle(market, ("BTC", "USD"), AT - timedelta(days=1))
        assert long_ago == (None if code == "kraken" else Decimal("63722.1"))


@pytest.mark.asyncio
async def test_an_exchange_whose_candles_are_not_read_is_not_asked(tmp_path: Path) -> None:
    async with world(tmp_path, scenario(exchange="coinbase_advanced", keys=[])) as made:
        market = made.cambist.outside.exchanges.market("coinbase_advanced")
        assert dialect_of("coinbase").candle is None
        assert await made.cambist.outside.ledgers.candle(market, ("BTC", "USD"), AT) is None
        assert not made.simulator.calls


BEGAN = int(datetime(2023, 6, 19, tzinfo=UTC).timestamp() * 1000)


@pytest.mark.parametrize(
    ("row", "close"),
    [
        ([BEGAN, "1", "2", "0.5", "1.50", "9"], Decimal("1.50")),
        ([str(BEGAN), "1", "2", "0.5", "1.50"], Decimal("1.50")),
        ([BEGAN + 60_000, "1", "2", "0.5", "1.50"], None),
        ([BEGAN, "1", "2", "0.5", "0"], None),
        ([BEGAN, "1", "2", "0.5", "1e999"], None),
        ([BEGAN, "1", "2", "0.5", 1], None),
    ],
)
def test_a_candle_counts_where_it_is_of_that_minute_and_has_a_usable_close(
    row: list[Any], close: Decimal | None
) -> None:
    assert close_at([row], BEGAN) == close


def test_a_row_that_is_no_candle_is_refused() -> None:
    with pytest.raises(Unusable, match="without its close"):
        close_at([[BEGAN, "1"]], BEGAN)
