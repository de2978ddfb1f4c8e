"""The control: an account's total held against what its exchange itself says that the account is worth."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Literal

from cambist.core.money import FINE_PERCENT_PLACES, ONE, ZERO, amount, exact, percentage, plain_text
from cambist.core.terms import Account, Worth

TAKEN_EVERY = timedelta(hours=1)
IN_THE_TOTAL_ONLY = "(in the total only)"
NOT_YET = "not read yet"
_PARTS = 200  # one part in so many is half a percent
_DUST_USD = ONE

Unit = Literal["BTC", "USD"]
# The worth of some of an account's wallets, by their names, as its last load valued them.
WorthOf = Callable[[Collection[str]], Worth]


class State(StrEnum):
    """Whether both totals are within half a percent and no wallet worth more than that is left unread."""

    RECONCILED = "reconciled"
    UNRECONCILED = "unreconciled"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class OwnTotal:
    """What an exchange says that an account there is worth, by its own prices.

    wallets: {its own name of a wallet: worth in `unit`}; one that it leaves out is worth nothing.
    holds: {its name: our names of what is in it}. total: its own sum, where it tells one beside.
    """

    unit: Unit
    wallets: Mapping[str, Decimal]
    holds: Mapping[str, tuple[str, ...]]
    total: Decimal | None = None


@dataclass(frozen=True, slots=True)
class CoveredBy:
    """An account of the same user and exchange account, and its wallets that are what is meant."""

    account_id: int
    wallets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Controlled:
    """One wallet by its exchange's name.

    theirs: what the exchange says it is worth; ours: what we say, of one that is compared by itself.
    """

    name: str
    theirs: Decimal
    ours: Decimal | None = None
    covered_by: tuple[CoveredBy, ...] = ()


@dataclass(frozen=True, slots=True)
class Totals:
    """Both totals of the wallets that an account covers, and all wallets of the exchange account.

    btc_usd: P of the load that ours is of. ours: None where it cannot be compared.
    """

    unit: Unit
    btc_usd: Decimal
    ours: Worth | None
    theirs: Decimal
    wallets: tuple[Controlled, ...]

    @property
    def difference(self) -> Decimal | None:
        """Ours less theirs, in the unit."""
        if self.ours is None:
            return None
        with exact():
            return _in(self.unit, self.ours) - self.theirs

    @property
    def percent(self) -> Decimal | None:
        """The difference in percent of the larger total, four places."""
        difference = self.difference
        return None if difference is None else percentage(difference, self._larger, FINE_PERCENT_PLACES)

    @property
    def is_off(self) -> bool:
        """Whether the difference is over half a percent of the larger total, and a dollar or more."""
        return self.difference is not None and self._matters(self.difference, self._larger)

    @property
    def not_read(self) -> tuple[Controlled, ...]:
        """The wallets with something in them that no account covers."""
        return tuple(each for each in self.wallets if each.theirs and not each.covered_by)

    @property
    def misses_much(self) -> bool:
        """Whether those are over half a percent of all there is, debts counted as what they are of."""
        return self._matters(_size(self.not_read), _size(self.wallets))

    def worth(self, told: Decimal) -> Worth:
        """A figure of the exchange's in BTC and USD."""
        return _worth(self.unit, told, self.btc_usd)

    @property
    def _larger(self) -> Decimal:
        ours = ZERO if self.ours is None else _in(self.unit, self.ours)
        return max(ours.copy_abs(), self.theirs.copy_abs())

    def _matters(self, part: Decimal, whole: Decimal) -> bool:
        with exact():
            size = part.copy_abs()
            return size * _PARTS > whole and self.worth(size).usd >= _DUST_USD


@dataclass(frozen=True, slots=True)
class Control:
    """How it stands, why where it is not reconciled, when it was looked at and by which load."""

    state: State
    reason: str | None = None
    at: datetime | None = None
    load_id: str | None = None
    totals: Totals | None = None


def unknown(reason: str, at: datetime | None = None) -> Control:
    return Control(State.UNKNOWN, reason, at)


def held_against(
    told: OwnTotal,
    account: Account,
    accounts: Sequence[Account],
    worth_of: WorthOf,
    btc_usd: Decimal,
    at: datetime,
) -> Control:
    """An account as its last load left it, held against what its exchange told right after.

    accounts: all of its user's that are of the same exchange account, itself among them.
    """
    totals = _totals(told, account, accounts, worth_of, btc_usd)
    if totals.is_off or totals.misses_much:
        state, reason = State.UNRECONCILED, _why(totals, account)
    elif not account.complete:
        state, reason = State.UNKNOWN, _gone(account)
    elif totals.ours is None:
        state, reason = State.UNKNOWN, "The exchange's total has nothing that this account covers."
    else:
        state, reason = State.RECONCILED, None
    return Control(state, reason, at, account.load_id, totals)


