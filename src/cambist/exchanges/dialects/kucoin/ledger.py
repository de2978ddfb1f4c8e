"""KuCoin's ledgers: each account's own call tells what changed that account.

The call for all accounts tells trades and margin again, in other words: of it the funding account is read.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import takewhile
from typing import Any

import msgspec

from cambist.core.errors import ExchangeRefused
from cambist.core.ledger import Asked, EntryKind, Page, Terms
from cambist.core.terms import Market
from cambist.exchanges.dialect import LedgerSource
from cambist.exchanges.dialects.kucoin import envelope, futures_ledger, margin_interest
from cambist.exchanges.dialects.kucoin.envelope import data_of
from cambist.exchanges.dialects.kucoin.ledger_rows import (
    KINDS,
    Change,
    about,
    at_ms,
    charged,
    entries_of,
    signed,
)
from cambist.exchanges.dialects.kucoin.unified import check_classic
from cambist.exchanges.guard import Unusable, all_differ, checked_json
from cambist.exchanges.windows import Window, told, window

# No call tells more than a day at once.
DAY, AGAIN = timedelta(hours=23, minutes=59), timedelta(hours=1)
PAGE, FUNDING_PAGE, MOST_PAGES = 200, 500, 100
_YEAR = timedelta(days=364)
_FUNDING = "MAIN"
_BY_ACCOUNT = {
    _FUNDING: "spot",
    "TRADE_HF": "spot",
    "TRADE": "spot",
    "MARGIN_V2": "cross_margin",
    "ISOLATED_V2": "isolated_margin",
    "UNIFIED": "unified",
}


class _Row(msgspec.Struct, rename="camel", gc=False):
    id: int | str
    account_type: str
    currency: str
    amount: str
    biz_type: str
    direction: str
    created_at: int | str
    fee: str | None = None
    tax: str | None = None
    context: str | None = None


class _UnifiedRow(msgspec.Struct, rename="camel", gc=False):
    id: int | str
    account_type: str
    currency: str
    amount: str
    direction: str
    biz_type: str = msgspec.field(name="businessType")
    created_at: int | str = msgspec.field(name="ts")
    context: str | None = msgspec.field(name="remark", default=None)
    fee: str | None = None
    tax: str | None = None


class _Unified(msgspec.Struct):
    items: list[_UnifiedRow] | None


_funding = msgspec.json.Decoder(envelope.Page[_Row])
_rows = msgspec.json.Decoder(list[_Row])
_unified: msgspec.json.Decoder[_Unified | list[_UnifiedRow]] = msgspec.json.Decoder(
    _Unified | list[_UnifiedRow]
)


@dataclass(frozen=True, slots=True)
class Ledger:
    """A ledger that goes from the newest row back, by ids: it tells rows before `lastId`.

    call: by ccxt's name. rows: those of an answer. size: what it calls how many rows a page may have.
    """

    call: str
    rows: Callable[[Any, bytes], Sequence[_Row | _UnifiedRow]]
    reach: timedelta
    size: str = "limit"
    asked: dict[str, str] = field(default_factory=dict)

    async def page(self, client: Any, market: Market, asked: Asked) -> Page:
        read = window(asked, DAY, self.reach, AGAIN)
        if read.is_empty:
            return told(read, asked, ())
        start = {"lastId": read.at} if read.at else {}
        client.raw = client.large = True
        raw = await getattr(client, self.call)(
            {**self.asked, "startAt": read.start, "endAt": read.end, self.size: PAGE, **start}
        )
        changes = changes_in(self.rows(client, raw))
        checked_json(raw)  # an amount told twice is not told
        entries = [entry for each in changes if each.at >= read.start for entry in entries_of(each, market)]
        return told(read, asked, entries, _following(changes, read))


def changes_in(rows: Iterable[_Row | _UnifiedRow]) -> list[Change]:
    """What rows changed, in their order; in a wallet that is not named where their account is unknown."""
    changes = [
        Change(
            row=str(row.id),
            at=at_ms(row.created_at),
            wallet=_BY_ACCOUNT.get(row.account_type, ""),
            type=row.biz_type,
            currency=row.currency,
            amount=signed(row.amount, row.direction),
            fee=charged(row.fee, row.tax),
            context=about(row.context),
        )
        for row in rows
    ]
    all_differ([f"{each.wallet}:{each.row}" for each in changes], "a row")
    return changes


def _following(changes: Sequence[Change], read: Window) -> str:
    """The id before which the next page begins: it tells the last trade anew, which this one may have cut."""
    if len(changes) < PAGE or changes[-1].at < read.start:
        return ""
    group = changes[-1].group
    again = len(list(takewhile(lambda each: group and each.group == group, reversed(changes))))
    return changes[-1 - again if again < len(changes) else -1].row


async def funding(client: Any, market: Market, asked: Asked) -> Page:
    """GET /api/v1/accounts/ledgers of a stretch of time, page by page, the newest row first."""
    read = window(asked, DAY, _YEAR, AGAIN)
    if read.is_empty:
        return told(read, asked, ())
    number = int(read.at or 1)
    client.raw = client.large = True
    raw = await client.private_get_accounts_ledgers(
        {"startAt": read.start, "endAt": read.end, "currentPage": number, "pageSize": FUNDING_PAGE}
    )
    page = data_of(client, raw, _funding, "a ledger")
    checked_json(raw)
    is_last = number >= page.total_page
    if page.current_page != number or not (is_last or page.items) or number > MOST_PAGES:
        raise Unusable("the answer is not the page that was asked for")
    changes = changes_in(row for row in page.items if row.account_type == _FUNDING)
    entries = [entry for each in changes for entry in entries_of(each, market)]
    return told(read, asked, entries, "" if is_last else str(number + 1))


async def trading(client: Any, market: Market, asked: Asked) -> Page:
    """GET /api/v1/hf/accounts/ledgers. A unified account has no account for trading beside it."""
    try:
        return await _TRADING.page(client, market, asked)
    except ExchangeRefused:
        await check_classic(client)
        raise


def listed(client: Any, raw: bytes) -> Sequence[_Row]:
    """The rows of an account for trading or margin. Raises LoadFailed, Unusable."""
    return data_of(client, raw, _rows, "a ledger")


def in_items(client: Any, raw: bytes) -> Sequence[_UnifiedRow]:
    """The rows of a unified account; of others the same call tells a list. Raises LoadFailed, Unusable."""
    data = data_of(client, raw, _unified, "a ledger")
    return data if isinstance(data, list) else data.items or []


# KuCoin tells three days of these, and seven of a unified account; a window may have begun a day before.
_TRADING = Ledger("private_get_hf_accounts_ledgers", listed, timedelta(days=2))
# GET /api/v3/hf/margin/account/ledgers and /api/ua/v1/account/ledger.
_MARGIN = Ledger("private_get_hf_margin_account_ledgers", listed, timedelta(days=2))
_UNIFIED = Ledger(
    "utaprivate_get_account_ledger",
    in_items,
    timedelta(days=6),
    "pageSize",
    {"accountType": "UNIFIED"},
)

_SPOT = frozenset({"spot", "earn"})
_LENT = frozenset({"cross_margin", "isolated_margin"})
_IN_SPOT = KINDS - {EntryKind.FUNDING, EntryKind.INTEREST, EntryKind.REALISED}
_IN_MARGIN = _IN_SPOT - {EntryKind.DEPOSIT, EntryKind.WITHDRAWAL} | {EntryKind.REALISED}
SOURCES = (
    LedgerSource(Terms("funding", _IN_SPOT, _YEAR, _SPOT), funding),
    LedgerSource(Terms("trading", _IN_SPOT, _TRADING.reach, _SPOT), trading),
    LedgerSource(Terms("margin", _IN_MARGIN, _MARGIN.reach, _LENT), _MARGIN.page),
    *margin_interest.SOURCES,
    LedgerSource(Terms("unified", KINDS, _UNIFIED.reach, frozenset({"unified"})), _UNIFIED.page),
    *futures_ledger.SOURCES,
)
