"""A Binance account's open orders and trades."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import msgspec

from cambist.core.history import milliseconds, moment
from cambist.core.listings import Trade
from cambist.core.prices import Pair
from cambist.core.terms import Credentials
from cambist.exchanges.exchange import Exchange
from cambist.exchanges.guard import Unusable, number, shaped

_TRADES = "/api/v3/myTrades"
_PAGE = 1_000
_DAY = timedelta(days=1)


class _Order(msgspec.Struct, rename="camel"):
    order_id: int


class _Trade(msgspec.Struct, rename="camel"):
    symbol: str
    id: int
    quote_qty: str
    time: int


_orders = msgspec.json.Decoder(list[_Order])
_trades = msgspec.json.Decoder(list[_Trade])


async def open_orders(client: Any) -> int:
    """GET /api/v3/openOrders of all symbols."""
    client.raw = client.large = True
    orders = shaped(_orders, await client.private_get_openorders(), "a list of orders")
    if len({order.order_id for order in orders}) != len(orders):
        raise Unusable("the answer has an order twice")
    return len(orders)


async def trades(
    exchange: Exchange,
    credentials: Credentials,
    symbols: Mapping[Pair, str],
    start: datetime,
    until: datetime,
) -> list[Trade] | None:
    """The trades of symbols from `start` to before `until`; None where they take too many calls.

    Raises LoadFailed.
    """
    asking = _Asking(exchange, credentials)
    read = asking.in_windows if until - start <= _DAY else asking.by_id
    found = []
    try:
        for (_, quote), symbol in symbols.items():
            rows = await read(symbol, milliseconds(start), milliseconds(until))
            found += [Trade(moment(row.time), quote, number(row.quote_qty)) for row in rows]
    except _TooMany:
        return None
    return found


class _TooMany(Exception):
    """More calls are needed than one request may make."""


class _Asking:
    """GET /api/v3/myTrades, so often as half of a minute's budget allows. Times are in ms, ends exclusive."""

    def __init__(self, exchange: Exchange, credentials: Credentials) -> None:
        self._exchange = exchange
        self._credentials = credentials
        self._calls_left = exchange.budget.calls_in_half_a_minute(_TRADES)

    async def in_windows(self, symbol: str, start: int, until: int) -> list[_Trade]:
        """By time, of one day at most.

        Of more than a page the exchange does not say which it tells: the window is halved until all fit.
        """
        page = await self._page(symbol, startTime=start, endTime=until - 1)
        if len(page) < _PAGE:
            return [row for row in page if start <= row.time < until]
        middle = (start + until) // 2
        if middle == start:
            raise _TooMany
        earlier = await self.in_windows(symbol, start, middle)
        return earlier + await self.in_windows(symbol, middle, until)

    async def by_id(self, symbol: str, start: int, until: int) -> list[_Trade]:
        """From the account's first trade on: for a longer time this takes fewer calls than its days."""
        found: list[_Trade] = []
        next_id = 0
        while True:
            page = await self._page(symbol, fromId=next_id)
            found += [row for row in page if start <= row.time < until]
            if len(page) < _PAGE or page[-1].time >= until:
                return found
            next_id = page[-1].id + 1

    async def _page(self, symbol: str, **chosen: int) -> list[_Trade]:
        """By id, each once."""
        if not self._calls_left:
            raise _TooMany
        self._calls_left -= 1

        async def question(client: Any) -> list[_Trade]:
            client.raw = True
            raw = await client.private_get_mytrades({"symbol": symbol, "limit": _PAGE, **chosen})
            rows = shaped(_trades, raw, "a list of trades")
            once = len({row.id for row in rows}) == len(rows) == raw.count(b'"quoteQty"')
            if not once or any(row.symbol != symbol for row in rows):
                raise Unusable("the answer has a trade twice, or one of another pair")
            return sorted(rows, key=lambda row: row.id)

        return await self._exchange.ask(question, self._credentials)
