"""What the readers of Binance's wallets share: the formula of a balance."""

from decimal import Decimal

from cambist.core.money import ZERO
from cambist.core.terms import Balance, Market
from cambist.core.valuation import equity


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
