"""The wallet that ccxt reads by default."""

from decimal import Decimal
from typing import Any

from cambist.core.money import ZERO
from cambist.core.terms import Balance, Market
from cambist.core.valuation import equity
from cambist.exchanges.dialect import WalletAnswer, WalletReader
from cambist.exchanges.guard import Unusable, number, refuse_lenient_numbers


async def default(client: Any, market: Market) -> WalletAnswer:
    """ccxt's fetch_balance of the exchange's default wallet.

    An answer from which ccxt read no row at all is refused: for an exchange that the catalogue does not
    know, an empty wallet cannot be told from an answer that was not understood. So is one with a text that
    only a lenient parser, such as ccxt's, takes for a number.
    """
    fetched: dict[str, Any] = await client.fetch_balance()
    totals: dict[str, Any] = fetched.get("total") or {}
    if not totals:
        raise Unusable("no balances were found in the answer")
    refuse_lenient_numbers(fetched.get("info"))
    balances = (_ccxt_balance(code, fetched, market) for code in totals)
    return WalletAnswer(tuple(b for b in balances if b is not None and (b.total or b.free or b.locked)))


def _ccxt_balance(code: str, fetched: dict[str, Any], market: Market) -> Balance | None:
    def part(name: str) -> Decimal | None:
        told = fetched.get(name, {}).get(code)
        return None if told is None else number(str(told))

    free, used, total, debt = part("free"), part("used"), part("total"), part("debt") or ZERO
    if total is None and (free is None or used is None):
        raise Unusable(f"the answer tells no whole balance of {code}")
    gross = total if total is not None else equity(free or ZERO, used or ZERO)
    if free is None and used is None:
        free, used = gross, ZERO
    free = equity(gross, ZERO, used or ZERO) if free is None else free
    used = equity(gross, ZERO, free) if used is None else used
    asset = market.spellings.get(code, code)
    return Balance(asset, code, free, used, equity(gross, ZERO, debt), borrowed=debt)


WALLETS: dict[str, WalletReader] = {"default": default}
