"""Properties of the arithmetic page: order and splits change no digit, amounts scale, USD is P times BTC."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from cambist.core.money import exact
from cambist.core.prices import Pair
from cambist.core.terms import WalletBalances
from cambist.core.valuation import value
from tests.core.builders import balance, priced, wallet
from tests.core.oracles import as_amount, decimals, positive

# Every kind of route but an inverse, whose unit is rounded: the others are exact fractions.
PAIRS = ("BTC/USD", "BTC/USDT", "BTC/EUR", "DOGE/USDT", "SHIB/EUR", "ETH/USD", "ADA/ETH", "XMR/BTC")
ASSETS = ("BTC", "USD", "USDT", "EUR", "DOGE", "SHIB", "ETH", "ADA", "XMR", "NOPRICE")


@dataclass(frozen=True)
class Portfolio:
    """Balances as a list of (asset, amount), and the prices they are valued at."""

    held: tuple[tuple[str, Decimal], ...]
    prices: dict[Pair, Decimal]

    @property
    def btc_usd(self) -> Fraction:
        return self._price("BTC/USD")

    def in_btc(self) -> Fraction:
        return sum((Fraction(amount) * self._unit(asset) for asset, amount in self.held), Fraction(0))

    def _price(self, pair: str) -> Fraction:
        base, _, quote = pair.partition("/")
        return Fraction(self.prices[base, quote])

    def _unit(self, asset: str) -> Fraction:
        p, usd = self._price, 1 / self.btc_usd
        units = {
            "BTC": Fraction(1),
            "NOPRICE": Fraction(0),
            "USD": usd,
            "USDT": 1 / p("BTC/USDT"),
            "EUR": 1 / p("BTC/EUR"),
            "DOGE": p("DOGE/USDT") / p("BTC/USDT"),
            "SHIB": p("SHIB/EUR") / p("BTC/EUR"),
            "ETH": p("ETH/USD") * usd,
            "ADA": p("ADA/ETH") * p("ETH/USD") * usd,
            "XMR": p("XMR/BTC"),
        }
        return units[asset]


def _pair(name: str) -> Pair:
    base, _, quote = name.partition("/")
    return base, quote


PORTFOLIOS = st.builds(
    Portfolio,
    st.lists(st.tuples(st.sampled_from(ASSETS), decimals(-(10**10), 10**18, 20)), min_size=1, max_size=8).map(
        tuple
    ),
    st.fixed_dictionaries({_pair(name): positive(12) for name in PAIRS}),
)


def valued(*wallets: WalletBalances, at: dict[Pair, Decimal]) -> tuple[Decimal, Decimal]:
    found = value(wallets, priced(at))
    return found.btc, found.usd


def in_wallet(name: str, held: tuple[tuple[str, Decimal], ...]) -> WalletBalances:
    return wallet(name, *(balance(asset, amount) for asset, amount in held))


@given(PORTFOLIOS)
def test_amounts_are_the_exact_fractions_rounded_once(held: Portfolio) -> None:
    btc, usd = valued(in_wallet("spot", held.held), at=held.prices)
    assert Fraction(btc) == as_amount(held.in_btc())
    assert Fraction(usd) == as_amount(held.in_btc() * held.btc_usd)


@given(PORTFOLIOS, st.randoms(use_true_random=False), st.data())
def test_permuting_and_splitting_balances_changes_no_digit(
    held: Portfolio, chance: Random, data: st.DataObject
) -> None:
    whole = valued(in_wallet("spot", held.held), at=held.prices)
    first: list[tuple[str, Decimal]] = []
    second: list[tuple[str, Decimal]] = []
    for asset, amount in held.held:
        part = data.draw(decimals(-(10**20), 10**20, 25))
        with exact():
            first.append((asset, part))
            second.append((asset, amount - part))
    chance.shuffle(first)
    chance.shuffle(second)
    halves = in_wallet("earn", tuple(first)), in_wallet("spot", tuple(second))
    split = valued(*halves, at=held.prices)
    assert [str(figure) for figure in split] == [str(figure) for figure in whole]
    assert valued(*reversed(halves), at=held.prices) == whole


@given(PORTFOLIOS)
def test_usd_is_p_times_btc_but_for_the_rounding_of_both(held: Portfolio) -> None:
    btc, usd = valued(in_wallet("spot", held.held), at=held.prices)
    gap = abs(Fraction(usd) - held.btc_usd * Fraction(btc))
    assert gap <= (held.btc_usd + 1) * Fraction(1, 10**44)


@given(PORTFOLIOS, decimals(1, 10**12, 6))
def test_before_rounding_amounts_scale_linearly(held: Portfolio, factor: Decimal) -> None:
    with exact():
        scaled = tuple((asset, amount * factor) for asset, amount in held.held)
    btc, usd = valued(in_wallet("spot", scaled), at=held.prices)
    assert Fraction(btc) == as_amount(held.in_btc() * Fraction(factor))
    assert Fraction(usd) == as_amount(held.in_btc() * held.btc_usd * Fraction(factor))
