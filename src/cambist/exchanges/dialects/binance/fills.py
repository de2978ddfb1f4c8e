"""A Binance account's trades, pair by pair from its first one on: two legs and a fee each."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from cambist.core.history import milliseconds, moment
from cambist.core.ledger import Asked, Entry, EntryKind, Page, Terms
from cambist.core.money import exact
from cambist.core.prices import Pair
from cambist.core.terms import Market
from cambist.exchanges.dialect import LedgerSource
from cambist.exchanges.dialects.binance.histories import listed
from cambist.exchanges.guard import Unusable, all_differ
from cambist.exchanges.ledger_rows import came, entry, legs, went

PAGE = 1_000


class _Fill(msgspec.Struct, rename="camel", gc=False):
    symbol: str
    id: int
    price: str
    qty: str
    commission: str
    commission_asset: str
    time: int
    is_buyer: bool
    quote_qty: str | UnsetType = UNSET


class _Place(msgspec.Struct, frozen=True, array_like=True):
    """How far the trades are read. Times in ms.

    known_from: of trades from then on. until: all were told before then. now: when this sync began, 0
    where none is under way. next_ids: by symbol, the id to go on from. done: the symbols that this sync has
    read to their end.
    """

    known_from: int
    until: int
    now: int
    next_ids: dict[str, int] = {}
    done: list[str] = []


_fills = msgspec.json.Decoder(list[_Fill])
_place = msgspec.json.Decoder(_Place)


@dataclass(frozen=True, slots=True)
class Fills:
    """A call that tells the trades of a pair by their ids. call: by ccxt's name. wallet: whose they are."""

    call: str
    wallet: str
    params: dict[str, str] = field(default_factory=dict)

    def source(self, name: str) -> LedgerSource:
        kinds = frozenset({EntryKind.TRADE, EntryKind.FEE})
        terms = Terms(name, kinds, wallets=frozenset({self.wallet}), by_asset=True)
        return LedgerSource(terms, self._read)

    async def _read(self, client: Any, market: Market, asked: Asked) -> Page:
        """The next page of the first pair that is not read to its end. Raises Unusable."""
        place = _begun(asked)
        todo = [(symbol, pair) for pair, symbol in asked.symbols.items() if symbol not in place.done]
        if not todo:
            return _told(place, (), more=False)
        symbol, pair = min(todo)
        next_id = place.next_ids.get(symbol, 0)
        rows = await self._page(client, symbol, next_id)
        if rows:
            place.next_ids[symbol] = rows[-1].id + 1
        if len(rows) < PAGE:
            place.done.append(symbol)
        entries = [
            each
            for row in rows
            if row.time >= place.known_from
            for each in _entries(market, row, pair, self.wallet)
        ]
        return _told(place, entries, more=len(todo) > 1 or len(rows) == PAGE)

    async def _page(self, client: Any, symbol: str, next_id: int) -> Sequence[_Fill]:
        client.raw = client.large = True
        asked = {"symbol": symbol, "fromId": next_id, "limit": PAGE, **self.params}
        rows = listed(_fills, await getattr(client, self.call)(asked), "a list of trades")
        all_differ([str(row.id) for row in rows], "a trade")
        if len(rows) > PAGE or any(row.symbol != symbol or row.id < next_id for row in rows):
            raise Unusable("the answer has other trades than were asked for")
        return sorted(rows, key=lambda row: row.id)


def _begun(asked: Asked) -> _Place:
    """Where the sync is; a new one begins where the one before has told all."""
    now = milliseconds(asked.now)
    if not asked.cursor:
        since = milliseconds(asked.since)
        return _Place(since, since, now)
    place = _place.decode(asked.cursor)
    return place if place.now else msgspec.structs.replace(place, now=now, done=[])


def _told(place: _Place, entries: Sequence[Entry], *, more: bool) -> Page:
    if not more:
        place = msgspec.structs.replace(place, until=place.now, now=0, done=[])
    cursor = msgspec.json.encode(place).decode()
    return Page(tuple(entries), cursor, moment(place.until), moment(place.known_from), more)


def _entries(market: Market, row: _Fill, pair: Pair, wallet: str) -> tuple[Entry, ...]:
    trade = f"{row.symbol}:{row.id}"
    bought, sold = (came, went) if row.is_buyer else (went, came)
    if row.quote_qty is UNSET:
        with exact():
            cost = came(row.price) * came(row.qty)
        quote = cost.copy_negate() if row.is_buyer else cost
    else:
        quote = sold(row.quote_qty)
    fee, traded = went(row.commission), (pair[0], bought(row.qty))
    return legs(market, trade, row.time, traded, (pair[1], quote), wallet) + entry(
        market, f"{trade}:fee", row.time, EntryKind.FEE, row.commission_asset, fee, wallet, group=trade
    )
