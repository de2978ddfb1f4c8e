"""MEXC's deposits and withdrawals, in part of its flows: nothing tells what MEXC pays and moves itself.

Windows of less than a week, which is the most that it takes, of the ninety days that it tells.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import msgspec

from cambist.core.ledger import Asked, Entry, EntryKind, Page, Terms
from cambist.core.money import plain_text
from cambist.core.terms import Market
from cambist.exchanges.dialect import LedgerSource
from cambist.exchanges.guard import Unusable, all_differ, checked_json, number, shaped
from cambist.exchanges.ledger_rows import THIRTEEN, at_ms, came, entry, went
from cambist.exchanges.windows import halved, told, window

MOST = 1_000
# It measures a week by its own clock: a second more and it refuses.
_WINDOW = timedelta(days=6)
_REACH = timedelta(days=89)
_AGAIN = timedelta(days=5)
# In ms.
_ARRIVES_WITHIN = 86_400_000

# SUCCESS and COMPLETED; the others are not there yet, or never will be.
_CREDITED = frozenset({"5", "12"})
# FAILED and CANCEL: what was applied for is there again.
_VOID = frozenset({"8", "9"})


class _Deposit(msgspec.Struct, rename="camel"):
    """coin: with its network, "USDC-TRX". tx_id: transaction and place in it; trans_hash: that alone."""

    amount: str
    coin: str
    status: str | int
    insert_time: str | int
    tx_id: str | None = None
    trans_hash: str | None = None
    update_time: str | int | None = None


class _Withdrawal(msgspec.Struct, rename="camel"):
    """amount: with the network's fee in it."""

    id: str
    amount: str
    coin: str
    status: str | int
    apply_time: str | int
    tx_id: str | None = None
    trans_hash: str | None = None


_deposits = msgspec.json.Decoder(list[_Deposit])
_withdrawals = msgspec.json.Decoder(list[_Withdrawal])
Answer = tuple[list[Entry], list[str], int]


def deposits_answer(raw: bytes, market: Market) -> Answer:
    """Those that are there, the ids of the others, and how many rows there are. Raises Unusable."""
    checked_json(raw)
    rows = shaped(_deposits, raw, "a list of deposits")
    names = [_deposit_name(row) for row in rows]
    all_differ(names, "a deposit")
    entries: list[Entry] = []
    others: list[str] = []
    for row, name in zip(rows, names, strict=True):
        if str(row.status) not in _CREDITED:
            others.append(name)
            continue
        at, amount, tx = _arrived_at(row), came(row.amount), row.trans_hash or row.tx_id or ""
        entries += entry(market, name, at, EntryKind.DEPOSIT, _code(row.coin), amount, "spot", tx=tx)
    return entries, others, len(rows)


def withdrawals_answer(raw: bytes, market: Market) -> Answer:
    """Those applied for, the ids of those that failed, and how many rows there are. Raises Unusable."""
    checked_json(raw)
    rows = shaped(_withdrawals, raw, "a list of withdrawals")
    all_differ([row.id for row in rows], "a withdrawal")
    entries: list[Entry] = []
    void: list[str] = []
    for row in rows:
        if not row.id:
            raise Unusable("the answer has a withdrawal without an id")
        if str(row.status) in _VOID:
            void.append(row.id)
            continue
        at, amount, tx = _ms(row.apply_time), went(row.amount), row.trans_hash or row.tx_id or ""
        entries += entry(market, row.id, at, EntryKind.WITHDRAWAL, _code(row.coin), amount, "spot", tx=tx)
    return entries, void, len(rows)


def _deposit_name(row: _Deposit) -> str:
    """No id is told: one transaction may pay several coins and, at several places in it, several times."""
    if row.tx_id:
        return f"{row.tx_id}:{row.coin}"
    return f"{row.coin}:{plain_text(number(row.amount))}:{_ms(row.insert_time)}"


def _arrived_at(row: _Deposit) -> int:
    """It is there when it is updated for the last time; rows were updated years later, too."""
    told = _ms(row.insert_time)
    updated = told if row.update_time is None else _ms(row.update_time)
    return updated if told <= updated <= told + _ARRIVES_WITHIN else told


def _code(coin: str) -> str:
    return coin.partition("-")[0]


def _ms(told: str | int) -> int:
    return at_ms(told, THIRTEEN)


def _source(
    name: str,
    kind: EntryKind,
    call: str,
    read: Callable[[bytes, Market], Answer],
) -> LedgerSource:
    async def page(client: Any, market: Market, asked: Asked) -> Page:
        at = window(asked, _WINDOW, _REACH, _AGAIN)
        client.raw = client.large = True
        times = {"startTime": at.start, "endTime": at.end}
        entries, others, rows = read(await getattr(client, call)({**times, "limit": MOST}), market)
        if rows >= MOST:
            return halved(at, asked, "half")
        return told(at, asked, entries, void=others)

    terms = Terms(name, frozenset({kind}), _REACH, frozenset({"spot"}), leaves_out=True)
    return LedgerSource(terms, page)


SOURCES = (
    _source(
        "deposits",
        EntryKind.DEPOSIT,
        "spot_private_get_capital_deposit_hisrec",
        deposits_answer,
    ),
    _source(
        "withdrawals",
        EntryKind.WITHDRAWAL,
        "spot_private_get_capital_withdraw_history",
        withdrawals_answer,
    ),
)
