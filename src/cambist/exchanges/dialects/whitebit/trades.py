"""WhiteBIT's deals on all markets, and what positions on collateral have settled.

Both tell of orders on collateral: a deal's market and price, an event of a position what the balance changed
by. So such deals are none, and their orders are known by the events of positions of the same time.
"""

from collections.abc import Collection, Iterator
from datetime import timedelta
from typing import Any, Literal

import msgspec

from cambist.core.history import moment
from cambist.core.ledger import Asked, Entry, EntryKind, Page, Terms
from cambist.core.money import exact
from cambist.core.terms import Market
from cambist.exchanges.dialect import LedgerSource
from cambist.exchanges.dialects.whitebit.lists import (
    A_SECOND,
    FURTHEST,
    PAGE,
    next_page,
    offset_of,
    once_each,
)
from cambist.exchanges.dialects.whitebit.reading import at_ms, entry
from cambist.exchanges.dialects.whitebit.wallets import PROFITS_IN
from cambist.exchanges.guard import Unusable, checked_json, number, shaped
from cambist.exchanges.ledger_rows import Told, came, went
from cambist.exchanges.windows import Place, Window, all_within, halved, place, told, window

# It tells of six months; a little less is asked for.
REACH = timedelta(days=178)
SPAN, AGAIN = timedelta(days=7), timedelta(hours=1)
# An order's events are asked for from a little before its deals.
_BEFORE_S = 2
# So many pages of events are read for one of deals.
_MOST_PAGES = 10
_SECOND_MS = 1_000
_PERPETUAL = "PERP"


class _Deal(msgspec.Struct, rename="camel"):
    """amount: of the base. deal: of the quote."""

    id: int | str
    time: msgspec.Raw
    side: Literal["buy", "sell"]
    amount: str
    deal: str
    fee: str
    order_id: int | str
    fee_asset: str


class _Detail(msgspec.Struct, rename="camel"):
    """realized_pnl: what the balance changed by, fees taken off."""

    id: int | str
    trade_fee: str | None = None
    funding_fee: str | None = None
    realized_pnl: str | None = None


class _Event(msgspec.Struct, rename="camel"):
    """amount: of the position after it."""

    position_id: int | str
    market: str
    modify_date: msgspec.Raw
    amount: str | None = None
    order_detail: _Detail | None = None


# By market; an empty list where there is none at all.
_deals = msgspec.json.Decoder(dict[str, list[_Deal]] | list[_Deal])
_events = msgspec.json.Decoder(list[_Event])


async def page(client: Any, market: Market, asked: Asked) -> Page:
    """POST /api/v4/collateral-account/positions/history and /api/v4/trade-account/executed-history."""
    read = window(asked, SPAN, REACH, AGAIN)
    if read.is_empty:
        return told(read, asked, ())
    client.raw = client.large = True
    here = place(read, [""])
    events = await _events_of(client, read, market)
    if events is None:
        return halved(read, asked, str(Place("")))
    settled, orders = events
    raw = await client.v4_private_post_trade_account_executed_history(
        {**_times(read), "limit": PAGE, "offset": offset_of(here)}
    )
    deals, void = deals_answer(raw, market, orders)
    next_at = next_page(deals, here)
    all_within((row.at for row in deals), read, A_SECOND)
    begins = moment(read.known_from)
    entries = once_each(each for row in (*settled, *deals) for each in row.entries if each.at >= begins)
    if next_at and offset_of(here) >= FURTHEST:
        return halved(read, asked, str(Place("")))
    return told(read, asked, entries, next_at, void)


def deals_answer(raw: bytes, market: Market, collateral: Collection[str]) -> tuple[list[Told], list[str]]:
    """The deals of an answer, with entries of those that are spot, and the names that others would have.

    collateral: the orders that are none of spot. Raises Unusable.
    """
    checked_json(raw)
    by_pair = shaped(_deals, raw, "a list of deals")
    if isinstance(by_pair, list):
        if by_pair:
            raise Unusable("the answer has deals of no market")
        return [], []
    rows: list[Told] = []
    void: list[str] = []
    for pair, deals in by_pair.items():
        for deal in deals:
            name = f"{pair}:{deal.id}:{deal.order_id}"
            entries = tuple(_legs(deal, name, pair, market))
            if str(deal.order_id) in collateral:
                void += [each.id for each in entries]
                entries = ()
            rows.append(Told(name, at_ms(deal.time), entries))
    return rows, void


