"""Display currencies: which there are, R (the price of one USD in one) now and then, and daily fiat rates.

Rules: the specification's arithmetic page, "Profit" (display currency) and "Value" (fiat without a pair).
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from cambist.core.history import Baselines, Neighbours, Snapshot
from cambist.core.money import ONE, display_rate, exact, inverse_price
from cambist.core.prices import Route, Step
from cambist.core.terms import Stablecoins

DOLLAR = "USD"
_EURO = "EUR"
# What the European Central Bank tells rates of, with the euro itself; then what exchanges alone can tell.
_FIAT = (
    *(
        "USD",
        "EUR",
        "GBP",
        "JPY",
        "CHF",
        "AUD",
        "CAD",
        "BRL",
        "CNY",
        "CZK",
        "DKK",
        "HKD",
        "HUF",
        "IDR",
        "ILS",
    ),
    *(
        "INR",
        "ISK",
        "KRW",
        "MXN",
        "MYR",
        "NOK",
        "NZD",
        "PHP",
        "PLN",
        "RON",
        "SEK",
        "SGD",
        "THB",
        "TRY",
        "ZAR",
    ),
)
FIAT = frozenset(_FIAT)
CURRENCIES = (*_FIAT, "BTC", "ETH")
RATES_SERVE = timedelta(days=7)
DUST_USD = Decimal(5)


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a user has chosen of the figures' form; None: as the settings say."""

    display_currency: str | None = None
    stablecoins: Stablecoins | None = None
    dust_usd: Decimal | None = None


NOTHING_CHOSEN = Chosen()


@dataclass(frozen=True, slots=True)
class Preferences:
    """The display currency of a user's figures, and how dollar coins count in them.

    dust_usd: what is worth less is dust, which lists may leave out and totals never do.
    """

    display_currency: str = DOLLAR
    stablecoins: Stablecoins = Stablecoins.REFERENCE
    dust_usd: Decimal = DUST_USD


@dataclass(frozen=True, slots=True)
class DayRates:
    """The reference rates of a day: what one euro is in each currency. source: who tells them."""

    day: date
    rates: Mapping[str, Decimal]
    source: str = "ecb"

    def rate(self, currency: str) -> Decimal | None:
        """R; None for a currency that is not among them."""
        one_euro, dollars = self._euro_in(currency), self._euro_in(DOLLAR)
        return None if one_euro is None or dollars is None else display_rate(one_euro, dollars)

    def route(self, asset: str, quotes: Collection[str]) -> Route | None:
        """How these rates value a fiat asset, in dollars, else in euros; None where they cannot."""
        one_euro = self._euro_in(asset)
        for quote in (DOLLAR, _EURO):
            told = self._euro_in(quote)
            if one_euro is not None and told is not None and quote in quotes:
                to_euro = () if asset == _EURO else (Step(_EURO, asset, one_euro, inverted=True),)
                from_euro = () if quote == _EURO else (Step(_EURO, quote, told),)
                with exact():
                    unit = (inverse_price(one_euro) if to_euro else ONE) * told
                return Route(quote, unit, (*to_euro, *from_euro))
        return None

    def only(self, currencies: Collection[str]) -> "DayRates":
        """Those that a load went by; the dollar's is always one of them."""
        kept = {*currencies, DOLLAR}
        return replace(self, rates={name: rate for name, rate in self.rates.items() if name in kept})

    def _euro_in(self, currency: str) -> Decimal | None:
        return ONE if currency == _EURO else self.rates.get(currency)


@dataclass(frozen=True, slots=True)
class Display:
    """The currency of a load's figures, R, and by what it is told.

    wanted: the user's currency; where nothing tells its rate, `currency` is USD. route: by the account's
    exchange; None for USD and for daily rates. assumed: the profits whose baseline has R of the load, since
    that of its own time is not known.
    """

    wanted: str = DOLLAR
    currency: str = DOLLAR
    rate: Decimal = ONE
    route: Route | None = None
    assumed: tuple[str, ...] = ()


def known_currency(code: str) -> str:
    """The code in capitals. Raises ValueError for a currency that figures cannot be displayed in."""
    currency = code.strip().upper()
    if currency not in CURRENCIES:
        raise ValueError(f"does not have a valid value: it is one of {', '.join(CURRENCIES)}")
    return currency


def rate_then(point: Snapshot, currency: str, daily: DayRates | None) -> Decimal | None:
    """R at a snapshot's time: its own; by its P for BTC; by that day's rates. None where it is not known."""
    if currency == DOLLAR:
        return ONE
    if point.currency == currency:
        return point.worth.rate
    if currency == "BTC":
        return _bitcoin_rate(point)
    return None if daily is None or currency not in FIAT else daily.rate(currency)


def in_currency(
    past: Baselines, display: Display, then: Callable[[Snapshot], Decimal | None]
) -> tuple[Baselines, tuple[str, ...]]:
    """The snapshots at R of the display currency, each of its own time, and the names of the profits for
    which R of the load stands in, since `then` does not know it.
    """
    assumed: dict[str, None] = {}

    def at_rate(name: str, point: Snapshot | None) -> Snapshot | None:
        if point is None:
            return None
        rate = then(point)
        if rate is None:
            assumed[name] = None
            rate = display.rate
        return in_other(point, display.currency, rate)

    def around(name: str, points: Neighbours) -> Neighbours:
        return Neighbours(at_rate(name, points.before), at_rate(name, points.after))

    found = Baselines(around("day", past.day), around("month", past.month), at_rate("total", past.first))
    return found, tuple(assumed)


def in_other(point: Snapshot, currency: str, rate: Decimal) -> Snapshot:
    """The snapshot with R of another currency."""
    return replace(point, worth=replace(point.worth, rate=rate), currency=currency)


def points_of(past: Baselines) -> tuple[Snapshot, ...]:
    """All snapshots that baselines come from."""
    found = (past.day.before, past.day.after, past.month.before, past.month.after, past.first)
    return tuple(point for point in found if point is not None)


def _bitcoin_rate(point: Snapshot) -> Decimal | None:
    """1 / P, where P of an imported point is usd / btc."""
    if point.btc_usd is not None:
        return display_rate(ONE, point.btc_usd)
    worth = point.worth
    return display_rate(worth.btc, worth.usd) if worth.btc > 0 and worth.usd > 0 else None
