"""Gate's records of its accounts of derivatives: perpetuals, delivery, options, each in one currency."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

import msgspec

from cambist.core.ledger import EntryKind
from cambist.core.terms import Market
from cambist.exchanges.client import as_ours
from cambist.exchanges.failures import OtherMode
from cambist.exchanges.guard import Unusable, checked_json, figures, shaped
from cambist.exchanges.ledger_rows import Told, entry

# What is neither here nor below is a transfer, as are those between the account's own (dnw), and what a
# unified account settles from its futures to its spot (cross_settle).
_KINDS = {
    **dict.fromkeys(("pnl", "settle", "prem", "set"), EntryKind.REALISED),
    **dict.fromkeys(("fee", "settle_fee"), EntryKind.FEE),
    **dict.fromkeys(("fund", "dividend"), EntryKind.FUNDING),
    "refr": EntryKind.REWARD,
}
# Points and bonuses, of which the account's total has nothing.
_NOT_IN_TOTAL = frozenset({"point_dnw", "point_fee", "point_refr", "point_convert", "bonus_dnw", "pv_dnw"})
KINDS = frozenset({*_KINDS.values(), EntryKind.TRANSFER})
_MILLISECONDS = Decimal(1_000)
_LAST_MS = 10**14


class _Row(msgspec.Struct):
    """time: in seconds, of which there may be fractions. id: of later rows of futures only."""

    time: msgspec.Raw
    change: msgspec.Raw
    balance: msgspec.Raw
    type: str
    text: str | None = None
    id: str | int | None = None


class _Settings(msgspec.Struct):
    usdt_futures: bool | None = None


class _Mode(msgspec.Struct):
    mode: str
    settings: _Settings | None = None


_rows = msgspec.json.Decoder(list[_Row])
_mode = msgspec.json.Decoder(_Mode)


def rows_of(currency: str, wallet: str) -> Callable[[bytes, Market], Sequence[Told]]:
    """What reads the rows of an account's records: of GET /futures/usdt/account_book and its like."""

    def read(raw: bytes, market: Market) -> list[Told]:
        return book_answer(raw, market, currency, wallet)

    return read


def book_answer(raw: bytes, market: Market, currency: str, wallet: str) -> list[Told]:
    """The rows of an answer. Raises Unusable."""
    checked_json(raw)
    rows = shaped(_rows, raw, "an account's records")
    times, changes, balances = (
        figures([getattr(row, name) for row in rows]) for name in ("time", "change", "balance")
    )
    return [
        _told(row, time, change, balance, market, currency, wallet)
        for row, time, change, balance in zip(rows, times, changes, balances, strict=True)
    ]


def _told(
    row: _Row, time: Decimal, change: Decimal, balance: Decimal, market: Market, currency: str, wallet: str
) -> Told:
    """Without an id, what is left by a change is no other's of its time."""
    at = int(time * _MILLISECONDS) if 0 <= time < _LAST_MS else -1
    if not 0 <= at < _LAST_MS:
        raise Unusable("the answer has a time that no clock shows")
    name = str(row.id or "") or f"{time}:{row.type}:{row.text}:{change}:{balance}"
    if row.type in _NOT_IN_TOTAL:
        return Told(name, at)
    kind = _KINDS.get(row.type, EntryKind.TRANSFER)
    return Told(name, at, entry(market, name, at, kind, currency, change, wallet))


async def are_of_unified(client: Any) -> bool:
    """GET /unified/unified_mode: whether futures in USDT are a part of what stands for spot."""
    try:
        raw = await client.private_unified_get_unified_mode()
        try:
            checked_json(raw)
            told = shaped(_mode, raw, "an account's mode")
        except Unusable as broken:
            raise as_ours(broken, client) from None  # a refusal may come with status 200 as well
    except OtherMode:
        return False
    is_apart = told.settings is not None and told.settings.usdt_futures is False
    return told.mode != "classic" and not is_apart
