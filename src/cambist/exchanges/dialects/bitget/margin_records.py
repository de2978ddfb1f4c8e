"""Bitget's records of cross and of isolated margin, and of the interest on what is borrowed there."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

import msgspec

from cambist.core.errors import ExchangeRefused, NotOffered
from cambist.core.ledger import Asked, Entry, EntryKind, Terms
from cambist.core.terms import Market
from cambist.exchanges.dialect import LedgerSource
from cambist.exchanges.dialects.bitget.pages import (
    A_DAY,
    AN_HOUR,
    REACH,
    History,
    Params,
    Results,
)
from cambist.exchanges.dialects.bitget.wallets import pairs
from cambist.exchanges.guard import numbers
from cambist.exchanges.ledger_rows import amount, at_ms, entry, measured
from cambist.exchanges.windows import Place, Window

MOST_PAIRS = 100
_BETWEEN = ","
_IN, _OUT = 1, -1
# By type, with the way it goes, for Bitget does not say whether amounts are signed. What is not here is a
# transfer, as it is signed.
_KINDS = {
    "transfer_in": (EntryKind.TRANSFER, _IN),
    "transfer_out": (EntryKind.TRANSFER, _OUT),
    "deal_in": (EntryKind.TRADE, _IN),
    "deal_out": (EntryKind.TRADE, _OUT),
    "exchange_in": (EntryKind.TRADE, _IN),
    "exchange_out": (EntryKind.TRADE, _OUT),
    "liquidation_fee": (EntryKind.FEE, _OUT),
    "confiscated": (EntryKind.REALISED, _OUT),
    "compensate": (EntryKind.REALISED, _IN),
}
# What is borrowed and paid back changes no equity, which is net of both the debt and its interest; interest
# is told as it falls due. The exchange's own side of an exchange is none of the account's.
_WITHIN = frozenset({"borrow", "repay", "interest_repay", "sys_exchange_in", "sys_exchange_out"})


class _Record(msgspec.Struct, rename="camel", gc=False):
    margin_id: str
    c_time: str
    coin: str
    margin_type: str
    amount: str
    fee: str | None = None
    symbol: str = ""


class _Interest(msgspec.Struct, rename="camel", gc=False):
    interest_id: str
    c_time: str
    interest_coin: str
    interest_amount: str


_records = msgspec.json.Decoder(Results[_Record])
_interests = msgspec.json.Decoder(Results[_Interest])
_place = msgspec.json.Decoder(Place)


def records_of(wallet: str) -> Callable[[Sequence[_Record], Market, str], Iterator[Entry]]:
    def entries(rows: Sequence[_Record], market: Market, _: str) -> Iterator[Entry]:
        told = (row for row in rows if row.margin_type.lower() not in _WITHIN)
        yield from measured((each for row in told for each in _entries(row, market, wallet)), market)

    return entries


def _entries(row: _Record, market: Market, wallet: str) -> Iterator[Entry]:
    """The change of a record and, apart, its fee; legs of a trade are of one time."""
    kind, way = _KINDS.get(row.margin_type.lower(), (EntryKind.TRANSFER, 0))
    group = f"{row.symbol}:{row.c_time}" if kind is EntryKind.TRADE else ""
    change, fee = _signed(amount(row.amount), way), _signed(amount(row.fee), _OUT)
    for what, part, suffix in ((kind, change, ""), (EntryKind.FEE, fee, ":fee")):
        name, at = f"{row.margin_id}{suffix}", at_ms(row.c_time)
        yield from entry(market, name, at, what, row.coin, part, wallet, group=group)


def _signed(change: Decimal, way: int) -> Decimal:
    return change.copy_sign(Decimal(way)) if way else change


def interests_of(wallet: str) -> Callable[[Sequence[_Interest], Market, str], Iterator[Entry]]:
    def entries(rows: Sequence[_Interest], market: Market, _: str) -> Iterator[Entry]:
        for row in rows:
            due, at = _signed(amount(row.interest_amount), _OUT), at_ms(row.c_time)
            yield from entry(market, row.interest_id, at, EntryKind.INTEREST, row.interest_coin, due, wallet)

    return entries


async def _pairs(client: Any, market: Market, read: Window, asked: Asked) -> Mapping[str, Params]:
    """Each pair that is to be asked, by the names of those that are left then: a window keeps to its own."""
    left = _left(read) or await _used(client, market, asked)
    return {_BETWEEN.join(left[first:]): {"symbol": pair} for first, pair in enumerate(left)}


def _left(read: Window) -> list[str]:
    """None where it is a new window, or none that says so in these words."""
    try:
        return _place.decode(read.at).name.split(_BETWEEN)
    except msgspec.DecodeError:
        return []


async def _used(client: Any, market: Market, asked: Asked) -> list[str]:
    """The pairs that may tell why an amount changed, so many at most: that of one asset alone did, where it
    was moved or charged. First those that have something in them, last those that are listed and are empty.
    """
    try:
        rows = await pairs(client)
    except NotOffered:
        raise
    except ExchangeRefused:
        rows = []  # a margin account that was never opened
    codes = {*asked.assets, *(code for code, asset in market.spellings.items() if asset in asked.assets)}
    listed = [row for row in rows if any(row.symbol.startswith(c) or row.symbol.endswith(c) for c in codes)]
    held = [row for row in listed if any(numbers((row.available, row.frozen, row.borrow, row.interest)))]
    names = [sorted(row.symbol for row in each) for each in (held, listed)]
    return [*dict.fromkeys((*names[0], *sorted(asked.symbols.values()), *names[1]))][:MOST_PAIRS]


def _sources(wallet: str, of: str) -> tuple[LedgerSource, LedgerSource]:
    """Those of a kind of margin: of isolated margin pair by pair, and it has not all pairs there are."""
    by_pair = wallet == "isolated_margin"
    more: dict[str, Any] = {
        "longest": 500,
        "found": _pairs if by_pair else None,
        "opened": by_pair,
        "again": A_DAY if by_pair else AN_HOUR,
    }
    kinds = frozenset({EntryKind.TRANSFER, EntryKind.FEE, *(kind for kind, _ in _KINDS.values())})
    wallets = frozenset({wallet})
    records: History[_Record] = History(
        f"private_margin_get_v2_margin_{of}_financial_records",
        _records,
        "records of margin",
        lambda row: row.margin_id,
        lambda row: row.c_time,
        records_of(wallet),
        **more,
    )
    interests: History[_Interest] = History(
        f"private_margin_get_v2_margin_{of}_interest_history",
        _interests,
        "a list of interest",
        lambda row: row.interest_id,
        lambda row: row.c_time,
        interests_of(wallet),
        **more,
    )
    return (
        records.source(Terms(wallet, kinds, REACH, wallets, by_pair)),
        interests.source(
            Terms(f"{wallet}_interest", frozenset({EntryKind.INTEREST}), REACH, wallets, by_pair)
        ),
    )


# GET /api/v2/margin/crossed/… and isolated/…, financial-records and interest-history.
MARGIN = (*_sources("cross_margin", "crossed"), *_sources("isolated_margin", "isolated"))
