"""Deposits and withdrawals as ccxt reads them: what its exchanges' accounts tell of flows, in part.

Whether an amount holds the fee of its withdrawal differs from exchange to exchange, and none tells it: so
the fee is no entry of its own. Where the amount holds it, profit leaves it out with the withdrawal.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec

from cambist.core.errors import ExchangeRefused, ExchangeUnavailable, LoadFailed, NotOffered
from cambist.core.history import milliseconds, moment
from cambist.core.ledger import Asked, Entry, EntryKind, Page, Terms
from cambist.core.money import plain_text
from cambist.core.terms import Market
from cambist.exchanges.client import as_ours
from cambist.exchanges.dialect import LedgerSource
from cambist.exchanges.guard import Unusable, number
from cambist.exchanges.library import ccxt_library
from cambist.exchanges.windows import told, window

# Many exchanges answer no more than a month at once.
REACH = timedelta(days=29)
AGAIN = timedelta(days=14)
# So many rows or more may be a page of more: of the exchanges read here none tells fewer at a time.
MAY_BE_CUT = 10
MOST_ROWS = 10_000
LONGEST_TEXT = 200
# In ms since 1970: 2009, before which there was nothing to send. Later than now: by a clock ahead of ours.
_EARLIEST = 1_230_768_000_000
_AHEAD = timedelta(days=1)
# In ms: an update of a row that comes later than this is about something else.
_ARRIVES_WITHIN = 86_400_000

# Where what comes in does not come into the wallet that ccxt reads by default, or may come into another: it
# would be taken off the worth of one that never had it.
ELSEWHERE = frozenset(
    [
        *("binancecoinm", "binanceusdm", "myokx", "okxus", "bybiteu", "bybitid"),
        *("bequant", "fmfwio", "hitbtc"),
        *("bigone", "bingx", "blofin", "bydfi", "deepcoin", "grvt", "latoken", "toobit"),
    ]
)
# Of these ccxt asks for one coin or one sub-account at a time.
ONE_BY_ONE = frozenset(["bitbns", "bitopro", "bitrue", "btse", "coinbaseinternational", "derive"])
_TYPES = {
    "deposit": EntryKind.DEPOSIT,
    "withdrawal": EntryKind.WITHDRAWAL,
    "withdraw": EntryKind.WITHDRAWAL,
}
# States in which an amount has changed. Some exchanges list only what has come to its end, and tell no state.
_COUNTED = {
    EntryKind.DEPOSIT: (None, "ok"),
    EntryKind.WITHDRAWAL: (None, "ok", "pending"),
}
Row = Mapping[str, Any]
Answer = tuple[list[Entry], list[str]]


def sources_by_ccxt(ccxt_id: str, has: Mapping[str, Any]) -> tuple[LedgerSource, ...]:
    """The sources of an exchange of which ccxt has the methods named; none where it has none."""
    if ccxt_id in ELSEWHERE | ONE_BY_ONE:
        return ()
    deposits, withdrawals = frozenset({EntryKind.DEPOSIT}), frozenset({EntryKind.WITHDRAWAL})
    apart = tuple(
        _source(method, name, kinds)
        for ours, method, name, kinds in (
            ("fetchDeposits", "fetch_deposits", "deposits", deposits),
            ("fetchWithdrawals", "fetch_withdrawals", "withdrawals", withdrawals),
        )
        if has.get(ours) is True
    )
    if apart or has.get("fetchDepositsWithdrawals") is not True:
        return apart
    return (_source("fetch_deposits_withdrawals", "deposits_and_withdrawals", deposits | withdrawals),)


def _source(method: str, name: str, kinds: frozenset[EntryKind]) -> LedgerSource:
    async def page(client: Any, market: Market, asked: Asked) -> Page:
        return await _page(client, market, asked, method, kinds)

    return LedgerSource(Terms(name, kinds, REACH, leaves_out=True), page)


async def _page(client: Any, market: Market, asked: Asked, method: str, kinds: frozenset[EntryKind]) -> Page:
    """Rows from a time on. Some exchanges tell the oldest of them first, others the newest, as many as they
    will: so a page that may be cut goes on at its last row, and nothing is known before its first.

    Raises LoadFailed: what is no answer is refused, for it will be none in two minutes either.
    """
    read = window(asked, REACH, REACH, AGAIN)
    since = int(read.at or read.start)
    rows = await _rows(client, method, since)
    try:
        entries, void = rows_answer(rows, market, kinds, asked.now)
    except Unusable as wrong:
        raise _refused(client, str(wrong)) from None
    times = sorted(at for row in rows if isinstance(at := row.get("timestamp"), int) and at > _EARLIEST)
    is_cut = len(times) >= MAY_BE_CUT
    if is_cut and not read.at and times[0] > read.until:
        read = msgspec.structs.replace(read, known_from=min(times[0], read.end))
    goes_on = is_cut and since < times[-1] < milliseconds(asked.now)
    known = (entry for entry in entries if milliseconds(entry.at) >= read.known_from)
    return told(read, asked, known, str(times[-1]) if goes_on else "", void)


async def _rows(client: Any, method: str, since: int) -> Sequence[Row]:
    """All that ccxt reads in the answer, whatever time it is of: what is left out shows what was told.

    Raises what may pass as it is, ExchangeRefused for all else.
    """
    client.large = True
    client.filter_by_currency_since_limit = _unfiltered
    try:
        rows: Any = await getattr(client, method)(None, since)
    except Exception as error:
        if _may_pass(error, client):
            raise
        raise _refused(client, str(as_ours(error, client))) from None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise _refused(client, "ccxt reads no rows in the answer")
    if len(rows) > MOST_ROWS:
        raise _refused(client, "the answer has too many rows")
    if not rows and b"[" not in client.answer.body:
        raise _refused(client, "there is no list in the answer")
    return rows


def _unfiltered(rows: Sequence[Row], *_: Any) -> Sequence[Row]:
    """ccxt leaves out rows without a time, as it does those of before."""
    return rows


def _may_pass(error: Exception, client: Any) -> bool:
    """Whether it is told by the exchange, our limits or the network, and may be otherwise in two minutes.

    To ccxt, any status that it has no name for means that the exchange is not available.
    """
    failure, status = as_ours(error, client), client.answer.status if client.answer else 0
    ccxt = ccxt_library()
    is_told = isinstance(error, LoadFailed | ccxt.BaseError) and not isinstance(error, ccxt.BadResponse)
    is_ours_to_mend = type(failure) is ExchangeUnavailable and 400 <= status < 500
    return is_told and not is_ours_to_mend and not isinstance(failure, ExchangeRefused | NotOffered)


def _refused(client: Any, why: str) -> ExchangeRefused:
    return ExchangeRefused(
        f"{client.name} does not tell flows in the way that ccxt asks for them: {why.rstrip('.')}."
    )


def rows_answer(rows: Sequence[Row], market: Market, kinds: frozenset[EntryKind], now: datetime) -> Answer:
    """The entries of ccxt's rows, and the ids of those that came to nothing, or not yet. Raises Unusable."""
    found: dict[str, Entry | None] = {}
    for row in rows:
        kind = _kind(row, kinds)
        if kind is None:
            continue
        entry = _entry(row, kind, market, now) if row.get("status") in _COUNTED[kind] else None
        name = _id(row, kind) if entry is None else entry.id
        if name and found.setdefault(name, entry) != entry:
            raise Unusable("the answer has a row twice, each time another")
    return [each for each in found.values() if each], [name for name, each in found.items() if not each]


