"""Pairs and prices as ccxt reads them."""

from typing import Any

from cambist.exchanges.dialect import Listed, Source, Texts


async def listed(client: Any) -> Listed:
    """ccxt's markets: the spot pairs that it does not call inactive."""
    client.large = True
    markets: dict[str, dict[str, Any]] = await client.load_markets(reload=True)
    spot = {symbol: market for symbol, market in markets.items() if market.get("spot")}
    pairs = {symbol: (market["base"], market["quote"]) for symbol, market in spot.items()}
    halted = {symbol for symbol, market in spot.items() if market.get("active") is False}
    return Listed(
        symbols={pair: symbol for symbol, pair in pairs.items() if symbol not in halted},
        halted={pair: symbol for symbol, pair in pairs.items() if symbol in halted},
    )


async def last(client: Any) -> Texts:
    client.large = True
    tickers: dict[str, dict[str, Any]] = await client.fetch_tickers()
    return {symbol: (str(t["last"]),) for symbol, t in tickers.items() if t.get("last") is not None}


async def mid(client: Any) -> Texts:
    client.large = True
    tickers: dict[str, dict[str, Any]] = await client.fetch_tickers()
    both = {symbol: (t.get("bid"), t.get("ask")) for symbol, t in tickers.items()}
    return {symbol: (str(bid), str(ask)) for symbol, (bid, ask) in both.items() if bid and ask}


PRICES = Source(listed, last, mid)
