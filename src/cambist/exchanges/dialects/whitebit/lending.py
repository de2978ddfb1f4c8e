"""WhiteBIT's Crypto Lending, which no wallet counts: what went into it, came back, and was paid."""

from collections.abc import Iterator
from enum import IntEnum

import msgspec

from cambist.core.errors import ExchangeRefused
from cambist.core.ledger import EntryKind
from cambist.core.terms import Market
from cambist.exchanges.dialects.whitebit.reading import at_ms, entry
from cambist.exchanges.guard import checked_json, shaped
from cambist.exchanges.ledger_rows import Told, came, went

_CLOSED = 2


class _Does(IntEnum):
    """What an action of a flexible plan does. AGAIN: what was paid is invested, and comes to no wallet."""

    INVEST = 1
    AGAIN = 2
    TAKE = 3
    PAY = 4
    CLOSE = 5
    OPEN = 6


_KINDS = {does: EntryKind.REWARD if does is _Does.PAY else EntryKind.TRANSFER for does in _Does}
_TAKES = (_Does.INVEST, _Does.AGAIN, _Does.OPEN)


class _Action(msgspec.Struct, rename="camel"):
    created_at: msgspec.Raw
    investment_id: str
    currency: str
    amount: str
    transaction_id: str
    action_type: int


class _Actions(msgspec.Struct):
    data: list[_Action]


class _Plan(msgspec.Struct):
    ticker: str


class _Investment(msgspec.Struct):
    id: str
    plan: _Plan
    status: int
    created: msgspec.Raw
    updated: msgspec.Raw
    amount: str


class _Investments(msgspec.Struct):
    records: list[_Investment]


class _Payment(msgspec.Struct, rename="camel"):
    investment_id: str
    amount: str
    ticker: str
    timestamp: msgspec.Raw


class _Payments(msgspec.Struct):
    records: list[_Payment]


_actions = msgspec.json.Decoder(_Actions)
_investments = msgspec.json.Decoder(_Investments)
_payments = msgspec.json.Decoder(_Payments)


def flexible(raw: bytes, market: Market) -> Iterator[Told]:
    """What flexible plans took, gave back and paid.

    A plan's opening may be told as an investment too: what left at one time for one plan is one entry.
    Raises Unusable, and ExchangeRefused for an action that is not known.
    """
    checked_json(raw)
    for row in shaped(_actions, raw, "a history of flexible plans").data:
        at, does = at_ms(row.created_at), _does(row)
        name = f"{row.transaction_id}:{does}"
        begins = does in (_Does.INVEST, _Does.OPEN)
        once = f"{row.investment_id}:{at}:{row.amount}" if begins else name
        amount = went(row.amount) if does in _TAKES else came(row.amount)
        yield Told(name, at, entry(market, once, at, _KINDS[does], row.currency, amount))


def _does(row: _Action) -> _Does:
    """Of an action to come nobody can tell which way its amount went: so this list alone is not read."""
    try:
        return _Does(row.action_type)
    except ValueError:
        words = f"WhiteBIT tells of an action on a flexible plan that is not known: {row.action_type}."
        raise ExchangeRefused(words) from None


def fixed(raw: bytes, market: Market) -> Iterator[Told]:
    """What fixed plans took when they were begun, and gave back when they ended."""
    checked_json(raw)
    for row in shaped(_investments, raw, "a list of fixed plans").records:
        begun, changed, code = at_ms(row.created), at_ms(row.updated), row.plan.ticker
        told = entry(market, f"{row.id}:out", begun, EntryKind.TRANSFER, code, went(row.amount))
        if row.status == _CLOSED:
            told += entry(market, f"{row.id}:back", changed, EntryKind.TRANSFER, code, came(row.amount))
        yield Told(row.id, begun, told)


def interest(raw: bytes, market: Market) -> Iterator[Told]:
    """What fixed plans paid."""
    checked_json(raw)
    for row in shaped(_payments, raw, "a list of interest").records:
        at = at_ms(row.timestamp)
        name = f"{row.investment_id}:{row.ticker}:{at}"
        yield Told(name, at, entry(market, name, at, EntryKind.REWARD, row.ticker, came(row.amount)))
