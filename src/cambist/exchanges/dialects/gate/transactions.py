"""What Gate's lists of deposits and withdrawals add to its records of them: the transaction, and the fee."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec

from cambist.core.history import milliseconds
from cambist.core.ledger import Entry, EntryKind
from cambist.core.money import ZERO, exact
from cambist.core.terms import Market
from cambist.exchanges.guard import Unusable, all_differ, checked_json, number, shaped
from cambist.exchanges.ledger_rows import asset_of, at_ms

# A deposit is listed before it is credited. With the days of a page's rows this is less than 30.
_BEFORE, _AFTER = timedelta(days=1), timedelta(hours=1)
_CAME_TO_NOTHING = frozenset({"CANCEL", "CANCELPEND", "INVALID", "REJECT"})
_SECOND_MS = 1_000
_FAR_MS = 86_400_000


class _Row(msgspec.Struct):
    id: str
    currency: str
    amount: str
    timestamp: str | int
    status: str
    txid: str | None = None
    fee: str | None = None


_rows = msgspec.json.Decoder(list[_Row])


@dataclass(slots=True)
class _Record:
    """A deposit or withdrawal as it is listed. at: in ms. amounts: what its record may have changed by."""

    asset: str
    amounts: tuple[Decimal, ...]
    at: int
    tx: str
    fee: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class _List:
    """A list of them. sign: of the amounts that its rows changed. size: how many it tells at most."""

    call: str
    size: int
    sign: int


# What is beyond one answer has no transaction here, and no fee apart; the amounts are whole without it.
_LISTS = {
    EntryKind.DEPOSIT: _List("private_wallet_get_deposits", 500, 1),
    EntryKind.WITHDRAWAL: _List("private_wallet_get_withdrawals", 1_000, -1),
}


async def beside(
    client: Any, market: Market, entries: Sequence[Entry]
) -> tuple[Sequence[Entry], Sequence[str]]:
    """The entries, those of deposits and withdrawals with their transactions. Raises Unusable.

    A list is asked where there are such: GET /wallet/deposits, GET /wallet/withdrawals. Its rows do not tell
    which records are theirs, so they are found by currency and amount, the nearest in time first.
    """
    listed: dict[EntryKind, list[_Record]] = {}
    for kind, of_kind in _LISTS.items():
        times = [each.at for each in entries if each.kind is kind and each.amount * of_kind.sign > 0]
        listed[kind] = await _records(client, market, of_kind, min(times), max(times)) if times else []
    made: list[Entry] = []
    void: list[str] = []
    for each in entries:
        record = _of(each, listed.get(each.kind, []))
        made += [each] if record is None else _told_by(each, record)
        if each.kind is EntryKind.WITHDRAWAL and (record is None or not record.fee):
            void.append(f"{each.id}:fee")
    return made, void


async def _records(
    client: Any, market: Market, of_kind: _List, first: datetime, last: datetime
) -> list[_Record]:
    times = {
        "from": milliseconds(first - _BEFORE) // _SECOND_MS,
        "to": milliseconds(last + _AFTER) // _SECOND_MS,
    }
    client.raw = client.large = True
    return records_answer(
        await getattr(client, of_kind.call)({**times, "limit": of_kind.size}), market, of_kind.sign
    )


def records_answer(raw: bytes, market: Market, sign: int) -> list[_Record]:
    """The rows of a list. sign: 1 of deposits, -1 of withdrawals. Raises Unusable.

    Whether a withdrawal's amount is with its fee or without, nothing says: its record may be of either.
    """
    checked_json(raw)
    rows = shaped(_rows, raw, "a list of deposits or withdrawals")
    all_differ([row.id for row in rows], "a row")
    return [_record(row, market, sign) for row in rows]


def _record(row: _Row, market: Market, sign: int) -> _Record:
    amount, fee = number(row.amount).copy_abs(), number(row.fee or "0")
    if fee < 0:
        raise Unusable("the answer has a fee below nothing")
    with exact():
        amounts = (amount * sign, (amount + fee) * sign)
    return _Record(
        asset_of(market, row.currency),
        amounts,
        at_ms(row.timestamp) * _SECOND_MS,
        row.txid or "",
        ZERO if row.status in _CAME_TO_NOTHING else fee,
    )


def _of(each: Entry, records: list[_Record]) -> _Record | None:
    """The record's row of the list, which is no other's."""
    at = milliseconds(each.at)
    fitting = [
        row
        for row in records
        if row.asset == each.asset and each.amount in row.amounts and abs(row.at - at) <= _FAR_MS
    ]
    if not fitting:
        return None
    nearest = min(fitting, key=lambda row: abs(row.at - at))
    records.remove(nearest)
    return nearest


def _told_by(each: Entry, record: _Record) -> Iterator[Entry]:
    """What went over the network, and the fee, which is in the record's amount."""
    if not record.fee:
        yield replace(each, tx=record.tx)
        return
    with exact():
        without = each.amount + record.fee
    yield replace(each, amount=without, tx=record.tx)
    yield Entry(f"{each.id}:fee", each.at, EntryKind.FEE, each.asset, record.fee.copy_negate(), each.wallet)
