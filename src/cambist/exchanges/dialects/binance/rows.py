"""What the readers of Binance's wallets share: the formula of a balance, one balance an asset."""

from collections.abc import Iterable
from decimal import Decimal
from operator import add

from cambist.core.money import ZERO, exact
from cambist.core.terms import Balance, Market
from cambist.core.valuation import equity
from cambist.exchanges.dialect import WalletAnswer


def balance(
    market: Market,
    code: str,
    free: Decimal,
    locked: Decimal = ZERO,
    borrowed: Decimal = ZERO,
    interest: Decimal = ZERO,
) -> Balance:
    """What is owned of an asset: free + locked − borrowed − interest."""
    total = equity(free, locked, borrowed, interest)
    return Balance(market.spellings.get(code, code), code, free, locked, total, borrowed, interest)


def wallet(balances: Iterable[Balance]) -> WalletAnswer:
    """One balance an asset: those of the same code are added up, those without anything left out."""
    by_code: dict[str, Balance] = {}
    with exact():
        for each in balances:
            known = by_code.get(each.code)
            by_code[each.code] = each if known is None else _sum(known, each)
    return WalletAnswer(tuple(each for each in by_code.values() if any(each[2:])))


def _sum(one: Balance, other: Balance) -> Balance:
    return Balance(one.asset, one.code, *map(add, one[2:], other[2:]))
