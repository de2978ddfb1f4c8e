"""Gate's spot pairs and their prices."""

from typing import Any

import msgspec

from cambist.exchanges.dialect import Listed, Source, Texts
from cambist.exchanges.guard import shaped, told_once
from cambist.exchanges.tickers import by_symbol


class _Pair(msgspec.Struct):
    id: str
    base: str
    quote: str
    trade_status: str


class _Ticker(msgspec.Struct):
    """Empty where there is none."""

    currency_pair: str
    last: str
    highest_bid: str
    lowest_ask: str


_pairs = msgspec.json.Decoder(list[_Pair])
_tickers = msgspec.json.Decoder(list[_Ticker])
_TRADES = "tradable"


async def listed(client: Any) -> Listed:
    """GET /spot/currency_pairs: the pairs, those that trade apart; others may only be sold, or not at all."""
    client.raw = client.large = True
    rows = shaped(_pairs, await client.public_spot_get_currency_pairs(), "a list of pairs")
    return Listed(
        symbols={(row.base, row.quote): row.id for row in rows if row.trade_status == _TRADES},
        halted={(row.base, row.quote): row.id for row in rows if row.trade_status != _TRADES},
    )


async def last(client: Any) -> Texts:
    """GET /spot/tickers: the only bulk call, so the cheapest."""
    return by_symbol([(row.currency_pair, (row.last,)) for row in await _read(client)])


async def mid(client: Any) -> Texts:
    """The same call's best bid and ask."""
    return by_symbol([(row.currency_pair, (row.highest_bid, row.lowest_ask)) for row in await _read(client)])


async def _read(client: Any) -> list[_Ticker]:
    client.raw = client.large = True
    raw = await client.public_spot_get_tickers()
    rows = shaped(_tickers, raw, "a list of prices")
    told_once(raw, **dict.fromkeys(_Ticker.__struct_fields__, len(rows)))
    return rows


PRICES = Source(listed, last, mid)
