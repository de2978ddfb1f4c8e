"""Bybit's log of the unified account: whatever changed it, trades too."""

from collections.abc import Iterator
from datetime import timedelta

import msgspec

from cambist.core.ledger import Entry, EntryKind, Terms
from cambist.core.money import exact
from cambist.core.terms import Market
from cambist.exchanges.dialect import LedgerSource
from cambist.exchanges.dialects.bybit.pages import History, Listed
from cambist.exchanges.ledger_rows import amount, at_ms, entry

# What is neither here nor below is a transfer: to or from loans, other products or what Bybit adds one day.
# It is a net flow then, so never profit, and shown with its sign.
_KINDS = {
    **dict.fromkeys(
        (
            "CURRENCY_BUY",
            "CURRENCY_SELL",
            "CONVERT",
            "SPOT_REPAYMENT_BUY",
            "SPOT_REPAYMENT_SELL",
            "EARNING_REDEMPTION_BUY",
            "EARNING_REDEMPTION_SELL",
            "IDN_CONVERT_IN",
            "IDN_CONVERT_OUT",
            "TOKENS_SUBSCRIPTION",
            "TOKENS_REDEMPTION",
        ),
        EntryKind.TRADE,
    ),
    **dict.fromkeys(("AIRDROP", "BONUS", "BONUS_RECOLLECT", "FEE_REFUND"), EntryKind.REWARD),
    **dict.fromkeys(
        ("CUSTODY_NETWORK_FEE", "CUSTODY_SETTLE_FEE", "SPREAD_FEE_OUT", "BROKER_ABACCOUNT_FEE"), EntryKind.FEE
    ),
    "SETTLEMENT": EntryKind.REALISED,  # of USDC perpetuals every eight hours; the funding is apart
    "INTEREST": EntryKind.INTEREST,
}
# Legs of a trade in spot, the profit or loss of a position in all else.
_TRADED = frozenset({"TRADE", "LIQUIDATION", "ADL", "DELIVERY"})
# The account's equity is net of what is borrowed: it changes nothing there.
_DEBT = frozenset({"BORROW", "REPAY"})


class _Row(msgspec.Struct, rename="camel", gc=False):
    id: str
    symbol: str
    category: str
    type: str
    transaction_time: str
    currency: str
    change: str
    funding: str
    fee: str
    trade_id: str
    order_id: str


_log = msgspec.json.Decoder(Listed[_Row])


def _name(row: _Row) -> str:
    """Bybit's own example has one id for a trade and a settlement, which have trade ids of their own."""
    return f"{row.id}:{row.type}:{row.currency}:{row.trade_id}"


def _entries(row: _Row, market: Market) -> Iterator[Entry]:
    """change = cash flow + funding − fee, says Bybit; whatever else it may be, the parts add up to it."""
    change, funding, fee = amount(row.change), amount(row.funding), amount(row.fee)
    with exact():
        rest, charged = change - funding + fee, -fee
    spot = row.category == "spot"
    kind = (EntryKind.TRADE if spot else EntryKind.REALISED) if row.type in _TRADED else _kind(row.type)
    traded = row.type in _TRADED or kind is EntryKind.TRADE
    parts = ((kind, rest, ""), (EntryKind.FUNDING, funding, ":funding"), (EntryKind.FEE, charged, ":fee"))
    for what, part, suffix in parts:
        if not (what is kind and row.type in _DEBT):
            yield from entry(
                market,
                f"{_name(row)}{suffix}",
                at_ms(row.transaction_time),
                what,
                row.currency,
                part,
                "unified",
                group=(row.trade_id or row.order_id) if traded else "",
                quote=spot and what is EntryKind.TRADE and not row.symbol.startswith(row.currency),
            )


def _kind(of_type: str) -> EntryKind:
    return _KINDS.get(of_type, EntryKind.TRANSFER)


# GET /v5/account/transaction-log; Bybit says that it may lag behind, so the last hour is read again.
_HISTORY = History(
    "private_get_v5_account_transaction_log",
    _log,
    "a transaction log",
    _name,
    _entries,
    longest=50,
    span=timedelta(days=7),
    again=timedelta(hours=1),
    reach=timedelta(days=730),
    asked=(("accountType", "UNIFIED"),),
)

UNIFIED = LedgerSource(
    Terms(
        "unified",
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
        wallets=frozenset({"unified"}),
    ),
    _HISTORY.read,
)
