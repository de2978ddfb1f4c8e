"""The transaction of a network that a deposit or withdrawal in HTX's histories was, where certain."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

import msgspec

from cambist.core.history import moment
from cambist.core.ledger import Entry, EntryKind
from cambist.core.terms import Market
from cambist.exchanges import transactions
from cambist.exchanges.dialects.htx.envelope import data_of
from cambist.exchanges.guard import all_differ, checked_json, figures
from cambist.exchanges.ledger_rows import THIRTEEN, asset_of, at_ms
from cambist.exchanges.transactions import Moved, amounts_of

MOST = 500
# A row of a history comes so much later than its request was made, or a little before.
_ON_ITS_WAY, _AHEAD = timedelta(days=7), timedelta(minutes=5)
_LISTS = {EntryKind.DEPOSIT: "deposit", EntryKind.WITHDRAWAL: "withdraw"}
_CAME_TO_NOTHING = frozenset(
    {"unknown", "orphan", "failed", "canceled", "reject", "wallet-reject", "repealed"}
)


class _Row(msgspec.Struct, rename="kebab", gc=False):
    id: int | str
    currency: str
    chain: str
    amount: msgspec.Raw
    fee: msgspec.Raw
    state: str
    created_at: int | str
    tx_hash: str | None = None


_rows = msgspec.json.Decoder(list[_Row])


async def with_transactions(client: Any, market: Market, entries: Sequence[Entry]) -> list[Entry]:
    """The entries, with the transactions of those that are in the lists beyond doubt.

    A history says of no row which deposit or withdrawal it is.
    """

    async def listed(kind: EntryKind, _: Sequence[Entry]) -> list[Moved]:
        return await _listed(client, market, _LISTS[kind])

    return await transactions.with_transactions(entries, listed)


async def _listed(client: Any, market: Market, name: str) -> list[Moved]:
    """GET /v1/query/deposit-withdraw: the last 500; it takes no times."""
    client.raw = client.large = True
    asked = {"type": name, "size": MOST, "direct": "next"}
    return list_answer(await client.spot_private_get_v1_query_deposit_withdraw(asked), market)


def list_answer(raw: bytes, market: Market) -> list[Moved]:
    """What came or went, without what came to nothing. Raises Unusable."""
    rows = data_of(raw, _rows, "a list of deposits or withdrawals")
    checked_json(raw)
    all_differ([str(row.id) for row in rows], "a row")
    return list(_moved(rows, market))


def _moved(rows: Sequence[_Row], market: Market) -> Iterator[Moved]:
    amounts, fees = figures([row.amount for row in rows]), figures([row.fee for row in rows])
    for row, amount, fee in zip(rows, amounts, fees, strict=True):
        if row.state not in _CAME_TO_NOTHING:
            at, asset = moment(at_ms(row.created_at, THIRTEEN)), asset_of(market, row.currency.upper())
            yield Moved(asset, amounts_of(amount, fee), at - _AHEAD, at + _ON_ITS_WAY, _transaction(row))


def _transaction(row: _Row) -> str:
    """Ethereum's are told with and without their 0x."""
    told = row.tx_hash or ""
    is_of_ethereum = row.chain == "eth" or "erc20" in row.chain
    return f"0x{told}" if told and is_of_ethereum and not told.startswith("0x") else told
