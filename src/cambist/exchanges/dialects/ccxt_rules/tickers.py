"""Pairs and prices as ccxt reads them."""

from typing import Any

from cambist.exchanges.dialect import Listed, Source, Texts

# What a market list holds most of and nothing here reads, in the form in which ccxt may look for it.
_NOT_KEPT: dict[str, Any] = {
    "info": {},
    "precision": {"amount": None, "price": None, "cost": None, "base": None, "quote": None},
    "limits": {of: {"min": None, "max": None} for of in ("leverage", "amount", "price", "cost", "market")},
    "marginModes": {"cross": None, "isolated": None},
}
_NOT_KEPT_OF_CURRENCIES: dict[str, Any] = {
    "info": {},
    "networks": {},
    "fees": {},
    "limits": {of: {"min": None, "max": None} for of in ("deposit", "withdraw", "amount")},
}


async def listed(client: Any) -> Listed:
    """ccxt's markets: the spot pairs that it does not call inactive."""
    client.large = True
    markets: dict[str, dict[str, Any]] = await client.load_markets(reload=True)
    _let_go_of_the_rest(client)
    spot = {symbol: market for symbol, market in markets.items() if market.get("spot")}
    pairs = {symbol: (market["base"], market["quote"]) for symbol, market in spot.items()}
    halted = {symbol for symbol, market in spot.items() if market.get("active") is False}
    return Listed(
        symbols={pair: symbol for symbol, pair in pairs.items() if symbol not in halted},
        halted={pair: symbol for symbol, pair in pairs.items() if symbol in halted},
    )


def _let_go_of_the_rest(client: Any) -> None:
    """Leaves of ccxt's markets and currencies what names them: 4 MB of 2,000 pairs, where it keeps 18.

    By id it keeps the markets a second time, as the exchange wrote them; the same serve for both.
    """
    for market in client.markets.values():
        market.update(_NOT_KEPT)
    for currency in client.currencies.values():
        currency.update(_NOT_KEPT_OF_CURRENCIES)
    by_symbol = client.markets
    client.markets_by_id = {
        id_: [by_symbol[market["symbol"]] for market in same if market["symbol"] in by_symbol]
        for id_, same in client.markets_by_id.items()
    }


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
