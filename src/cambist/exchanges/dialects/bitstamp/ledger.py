"""Bitstamp's user transactions: whatever changed an account, the oldest first, from an id on."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

import msgspec

from cambist.core.history import milliseconds, moment
from cambist.core.ledger import Asked, Entry, EntryKind, Page, Terms
from cambist.core.money import exact
from cambist.core.terms import Market
from cambist.exchanges.dialect import LedgerSource
from cambist.exchanges.guard import Unusable, all_differ, checked_json, number
from cambist.exchanges.ledger_rows import utc

PAGE = 1_000
# Further back it takes no time, so all there is is read, and what is older left out.
_TAKES_TIMES = timedelta(days=29)

# The rest, and what comes to be, are transfers: between accounts of the user, to and from what is staked,
# which is not read, or what nobody can say of.
_KINDS = {
    "0": EntryKind.DEPOSIT,
    "1": EntryKind.WITHDRAWAL,
    "2": EntryKind.TRADE,
    "27": EntryKind.REWARD,
    "32": EntryKind.REWARD,
    **dict.fromkeys(("58", "59", "60"), EntryKind.REALISED),
    "61": EntryKind.TRADE,
}
_NO_AMOUNTS = frozenset({"id", "type", "datetime", "fee"})
Row = Mapping[str, Any]


class _Place(msgspec.Struct, array_like=True):
    """known_from: in ms since 1970. last: the highest id that was told."""

    known_from: int
    last: int = 0


_place = msgspec.json.Decoder(_Place)


async def page(client: Any, market: Market, asked: Asked) -> Page:
    """POST /api/v2/user_transactions/: a thousand at most; ids rise with time."""
    place = _place.decode(asked.cursor) if asked.cursor else _Place(milliseconds(asked.since))
    client.raw = client.large = True
    raw = await client.private_post_user_transactions({"limit": PAGE, "sort": "asc", **_from(place, asked)})
    entries, last, rows = transactions_answer(raw, market)
    more = rows >= PAGE
    if more and last <= place.last:
        raise Unusable("the answer leads to itself")
    known_from = moment(place.known_from)
    told = [entry for entry in entries if entry.at >= known_from]
    place.last = max(place.last, last)
    return Page(
        entries=tuple(told),
        cursor=msgspec.json.encode(place).decode(),
        until=max(known_from, entries[-1].at if more and entries else known_from if more else asked.now),
        known_from=known_from,
        more=more,
    )


def _from(place: _Place, asked: Asked) -> dict[str, int]:
    """Where a page begins: with the last row that was told, or with a time."""
    if place.last:
        return {"since_id": place.last}
    known_from = moment(place.known_from)
    is_recent = asked.now - known_from <= _TAKES_TIMES
    return {"since_timestamp": int(known_from.timestamp())} if is_recent else {}


def transactions_answer(raw: bytes, market: Market) -> tuple[list[Entry], int, int]:
    """The entries of an answer, its highest id, and how many rows it has. Raises Unusable."""
    rows = checked_json(raw)
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise Unusable("the answer has not the shape of a list of transactions")
    ids = [_id(row) for row in rows]
    all_differ([str(each) for each in ids], "a transaction")
    entries = [entry for row, name in zip(rows, ids, strict=True) for entry in _entries(row, name, market)]
    return entries, max(ids, default=0), len(rows)


def _id(row: Row) -> int:
    told = row.get("id")
    if not isinstance(told, int) or isinstance(told, bool) or told <= 0:
        raise Unusable("the answer has a transaction without an id")
    return told


def _entries(row: Row, name: int, market: Market) -> Iterator[Entry]:
    """Every currency whose amount changed, and the fee beside it: of a trade in its pair's quote."""
    at, kind = utc(str(row.get("datetime"))), _KINDS.get(str(row.get("type")), EntryKind.TRANSFER)
    legs = {code: amount for code, amount in _amounts(row).items() if amount}
    quote = next((pair[1] for pair in _pairs(row) if legs.keys() >= set(pair)), "")
    group = str(name) if kind is EntryKind.TRADE else ""
    for code, amount in legs.items():
        is_quote = kind is EntryKind.TRADE and code == quote
        yield Entry(f"{name}:{code}", at, kind, _asset(code, market), amount, "spot", group, quote=is_quote)
    fee = number(str(row.get("fee", "0")))
    if fee:
        paid_in = quote or next(iter(legs), "")
        if not paid_in:
            raise Unusable("the answer has a fee of no currency")
        with exact():
            paid = -fee
        yield Entry(f"{name}:fee", at, EntryKind.FEE, _asset(paid_in, market), paid, "spot", group)


def _amounts(row: Row) -> dict[str, Decimal]:
    """By currency: whatever is not a rate of a pair, an order, or what every row has."""
    return {
        code: number(str(told)) for code, told in row.items() if code not in _NO_AMOUNTS and "_" not in code
    }


def _pairs(row: Row) -> Iterator[list[str]]:
    yield from (code.split("_") for code in row if code.count("_") == 1)


def _asset(code: str, market: Market) -> str:
    return market.spellings.get(code, code.upper())


SOURCES = (
    LedgerSource(
        Terms("transactions", frozenset({*_KINDS.values(), EntryKind.TRANSFER, EntryKind.FEE})), page
    ),
)
