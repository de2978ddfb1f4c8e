"""Coinbase's price of BTC in dollars."""

from typing import Any

import msgspec

from cambist.exchanges.guard import shaped, told_once
from cambist.exchanges.tickers import Ticker


class _Trade(msgspec.Struct):
    price: str


class _Snapshot(msgspec.Struct):
    trades: list[_Trade]
    best_bid: str
    best_ask: str


_snapshot = msgspec.json.Decoder(_Snapshot)


async def btc_usd(client: Any) -> Ticker:
    """GET /api/v3/brokerage/market/products/BTC-USD/ticker: its last trade, the best bid and ask.

    Coinbase's own copy of a public answer is up to a second old.
    """
    client.raw = True
    raw = await client.v3_public_get_brokerage_market_products_product_id_ticker(
        {"product_id": "BTC-USD", "limit": 1}
    )
    told = shaped(_snapshot, raw, "a price")
    told_once(raw, trades=1, price=len(told.trades), best_bid=1, best_ask=1)
    return Ticker(told.trades[0].price if told.trades else "", told.best_bid, told.best_ask)
