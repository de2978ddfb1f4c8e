"""Bitfinex's ledger: each change of a balance in each wallet; what it is, its description says."""

import re
from datetime import timedelta
from typing import Any

import msgspec

from cambist.core.history import moment
from cambist.core.ledger import Asked, Entry, EntryKind, Page, Terms
from cambist.core.terms import Market
from cambist.exchanges.dialect import LedgerSource
from cambist.exchanges.dialects.bitfinex.wallets import KINDS as WALLETS
from cambist.exchanges.guard import Unusable, all_differ, checked_json, figures, shaped
from cambist.exchanges.ledger_rows import asset_of, at_ms
from cambist.exchanges.windows import told, window

SPAN, AGAIN = timedelta(days=365), timedelta(hours=1)
PAGE = 2_500

# The first whose words are in a description, small. What has none of them is a transfer: between wallets,
# whose rows add up to nothing, to and from sub-accounts, or what nobody can say of.
_WORDS = (
    ("transfer of", EntryKind.TRANSFER),
    ("rebate", EntryKind.REWARD),
    ("affiliate", EntryKind.REWARD),
    ("staking", EntryKind.REWARD),
    ("margin funding payment", EntryKind.REWARD),
    ("interest payment", EntryKind.REWARD),
    ("funding cost", EntryKind.INTEREST),
    ("interest charge", EntryKind.INTEREST),
    ("funding event", EntryKind.FUNDING),
    ("fee", EntryKind.FEE),
    ("withdrawal", EntryKind.WITHDRAWAL),
    ("deposit (", EntryKind.DEPOSIT),
    ("position", EntryKind.REALISED),
    ("settlement", EntryKind.REALISED),
)
_EXCHANGE = re.compile(r"exchange \S+ \S+ for (?P<quote>\S+) @ ", re.IGNORECASE)
_ON_WALLET = re.compile(r" on wallet (?P<wallet>\w+)\Z", re.IGNORECASE)


class _Row(msgspec.Struct, array_like=True):
    """wallet: documented as a placeholder, and told all the same."""

    id: int | str
    currency: str
    wallet: str | None
    mts: int | str
    placeholder_4: msgspec.Raw
    amount: msgspec.Raw
    balance: msgspec.Raw
    placeholder_7: msgspec.Raw
    description: str | None


_rows = msgspec.json.Decoder(list[_Row])


async def page(client: Any, market: Market, asked: Asked) -> Page:
    """POST /v2/auth/r/ledgers/hist of a stretch of time, the newest first.

    The next page begins in the millisecond of the last row, of which others may be.
    """
    stretch = window(asked, SPAN, again=AGAIN)
    if stretch.is_empty:
        return told(stretch, asked, ())
    end = int(stretch.at) if stretch.at else stretch.end
    client.raw = client.large = True
    raw = await client.private_post_auth_r_ledgers_hist({"start": stretch.start, "end": end, "limit": PAGE})
    entries, oldest, rows = ledger_answer(raw, market)
    if rows >= PAGE and oldest >= end:
        raise Unusable("the answer is full, and of one millisecond")
    return told(stretch, asked, entries, str(oldest) if rows >= PAGE else "")


def ledger_answer(raw: bytes, market: Market) -> tuple[list[Entry], int, int]:
    """The entries of an answer, its oldest row's time in ms, and how many rows it has. Raises Unusable."""
    checked_json(raw)
    rows = shaped(_rows, raw, "a ledger")
    all_differ([str(row.id) for row in rows], "a row")
    times = [at_ms(row.mts) for row in rows]
    amounts = figures([row.amount for row in rows])
    entries = []
    for row, time, amount in zip(rows, times, amounts, strict=True):
        text = row.description or ""
        trade = _EXCHANGE.match(text)
        entries.append(
            Entry(
                id=str(row.id),
                at=moment(time),
                kind=EntryKind.TRADE if trade else _kind(text),
                asset=asset_of(market, row.currency),
                amount=amount,
                wallet=_wallet(row, text),
                group=f"{time} {trade[0]}" if trade else "",
                quote=trade is not None and trade["quote"] == row.currency,
            )
        )
    return entries, min(times, default=0), len(rows)


def _kind(text: str) -> EntryKind:
    small = text.lower()
    return next((kind for words, kind in _WORDS if words in small), EntryKind.TRANSFER)


def _wallet(row: _Row, text: str) -> str:
    """Empty where neither the row nor its description names one that is read."""
    named = row.wallet or ((found := _ON_WALLET.search(text)) and found["wallet"]) or ""
    return named.lower() if named.lower() in WALLETS else ""


SOURCES = (
    LedgerSource(
        Terms("ledger", frozenset({*(kind for _, kind in _WORDS), EntryKind.TRADE, EntryKind.TRANSFER})), page
    ),
)
