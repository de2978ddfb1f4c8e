"""What Gate's Earn paid into Earn itself; what it pays to spot and what moves there is in spot's records."""

import msgspec

from cambist.core.ledger import EntryKind
from cambist.core.terms import Market
from cambist.exchanges.guard import checked_json, number, shaped
from cambist.exchanges.ledger_rows import Told, at_ms, entry

_SUCCEEDED, _REINVESTED = 1, "interest_reinvest"


class _Row(msgspec.Struct):
    status: int
    currency: str
    interest: str
    interest_status: str
    create_time: int


_rows = msgspec.json.Decoder(list[_Row])


def interest_answer(raw: bytes, market: Market) -> list[Told]:
    """The rows of GET /earn/uni/interest_records. They have no ids. Raises Unusable."""
    checked_json(raw)
    return [_paid(row, market) for row in shaped(_rows, raw, "a list of interest")]


def _paid(row: _Row, market: Market) -> Told:
    name, at = f"{row.currency}:{row.create_time}:{row.interest_status}:{row.status}", at_ms(row.create_time)
    if row.status != _SUCCEEDED or row.interest_status != _REINVESTED:
        return Told(name, at)
    paid = number(row.interest)
    entries = entry(market, name, at, EntryKind.REWARD, row.currency, paid, "earn")
    return Told(name, at, entries)
