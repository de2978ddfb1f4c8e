"""What a simulated Kraken account is worth as collateral, and what its spot margin positions have won."""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from cambist.core.money import exact
from cambist.simulator.scenario import Balance, WalletName, Wallets

_NONE: Mapping[str, Balance] = {}


def trade_balance(wallets: Wallets, prices: Mapping[str, str]) -> dict[str, str]:
    """In dollars, by the scenario's prices in them: the profit to the digit, all else to four places.

    Of the wallet `margin`, `locked` is the margin that positions use and `unrealized` what they have won.
    """

    def dollars(wallet: WalletName, *fields: str) -> Decimal:
        held = wallets.get(wallet, _NONE)
        parts = ((asset, getattr(balance, field)) for asset, balance in held.items() for field in fields)
        return _in_dollars(parts, prices)

    balance, used = dollars("spot", "free", "locked"), dollars("margin", "locked")
    profit = dollars("margin", "unrealized")
    with exact():
        equity = balance + profit
        free = equity - used
    sums = {"eb": balance, "tb": balance, "m": used, "c": used, "v": used, "e": equity, "mf": free}
    told = {name: f"{sum_:.4f}" for name, sum_ in sums.items()}
    level = {"ml": f"{equity / used * 100:.2f}"} if used else {}
    return {**told, "uv": "0.0000", "n": f"{profit:f}", **level}


def _in_dollars(parts: Iterable[tuple[str, str]], prices: Mapping[str, str]) -> Decimal:
    """What has no price in dollars is worth nothing to Kraken's margin."""
    with exact():
        worth = (
            Decimal(amount) * Decimal("1" if asset == "USD" else prices.get(f"{asset}USD", "0"))
            for asset, amount in parts
        )
        return sum(worth, Decimal())
