"""What the readers of Binance's wallets share: the formula of a balance, one balance an asset."""

from collections.abc import Iterable
from decimal import Decimal

from cambist.core.money import ZERO
from cambist.core.terms import Balance, Market
from cambist.core.valuation import equity
from cambist.exchanges.dialect import WalletAnswer
from cambist.exchanges.sums import by_code


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
    return WalletAnswer(by_code(balances))
