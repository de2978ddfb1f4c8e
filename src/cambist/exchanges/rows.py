"""Balances out of an answer's rows: column by column, and one a code where some are told more than once, as
by product, account or position.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from operator import add, sub

from cambist.core.money import exact
from cambist.core.terms import Balance, Market, balances_of
from cambist.exchanges.dialect import WalletAnswer


def added(some: Sequence[Decimal], more: Sequence[Decimal]) -> list[Decimal]:
    """The sum of each row, exactly."""
    with exact():
        return list(map(add, some, more))


def less(whole: Sequence[Decimal], part: Sequence[Decimal]) -> list[Decimal]:
    """What is left of each row, exactly."""
    with exact():
        return list(map(sub, whole, part))


def in_columns(market: Market, codes: Sequence[str], *amounts: Sequence[Decimal]) -> list[Balance]:
    """Balances of free, locked, total and, where a wallet has them, debt and interest."""
    return balances_of(list(map(market.spellings.get, codes, codes)), codes, *amounts)


def lent(
    market: Market,
    codes: Sequence[str],
    free: Sequence[Decimal],
    locked: Sequence[Decimal],
    borrowed: Sequence[Decimal],
    interest: Sequence[Decimal],
) -> list[Balance]:
    """Balances whose total is what is owned: free + locked − borrowed − interest."""
    total = less(less(added(free, locked), borrowed), interest)
    return in_columns(market, codes, free, locked, total, borrowed, interest)


def filled(balances: Iterable[Balance]) -> tuple[Balance, ...]:
    """Those with anything in them, be it owed."""
    return tuple([each for each in balances if each.free or any(each[3:])])


def by_code(balances: Iterable[Balance]) -> tuple[Balance, ...]:
    """Those of the same code are added up, those without anything left out."""
    found: dict[str, Balance] = {}
    with exact():
        for each in balances:
            known = found.get(each.code)
            found[each.code] = each if known is None else _sum(known, each)
    return filled(found.values())


def wallet(balances: Iterable[Balance]) -> WalletAnswer:
    """A wallet of these, by code."""
    return WalletAnswer(by_code(balances))


def _sum(one: Balance, other: Balance) -> Balance:
    return Balance(one.asset, one.code, *map(add, one[2:], other[2:]))