def events_answer(raw: bytes, market: Market) -> tuple[list[Told], set[str]]:
    """The events of an answer, and the orders that they are of. Raises Unusable."""
    checked_json(raw)
    events = shaped(_events, raw, "a history of positions")
    rows = [Told(_name(each), at_ms(each.modify_date), tuple(_settled(each, market))) for each in events]
    return rows, {str(each.order_detail.id) for each in events if each.order_detail is not None}


async def _events_of(client: Any, read: Window, market: Market) -> tuple[list[Told], set[str]] | None:
    """All events of a window; None where there are too many. Without them no deal is known to be one of spot.

    Its documentation has named pages, and now names none: an answer that is longer than one, or the same as
    the page before, is the whole.
    """
    params = _times(read)
    params["startDate"] = max(params["startDate"] - _BEFORE_S, 0)
    settled: list[Told] = []
    orders: set[str] = set()
    for page_number in range(_MOST_PAGES):
        paged = {**params, "limit": PAGE, "offset": page_number * PAGE}
        raw = await client.v4_private_post_collateral_account_positions_history(paged)
        rows, found = events_answer(raw, market)
        is_again = bool(settled) and rows[:1] == settled[:1]
        if not is_again:
            settled += rows
            orders |= found
        if is_again or len(rows) != PAGE:
            return settled, orders
    return None


def _times(read: Window) -> dict[str, int]:
    return {"startDate": read.start // _SECOND_MS, "endDate": read.end // _SECOND_MS}


def _legs(deal: _Deal, name: str, pair: str, market: Market) -> Iterator[Entry]:
    """A deal on spot: both legs, and a fee in what it is charged in; none of one on futures."""
    base, _, quote = pair.partition("_")
    if not base or not quote:
        raise Unusable("the answer has a deal of no pair")
    bought, paid = (came, went) if deal.side == "buy" else (went, came)
    at, kind = at_ms(deal.time), EntryKind.TRADE
    gained, given, fee = bought(deal.amount), paid(deal.deal), number(deal.fee).copy_negate()
    if quote == _PERPETUAL:
        return
    yield from entry(market, f"{name}:base", at, kind, base, gained, "spot", group=name)
    yield from entry(market, f"{name}:quote", at, kind, quote, given, "spot", group=name, quote=True)
    yield from entry(market, f"{name}:fee", at, EntryKind.FEE, deal.fee_asset, fee, "spot", group=name)


def _name(event: _Event) -> str:
    order = event.order_detail.id if event.order_detail is not None else ""
    return f"position:{event.position_id}:{order}:{at_ms(event.modify_date)}:{event.amount or ''}"


def _settled(event: _Event, market: Market) -> Iterator[Entry]:
    """What an event changed the balance by: fee, funding, and what is left as profit. Together the change."""
    detail = event.order_detail
    if detail is None or detail.realized_pnl is None:
        return
    quote = event.market.partition("_")[2]
    if not quote:
        raise Unusable("the answer has a position on no market")
    code = PROFITS_IN if quote == _PERPETUAL else quote
    change, fee, funding = (
        number(text or "0") for text in (detail.realized_pnl, detail.trade_fee, detail.funding_fee)
    )
    with exact():
        parts = (
            (EntryKind.FEE, -fee),
            (EntryKind.FUNDING, -funding),
            (EntryKind.REALISED, change + fee + funding),
        )
    name, at = _name(event), at_ms(event.modify_date)
    for kind, amount in parts:
        yield from entry(market, f"{name}:{kind}", at, kind, code, amount, "collateral", group=name)


SOURCE = LedgerSource(
    Terms(
        "trades",
        frozenset({EntryKind.TRADE, EntryKind.FEE, EntryKind.FUNDING, EntryKind.REALISED}),
        REACH,
        frozenset({"spot", "collateral"}),
    ),
    page,
)
