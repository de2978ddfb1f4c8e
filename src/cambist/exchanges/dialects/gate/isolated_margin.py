"""Gate's isolated margin account: its orders and its interest; transfers are in the records of spot.

Its own records (GET /margin/account_book) tell transfers alone, which those of spot tell too. Borrowing and
paying back leave what is owned as it is.
"""

from collections.abc import Iterator

import msgspec

from cambist.core.ledger import Entry, EntryKind
from cambist.core.terms import Market
from cambist.exchanges.guard import Unusable, checked_json, number, shaped
from cambist.exchanges.ledger_rows import Told, at_ms, entry, legs

_WALLET, _SIDES = "isolated_margin", {"buy": 1, "sell": -1}
_SUCCEEDED = 1


class _Order(msgspec.Struct):
    id: str
    account: str
    currency_pair: str
    side: str
    update_time_ms: int
    filled_amount: str
    filled_total: str
    fee: str = "0"
    fee_currency: str = ""
    rebated_fee: str = "0"
    rebated_fee_currency: str = ""


class _Interest(msgspec.Struct):
    status: int
    currency: str
    interest: str
    create_time: int
    currency_pair: str = ""
    type: str = ""


_orders = msgspec.json.Decoder(list[_Order])
_interests = msgspec.json.Decoder(list[_Interest])


def orders_answer(raw: bytes, market: Market) -> list[Told]:
    """The rows of GET /spot/orders of a pair: what was filled, and when they changed last or ended.

    Which account fills belong to, the list of fills does not tell. Fees that GT or points paid are not told
    here, since these are in spot. Raises Unusable.
    """
    checked_json(raw)
    rows = shaped(_orders, raw, "a list of orders")
    return [Told(row.id, at_ms(row.update_time_ms), tuple(_filled(row, market))) for row in rows]


def _filled(row: _Order, market: Market) -> Iterator[Entry]:
    if row.account != "margin":
        return
    base, _, quote = row.currency_pair.partition("_")
    sign = _SIDES.get(row.side)
    if sign is None or not quote:
        raise Unusable("the answer has an order of neither side, or of no pair")
    amount, total = number(row.filled_amount), number(row.filled_total)
    bought, paid = (amount, total.copy_negate()) if sign > 0 else (amount.copy_negate(), total)
    at, name = at_ms(row.update_time_ms), row.id
    yield from legs(market, name, at, (base, bought), (quote, paid), _WALLET)
    for part, paid_in, what in (
        (number(row.fee).copy_negate(), row.fee_currency, "fee"),
        (number(row.rebated_fee), row.rebated_fee_currency, "rebate"),
    ):
        yield from entry(market, f"{name}:{what}", at, EntryKind.FEE, paid_in, part, _WALLET, group=name)


def interest_answer(raw: bytes, market: Market) -> list[Told]:
    """The rows of GET /margin/uni/interest_records: what was charged. They have no ids. Raises Unusable."""
    checked_json(raw)
    return [_charged(row, market) for row in shaped(_interests, raw, "a list of interest")]


def _charged(row: _Interest, market: Market) -> Told:
    at = at_ms(row.create_time)
    name = f"{row.currency_pair}:{row.currency}:{row.type}:{at}:{row.interest}"
    if row.status != _SUCCEEDED:
        return Told(f"{name}:{row.status}", at)
    charged = number(row.interest).copy_negate()
    entries = entry(market, name, at, EntryKind.INTEREST, row.currency, charged, _WALLET)
    return Told(name, at, entries)
