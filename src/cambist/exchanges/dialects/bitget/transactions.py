"""The network's transactions of deposits and withdrawals: bills have the amounts, their own lists these."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any, NamedTuple

import msgspec

from cambist.core.history import milliseconds
from cambist.core.ledger import Entry, EntryKind
from cambist.core.money import exact
from cambist.exchanges.dialects.bitget.envelope import data_of
from cambist.exchanges.dialects.bitget.pages import A_DAY, AN_HOUR, amount, at_ms
from cambist.exchanges.guard import checked_json

PAGE = 100
_MOST_PAGES = 5
_AN_HOUR_MS = AN_HOUR // timedelta(milliseconds=1)


class _Record(msgspec.Struct, rename="camel", gc=False):
    """trade_id, c_time, u_time: of a classic account; the others are what a unified one calls them."""

    order_id: str
    coin: str
    size: str
    fee: str | None = None
    trade_id: str | None = None
    record_id: str | None = None
    c_time: str | None = None
    u_time: str | None = None
    created_time: str | None = None
    updated_time: str | None = None


class Moved(NamedTuple):
    """What came or went. sizes: what may have changed by it, with the fee or without. Times in ms."""

    order_id: str
    coin: str
    sizes: frozenset[Decimal]
    tx: str
    began: int
    ended: int


_records = msgspec.json.Decoder(list[_Record] | None)
CLASSIC = {
    EntryKind.DEPOSIT: "private_spot_get_v2_spot_wallet_deposit_records",
    EntryKind.WITHDRAWAL: "private_spot_get_v2_spot_wallet_withdrawal_records",
}
UNIFIED = {
    EntryKind.DEPOSIT: "private_uta_get_v3_account_deposit_records",
    EntryKind.WITHDRAWAL: "private_uta_get_v3_account_withdrawal_records",
}


async def with_transactions(
    client: Any,
    entries: Sequence[Entry],
    calls: Mapping[EntryKind, str],
    after: str,
    orders: Mapping[str, str],
) -> list[Entry]:
    """The entries, with the transactions of those that came and went; a list is asked where it may tell one.

    after: what the calls name the id that a page begins after. orders: by the id of such an entry, the order
    it is of, empty where its bill does not say; then one is found by amount and time, if it alone fits.
    """
    moved = {
        kind: await _moved(client, call, after, [e for e in entries if e.kind is kind and e.id in orders])
        for kind, call in calls.items()
    }
    return [
        replace(each, tx=_tx(each, orders[each.id], moved[each.kind]))
        if each.id in orders and each.kind in moved
        else each
        for each in entries
    ]


async def _moved(client: Any, call: str, after: str, entries: Sequence[Entry]) -> list[Moved]:
    """GET /api/v2/spot/wallet/deposit-records and withdrawal-records; of a unified account,
    /api/v3/account/…: by the time of the order, which is before the bill's, the newest first.
    """
    found: list[Moved] = []
    if not entries:
        return found
    times = [each.at for each in entries]
    bounds = {
        "startTime": str(milliseconds(min(times) - A_DAY)),
        "endTime": str(milliseconds(max(times) + AN_HOUR)),
        "limit": str(PAGE),
    }
    begins: dict[str, str] = {}
    for _ in range(_MOST_PAGES):
        client.raw = True
        raw = await getattr(client, call)({**bounds, **begins})
        rows = data_of(client, raw, _records, "a list of deposits or withdrawals") or []
        checked_json(raw)
        found += map(_read, rows)
        if len(rows) < PAGE or begins.get(after) == rows[-1].order_id:
            return found
        begins = {after: rows[-1].order_id}
    return found


def _read(row: _Record) -> Moved:
    size, fee = abs(amount(row.size)), abs(amount(row.fee))
    began = at_ms(row.c_time or row.created_time or "")
    with exact():
        sizes = frozenset({size, size + fee, abs(size - fee)})
    ended = at_ms(row.u_time or row.updated_time or str(began))
    return Moved(row.order_id, row.coin, sizes, row.trade_id or row.record_id or "", began, ended)


def _tx(entry: Entry, order: str, moved: Sequence[Moved]) -> str:
    named = [each.tx for each in moved if each.order_id == order]
    if named:
        return named[0]
    at = milliseconds(entry.at)
    fits = [
        each.tx
        for each in moved
        if each.coin.upper() == entry.asset.upper()
        and abs(entry.amount) in each.sizes
        and each.began - _AN_HOUR_MS <= at <= each.ended + _AN_HOUR_MS
    ]
    return fits[0] if len(fits) == 1 else ""
