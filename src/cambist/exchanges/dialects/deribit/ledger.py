"""Deribit's transaction log: each change of a currency's cash, profit settled, funding and fees in it."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import msgspec

from cambist.core.ledger import Asked, Entry, EntryKind, Page, Terms
from cambist.core.money import exact
from cambist.core.terms import Market
from cambist.exchanges.dialect import LedgerSource
from cambist.exchanges.dialects.deribit.envelope import result_of
from cambist.exchanges.dialects.deribit.wallets import currencies
from cambist.exchanges.guard import all_differ, checked_json, figures
from cambist.exchanges.ledger_rows import NOTHING, THIRTEEN, at_ms, entry, or_nothing
from cambist.exchanges.windows import told, window

# It tells all there is. Its own pages ask for three years at most.
SPAN, AGAIN = timedelta(days=3 * 365), timedelta(minutes=10)
PAGE = 250

# What has none of these is a reward if it says so, else a transfer: between subaccounts, positions moved, or
# what nobody can say of. New types come at any time.
_KINDS = {
    "deposit": EntryKind.DEPOSIT,
    "withdrawal": EntryKind.WITHDRAWAL,
    "swap": EntryKind.TRADE,
    "negative_balance_fee": EntryKind.INTEREST,
    **dict.fromkeys(
        ("trade", "settlement", "delivery", "liquidation", "assignment", "correction"), EntryKind.REALISED
    ),
}


class _Row(msgspec.Struct):
    """change: of the cash, with everything in it. commission: of that, what was paid as a fee.

    total_interest_pl: of a settlement, what funding paid since the one before. info: a text, or what its type
    has; of deposits and withdrawals the network's transaction.
    """

    id: int
    currency: str
    type: str
    timestamp: int
    change: msgspec.Raw
    commission: msgspec.Raw = NOTHING
    total_interest_pl: msgspec.Raw = NOTHING
    instrument_name: str | None = None
    trade_id: str | int | None = None
    info: Any = None

    @property
    def pair(self) -> str:
        """BASE_QUOTE of a spot trade; empty for contracts, such as BTC-PERPETUAL or XRP_USDC-PERPETUAL."""
        name = self.instrument_name or ""
        return name if self.type == "trade" and "_" in name and "-" not in name else ""


class _Log(msgspec.Struct):
    logs: list[_Row]
    continuation: int | None


_log = msgspec.json.Decoder(_Log)


async def page(client: Any, market: Market, asked: Asked) -> Page:
    """GET /private/get_transaction_log of a stretch of time, currency by currency, the newest first.

    The place in a stretch: the currencies left to read, of which the first may have come to a row.
    """
    stretch = window(asked, SPAN, again=AGAIN)
    if stretch.is_empty:
        return told(stretch, asked, ())
    left = stretch.at.split(",") if stretch.at else await currencies(client)
    currency, _, continuation = left.pop(0).partition(":")
    times = {"start_timestamp": max(stretch.start - 1, 0), "end_timestamp": stretch.end}
    start = {"continuation": continuation} if continuation else {}
    client.raw = client.large = True
    raw = await client.private_get_get_transaction_log(
        {"currency": currency, **times, "count": PAGE, **start}
    )
    entries, following = log_answer(raw, market)
    if following:
        left.insert(0, f"{currency}:{following}")
    return told(stretch, asked, entries, ",".join(left))


def log_answer(raw: bytes, market: Market) -> tuple[list[Entry], str]:
    """The entries of an answer, and where the next page begins; empty after the last. Raises Unusable."""
    checked_json(raw)
    log = result_of(raw, _log, "a transaction log")
    all_differ([f"{row.currency}:{row.id}" for row in log.logs], "a row")
    entries = [each for row in log.logs for each in _entries(row, market)]
    return entries, str(log.continuation) if log.logs and log.continuation is not None else ""


def _entries(row: _Row, market: Market) -> Iterator[Entry]:
    """What a change was for; its fee and its funding, which are in it, apart. No change, no entry.

    What the commission of a spot trade is paid in is not documented, so it stays in the leg.
    """
    kind = EntryKind.TRADE if row.pair else _kind(row.type)
    paid = NOTHING if row.pair else row.commission
    earned = row.total_interest_pl if row.type == "settlement" else NOTHING
    change, commission, funding = figures([or_nothing(part) for part in (row.change, paid, earned)])
    if not change:
        return
    with exact():
        parts: tuple[tuple[EntryKind, Decimal, str], ...] = (
            (kind, change + commission - funding, ""),
            (EntryKind.FEE, -commission, ":fee"),
            (EntryKind.FUNDING, funding, ":funding"),
        )
    group = f"{row.instrument_name}:{row.trade_id}" if row.trade_id else ""
    for what, amount, suffix in parts:
        yield from entry(
            market,
            f"{row.currency}:{row.id}{suffix}",
            at_ms(row.timestamp, THIRTEEN),
            what,
            row.currency,
            amount,
            "account",
            group=group,
            tx=_transaction(row) if what in (EntryKind.DEPOSIT, EntryKind.WITHDRAWAL) else "",
            quote=what is EntryKind.TRADE and row.pair.partition("_")[2] == row.currency,
        )


def _kind(of_type: str) -> EntryKind:
    return _KINDS.get(of_type, EntryKind.REWARD if "reward" in of_type else EntryKind.TRANSFER)


def _transaction(row: _Row) -> str:
    told_of = row.info.get("transaction") if isinstance(row.info, dict) else None
    return told_of if isinstance(told_of, str) else ""


SOURCES = (
    LedgerSource(
        Terms(
            "log",
            frozenset(
                {*_KINDS.values(), EntryKind.FEE, EntryKind.FUNDING, EntryKind.REWARD, EntryKind.TRANSFER}
            ),
        ),
        page,
    ),
)
