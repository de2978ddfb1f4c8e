"""What an account holds of each asset, over all its wallets, and what that is worth."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from cambist.core.money import FINE_PERCENT_PLACES, ONE, ZERO, amount, exact, percentage
from cambist.core.prices import Numeraire, Route
from cambist.core.terms import WalletBalances


@dataclass(frozen=True, slots=True)
class Value:
    """What something is worth in BTC, in USD and in the display currency."""

    btc: Decimal
    usd: Decimal
    display: Decimal


@dataclass(frozen=True, slots=True)
class Pricing:
    """What an account's assets were valued by at one load. rate: the display currency's price of one USD."""

    routes: Mapping[str, Route]
    known: Numeraire
    rate: Decimal = ONE

    def value(self, asset: str, held: Decimal = ONE) -> Value | None:
        """What so much of an asset is worth; None without a price."""
        route = self.routes.get(asset)
        quote = None if route is None else self.known.quotes.get(route.quote)
        if route is None or quote is None:
            return None
        with exact():
            in_btc = held * route.unit * quote.numerator
            usd = amount(in_btc * self.known.btc_usd, quote.denominator)
            return Value(amount(in_btc, quote.denominator), usd, usd * self.rate)


@dataclass(frozen=True, slots=True)
class Holding:
    """All of one asset. borrowed: with its interest. value, price, price_then: None where not known.

    price: of one unit; price_then: of one unit about a day before.
    """

    asset: str
    free: Decimal
    locked: Decimal
    borrowed: Decimal
    total: Decimal
    value: Value | None = None
    price: Value | None = None
    price_then: Value | None = None


_Amounts = tuple[Decimal, Decimal, Decimal, Decimal]
_NOTHING: _Amounts = (ZERO, ZERO, ZERO, ZERO)


def holdings(
    wallets: Iterable[WalletBalances], now: Pricing, then: Pricing | None = None
) -> Sequence[Holding]:
    """A holding for each asset, those worth most first, those without a price last."""
    sums: dict[str, _Amounts] = {}
    with exact():
        for wallet in wallets:
            for asset, _, free, locked, total, borrowed, interest in wallet.balances:
                before = sums.get(asset, _NOTHING)
                sums[asset] = (
                    before[0] + free,
                    before[1] + locked,
                    before[2] + borrowed + interest,
                    before[3] + total,
                )
    found = (
        Holding(
            asset,
            *parts,
            value=now.value(asset, parts[-1]),
            price=now.value(asset),
            price_then=None if then is None else then.value(asset),
        )
        for asset, parts in sums.items()
    )
    return sorted(found, key=_worth_most_first)


def together(parts: Iterable[Sequence[Holding]]) -> Sequence[Holding]:
    """The holdings of several accounts as one's; an asset's price is the first account's that has one."""
    sums: dict[str, Holding] = {}
    with exact():
        for part in parts:
            for each in part:
                sums[each.asset] = _added(sums[each.asset], each) if each.asset in sums else each
    return sorted(sums.values(), key=_worth_most_first)


def whole(found: Iterable[Holding]) -> Decimal:
    """What shares are shares of, in USD: all that is worth something.

    What is owed is not taken off it, so that the shares of a pie add up.
    """
    with exact():
        return sum((h.value.usd for h in found if h.value is not None and h.value.usd > 0), ZERO)


def day_change(holding: Holding) -> tuple[Decimal, Decimal] | None:
    """The change of the price in percent, in BTC and in USD; None where a price is not known."""
    now, then = holding.price, holding.price_then
    if now is None or then is None:
        return None
    with exact():
        gained = (now.btc - then.btc, now.usd - then.usd)
    return (
        percentage(gained[0], then.btc, FINE_PERCENT_PLACES),
        percentage(gained[1], then.usd, FINE_PERCENT_PLACES),
    )


def _added(first: Holding, second: Holding) -> Holding:
    priced = second if first.price is None else first
    return Holding(
        first.asset,
        first.free + second.free,
        first.locked + second.locked,
        first.borrowed + second.borrowed,
        first.total + second.total,
        _sum(first.value, second.value),
        priced.price,
        priced.price_then,
    )


def _sum(first: Value | None, second: Value | None) -> Value | None:
    if first is None or second is None:
        return first or second
    return Value(first.btc + second.btc, first.usd + second.usd, first.display + second.display)


def _worth_most_first(holding: Holding) -> tuple[bool, Decimal, str]:
    value = holding.value
    return value is None, ZERO if value is None else value.usd.copy_negate(), holding.asset
