"""What a pair was worth in a minute that is past, as each exchange tells it."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from msgspec import Raw

from cambist.exchanges.candles import CLOSE_SECOND, close_at
from cambist.exchanges.guard import Unusable
from cambist.exchanges.speaking import dialect_of
from tests.exchanges.answering import answering
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
async def test_an_exchange_whose_candles_are_not_read_is_not_asked() -> None:
    assert dialect_of("mexc").candle is None
    async with answering("mexc", {}) as asked:
        assert await asked.gateway.candle(asked.market, ("BTC", "USDT"), AT) is None
    assert not asked.requests


BEGAN = int(datetime(2023, 6, 19, tzinfo=UTC).timestamp() * 1000)


@pytest.mark.parametrize(
    ("row", "close"),
    [
        ([BEGAN, "1", "2", "0.5", "1.50", "9"], Decimal("1.50")),
        ([str(BEGAN), "1", "2", "0.5", "1.50"], Decimal("1.50")),
        ([BEGAN + 60_000, "1", "2", "0.5", "1.50"], None),
        ([BEGAN, "1", "2", "0.5", "0"], None),
        ([BEGAN, "1", "2", "0.5", "1e999"], None),
        ([BEGAN, "1", "2", "0.5", 1], Decimal(1)),
        ([Raw(str(BEGAN).encode()), Raw(b"1"), Raw(b"2"), Raw(b"0.5"), Raw(b"1.50")], Decimal("1.50")),
        ([Raw(f'"{BEGAN}"'.encode()), Raw(b"1"), Raw(b"2"), Raw(b"0.5"), Raw(b'"1.50"')], Decimal("1.50")),
        ([BEGAN, "1", "2", "0.5", Raw(b"null")], None),
    ],
)
def test_a_candle_counts_where_it_is_of_that_minute_and_has_a_usable_close(
    row: list[Any], close: Decimal | None
) -> None:
    assert close_at([row], BEGAN) == close


def test_the_close_stands_where_the_exchange_writes_it() -> None:
    assert close_at([[BEGAN, "1", "2", "3", "4"]], BEGAN, CLOSE_SECOND) == Decimal(2)


@pytest.mark.parametrize(
    ("row", "lacks"), [([BEGAN, "1"], "its close"), (["then", "1", "2", "0.5", "1.50"], "its time")]
)
def test_a_row_that_is_no_candle_is_refused(row: list[Any], lacks: str) -> None:
    with pytest.raises(Unusable, match=f"without {lacks}"):
        close_at([row], BEGAN)
