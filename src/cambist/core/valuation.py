"""What balances are worth: equity, one exact sum per quote, the verdict.

Rules: the specification's arithmetic page, "Value" and "Complete or partial".
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from cambist.core.money import ONE, ZERO, amount, display_rate, exact
from cambist.core.prices import Numeraire, Priced, Route, carried
from cambist.core.terms import MissingWallet, WalletBalances, Worth


@dataclass(frozen=True, slots=True)
class Valuation:
    """What an account is worth at one time, and what it was worked out from.

    routes: how each asset held was valued. unpriced: assets held that have no price and add nothing.
    """

    btc: Decimal
    usd: Decimal
    numeraire: Numeraire
    routes: Mapping[str, Route]
    unpriced: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether every covered wallet answered; `missing` names those that did not."""

    missing: tuple[MissingWallet, ...] = ()

    @property
    def complete(self) -> bool:
        return not self.missing

    def __str__(self) -> str:
        return "complete" if self.complete else "partial"


def equity(free: Decimal, locked: Decimal, borrowed: Decimal = ZERO, interest: Decimal = ZERO) -> Decimal:
    """What a spot or margin wallet owns of an asset: free + locked − borrowed − interest."""
    with exact():
        return free + locked - borrowed - interest


def value(wallets: Sequence[WalletBalances], priced: Priced) -> Valuation:
    """The worth of all balances by the prices there are."""
    return _valued(wallets, priced.route, priced.numeraire)


def value_with_carried(
    wallets: Sequence[WalletBalances],
    valuation: Valuation,
    last_routes: Mapping[str, Route],
    priced_at: datetime,
    now: datetime,
) -> Valuation:
    """The valuation again, assets without a price valued by their routes of an earlier load."""
    known = valuation.numeraire
    again = {a: carried(last_routes.get(a), priced_at, known, now) for a in valuation.unpriced}
    stand_ins = {asset: route for asset, route in again.items() if route is not None}
    return _valued(wallets, {**valuation.routes, **stand_ins}.get, known) if stand_ins else valuation


def valued_again(
    wallets: Sequence[WalletBalances], routes: Mapping[str, Route], known: Numeraire
) -> Valuation:
    """The worth of some balances by the routes that an earlier valuation found."""
    return _valued(wallets, routes.get, known)


def _valued(
    wallets: Sequence[WalletBalances], route_of: Callable[[str], Route | None], known: Numeraire
) -> Valuation:
    """btc = Σ A_q / X_q and usd = P · btc: an exact sum per quote, one fraction, each amount rounded once."""
    sums: dict[str, Decimal] = {}
    routes: dict[str, Route] = {}
    unpriced: set[str] = set()
    with exact():
        for wallet in wallets:
            for asset, _, _, _, total, _, _ in wallet.balances:
                route = route_of(asset)
                if route is not None:
                    routes[asset] = route
                    quote, unit, _, _ = route
                    sums[quote] = sums.get(quote, ZERO) + total * unit
                elif total:
                    unpriced.add(asset)
        numerator, denominator = ZERO, ONE
        for quote, total in sums.items():
            in_btc = known.quotes[quote]
            numerator = numerator * in_btc.denominator + total * in_btc.numerator * denominator
            denominator = denominator * in_btc.denominator
        dollars = numerator * known.btc_usd
    return Valuation(
        amount(numerator, denominator), amount(dollars, denominator), known, routes, tuple(sorted(unpriced))
    )


def worth_of(units: Decimal, route: Route, known: Numeraire, rate: Decimal) -> Worth:
    """What so many units of an asset are worth by its route: each amount one fraction, rounded once."""
    quote = known.quotes[route.quote]
    with exact():
        in_btc = units * route.unit * quote.numerator
        dollars = in_btc * known.btc_usd
    return Worth(amount(in_btc, quote.denominator), amount(dollars, quote.denominator), rate)


def rate_of(currency: str, known: Numeraire) -> Decimal | None:
    """R, the price of one USD in a display currency; None where this exchange cannot tell it."""
    if currency == "USD":
        return ONE
    quote = known.quotes.get(currency)
    if quote is None:
        return None
    with exact():
        in_btc = quote.numerator * known.btc_usd
    return display_rate(quote.denominator, in_btc)


def counted_once(wallets: Sequence[WalletBalances], mirrors: Mapping[str, str]) -> tuple[WalletBalances, ...]:
    """The wallets without the rows that mirror what another of them, read or standing in, tells itself.

    mirrors: {code: the wallet that tells of the same thing itself}.
    """
    present = {wallet.wallet for wallet in wallets}
    doubled = {code for code, wallet in mirrors.items() if wallet in present}
    if not doubled:
        return tuple(wallets)
    return tuple(
        replace(wallet, balances=tuple(each for each in wallet.balances if each.code not in doubled))
        for wallet in wallets
    )


def judge(
    covered: Sequence[str],
    answered: Sequence[WalletBalances],
    failed: Sequence[MissingWallet],
    last_good: Mapping[str, WalletBalances],
) -> tuple[tuple[WalletBalances, ...], Verdict]:
    """The wallets to value and the verdict on them.

    A covered wallet that failed is stood in for by its last good reading, marked stale, and named.
    """
    present = {wallet.wallet: wallet for wallet in answered}
    reasons = {wallet.wallet: wallet for wallet in failed}
    missing = tuple(
        reasons.get(name, MissingWallet(name, "did not answer")) for name in covered if name not in present
    )
    stand_ins = (replace(last_good[gone.wallet], stale=True) for gone in missing if gone.wallet in last_good)
    return (*answered, *stand_ins), Verdict(missing)
