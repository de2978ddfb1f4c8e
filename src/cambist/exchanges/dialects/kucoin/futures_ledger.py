"""KuCoin Futures' transaction history: what each settlement of a contract came to, and transfers."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Literal

import msgspec

from cambist.core.ledger import Asked, Entry, EntryKind, Page, Terms
from cambist.core.money import exact
from cambist.core.terms import Market
from cambist.exchanges.dialect import LedgerSource
from cambist.exchanges.dialects.kucoin.envelope import data_of
from cambist.exchanges.dialects.kucoin.ledger_rows import at_ms
from cambist.exchanges.guard import Unusable, all_differ, checked_json, figures
from cambist.exchanges.ledger_rows import NOTHING, entry, or_nothing
from cambist.exchanges.windows import told, window

SPAN, AGAIN = timedelta(hours=23, minutes=59), timedelta(hours=1)
REACH = timedelta(days=364)
PAGE = 50

# By type, and which way it goes; None where the amount says. The rest is a transfer that goes as it says.
_KINDS = {
    "realisedpnl": (EntryKind.REALISED, None),
    "deposit": (EntryKind.DEPOSIT, 1),
    "withdrawal": (EntryKind.WITHDRAWAL, -1),
    "transferin": (EntryKind.TRANSFER, 1),
    "transferout": (EntryKind.TRANSFER, -1),
}
_AS_TOLD = (EntryKind.TRANSFER, None)


class _Row(msgspec.Struct):
    """offset: the row's id; those pending have none of their own."""

    time: int | str
    type: str
    amount: msgspec.Raw
    status: Literal["Completed", "Pending"]
    offset: int
    currency: str
    fee: msgspec.Raw = NOTHING


class _History(msgspec.Struct, rename="camel"):
    data_list: list[_Row]
    has_more: bool


_history = msgspec.json.Decoder(_History)


async def page(client: Any, market: Market, asked: Asked) -> Page:
    """GET /api/v1/transaction-history of a stretch of time, from the newest back.

    What is pending is of the eight hours that are not settled yet; it is told once it is.
    """
    read = window(asked, SPAN, REACH, AGAIN)
    if read.is_empty:
        return told(read, asked, ())
    start = {"offset": read.at, "forward": "true"} if read.at else {}
    client.raw = client.large = True
    raw = await client.futuresprivate_get_transaction_history(
        {"startAt": read.start, "endAt": read.end, "maxCount": PAGE, **start}
    )
    history = data_of(client, raw, _history, "a transaction history")
    checked_json(raw)
    settled = [row for row in history.data_list if row.status == "Completed"]
    all_differ([f"{row.currency}:{row.offset}" for row in settled], "a row")
    entries = [each for row in settled for each in _entries(row, market)]
    return told(read, asked, entries, _following(history, settled))


def _following(history: _History, settled: list[_Row]) -> str:
    if not history.has_more:
        return ""
    if not settled:
        raise Unusable("the answer leads nowhere")
    return str(min(row.offset for row in settled))


def _entries(row: _Row, market: Market) -> Iterator[Entry]:
    """The rest of the change, and the fee, which is in it, apart."""
    told_amount, fee = figures([row.amount, or_nothing(row.fee)])
    kind, way = _KINDS.get(row.type.lower(), _AS_TOLD)
    with exact():
        change = told_amount if way is None else way * abs(told_amount)
        parts = ((kind, change + fee, ""), (EntryKind.FEE, -fee, ":fee"))
    for what, amount, suffix in parts:
        name, at = f"{row.currency}:{row.offset}{suffix}", at_ms(row.time)
        yield from entry(market, name, at, what, row.currency, amount, "futures")


SOURCES = (
    LedgerSource(
        Terms(
            "futures",
            frozenset({kind for kind, _ in _KINDS.values()} | {EntryKind.FEE}),
            REACH,
            frozenset({"futures"}),
        ),
        page,
    ),
)
