"""dYdX's ledger, by its indexer: transfers, fills and funding of subaccount 0 with those of its positions."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

import msgspec

from cambist.core.history import milliseconds
from cambist.core.ledger import Asked, Entry, EntryKind, Page, Terms
from cambist.core.money import ZERO, exact
from cambist.core.terms import Market
from cambist.exchanges.dialect import LedgerSource
from cambist.exchanges.dialects.dydx.pages import PAGE, Time, kept, numbered, stretch
from cambist.exchanges.dialects.dydx.wallets import COLLATERAL
from cambist.exchanges.guard import Unusable, all_differ, checked_json, number, shaped
from cambist.exchanges.ledger_rows import written
from cambist.exchanges.windows import told

_WALLET = "subaccount"
_CLOSING = {"LONG": ("SELL", 1), "SHORT": ("BUY", -1)}


class _End(msgspec.Struct, rename="camel"):
    """Who sent or received. parent_subaccount_number: none where it is the address itself, on the chain."""

    address: str
    parent_subaccount_number: int | None = None


class Transfer(msgspec.Struct, rename="camel"):
    id: str
    sender: _End
    recipient: _End
    size: str
    symbol: str
    created_at: Time
    transaction_hash: str


class Fill(msgspec.Struct, rename="camel"):
    """fee: less than nothing is a rebate; what a builder gets is beside it. The position is as it was before;
    of what is older the indexer does not tell it.
    """

    id: str
    side: str
    price: str
    size: str
    fee: str
    created_at: Time
    builder_fee: str | None = None
    position_side_before: str | None = None
    position_size_before: str | None = None
    entry_price_before: str | None = None


class Payment(msgspec.Struct, rename="camel"):
    """payment: less than nothing where it was paid."""

    subaccount_number: str
    ticker: str
    payment: str
    created_at: Time
    created_at_height: str


class _Transfers(msgspec.Struct):
    transfers: list[Transfer]


class _Fills(msgspec.Struct):
    fills: list[Fill]


class _Payments(msgspec.Struct, rename="camel"):
    funding_payments: list[Payment]
    offset: int = 0


class _Child(msgspec.Struct, rename="camel"):
    subaccount_number: int


class _Parent(msgspec.Struct, rename="camel"):
    child_subaccounts: list[_Child]


class _Account(msgspec.Struct):
    subaccount: _Parent


_transfers = msgspec.json.Decoder(_Transfers)
_fills = msgspec.json.Decoder(_Fills)
_payments = msgspec.json.Decoder(_Payments)
_account = msgspec.json.Decoder(_Account)


async def transfers_page(client: Any, market: Market, asked: Asked) -> Page:
    """GET /v4/transfers/parentSubaccountNumber: those from one of the subaccounts to another are not told."""
    read = stretch(asked)
    if read.is_empty:
        return told(read, asked, ())
    before = int(read.at or read.end - 1)
    client.raw = client.large = True
    raw = await client.indexer_get_transfers_parentsubaccountnumber(
        {
            "address": client.walletAddress,
            "parentSubaccountNumber": 0,
            "limit": PAGE,
            "createdBeforeOrAt": written(before),
        }
    )
    rows = transfers_in(raw)
    those, following = kept([row.created_at for row in rows], read, before)
    entries = transfer_entries(rows[those], client.walletAddress, market)
    return told(read, asked, entries, "" if following is None else str(following))


def transfers_in(raw: bytes) -> list[Transfer]:
    """The rows of an answer. Raises Unusable."""
    checked_json(raw)
    rows = shaped(_transfers, raw, "a list of transfers").transfers
    all_differ([row.id for row in rows], "a transfer")
    return rows


def transfer_entries(rows: Sequence[Transfer], address: str, market: Market) -> Iterator[Entry]:
    """Deposits and withdrawals are from and to an address; transfers from and to other subaccounts.

    Which way one went is told by its ends: its type is by their numbers alone. Raises Unusable.
    """
    for row in rows:
        leaves, arrives = _is_read(row.sender, address), _is_read(row.recipient, address)
        if leaves == arrives:
            continue
        amount, other = number(row.size), row.recipient if leaves else row.sender
        on_chain = EntryKind.WITHDRAWAL if leaves else EntryKind.DEPOSIT
        yield Entry(
            id=row.id,
            at=row.created_at,
            kind=on_chain if other.parent_subaccount_number is None else EntryKind.TRANSFER,
            asset=market.spellings.get(row.symbol, row.symbol),
            amount=amount.copy_negate() if leaves else amount,
            wallet=_WALLET,
            tx=row.transaction_hash,
        )


def _is_read(end: _End, address: str) -> bool:
    return end.address == address and end.parent_subaccount_number == 0


async def fills_page(client: Any, _: Market, asked: Asked) -> Page:
    """GET /v4/fills of one subaccount after another: only that is told up to a time.

    The next page goes on with those that are left, and up to a time where the first of them has more.
    """
    read = stretch(asked)
    if read.is_empty:
        return told(read, asked, ())
    names, *time = read.at.split(" ")
    children = names.split(",") if names else await _subaccounts(client)
    before = int(time[0]) if time else read.end - 1
    client.raw = client.large = True
    raw = await client.indexer_get_fills(
        {
            "address": client.walletAddress,
            "subaccountNumber": int(children[0]),
            "limit": PAGE,
            "createdBeforeOrAt": written(before),
        }
    )
    rows = fills_in(raw)
    those, following = kept([row.created_at for row in rows], read, before)
    left = children[1:] if following is None else children
    next_at = ",".join(left) + ("" if following is None else f" {following}")
    return told(read, asked, fill_entries(rows[those]), next_at)


async def _subaccounts(client: Any) -> list[str]:
    """GET /v4/addresses/{address}/parentSubaccountNumber/0: the numbers of all there are."""
    client.raw = client.large = True
    asked = {"address": client.walletAddress, "number": 0}
    raw = await client.indexer_get_addresses_address_parentsubaccountnumber_number(asked)
    checked_json(raw)
    children = shaped(_account, raw, "an account").subaccount.child_subaccounts
    if not children:
        raise Unusable("the answer has no subaccounts")
    return [str(child.subaccount_number) for child in children]


def fills_in(raw: bytes) -> list[Fill]:
    """The rows of an answer. Raises Unusable."""
    checked_json(raw)
    rows = shaped(_fills, raw, "a list of fills").fills
    all_differ([row.id for row in rows], "a fill")
    return rows


def fill_entries(rows: Sequence[Fill]) -> Iterator[Entry]:
    """Fees, and what was won or lost by closing. Raises Unusable."""
    for row in rows:
        parts = (
            ("profit", EntryKind.REALISED, _profit(row)),
            ("fee", EntryKind.FEE, number(row.fee).copy_negate()),
            ("builder", EntryKind.FEE, number(row.builder_fee or "0").copy_negate()),
        )
        for name, kind, amount in parts:
            if amount:
                yield Entry(f"{row.id}:{name}", row.created_at, kind, COLLATERAL, amount, _WALLET, row.id)


def _profit(row: Fill) -> Decimal:
    """Of as much as closes the position there was, against the price at which it had been entered."""
    side, sign = _CLOSING.get(row.position_side_before or "", ("", 0))
    if row.side != side or row.position_size_before is None or row.entry_price_before is None:
        return ZERO
    size = min(number(row.size), number(row.position_size_before).copy_abs())
    with exact():
        return sign * size * (number(row.price) - number(row.entry_price_before))


async def funding_page(client: Any, _: Market, asked: Asked) -> Page:
    """GET /v4/fundingPayments/parentSubaccount from a time on, page by page; rows that come meanwhile only
    move others into view again.

    Those of the last time of a full page are in any order, and may be cut: the next begins with the first.
    """
    read = stretch(asked)
    if read.is_empty:
        return told(read, asked, ())
    offset = int(read.at or 0)
    size, page = numbered(offset)
    client.raw = client.large = True
    raw = await client.indexer_get_fundingpayments_parentsubaccount(
        {
            "address": client.walletAddress,
            "parentSubaccountNumber": 0,
            "limit": size,
            "page": page,
            "createdOnOrAfter": written(read.start),
        }
    )
    begins = (page - 1) * size
    rows = payments_in(raw, begins)
    times = [milliseconds(row.created_at) for row in rows]
    following = None
    if len(rows) >= size and times[-1] >= read.start:
        following = begins + times.index(times[-1])
        if following <= offset:
            raise Unusable("the answer has more rows of one time than it can tell")
    own = [row for row, time in zip(rows, times, strict=True) if read.start <= time < read.end]
    return told(read, asked, payment_entries(own), "" if following is None else str(following))


def payments_in(raw: bytes, offset: int) -> list[Payment]:
    """The rows of an answer, which begin at an offset. Raises Unusable."""
    checked_json(raw)
    answer = shaped(_payments, raw, "a list of funding payments")
    if answer.offset != offset:
        raise Unusable("the answer is another page than was asked for")
    return answer.funding_payments


def payment_entries(rows: Sequence[Payment]) -> Iterator[Entry]:
    """Raises Unusable."""
    names = [f"{row.created_at_height}:{row.subaccount_number}:{row.ticker}" for row in rows]
    all_differ(names, "a payment")
    for name, row in zip(names, rows, strict=True):
        amount = number(row.payment)
        if amount:
            yield Entry(name, row.created_at, EntryKind.FUNDING, COLLATERAL, amount, _WALLET)


SOURCES = (
    LedgerSource(
        Terms("transfers", frozenset({EntryKind.DEPOSIT, EntryKind.WITHDRAWAL, EntryKind.TRANSFER})),
        transfers_page,
    ),
    LedgerSource(Terms("fills", frozenset({EntryKind.REALISED, EntryKind.FEE})), fills_page),
    LedgerSource(Terms("funding", frozenset({EntryKind.FUNDING})), funding_page),
)
