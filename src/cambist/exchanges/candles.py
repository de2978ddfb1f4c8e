"""One-minute candles, which tell what a pair was worth at a time that is past."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal

import msgspec

from cambist.core.history import milliseconds, moment
from cambist.exchanges.guard import Unusable
from cambist.exchanges.tickers import usable_price

MINUTE_MS = 60_000
# In rows of open, high, low and close, and in those that have the close before high and low.
CLOSE_LAST = 4
CLOSE_SECOND = 2

Figure = str | int | msgspec.Raw
Row = Sequence[Figure]


def minute_of(at: datetime) -> datetime:
    """When the minute began that holds a time."""
    stored = milliseconds(at)
    return moment(stored - stored % MINUTE_MS)


def bounds_ms(minute: datetime) -> tuple[int, int]:
    """When the minute began and when the next one did, in milliseconds since 1970."""
    began = milliseconds(minute)
    return began, began + MINUTE_MS


def bounds_s(minute: datetime) -> tuple[int, int]:
    """As `bounds_ms`, in seconds."""
    began, ended = bounds_ms(minute)
    return began // 1000, ended // 1000


def close_at(rows: Iterable[Row], began: int, close: int = CLOSE_LAST) -> Decimal | None:
    """The close of the candle that began then, in the exchange's unit of time; None where there is none.

    A row begins with when its candle began; close: the place of its close in it. A figure may be written as
    text or as a JSON number. Raises Unusable for rows that are no candles.
    """
    for row in rows:
        if len(row) <= close:
            raise Unusable("the answer has a candle without its close")
        at = _text(row[0])
        if not at.isdigit():
            raise Unusable("the answer has a candle without its time")
        if at == str(began):
            return usable_price(_text(row[close]))
    return None


def rows_decoder() -> msgspec.json.Decoder[list[list[msgspec.Raw]]]:
    return msgspec.json.Decoder(list[list[msgspec.Raw]])


def _text(told: Figure) -> str:
    if not isinstance(told, msgspec.Raw):
        return str(told)
    return bytes(told).decode(errors="replace").removeprefix('"').removesuffix('"')
