"""What a scenario's wallets are worth by its own prices: what exchanges tell as totals of their own."""

from collections.abc import Iterable, Mapping
from fractions import Fraction

from cambist.simulator.scenario import DOLLARS, Balance, WalletName, Wallets


def dollars(wallets: Wallets, names: Iterable[WalletName], prices: Mapping[str, str]) -> Fraction:
    """The equity of some wallets together; what has neither a dollar pair nor a BTC pair adds nothing."""
    return sum(
        (
            _equity(name, balance) * _price(asset, prices)
            for name in names
            for asset, balance in wallets.get(name, {}).items()
        ),
        Fraction(0),
    )


def bitcoin(wallets: Wallets, names: Iterable[WalletName], prices: Mapping[str, str]) -> Fraction:
    """As `dollars`, in BTC; nothing where BTC has no price."""
    price = _price("BTC", prices)
    return dollars(wallets, names, prices) / price if price else Fraction(0)


def fixed(amount: Fraction, places: int) -> str:
    """The amount with so many decimals, half to even."""
    units = round(amount * 10**places)
    text = str(abs(units)).rjust(places + 1, "0")
    return f"{'-' * (units < 0)}{text[:-places]}.{text[-places:]}"


def _equity(name: WalletName, balance: Balance) -> Fraction:
    """With the profit of open positions; without what earn has not paid and Bybit has not charged yet."""
    owned = (balance.free, balance.locked, balance.freeze, balance.withdrawing)
    owed = (balance.borrowed,) if name == "unified" else (balance.borrowed, balance.interest)
    open_profit = () if name.startswith(("earn", "staking")) else (balance.unrealized,)
    return sum(map(Fraction, (*owned, *open_profit)), Fraction(0)) - sum(map(Fraction, owed))


def _price(asset: str, prices: Mapping[str, str]) -> Fraction:
    if asset in DOLLARS:
        return Fraction(1)
    for quote in ("USDT", "USDC", "USD"):
        if asset + quote in prices:
            return Fraction(prices[asset + quote])
    if asset != "BTC" and f"{asset}BTC" in prices:
        return Fraction(prices[f"{asset}BTC"]) * _price("BTC", prices)
    return Fraction(0)
