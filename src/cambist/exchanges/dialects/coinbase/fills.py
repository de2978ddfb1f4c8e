"""Coinbase Advanced's fills as trades: both legs and the commission, each exact."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec

from cambist.core.ledger import Asked, Entry, EntryKind, Page, Terms
from cambist.core.money import amount, exact
from cambist.core.terms import Market
from cambist.exchanges.dialect import LedgerSource
from cambist.exchanges.dialects.coinbase.clock import in_its_time
from cambist.exchanges.guard import Unusable, all_differ, checked_json, number, shaped
from cambist.exchanges.ledger_rows import written
from cambist.exchanges.windows import told, window

SPAN, AGAIN = timedelta(days=365), timedelta(hours=1)
PAGE = 250
_US_FUTURES = "CDE"


class _Fill(msgspec.Struct):
    """size: of the base, or where `size_in_quote` of the quote."""

    entry_id: str
    trade_time: datetime
    price: str
    size: str
    commission: str
    product_id: str
    side: str
    trade_type: str = "FILL"
    size_in_quote: bool = False


class _Page(msgspec.Struct):
    fills: list[_Fill]
    cursor: str = ""


_page = msgspec.json.Decoder(_Page)


async def page(client: Any, market: Market, asked: Asked) -> Page:
    """GET /api/v3/brokerage/orders/historical/fills of a stretch of time, the newest first, by cursor.

    The last page may have a cursor too: after it comes an empty one.
    """
    stretch = window(asked, SPAN, again=AGAIN)
    if stretch.is_empty:
        return told(stretch, asked, ())
    params: dict[str, Any] = {
        "start_sequence_timestamp": written(max(stretch.start - 1, 0)),
        "end_sequence_timestamp": written(stretch.end),
        "limit": PAGE,
        **({"cursor": stretch.at} if stretch.at else {}),
    }
    client.raw = client.large = True
    raw = await in_its_time(client, lambda: client.v3_private_get_brokerage_orders_historical_fills(params))
    entries, cursor = fills_answer(raw, market)
    return told(stretch, asked, entries, cursor)


def fills_answer(raw: bytes, market: Market) -> tuple[list[Entry], str]:
    """The entries of an answer, and where the next page is; nowhere after an empty one. Raises Unusable."""
    checked_json(raw)
    answer = shaped(_page, raw, "a list of fills")
    all_differ([fill.entry_id for fill in answer.fills], "a fill")
    entries = [entry for fill in answer.fills for entry in _entries(fill, market)]
    return entries, answer.cursor if answer.fills else ""


def _entries(fill: _Fill, market: Market) -> Iterator[Entry]:
    """A fill of a pair is two legs and a commission in its quote; one of US futures a commission alone.

    Fills of other contracts are of accounts that are not read.
    """
    base, _, quote = fill.product_id.partition("-")
    commission = number(fill.commission)
    with exact():
        fee = -commission
    if "-" in quote:
        if quote.endswith(f"-{_US_FUTURES}") and fee:
            yield Entry(f"{fill.entry_id}:fee", fill.trade_time, EntryKind.FEE, "USD", fee, "futures")
        return
    if not quote or fill.side not in ("BUY", "SELL"):
        raise Unusable("the answer has a fill of no pair or side")
    bought, paid = _legs(fill)
    legs = (
        ("base", EntryKind.TRADE, base, bought),
        ("quote", EntryKind.TRADE, quote, paid),
        ("fee", EntryKind.FEE, quote, fee),
    )
    for name, kind, code, change in legs:
        if change:
            yield Entry(
                id=f"{fill.entry_id}:{name}",
                at=fill.trade_time,
                kind=kind,
                asset=market.spellings.get(code, code),
                amount=change,
                wallet="spot",
                group=fill.entry_id,
                quote=name == "quote",
            )


def _legs(fill: _Fill) -> tuple[Decimal, Decimal]:
    """What the base and the quote changed by. What is reversed changes the other way."""
    size, price = number(fill.size), number(fill.price)
    if price <= 0:
        raise Unusable("the answer has a fill without a price")
    comes_in = (fill.side == "BUY") == (fill.trade_type != "REVERSAL")
    with exact():
        base, quote = (amount(size, price), size) if fill.size_in_quote else (size, size * price)
        return (base, -quote) if comes_in else (-base, quote)


SOURCE = LedgerSource(Terms("fills", frozenset({EntryKind.TRADE, EntryKind.FEE})), page)
