"""Bybit's funding wallet: its own history, and deposits and withdrawals with their transactions."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Literal

import msgspec

from cambist.core.ledger import Entry, EntryKind, Terms
from cambist.core.terms import Market
from cambist.exchanges.dialect import LedgerSource
from cambist.exchanges.dialects.bybit.pages import History, Listed, Rows
from cambist.exchanges.ledger_rows import amount, at_ms, entry

_WALLET = "funding"
_OF_FUNDING = frozenset({_WALLET})
_RECORD = "fundingAccountRecord"
# Told by the deposits and withdrawals, which have the transaction beside the amount.
_TOLD_ELSEWHERE = frozenset({f"{_RECORD}TypeDeposit", f"{_RECORD}TypeWithdraw"})
# What is not here is a transfer: between wallets, to loans or products, or what Bybit adds one day.
_KINDS = {f"{_RECORD}Convert": EntryKind.TRADE, f"{_RECORD}Airdrop": EntryKind.REWARD}
_FIAT, _EARN = f"{_RECORD}Fiat", f"{_RECORD}Earn"
_EARNED = ("interest", "yield", "reward", "bonus")
_CREDITED = frozenset({3, 10012})
_FAILED = frozenset({"CancelByUser", "Reject", "Fail"})
_UNDER_WAY = timedelta(days=14)
_UNDER_30_DAYS = timedelta(days=29)


class _Move(msgspec.Struct, rename="camel", gc=False):
    """descriptionEn is for people; of what earn pays no other field tells it from what was put in."""

    currency: str
    io_direction: Literal["I", "O"]
    txn_amt: str
    after_amt: str
    create_time: str
    show_busi_type: str
    description_en: str
    currc_cursor: str = ""


class _Deposit(msgspec.Struct, rename="camel", gc=False):
    id: str
    coin: str
    amount: str
    status: int
    success_at: str
    tx_id: str = msgspec.field(name="txID")


class _Internal(msgspec.Struct, rename="camel", gc=False):
    id: str
    coin: str
    amount: str
    status: int
    created_time: str
    tx_id: str = msgspec.field(name="txID")


class _Withdrawal(msgspec.Struct, rename="camel", gc=False):
    withdraw_id: str
    coin: str
    amount: str
    withdraw_fee: str
    status: str
    create_time: str
    tx_id: str = msgspec.field(name="txID")


_moves = msgspec.json.Decoder(Listed[_Move])
_deposits = msgspec.json.Decoder(Rows[_Deposit])
_internal = msgspec.json.Decoder(Rows[_Internal])
_withdrawals = msgspec.json.Decoder(Rows[_Withdrawal])


def _name(row: _Move) -> str:
    """`currcCursor` names a row, says Bybit; one without it is named by all that it says."""
    return row.currc_cursor or ":".join(
        (row.create_time, row.currency, row.io_direction, row.txn_amt, row.after_amt)
    )


def _moved(row: _Move, market: Market) -> Iterator[Entry]:
    came, what = row.io_direction == "I", amount(row.txn_amt)
    if row.show_busi_type not in _TOLD_ELSEWHERE:
        at, change = at_ms(row.create_time) * 1000, what if came else what.copy_negate()
        yield from entry(market, _name(row), at, _kind(row, came), row.currency, change, _WALLET)


def _kind(row: _Move, came: bool) -> EntryKind:
    if row.show_busi_type == _FIAT:  # bought from or sold to other people
        return EntryKind.DEPOSIT if came else EntryKind.WITHDRAWAL
    if row.show_busi_type == _EARN and came and any(word in row.description_en.lower() for word in _EARNED):
        return EntryKind.REWARD
    return _KINDS.get(row.show_busi_type, EntryKind.TRANSFER)


def _deposited(row: _Deposit, market: Market) -> Iterator[Entry]:
    """Once it is credited, which is in the funding wallet; from there Bybit may pass it on by itself."""
    if row.status in _CREDITED:
        yield from _deposit(row, at_ms(row.success_at), market)


def _sent_by_another(row: _Internal, market: Market) -> Iterator[Entry]:
    if row.status == 2:
        yield from _deposit(row, at_ms(row.created_time) * 1000, market)


def _deposit(row: _Deposit | _Internal, at: int, market: Market) -> tuple[Entry, ...]:
    size = amount(row.amount)
    return entry(market, row.id, at, EntryKind.DEPOSIT, row.coin, size, _WALLET, tx=row.tx_id)


def _withdrawn(row: _Withdrawal, market: Market) -> Iterator[Entry]:
    """When it was applied for: what is sent, and beside it the fee."""
    if row.status in _FAILED:
        return
    name, at, out = row.withdraw_id, at_ms(row.create_time), EntryKind.WITHDRAWAL
    sent, fee = amount(row.amount).copy_negate(), amount(row.withdraw_fee).copy_negate()
    yield from entry(market, name, at, out, row.coin, sent, _WALLET, tx=row.tx_id)
    yield from entry(market, f"{name}:fee", at, EntryKind.FEE, row.coin, fee, _WALLET)


def _came_to_nothing(row: _Withdrawal) -> tuple[str, ...]:
    return (row.withdraw_id, f"{row.withdraw_id}:fee") if row.status in _FAILED else ()


# GET /v5/asset/fundinghistory, in seconds; at most seven days, which whole seconds must not exceed.
_MOVES = History(
    "private_get_v5_asset_fundinghistory",
    _moves,
    "a history of the funding wallet",
    _name,
    _moved,
    longest=100,
    span=timedelta(days=6),
    again=timedelta(hours=1),
    bounds=("createTimeFrom", "createTimeTo"),
    unit_ms=1000,
)
# GET /v5/asset/deposit/query-record, …/query-internal-record and /v5/asset/withdraw/query-record (of those on
# and off the chain): less than 30 days; those under way are read again until they have come to an end.
_ON_CHAIN = History(
    "private_get_v5_asset_deposit_query_record",
    _deposits,
    "a list of deposits",
    lambda row: row.id,
    _deposited,
    longest=50,
    span=_UNDER_30_DAYS,
    again=_UNDER_WAY,
)
_OFF_CHAIN = History(
    "private_get_v5_asset_deposit_query_internal_record",
    _internal,
    "a list of internal deposits",
    lambda row: row.id,
    _sent_by_another,
    longest=50,
    span=_UNDER_30_DAYS,
    again=_UNDER_WAY,
)
_SENT = History(
    "private_get_v5_asset_withdraw_query_record",
    _withdrawals,
    "a list of withdrawals",
    lambda row: row.withdraw_id,
    _withdrawn,
    longest=50,
    span=_UNDER_30_DAYS,
    again=_UNDER_WAY,
    void=_came_to_nothing,
    asked=(("withdrawType", "2"),),
)

_IN_FUNDING = frozenset(
    {
        EntryKind.TRANSFER,
        EntryKind.REWARD,
        EntryKind.TRADE,
        EntryKind.DEPOSIT,
        EntryKind.WITHDRAWAL,
    }
)
FUNDING = (
    LedgerSource(Terms("funding", _IN_FUNDING, wallets=_OF_FUNDING), _MOVES.read),
    LedgerSource(Terms("deposits", frozenset({EntryKind.DEPOSIT}), wallets=_OF_FUNDING), _ON_CHAIN.read),
    LedgerSource(
        Terms("internal_deposits", frozenset({EntryKind.DEPOSIT}), wallets=_OF_FUNDING), _OFF_CHAIN.read
    ),
    LedgerSource(
        Terms("withdrawals", frozenset({EntryKind.WITHDRAWAL, EntryKind.FEE}), wallets=_OF_FUNDING),
        _SENT.read,
    ),
)
