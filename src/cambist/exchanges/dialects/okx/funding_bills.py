"""OKX's funding account: its bills, with what they say of earn and staking; deposits and withdrawals."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

import msgspec

from cambist.core.ledger import Entry, EntryKind, Terms
from cambist.core.money import ZERO, exact
from cambist.core.terms import Market
from cambist.exchanges.dialect import LedgerSource
from cambist.exchanges.dialects.okx.answers import Answer
from cambist.exchanges.dialects.okx.pages import History
from cambist.exchanges.ledger_rows import amount, at_ms, entry

_WALLET = "funding"
_OF_FUNDING = frozenset({_WALLET})
# Deposits, withdrawals and those that were cancelled are told by their own lists, which have the transaction.
_TOLD_ELSEWHERE = frozenset({"1", "2", "13"})
# To and from a wallet of ours that has no list of its own: what left one came to the other.
_OTHER_END = {"75": "earn", "76": "earn", "80": "staking", "82": "staking"}
# By type. What is not here is a transfer: to or from the trading account, sub-accounts, loans, other products
# or what OKX adds one day. It is a net flow then, so never profit, and shown with its sign.
_REWARDS = (
    *("28", "48", "68", "77", "83", "89", "139", "146", "150", "151", "152", "172", "173", "185", "189"),
    *("223", "229", "232", "233", "263", "265", "266", "271", "299", "300", "328", "333", "343", "344"),
    *("350", "354", "400", "408"),
)
_KINDS = {
    **dict.fromkeys(_REWARDS, EntryKind.REWARD),
    **dict.fromkeys(("84", "221", "222"), EntryKind.FEE),  # a penalty; of withdrawals, and given back
    **dict.fromkeys(("61", "135", "200", "272", "273"), EntryKind.TRADE),  # conversions
}
_CREDITED = frozenset({"1", "2"})
_FAILED = frozenset({"-1", "-2"})
_UNDER_WAY = timedelta(days=14)


class _Bill(msgspec.Struct, rename="camel", gc=False):
    bill_id: str
    ccy: str
    bal_chg: str
    type: str
    ts: str


class _Deposit(msgspec.Struct, rename="camel", gc=False):
    """fromWdId: what another user of OKX who sent it knows it by."""

    dep_id: str
    ccy: str
    amt: str
    state: str
    ts: str
    tx_id: str
    from_wd_id: str


class _Withdrawal(msgspec.Struct, rename="camel", gc=False):
    wd_id: str
    ccy: str
    amt: str
    fee: str
    state: str
    ts: str
    tx_id: str
    fee_ccy: str = ""


class _Lent(msgspec.Struct):
    ccy: str
    earnings: str
    ts: str


_bills = msgspec.json.Decoder(Answer[_Bill])
_deposits = msgspec.json.Decoder(Answer[_Deposit])
_withdrawals = msgspec.json.Decoder(Answer[_Withdrawal])
_lent = msgspec.json.Decoder(Answer[_Lent])


def _moved(rows: Sequence[_Bill], market: Market) -> Iterator[Entry]:
    for row in rows:
        if row.type in _TOLD_ELSEWHERE:
            continue
        name, at, change = row.bill_id, at_ms(row.ts), amount(row.bal_chg)
        kind = _KINDS.get(row.type, EntryKind.TRANSFER)
        yield from entry(market, name, at, kind, row.ccy, change, _WALLET)
        if row.type in _OTHER_END:
            there, to = change.copy_negate(), _OTHER_END[row.type]
            yield from entry(market, f"{name}:other", at, EntryKind.TRANSFER, row.ccy, there, to)


def _deposited(rows: Sequence[_Deposit], market: Market) -> Iterator[Entry]:
    """Once it is credited."""
    for row in rows:
        if row.state in _CREDITED:
            at, size, tx = at_ms(row.ts), amount(row.amt), row.tx_id or row.from_wd_id
            yield from entry(market, row.dep_id, at, EntryKind.DEPOSIT, row.ccy, size, _WALLET, tx=tx)


def _withdrawn(rows: Sequence[_Withdrawal], market: Market) -> Iterator[Entry]:
    """When it was applied for: what is sent, and beside it the fee."""
    for row in rows:
        if row.state in _FAILED:
            continue
        name, at, tx = row.wd_id, at_ms(row.ts), row.tx_id or row.wd_id
        sent, fee = amount(row.amt).copy_negate(), amount(row.fee).copy_negate()
        yield from entry(market, name, at, EntryKind.WITHDRAWAL, row.ccy, sent, _WALLET, tx=tx)
        yield from entry(market, f"{name}:fee", at, EntryKind.FEE, row.fee_ccy or row.ccy, fee, _WALLET)


def _came_to_nothing(row: _Withdrawal) -> tuple[str, ...]:
    return (row.wd_id, f"{row.wd_id}:fee") if row.state in _FAILED else ()


def _earned(rows: Sequence[_Lent], market: Market) -> Iterator[Entry]:
    """What was earned of a currency at a time, by however many loans: they have no names."""
    sums: dict[tuple[str, str], list[_Lent]] = {}
    for row in rows:
        sums.setdefault((row.ccy, row.ts), []).append(row)
    for (code, ts), lent in sums.items():
        with exact():
            earned = sum((amount(row.earnings) for row in lent), ZERO)
        yield from entry(market, f"{code}:{ts}", at_ms(ts), EntryKind.REWARD, code, earned, "earn")


# GET /api/v5/asset/bills-history, since February 2021; it lags half a minute behind and more.
_BILLS = History(
    "private_get_asset_bills_history",
    _bills,
    "a list of bills",
    lambda row: row.ts,
    _moved,
    again=timedelta(hours=1),
    name=lambda row: row.bill_id,
    by_id=True,
    asked=(("pagingType", "2"),),
)
# GET /api/v5/asset/deposit-history and withdrawal-history; those under way are read again until they end.
_DEPOSITS = History(
    "private_get_asset_deposit_history",
    _deposits,
    "a list of deposits",
    lambda row: row.ts,
    _deposited,
    again=_UNDER_WAY,
    name=lambda row: row.dep_id,
)
_WITHDRAWALS = History(
    "private_get_asset_withdrawal_history",
    _withdrawals,
    "a list of withdrawals",
    lambda row: row.ts,
    _withdrawn,
    again=_UNDER_WAY,
    name=lambda row: row.wd_id,
    void=_came_to_nothing,
)
# GET /api/v5/finance/savings/lending-history: the last month.
_LENT = History(
    "private_get_finance_savings_lending_history",
    _lent,
    "a list of what was lent",
    lambda row: row.ts,
    _earned,
    again=timedelta(days=1),
    reach=timedelta(days=30),
)

_IN_FUNDING = frozenset({EntryKind.TRANSFER, EntryKind.REWARD, EntryKind.FEE, EntryKind.TRADE})
FUNDING = (
    LedgerSource(Terms("funding", _IN_FUNDING, wallets=frozenset({_WALLET, "earn", "staking"})), _BILLS.read),
    LedgerSource(Terms("deposits", frozenset({EntryKind.DEPOSIT}), wallets=_OF_FUNDING), _DEPOSITS.read),
    LedgerSource(
        Terms("withdrawals", frozenset({EntryKind.WITHDRAWAL, EntryKind.FEE}), wallets=_OF_FUNDING),
        _WITHDRAWALS.read,
    ),
    LedgerSource(
        Terms("earn", frozenset({EntryKind.REWARD}), reach=_LENT.reach, wallets=frozenset({"earn"})),
        _LENT.read,
    ),
)
