"""What a KuCoin account is charged for what it borrows: no ledger has it, since what is owed grows by it."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

import msgspec

from cambist.core.errors import KeysRejected
from cambist.core.ledger import Asked, Entry, EntryKind, Page, Terms
from cambist.core.money import ZERO, exact
from cambist.core.terms import Market
from cambist.exchanges.dialect import LedgerSource
from cambist.exchanges.dialects.kucoin import envelope, wallets
from cambist.exchanges.dialects.kucoin.envelope import data_of
from cambist.exchanges.dialects.kucoin.ledger_rows import at_ms
from cambist.exchanges.guard import Unusable, checked_json, number
from cambist.exchanges.ledger_rows import entry
from cambist.exchanges.windows import Window, halved, told, window

SPAN, AGAIN, REACH = timedelta(days=7), timedelta(hours=2), timedelta(days=178)
PAGE = 500
_WHOLE = "."
_BETWEEN = " "


class _Charge(msgspec.Struct, rename="camel"):
    currency: str
    interest_amount: str
    created_time: int | str


_charges = msgspec.json.Decoder(envelope.Page[_Charge])


async def cross(client: Any, market: Market, asked: Asked) -> Page:
    """The next stretch of time. Keys without the permission for margin do where nothing is owed."""
    read = window(asked, SPAN, REACH, AGAIN)
    if read.is_empty:
        return told(read, asked, ())
    try:
        entries = await _charged(client, market, read, "cross_margin", {"isIsolated": "false"})
    except KeysRejected:
        if any(each.borrowed for each in (await wallets.cross_margin(client, market)).balances):
            raise
        entries = []
    return halved(read, asked, _WHOLE) if entries is None else told(read, asked, entries)


async def isolated(client: Any, market: Market, asked: Asked) -> Page:
    """The next pair of isolated margin of a stretch of time: of those that hold or owe anything.

    A page's place is the pairs that are still to be read, this one first.
    """
    read = window(asked, SPAN, REACH, AGAIN)
    if read.is_empty:
        return told(read, asked, ())
    left = read.at.split(_BETWEEN) if read.at.strip(_WHOLE) else await _used(client)
    if not left:
        return told(read, asked, ())
    pair, *others = left
    try:
        entries = await _charged(
            client, market, read, "isolated_margin", {"isIsolated": "true", "symbol": pair}
        )
    except KeysRejected:
        if await _owes(client):
            raise
        return told(read, asked, ())
    if entries is None:
        return halved(read, asked, _WHOLE)
    return told(read, asked, entries, _BETWEEN.join(others))


async def _used(client: Any) -> list[str]:
    return [
        pair.symbol
        for pair in await wallets.pairs(client)
        if any(number(each.total) or number(each.liability) for each in (pair.base_asset, pair.quote_asset))
    ]


async def _owes(client: Any) -> bool:
    pairs = await wallets.pairs(client)
    return any(number(each.liability) for pair in pairs for each in (pair.base_asset, pair.quote_asset))


async def _charged(
    client: Any, market: Market, read: Window, wallet: str, of: Mapping[str, str]
) -> list[Entry] | None:
    """GET /api/v3/margin/interest of a window; None where it holds more than a page."""
    client.raw = client.large = True
    raw = await client.private_get_margin_interest(
        {**of, "startTime": read.start, "endTime": read.end, "currentPage": 1, "pageSize": PAGE}
    )
    page = data_of(client, raw, _charges, "a list of interest")
    checked_json(raw)
    if page.current_page != 1 or len(page.items) > PAGE:
        raise Unusable("the answer is not the page that was asked for")
    if page.total_page > 1:
        return None
    if len(page.items) != page.total_num:
        raise Unusable("the answer has not the rows that it counts")
    return interest(page.items, market, wallet, of.get("symbol", ""))


def interest(rows: list[_Charge], market: Market, wallet: str, pair: str) -> list[Entry]:
    """What was charged of a currency at a time, by however many loans: they have no names."""
    sums: dict[tuple[str, int], Decimal] = defaultdict(lambda: ZERO)
    with exact():
        for row in rows:
            sums[row.currency, at_ms(row.created_time)] -= number(row.interest_amount)
    return [
        each
        for (currency, at), amount in sums.items()
        for each in entry(market, f"{pair}:{currency}:{at}", at, EntryKind.INTEREST, currency, amount, wallet)
    ]


_CHARGED = frozenset({EntryKind.INTEREST})
SOURCES = (
    LedgerSource(Terms("cross_interest", _CHARGED, REACH, frozenset({"cross_margin"})), cross),
    LedgerSource(Terms("isolated_interest", _CHARGED, REACH, frozenset({"isolated_margin"})), isolated),
)