def _totals(
    told: OwnTotal, account: Account, accounts: Sequence[Account], worth_of: WorthOf, btc_usd: Decimal
) -> Totals:
    mine = set(account.coverage.wallets)
    by_name = {name: mine & set(told.holds.get(name, ())) for name in _names(told, mine)}
    compared = {name: ours for name, ours in by_name.items() if ours and _is_mine(name, told, mine, accounts)}
    comparable = account.complete and bool(compared)
    alone = {
        name: _in(told.unit, worth_of(ours))
        for name, ours in compared.items()
        if comparable and not any(ours & others for other, others in compared.items() if other != name)
    }
    wallets = (
        Controlled(name, told.wallets.get(name, ZERO), alone.get(name), _covering(name, told, accounts))
        for name in by_name
    )
    with exact():
        theirs = sum((told.wallets.get(name, ZERO) for name in compared), ZERO)
    return Totals(
        unit=told.unit,
        btc_usd=btc_usd,
        ours=worth_of(set().union(*compared.values())) if comparable else None,
        theirs=theirs,
        wallets=(*wallets, *_unnamed(told, btc_usd)),
    )


def _unnamed(told: OwnTotal, btc_usd: Decimal) -> tuple[Controlled, ...]:
    """What the exchange's own sum has beside the wallets that it names.

    Less than a dollar is what rounding each wallet leaves; a sum that is too small tells of no wallet.
    """
    with exact():
        named = sum(told.wallets.values(), ZERO)
        rest = ZERO if told.total is None else told.total - named
    is_some = _worth(told.unit, rest, btc_usd).usd >= _DUST_USD
    return (Controlled(IN_THE_TOTAL_ONLY, rest),) if is_some else ()


def _names(told: OwnTotal, mine: Collection[str]) -> list[str]:
    """The exchange's names of all wallets that it told, and of those left out that the account covers."""
    left_out = (name for name in told.holds if name not in told.wallets and set(told.holds[name]) & set(mine))
    return [*told.wallets, *left_out]


def _is_mine(name: str, told: OwnTotal, mine: Collection[str], accounts: Sequence[Account]) -> bool:
    """Whether no other account covers more of what is in a wallet than this one does."""
    covered = {wallet for account in accounts for wallet in account.coverage.wallets}
    return covered & set(told.holds[name]) <= set(mine)


def _covering(name: str, told: OwnTotal, accounts: Sequence[Account]) -> tuple[CoveredBy, ...]:
    holds = told.holds.get(name, ())
    covering = (
        CoveredBy(account.id, tuple(wallet for wallet in account.coverage.wallets if wallet in holds))
        for account in accounts
    )
    return tuple(each for each in covering if each.wallets)


def _why(totals: Totals, account: Account) -> str:
    """One sentence or two: how far ours is off, and what may be missing from it."""
    told: list[str] = []
    difference, percent = totals.difference, totals.percent
    if totals.is_off and difference is not None and percent is not None:
        direction = "less" if difference < 0 else "more"
        unpriced = f"; without a price: {', '.join(account.gaps.unpriced)}" if account.gaps.unpriced else ""
        told.append(
            f"Ours is {plain_text(percent.copy_abs())} % {direction} than the exchange's own{unpriced}."
        )
    if totals.misses_much:
        told.append(f"Not read: {', '.join(each.name for each in totals.not_read)}.")
    if not account.complete:
        told.append(_gone(account))
    return " ".join(told)


def _gone(account: Account) -> str:
    return f"The load before it lacks {', '.join(gone.wallet for gone in account.gaps.missing)}."


def _in(unit: Unit, worth: Worth) -> Decimal:
    return worth.btc if unit == "BTC" else worth.usd


def _worth(unit: Unit, told: Decimal, btc_usd: Decimal) -> Worth:
    with exact():
        if unit == "BTC":
            return Worth(told, told * btc_usd)
        return Worth(amount(told, btc_usd), told)


def _size(wallets: Sequence[Controlled]) -> Decimal:
    with exact():
        return sum((each.theirs.copy_abs() for each in wallets), ZERO)
