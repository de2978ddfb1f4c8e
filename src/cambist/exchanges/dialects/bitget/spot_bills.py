"""Bitget's bills of a classic account's spot wallet, trades too; with them, what bots get and give back."""

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from cambist.core.ledger import Entry, EntryKind, Terms
from cambist.core.terms import Market
from cambist.exchanges.dialects.bitget import transactions
from cambist.exchanges.dialects.bitget.kinds import KINDS, kind_of, on_a_network
from cambist.exchanges.dialects.bitget.pages import REACH, History
from cambist.exchanges.ledger_rows import amount, at_ms, entry, measured

# Bots have no history: what left spot for one came to it, and what it earned meanwhile, its equity tells.
_BOTS, _BOT = "strategy", "bots_spot"


class _Bill(msgspec.Struct, rename="camel", gc=False):
    """size: signed, without the fees, which are signed too. biz_order_id: of whatever the bill is of."""

    bill_id: str
    c_time: str
    coin: str
    group_type: str
    business_type: str
    size: str
    fees: str
    biz_order_id: str = ""


_bills = msgspec.json.Decoder(list[_Bill])


def entries_of(rows: Sequence[_Bill], market: Market, _: str) -> Iterator[Entry]:
    """The change of each bill and, apart, its fee: both together are what the balance changed by."""
    yield from measured((each for row in rows for each in _entries(row, market)), market)


def _entries(row: _Bill, market: Market) -> Iterator[Entry]:
    at, name, change = at_ms(row.c_time), row.bill_id, amount(row.size)
    kind = kind_of(row.group_type, row.business_type, change)
    group = f"{row.biz_order_id}:{row.c_time}" if kind is EntryKind.TRADE else ""
    to_bot = row.group_type.lower() == _BOTS and kind is EntryKind.TRANSFER
    tx = name if to_bot else ""
    yield from entry(market, name, at, kind, row.coin, change, "spot", group=group, tx=tx)
    if to_bot:
        yield from entry(market, f"{name}:bot", at, kind, row.coin, change.copy_negate(), _BOT, tx=tx)
    fee = amount(row.fees)
    yield from entry(market, f"{name}:fee", at, EntryKind.FEE, row.coin, fee, "spot", group=group)


async def _finish(client: Any, rows: Sequence[_Bill], entries: Sequence[Entry]) -> Sequence[Entry]:
    orders = {row.bill_id: row.biz_order_id for row in rows if on_a_network(row.group_type)}
    return await transactions.with_transactions(client, entries, transactions.CLASSIC, "idLessThan", orders)


# GET /api/v2/spot/account/bills: five hundred at most.
HISTORY = History(
    "private_spot_get_v2_spot_account_bills",
    _bills,
    "a list of bills",
    lambda row: row.bill_id,
    lambda row: row.c_time,
    entries_of,
    longest=500,
    finish=_finish,
)

SPOT = HISTORY.source(Terms("spot", KINDS, reach=REACH, wallets=frozenset({"spot", _BOT})))
