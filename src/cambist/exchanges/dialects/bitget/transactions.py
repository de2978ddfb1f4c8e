"""The network's transactions of deposits and withdrawals: bills have the amounts, their own lists these."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from cambist.core.history import milliseconds, moment
from cambist.core.ledger import Entry, EntryKind
from cambist.exchanges import transactions
from cambist.exchanges.dialects.bitget.envelope import data_of
from cambist.exchanges.dialects.bitget.pages import A_DAY, AN_HOUR
from cambist.exchanges.guard import checked_json
from cambist.exchanges.ledger_rows import amount, at_ms
from cambist.exchanges.transactions import Moved, amounts_of

PAGE = 100
_MOST_PAGES = 5


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

    async def listed(kind: EntryKind, asked: Sequence[Entry]) -> list[Moved]:
        return await _listed(client, calls[kind], after, asked)

    return await transactions.with_transactions(entries, listed, orders)


async def _listed(client: Any, call: str, after: str, entries: Sequence[Entry]) -> list[Moved]:
    """GET /api/v2/spot/wallet/deposit-records and withdrawal-records; of a unified account,
    /api/v3/account/…: by the time of the order, which is before the bill's, the newest first.
    """
    found: list[Moved] = []
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
        found += map(_moved, rows)
        if len(rows) < PAGE or begins.get(after) == rows[-1].order_id:
            return found
        begins = {after: rows[-1].order_id}
    return found


def _moved(row: _Record) -> Moved:
    began = at_ms(row.c_time or row.created_time or "")
    ended = at_ms(row.u_time or row.updated_time or str(began))
    return Moved(
        asset=row.coin,
        amounts=amounts_of(abs(amount(row.size)), abs(amount(row.fee))),
        first=moment(began) - AN_HOUR,
        last=moment(ended) + AN_HOUR,
        tx=row.trade_id or row.record_id or "",
        order=row.order_id,
    )
