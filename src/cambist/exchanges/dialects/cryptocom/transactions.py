"""The transaction of a network that a deposit or withdrawal of Crypto.com's journal was, where certain."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

import msgspec

from cambist.core.errors import ExchangeRefused, KeysRejected
from cambist.core.history import milliseconds, moment
from cambist.core.ledger import Entry, EntryKind
from cambist.core.money import exact
from cambist.core.terms import Market
from cambist.exchanges.dialects.cryptocom.envelope import result_of
from cambist.exchanges.guard import Unusable, checked_json, figures

MOST = 200
# A row of the journal comes so much later than its request was made, or a little before.
_ON_ITS_WAY, _AHEAD = timedelta(days=7), timedelta(minutes=5)
_MS_DIGITS = 13
# What never came or came back: failed, rejected, cancelled.
_CAME_TO_NOTHING = {EntryKind.DEPOSIT: ("2",), EntryKind.WITHDRAWAL: ("2", "4", "6")}


class _Row(msgspec.Struct):
    currency: str
    amount: msgspec.Raw
    fee: msgspec.Raw
    create_time: int | str
    status: int | str
    txid: str | None = None


class _Deposits(msgspec.Struct):
    rows: list[_Row] = msgspec.field(name="deposit_list")


class _Withdrawals(msgspec.Struct):
    rows: list[_Row] = msgspec.field(name="withdrawal_list")


class _Moved(NamedTuple):
    """amounts: what the journal may tell: without the fee, with it, or less it."""

    asset: str
    amounts: frozenset[Decimal]
    at: datetime
    tx: str


_deposits = msgspec.json.Decoder(_Deposits)
_withdrawals = msgspec.json.Decoder(_Withdrawals)


async def transactions(client: Any, market: Market, entries: Sequence[Entry]) -> Mapping[str, str]:
    """{id of an entry: its transaction}, of those that were one of the lists beyond doubt.

    The journal says of no row which deposit or withdrawal it is: currency, amount and time do, where just
    one of the lists fits. The lists want the right to withdraw, which keys of ours should not have: so where
    they are refused, in whatever words, none is known. The keys have read the journal a moment before.
    """
    found: dict[str, str] = {}
    for kind in _CAME_TO_NOTHING:
        asked = [each for each in entries if each.kind is kind]
        if asked:
            try:
                moved = await _listed(client, market, kind, asked)
            except (KeysRejected, ExchangeRefused):
                moved = []
            found |= {each.id: _only(each, moved) for each in asked}
    return found


async def _listed(client: Any, market: Market, kind: EntryKind, entries: Sequence[Entry]) -> list[_Moved]:
    """POST /exchange/v1/private/get-deposit-history or get-withdrawal-history; none of more than a page."""
    times = [each.at for each in entries]
    asked = {
        "start_ts": str(milliseconds(min(times) - _ON_ITS_WAY)),
        "end_ts": str(milliseconds(max(times) + _AHEAD)),
        "page_size": str(MOST),
        "page": "0",
    }
    client.raw = client.large = True
    if kind is EntryKind.DEPOSIT:
        raw = await client.v1_private_post_private_get_deposit_history(asked)
    else:
        raw = await client.v1_private_post_private_get_withdrawal_history(asked)
    return list_answer(raw, kind, market)


def list_answer(raw: bytes, kind: EntryKind, market: Market) -> list[_Moved]:
    """What came or went, without what came to nothing. Raises Unusable."""
    checked_json(raw)
    if kind is EntryKind.DEPOSIT:
        rows = result_of(raw, _deposits, "a list of deposits").rows
    else:
        rows = result_of(raw, _withdrawals, "a list of withdrawals").rows
    return [] if len(rows) >= MOST else list(_moved(rows, kind, market))


def _moved(rows: Sequence[_Row], kind: EntryKind, market: Market) -> Iterator[_Moved]:
    amounts, fees = figures([row.amount for row in rows]), figures([row.fee for row in rows])
    for row, amount, fee in zip(rows, amounts, fees, strict=True):
        if str(row.status) not in _CAME_TO_NOTHING[kind]:
            with exact():
                possible = frozenset({amount, amount + fee, amount - fee})
            asset = market.spellings.get(row.currency, row.currency)
            # Of coins whose transactions have several outputs, which one stands behind a slash.
            yield _Moved(asset, possible, _time(row), (row.txid or "").partition("/")[0])


def _only(entry: Entry, moved: Sequence[_Moved]) -> str:
    fits = [
        each.tx
        for each in moved
        if each.asset == entry.asset
        and entry.amount.copy_abs() in each.amounts
        and entry.at - _ON_ITS_WAY <= each.at <= entry.at + _AHEAD
    ]
    return fits[0] if len(fits) == 1 else ""


def _time(row: _Row) -> datetime:
    text = str(row.create_time)
    if not (text.isascii() and text.isdigit() and len(text) == _MS_DIGITS):
        raise Unusable("the answer has a time that no clock shows")
    return moment(int(text))
