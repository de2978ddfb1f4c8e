"""The transaction of a network that a deposit or withdrawal in HTX's histories was, where certain."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

import msgspec

from cambist.core.history import moment
from cambist.core.ledger import Entry, EntryKind
from cambist.core.money import exact
from cambist.core.terms import Market
from cambist.exchanges.dialects.htx.envelope import data_of
from cambist.exchanges.guard import Unusable, all_differ, checked_json, figures

MOST = 500
# A row of a history comes so much later than its request was made, or a little before.
_ON_ITS_WAY, _AHEAD = timedelta(days=7), timedelta(minutes=5)
_MS_DIGITS = 13
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


class _Moved(NamedTuple):
    """amounts: what a history may tell: without the fee, with it, or less it."""

    asset: str
    amounts: frozenset[Decimal]
    at: datetime
    tx: str


_rows = msgspec.json.Decoder(list[_Row])


async def transactions(client: Any, market: Market, entries: Sequence[Entry]) -> Mapping[str, str]:
    """{id of an entry: its transaction}, of those that are in the lists beyond doubt.

    A history says of no row which deposit or withdrawal it is: currency, amount and time do, where just one
    of the lists fits.
    """
    found: dict[str, str] = {}
    for kind, name in _LISTS.items():
        asked = [each for each in entries if each.kind is kind]
        if asked:
            moved = await _listed(client, market, name)
            found |= {each.id: _only(each, moved) for each in asked}
    return found


async def _listed(client: Any, market: Market, name: str) -> list[_Moved]:
    """GET /v1/query/deposit-withdraw: the last 500; it takes no times."""
    client.raw = client.large = True
    asked = {"type": name, "size": MOST, "direct": "next"}
    return list_answer(await client.spot_private_get_v1_query_deposit_withdraw(asked), market)


def list_answer(raw: bytes, market: Market) -> list[_Moved]:
    """What came or went, without what came to nothing. Raises Unusable."""
    rows = data_of(raw, _rows, "a list of deposits or withdrawals")
    checked_json(raw)
    all_differ([str(row.id) for row in rows], "a row")
    return list(_moved(rows, market))


def _moved(rows: Sequence[_Row], market: Market) -> Iterator[_Moved]:
    amounts, fees = figures([row.amount for row in rows]), figures([row.fee for row in rows])
    for row, amount, fee in zip(rows, amounts, fees, strict=True):
        if row.state not in _CAME_TO_NOTHING:
            with exact():
                possible = frozenset({amount, amount + fee, amount - fee})
            asset = market.spellings.get(row.currency, row.currency.upper())
            yield _Moved(asset, possible, _time(row), _transaction(row))


def _transaction(row: _Row) -> str:
    """Ethereum's are told with and without their 0x."""
    told = row.tx_hash or ""
    is_of_ethereum = row.chain == "eth" or "erc20" in row.chain
    return f"0x{told}" if told and is_of_ethereum and not told.startswith("0x") else told


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
    text = str(row.created_at)
    if not (text.isascii() and text.isdigit() and len(text) == _MS_DIGITS):
        raise Unusable("the answer has a time that no clock shows")
    return moment(int(text))
