"""Kraken's ledger: each change of a balance, and of what comes and goes the network's transaction."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import takewhile
from typing import Any, NamedTuple

import msgspec

from cambist.core.history import EPOCH
from cambist.core.ledger import Asked, Entry, EntryKind, Page, Terms
from cambist.core.money import exact
from cambist.core.terms import Market
from cambist.exchanges.dialect import LedgerSource
from cambist.exchanges.dialects.kraken.envelope import result_of
from cambist.exchanges.guard import Unusable, checked_json, figures
from cambist.exchanges.ledger_rows import quotes_of
from cambist.exchanges.windows import told, window

SPAN, AGAIN = timedelta(days=90), timedelta(hours=1)
PAGE, MOST_TRANSACTIONS = 50, 500
_ON_ITS_WAY = timedelta(days=7)

# By type, and of earn by its subtype. What is in neither, and types that come to be, are transfers: what
# nobody can say of is neither a gain nor a loss. Moves between spot and what earns are rows of both, whose
# codes are the same asset here, so they add up to nothing.
_KINDS = {
    **dict.fromkeys(
        ("trade", "spend", "receive", "conversion", "settled", "sale", "nfttrade"), EntryKind.TRADE
    ),
    **dict.fromkeys(
        ("staking", "reward", "dividend", "invite bonus", "nftrebate", "nft_rebate"), EntryKind.REWARD
    ),
    "deposit": EntryKind.DEPOSIT,
    "withdrawal": EntryKind.WITHDRAWAL,
    "margin": EntryKind.REALISED,
    "rollover": EntryKind.INTEREST,
    "nftcreatorfee": EntryKind.FEE,
    "earn/reward": EntryKind.REWARD,
}
_FEES = {EntryKind.INTEREST: EntryKind.INTEREST}
_TELLS_TRANSACTIONS = {EntryKind.DEPOSIT: "DepositStatus", EntryKind.WITHDRAWAL: "WithdrawStatus"}


class _Row(msgspec.Struct):
    refid: str
    time: msgspec.Raw
    type: str
    asset: str
    amount: msgspec.Raw
    fee: msgspec.Raw
    subtype: str | None = None


class _Ledger(msgspec.Struct):
    ledger: dict[str, _Row]
    count: int


class _Status(msgspec.Struct):
    refid: str
    txid: str | None = None


class Change(NamedTuple):
    """A row of the ledger. fee: beside the amount, less than nothing where it was paid."""

    id: str
    at: datetime
    kind: EntryKind
    asset: str
    amount: Decimal
    fee: Decimal
    refid: str


_ledger = msgspec.json.Decoder(_Ledger)
_statuses = msgspec.json.Decoder(list[_Status])


async def page(client: Any, market: Market, asked: Asked) -> Page:
    """POST /0/private/Ledgers of a stretch of time, the newest first, fifty rows at an offset.

    start is exclusive and end inclusive, in seconds, of which rows have fractions. The stretch has a fixed
    end, so that new rows only move those told into view again; what was late for it, the next sync tells. The
    last group of a page is told anew with the next one, with what of it this page has not.
    """
    stretch = window(asked, SPAN, again=AGAIN)
    if stretch.is_empty:
        return told(stretch, asked, ())
    offset = int(stretch.at or 0)
    client.raw = True
    raw = await client.private_post_ledgers(
        {"start": stretch.start // 1000 - 1, "end": -(-stretch.end // 1000), "ofs": offset}
    )
    changes, count = ledger_answer(raw, market)
    if not changes and count > offset:
        raise Unusable("the answer has fewer rows than it counts")
    transactions = await _transactions(client, changes)
    end = offset + len(changes)
    again = len(list(takewhile(lambda each: each.refid == changes[-1].refid, reversed(changes))))
    following = end - again if again < len(changes) else end
    entries = _entries(changes, transactions, market)
    return told(stretch, asked, entries, str(following) if end < count else "")


def ledger_answer(raw: bytes, market: Market) -> tuple[list[Change], int]:
    """The rows of an answer, in its order, and how many the stretch has. Raises Unusable."""
    checked_json(raw)  # a row told twice is not told
    told_of = result_of(raw, _ledger, "a ledger")
    rows = told_of.ledger.values()
    times, amounts, fees = (
        figures([getattr(row, field) for row in rows]) for field in ("time", "amount", "fee")
    )
    with exact():
        changes = [
            Change(
                id=name,
                at=_moment(times[place]),
                kind=_kind(row),
                asset=market.spellings.get(row.asset, row.asset),
                amount=amounts[place],
                fee=-fees[place],
                refid=row.refid,
            )
            for place, (name, row) in enumerate(told_of.ledger.items())
        ]
    return changes, told_of.count


def _kind(row: _Row) -> EntryKind:
    named = f"{row.type}/{row.subtype}" if row.type == "earn" else row.type
    return _KINDS.get(named, EntryKind.TRANSFER)


def _moment(seconds: Decimal) -> datetime:
    try:
        return EPOCH + timedelta(microseconds=int(seconds * 1_000_000))
    except OverflowError:
        raise Unusable("the answer has a time that no clock shows") from None


async def _transactions(client: Any, changes: Sequence[Change]) -> Mapping[str, str]:
    """POST /0/private/DepositStatus and WithdrawStatus, where rows are of such: {refid: transaction}."""
    found: dict[str, str] = {}
    for kind, method in _TELLS_TRANSACTIONS.items():
        times = [each.at for each in changes if each.kind is kind]
        if times:
            found |= await _told_by(client, method, min(times) - _ON_ITS_WAY, max(times))
    return found


async def _told_by(client: Any, method: str, start: datetime, end: datetime) -> Mapping[str, str]:
    """Their time is that of the request, which is before the row's."""
    client.raw = True
    seconds = {"start": int(start.timestamp()), "end": int(end.timestamp()) + 1}
    raw = await getattr(client, f"private_post_{method.lower()}")({**seconds, "limit": MOST_TRANSACTIONS})
    checked_json(raw)
    return {row.refid: row.txid or "" for row in result_of(raw, _statuses, "a list of transactions")}


def _entries(changes: Collection[Change], transactions: Mapping[str, str], market: Market) -> Iterator[Entry]:
    """Fees are beside the amounts, in the same asset; of a trade only some legs have one."""
    traded = ((each.refid, each.asset) for each in changes if each.kind is EntryKind.TRADE)
    quotes = quotes_of(traded, market)
    for each in changes:
        is_trade = each.kind in (EntryKind.TRADE, EntryKind.REALISED)
        group = each.refid if is_trade else ""
        if each.amount:
            tx = transactions.get(each.refid, "") if each.kind in _TELLS_TRANSACTIONS else ""
            quote = each.kind is EntryKind.TRADE and quotes[each.refid] == each.asset
            yield Entry(
                each.id, each.at, each.kind, each.asset, each.amount, "spot", group, tx=tx, quote=quote
            )
        if each.fee:
            kind = _FEES.get(each.kind, EntryKind.FEE)
            yield Entry(f"{each.id}:fee", each.at, kind, each.asset, each.fee, "spot", group)


SOURCES = (
    LedgerSource(
        Terms(
            name="ledger",
            kinds=frozenset({*_KINDS.values(), EntryKind.TRANSFER}),
        ),
        page,
    ),
)
