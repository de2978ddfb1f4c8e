"""What each asset added to a load: its amount by its route, and its share of the whole."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from cambist.actions.facts import KeptLoad
from cambist.core.money import amount, exact, percentage
from cambist.core.prices import Route
from cambist.core.terms import Balance


@dataclass(frozen=True, slots=True)
class Share:
    """One balance in one wallet, valued: in USD, and in percent of the load's USD; None without a price."""

    wallet: str
    stale: bool
    balance: Balance
    route: Route | None
    usd: Decimal | None
    percent: Decimal | None


def shares(kept: KeptLoad) -> Sequence[Share]:
    """Every balance of the load, those worth most first, those without a price last."""
    made = [
        _share(kept, wallet.wallet, wallet.stale, balance)
        for wallet in kept.read.wallets
        for balance in wallet.balances
    ]
    return sorted(made, key=lambda share: (share.usd is None, -(share.usd or 0), share.balance.asset))


def _share(kept: KeptLoad, wallet: str, stale: bool, balance: Balance) -> Share:
    known = kept.receipt.numeraire
    route = kept.read.routes.get(balance.asset)
    quote = None if route is None else known.quotes.get(route.quote)
    if route is None or quote is None:
        return Share(wallet, stale, balance, route, None, None)
    with exact():
        dollars = balance.total * route.unit * quote.numerator * known.btc_usd
    usd = amount(dollars, quote.denominator)
    return Share(wallet, stale, balance, route, usd, percentage(usd, kept.receipt.figures.usd))
