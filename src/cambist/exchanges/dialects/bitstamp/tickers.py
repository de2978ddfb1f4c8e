"""Bitstamp's price of BTC in dollars."""

from typing import Any

import msgspec

from cambist.exchanges.guard import shaped, told_once
from cambist.exchanges.tickers import Ticker


class _Ticker(msgspec.Struct):
    last: str
    bid: str
    ask: str


_ticker = msgspec.json.Decoder(_Ticker)


async def btc_usd(client: Any) -> Ticker:
    """GET /api/v2/ticker/btcusd/: the last trade, the best bid and ask."""
    client.raw = True
    raw = await client.public_get_ticker_pair({"pair": "btcusd"})
    told = shaped(_ticker, raw, "a price")
    told_once(raw, last=1, bid=1, ask=1)
    return Ticker(told.last, told.bid, told.ask)