def _kind(row: Row, kinds: frozenset[EntryKind]) -> EntryKind | None:
    """None of what was not asked for."""
    kind = _TYPES.get(str(row.get("type")))
    if kind is None and len(kinds) == 1:
        (kind,) = kinds
    return kind if kind in kinds else None


def _entry(row: Row, kind: EntryKind, market: Market, now: datetime) -> Entry | None:
    """None of no amount, and of a pending one without an id: with its transaction it would be another."""
    amount, code, tx = _amount(row), row.get("currency"), _text(row, "txid")
    if not isinstance(code, str) or not code:
        raise Unusable("the answer has a row of no currency")
    asset, at = market.spellings.get(code, code), _told_at(row, now)
    name = _id(row, kind)
    if not name and row.get("status") != "pending":
        name = ":".join((kind, tx, asset, plain_text(amount), str(at)))
    if not amount or not name:
        return None
    signed = amount if kind is EntryKind.DEPOSIT else amount.copy_negate()
    return Entry(name, moment(_changed_at(row, kind, at, now)), kind, asset, signed, tx=tx)


def _amount(row: Row) -> Decimal:
    told = row.get("amount")
    if not isinstance(told, str | int):
        raise Unusable("the answer has a row without an amount")
    return number(str(told)).copy_abs()


def _told_at(row: Row, now: datetime) -> int:
    """In ms since 1970."""
    told = row.get("timestamp")
    if not isinstance(told, int) or not _EARLIEST <= told <= milliseconds(now + _AHEAD):
        raise Unusable("the answer has a row without a time")
    return told


def _changed_at(row: Row, kind: EntryKind, at: int, now: datetime) -> int:
    """What comes in is told of before it is there; what goes out is gone when it is told of."""
    updated = row.get("updated")
    if kind is not EntryKind.DEPOSIT or not isinstance(updated, int):
        return at
    return updated if at <= updated <= min(at + _ARRIVES_WITHIN, milliseconds(now)) else at


def _id(row: Row, kind: EntryKind) -> str:
    """Empty where the exchange tells none."""
    told = _text(row, "id")
    return f"{kind}:{told}" if told else ""


def _text(row: Row, name: str) -> str:
    told = str(row.get(name) or "")
    if len(told) > LONGEST_TEXT or not told.isprintable():
        raise Unusable("the answer has a row with a name that is none")
    return told
