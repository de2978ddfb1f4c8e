"""What came to a Binance account and what left it: deposits and withdrawals of coins."""

from collections.abc import Iterator

import msgspec
from msgspec import UNSET, UnsetType

from cambist.core.history import milliseconds
from cambist.core.ledger import EntryKind
from cambist.core.terms import Market
from cambist.exchanges.dialects.binance.histories import listed
from cambist.exchanges.ledger_rows import Told, came, entry, utc, went

# 0 pending, 8 waits for the user, 2 rejected, 7 went wrong: none of these is in the account.
_CREDITED = (1, 6)
# 1 cancelled, 3 rejected, 5 failed. The others (0 e-mail sent, 2 awaits approval, 4 processed, 6 done) are
# taken off the account already.
_CAME_BACK = (1, 3, 5)
_WALLETS = {0: "spot", 1: "funding"}


class _Deposit(msgspec.Struct, rename="camel"):
    amount: str
    coin: str
    status: int
    tx_id: str
    address: str
    insert_time: int
    id: str | UnsetType = UNSET
    complete_time: int | UnsetType | None = UNSET
    wallet_type: int | UnsetType = UNSET


class _Withdrawal(msgspec.Struct, rename="camel"):
    id: str
    amount: str
    transaction_fee: str
    coin: str
    status: int
    apply_time: str
    tx_id: str | UnsetType | None = UNSET
    wallet_type: int | UnsetType = UNSET


_deposits = msgspec.json.Decoder(list[_Deposit])
_withdrawals = msgspec.json.Decoder(list[_Withdrawal])


def deposits(raw: bytes, market: Market, _: str) -> Iterator[Told]:
    """Counted when they were credited; one that is not is told again later, or taken back."""
    for row in listed(_deposits, raw, "a list of deposits"):
        # Binance US, and rows of old, have no id.
        name = row.id or f"{row.tx_id}:{row.address}:{row.coin}:{row.amount}:{row.insert_time}"
        amount = came(row.amount)
        if row.status not in _CREDITED:
            yield Told(name, row.insert_time, void=(name,))
            continue
        at = row.complete_time or row.insert_time
        wallet = _wallet(row.wallet_type)
        entries = entry(market, name, at, EntryKind.DEPOSIT, row.coin, amount, wallet, tx=row.tx_id)
        yield Told(name, row.insert_time, entries)


def withdrawals(raw: bytes, market: Market, _: str) -> Iterator[Told]:
    """Counted when they were applied for, with the network's fee beside; taken back where they failed."""
    for row in listed(_withdrawals, raw, "a list of withdrawals"):
        at, fee_id = milliseconds(utc(row.apply_time)), f"{row.id}:fee"
        amount, fee = went(row.amount), went(row.transaction_fee)
        if row.status in _CAME_BACK:
            yield Told(row.id, at, void=(row.id, fee_id))
            continue
        wallet = _wallet(row.wallet_type)
        entries = entry(
            market, row.id, at, EntryKind.WITHDRAWAL, row.coin, amount, wallet, tx=row.tx_id or ""
        )
        entries += entry(market, fee_id, at, EntryKind.FEE, row.coin, fee, wallet)
        yield Told(row.id, at, entries)


def _wallet(kind: int | UnsetType) -> str:
    """Spot where none is told: there was no other when such rows were written."""
    return "spot" if kind is UNSET else _WALLETS.get(kind, "")
