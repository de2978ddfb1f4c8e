"""OKX's bills of the trading account: whatever changed it, trades too."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

import msgspec

from cambist.core.ledger import Entry, EntryKind, Terms
from cambist.core.money import exact
from cambist.core.terms import Market
from cambist.exchanges.dialect import LedgerSource
from cambist.exchanges.dialects.okx.answers import Answer
from cambist.exchanges.dialects.okx.pages import History
from cambist.exchanges.ledger_rows import amount, at_ms, entry

# By type. What is neither here nor below is a transfer: to or from loans, other products or what OKX adds one
# day. It is a net flow then, so never profit, and shown with its sign.
_KINDS = {
    **dict.fromkeys(("4", "11", "27", "28", "29", "30"), EntryKind.TRADE),  # conversions
    "7": EntryKind.INTEREST,
    "8": EntryKind.FUNDING,
    **dict.fromkeys(("250", "251"), EntryKind.FEE),  # what lead traders take of profits
    "381": EntryKind.REWARD,  # lent out by itself
}
# Trades, deliveries, liquidations, reductions, clawbacks, hedges, blocks, spreads, moved and settled
# positions: legs of a trade in spot and margin, the profit or loss of a position in all else.
_TRADED = frozenset({"2", "3", "5", "9", "10", "13", "14", "24", "32", "34"})
_HELD = frozenset({"SPOT", "MARGIN"})
# Within the account, whose equity has all of it: margin set aside, bots, and what is borrowed and paid back.
_WITHIN = frozenset({"6", "12", "15", "16", "22"})


class _Bill(msgspec.Struct, rename="camel", gc=False):
    bill_id: str
    ccy: str
    type: str
    ts: str
    bal_chg: str
    pos_bal_chg: str
    fee: str
    inst_type: str
    inst_id: str
    ord_id: str
    trade_id: str


_bills = msgspec.json.Decoder(Answer[_Bill])


def _entries(rows: Sequence[_Bill], market: Market) -> Iterator[Entry]:
    for row in rows:
        if row.type not in _WITHIN:
            yield from _changed(row, market)


def _changed(row: _Bill, market: Market) -> Iterator[Entry]:
    """The change of the account and of an isolated position together; the fee, which is in it, apart."""
    fee = amount(row.fee)
    with exact():
        rest = amount(row.bal_chg) + amount(row.pos_bal_chg) - fee
    traded, held = row.type in _TRADED, row.inst_type in _HELD
    kind = (EntryKind.TRADE if held else EntryKind.REALISED) if traded else _kind(row.type)
    quote = row.inst_id.partition("-")[2]
    group = _group(row) if traded or kind is EntryKind.TRADE else ""
    for what, part, suffix in ((kind, rest, ""), (EntryKind.FEE, fee, ":fee")):
        name, is_quote = f"{row.bill_id}{suffix}", what is EntryKind.TRADE and quote == row.ccy
        yield from entry(
            market, name, at_ms(row.ts), what, row.ccy, part, "trading", group=group, quote=is_quote
        )


def _group(row: _Bill) -> str:
    """A trade's id is one of its pair's."""
    return f"{row.inst_id}:{row.trade_id}" if row.trade_id else row.ord_id


def _kind(of_type: str) -> EntryKind:
    return _KINDS.get(of_type, EntryKind.TRANSFER)


# GET /api/v5/account/bills-archive: three months, the last seven days too.
_HISTORY = History(
    "private_get_account_bills_archive",
    _bills,
    "a list of bills",
    lambda row: row.ts,
    _entries,
    again=timedelta(hours=1),
    name=lambda row: row.bill_id,
    by_id=True,
    reach=timedelta(days=89),
)

TRADING = LedgerSource(
    Terms(
        "trading",
        frozenset(
            {
                EntryKind.TRADE,
                EntryKind.REALISED,
                EntryKind.FEE,
                EntryKind.FUNDING,
                EntryKind.INTEREST,
                EntryKind.REWARD,
                EntryKind.TRANSFER,
            }
        ),
        reach=_HISTORY.reach,
        wallets=frozenset({"trading"}),
    ),
    _HISTORY.read,
)
