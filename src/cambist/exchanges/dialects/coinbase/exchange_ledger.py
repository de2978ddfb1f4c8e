"""Coinbase Exchange's ledger: each change of a profile's accounts, account by account."""

from datetime import datetime
from typing import Any

import msgspec

from cambist.core.history import moment
from cambist.core.ledger import Asked, Entry, EntryKind, Page, Terms
from cambist.core.terms import Market
from cambist.exchanges.dialect import LedgerSource
from cambist.exchanges.dialects.coinbase.clock import sign_by_its_clock
from cambist.exchanges.dialects.coinbase.syncs import Item, Told, next_page
from cambist.exchanges.guard import Unusable, all_differ, checked_json, numbers, shaped

PAGE = 100

# What is in neither is a transfer: between profiles, or what nobody can say of.
_KINDS = {
    **dict.fromkeys(("match", "otc_match", "rfq_match", "match_conversion", "conversion"), EntryKind.TRADE),
    **dict.fromkeys(("fee", "otc_fee", "rfq_fee"), EntryKind.FEE),
    **dict.fromkeys(("rebate", "tax_credit"), EntryKind.REWARD),
    "margin_interest": EntryKind.INTEREST,
    "transfer/deposit": EntryKind.DEPOSIT,
    "transfer/withdraw": EntryKind.WITHDRAWAL,
}
_OF_TRADES = (EntryKind.TRADE, EntryKind.FEE)


class _Account(msgspec.Struct):
    id: str
    currency: str


class _Details(msgspec.Struct):
    trade_id: str | int | None = None
    product_id: str | None = None
    conversion_id: str | None = None
    transfer_type: str | None = None


class _Row(msgspec.Struct):
    id: str | int
    created_at: datetime
    amount: str
    type: str
    details: _Details | None = None


_accounts_decoder = msgspec.json.Decoder(list[_Account])
_rows = msgspec.json.Decoder(list[_Row])


async def page(client: Any, market: Market, asked: Asked) -> Page:
    """The next page of an account whose currency's amount changed."""
    sign_by_its_clock(client)

    async def accounts() -> list[Item]:
        return await _accounts(client, market, asked)

    async def read(item: Item, start: int) -> Told:
        return await _read(client, market, item, start, asked)

    return await next_page(asked, accounts, read)


async def _accounts(client: Any, market: Market, asked: Asked) -> list[Item]:
    """GET /accounts: one of each currency, which is kept with it since its rows do not tell it."""
    client.raw = client.large = True
    raw = await client.fetch2("accounts", ["private"], "GET", {})
    checked_json(raw)
    rows = shaped(_accounts_decoder, raw, "a list of accounts")
    if not rows:
        raise Unusable("the answer lists no accounts")
    all_differ([row.currency for row in rows], "an account")
    return [
        Item("spot", f"{row.id} {row.currency}")
        for row in rows
        if market.spellings.get(row.currency, row.currency) in asked.assets
    ]


async def _read(client: Any, market: Market, item: Item, start: int, asked: Asked) -> Told:
    """GET /accounts/{id}/ledger of a stretch of time, the newest first; without times it tells one day."""
    account, _, currency = item.account.partition(" ")
    times = {"start_date": moment(start).isoformat(), "end_date": asked.now.isoformat()}
    params = {"id": account, "limit": PAGE, **times, **({"after": item.after} if item.after else {})}
    client.raw = client.large = True
    raw = await client.fetch2("accounts/{id}/ledger", ["private"], "GET", params)
    entries, last = ledger_answer(raw, currency, market)
    if item.after and last == item.after:
        raise Unusable("the answer leads to itself")
    return Told(entries, after=last if len(entries) >= PAGE else "")


def ledger_answer(raw: bytes, currency: str, market: Market) -> tuple[list[Entry], str]:
    """The entries of an account's rows, and the id of the last. Raises Unusable."""
    checked_json(raw)
    rows = shaped(_rows, raw, "a ledger")
    names = [str(row.id) for row in rows]
    all_differ(names, "a row")
    amounts = numbers([row.amount for row in rows])
    asset = market.spellings.get(currency, currency)
    entries = []
    for name, row, amount in zip(names, rows, amounts, strict=True):
        details = row.details or _Details()
        kind = _kind(row, details)
        pair = details.product_id or ""
        is_trade = kind in _OF_TRADES
        entries.append(
            Entry(
                id=name,
                at=row.created_at,
                kind=kind,
                asset=asset,
                amount=amount,
                wallet="spot",
                group=_group(details) if is_trade else "",
                quote=kind is EntryKind.TRADE and pair.endswith(f"-{currency}"),
            )
        )
    return entries, names[-1] if names else ""


def _kind(row: _Row, details: _Details) -> EntryKind:
    named = f"transfer/{details.transfer_type}" if row.type == "transfer" else row.type
    return _KINDS.get(named, EntryKind.TRANSFER)


def _group(details: _Details) -> str:
    """Trades are numbered pair by pair."""
    if details.trade_id is not None:
        return f"{details.product_id}:{details.trade_id}"
    return details.conversion_id or ""


SOURCES = (
    LedgerSource(Terms("ledger", frozenset({*_KINDS.values(), EntryKind.TRANSFER}), by_asset=True), page),
)
