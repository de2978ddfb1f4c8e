"""What balances are worth: equity, holdings with their routes, one exact sum per quote, the verdict.

Rules: the specification's arithmetic page, "Value" and "Complete or partial".
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from cambist.core.money import ONE, ZERO, amount, display_rate, exact
from cambist.core.prices import Numeraire, Prices, Route, find_route
from cambist.core.terms import Balance, Market, MissingWallet, WalletBalances

HoldingKey = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Holding:
    """One balance and how it was valued; no route means that the asset has no price and adds nothing."""

    wallet: str
    balance: Balance
    route: Route | None

    @property
    def key(self) -> HoldingKey:
        """(wallet, code): what a holding is known by from load to load."""
        return self.wallet, self.balance.code


@dataclass(frozen=True, slots=True)
class Valuation:
    """What an account is worth at one time, and everything it was worked out from."""

    btc: Decimal
    usd: Decimal
    numeraire: Numeraire
    holdings: tuple[Holding, ...]

    @property
    def unpriced(self) -> tuple[str, ...]:
        """Assets held that have no price."""
        return tuple(sorted({h.balance.asset for h in self.holdings if h.route is None and h.balance.total}))


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


def value(
    wallets: Sequence[WalletBalances],
    prices: Prices,
    market: Market,
    known: Numeraire,
    now: datetime,
    last_routes: Mapping[HoldingKey, Route] | None = None,
) -> Valuation:
    """The worth of all balances: btc = Σ A_q / X_q and usd = P · btc, each rounded once.

    last_routes: routes of the load before, carried where a price is gone.
    """
    carried = last_routes or {}
    holdings = tuple(
        Holding(
            wallet.wallet,
            balance,
            find_route(balance.asset, prices, market, known, now, carried.get((wallet.wallet, balance.code))),
        )
        for wallet in wallets
        for balance in wallet.balances
    )
    btc, usd = worth(holdings, known)
    return Valuation(btc, usd, known, holdings)


def worth(holdings: Iterable[Holding], known: Numeraire) -> tuple[Decimal, Decimal]:
    """(BTC, USD) of holdings: an exact sum per quote, then one fraction, rounded once for each amount."""
    sums: dict[str, Decimal] = {}
    with exact():
        for holding in holdings:
            if holding.route is not None:
                quote = holding.route.quote
                sums[quote] = sums.get(quote, ZERO) + holding.balance.total * holding.route.unit
        numerator, denominator = ZERO, ONE
        for quote, total in sums.items():
            unit = known.quotes[quote]
            numerator = numerator * unit.denominator + total * unit.numerator * denominator
            denominator = denominator * unit.denominator
        dollars = numerator * known.btc_usd
    return amount(numerator, denominator), amount(dollars, denominator)


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


def routes_to_carry(holdings: Iterable[Holding], priced_at: datetime) -> dict[HoldingKey, Route]:
    """The routes of an earlier load, each with the time when its price was good."""
    return {
        holding.key: replace(holding.route, carried_from=holding.route.carried_from or priced_at)
        for holding in holdings
        if holding.route is not None and holding.route.steps
    }
