"""The transaction of a network that a deposit or withdrawal of Crypto.com's journal was, where certain."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

import msgspec

from cambist.core.errors import ExchangeRefused, KeysRejected
from cambist.core.history import milliseconds, moment
from cambist.core.ledger import Entry, EntryKind
from cambist.core.terms import Market
from cambist.exchanges import transactions
from cambist.exchanges.dialects.cryptocom.envelope import result_of
from cambist.exchanges.guard import checked_json, figures
from cambist.exchanges.ledger_rows import THIRTEEN, asset_of, at_ms
from cambist.exchanges.transactions import Moved, amounts_of

MOST = 200
# A row of the journal comes so much later than its request was made, or a little before.
_ON_ITS_WAY, _AHEAD = timedelta(days=7), timedelta(minutes=5)
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


_deposits = msgspec.json.Decoder(_Deposits)
_withdrawals = msgspec.json.Decoder(_Withdrawals)


async def with_transactions(client: Any, market: Market, entries: Sequence[Entry]) -> list[Entry]:
    """The entries, with the transactions of those that are one of the lists beyond doubt.

    The journal says of no row which deposit or withdrawal it is. The lists want the right to withdraw, which
    keys of ours should not have: so where they are refused, in whatever words, none is known. The keys have
    read the journal a moment before.
    """

    async def listed(kind: EntryKind, asked: Sequence[Entry]) -> list[Moved]:
        try:
            return await _listed(client, market, kind, asked)
        except (KeysRejected, ExchangeRefused):
            return []

    return await transactions.with_transactions(entries, listed)


async def _listed(client: Any, market: Market, kind: EntryKind, entries: Sequence[Entry]) -> list[Moved]:
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


def list_answer(raw: bytes, kind: EntryKind, market: Market) -> list[Moved]:
    """What came or went, without what came to nothing. Raises Unusable."""
    checked_json(raw)
    if kind is EntryKind.DEPOSIT:
        rows = result_of(raw, _deposits, "a list of deposits").rows
    else:
        rows = result_of(raw, _withdrawals, "a list of withdrawals").rows
    return [] if len(rows) >= MOST else list(_moved(rows, kind, market))


def _moved(rows: Sequence[_Row], kind: EntryKind, market: Market) -> Iterator[Moved]:
    amounts, fees = figures([row.amount for row in rows]), figures([row.fee for row in rows])
    for row, amount, fee in zip(rows, amounts, fees, strict=True):
        if str(row.status) not in _CAME_TO_NOTHING[kind]:
            at, asset = moment(at_ms(row.create_time, THIRTEEN)), asset_of(market, row.currency)
            # Of coins whose transactions have several outputs, which one stands behind a slash.
            tx = (row.txid or "").partition("/")[0]
            yield Moved(asset, amounts_of(amount, fee), at - _AHEAD, at + _ON_ITS_WAY, tx)
