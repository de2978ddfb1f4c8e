"""One-minute candles, which tell what a pair was worth at a time that is past."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal

import msgspec

from cambist.core.history import milliseconds, moment
from cambist.exchanges.guard import Unusable
from cambist.exchanges.tickers import usable_price

MINUTE_MS = 60_000
# A row of every exchange begins so: when the candle began, then its open, high, low and close.
_CLOSE = 4

Row = Sequence[str | int]


def minute_of(at: datetime) -> datetime:
    """When the minute began that holds a time."""
    stored = milliseconds(at)
    return moment(stored - stored % MINUTE_MS)


def close_at(rows: Iterable[Row], began: int) -> Decimal | None:
    """The close of the candle that began then, in the exchange's unit of time; None where there is none.

    Raises Unusable for rows that are no candles.
    """
    for row in rows:
        if len(row) <= _CLOSE:
            raise Unusable("the answer has a candle without its close")
        if str(row[0]) == str(began):
            close = row[_CLOSE]
            return usable_price(close) if isinstance(close, str) else None
    return None


def rows_decoder() -> msgspec.json.Decoder[list[list[str | int]]]:
    return msgspec.json.Decoder(list[list[str | int]])
