"""Find R, the price of one USD in a display currency: for a load, and at the times it is held against."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from cambist.actions.ports import Outside
from cambist.core.currencies import (
    BITCOIN,
    DOLLAR,
    FIAT,
    DayRates,
    Display,
    in_currency,
    in_other,
    points_of,
    rate_then,
)
from cambist.core.flows import Change, Net, NetFlows
from cambist.core.history import Baselines, Neighbours, Snapshot
from cambist.core.ledger import Booked
from cambist.core.money import ONE, display_rate
from cambist.core.prices import Priced, Route
from cambist.core.terms import Worth
from cambist.core.valuation import rate_of


class LoadRates:
    """The daily rates that one load goes by: asked for when first needed, the same from then on."""

    def __init__(self, outside: Outside) -> None:
        self._outside = outside
        self._newest: tuple[DayRates | None] | None = None
        self._used: set[str] = set()

    async def newest(self) -> DayRates | None:
        """At most a week old."""
        if self._newest is None:
            self._newest = (await self._outside.reference_rates.newest(),)
        return self._newest[0]

    @property
    def used(self) -> DayRates | None:
        """Those that figures of the load follow from; None where none do."""
        daily = self._newest[0] if self._newest is not None and self._used else None
        return None if daily is None else daily.only(self._used)

    async def routes(self, assets: tuple[str, ...], priced: Priced) -> dict[str, Route]:
        """How they value the fiat among some assets."""
        fiat = [asset for asset in assets if asset in FIAT]
        daily = await self.newest() if fiat else None
        if daily is None:
            return {}
        found = {asset: daily.route(asset, priced.numeraire.quotes) for asset in fiat}
        routes = {asset: route for asset, route in found.items() if route is not None}
        self._used |= routes.keys()
        return routes

    async def display(self, wanted: str, priced: Priced) -> Display:
        """By the account's exchange, else by daily rates; in USD where neither tells the currency's rate."""
        if wanted == DOLLAR:
            return Display()
        route = priced.route(wanted)
        rate = None if route is None else rate_of(wanted, priced.numeraire, route)
        if rate is not None:
            return Display(wanted, wanted, rate, route)
        daily = await self.newest() if wanted in FIAT else None
        rate = None if daily is None else daily.rate(wanted)
        if rate is None:
            return Display(wanted)
        self._used.add(wanted)
        return Display(wanted, wanted, rate)


@dataclass(frozen=True, slots=True)
class RatesThen:
    """R of a currency at times past: 1 for USD, 1/P for BTC, that of the bank's day for fiat.

    now: R of the load, which stands in where nothing tells it. on: the daily rates of a day.
    """

    currency: str
    now: Decimal
    on: Callable[[date], DayRates | None]

    def rate(self, at: datetime, worth: Worth | Net) -> Decimal:
        """worth: what was worth so much then, by whose two amounts P is known."""
        if self.currency == DOLLAR:
            return ONE
        if self.currency == BITCOIN:
            return display_rate(worth.btc, worth.usd) if worth.usd and worth.btc else self.now
        daily = self.on(at.date()) if self.currency in FIAT else None
        return (None if daily is None else daily.rate(self.currency)) or self.now

    def of(self, worth: Worth, at: datetime) -> Worth:
        return replace(worth, rate=self.rate(at, worth))

    def at(self, point: Snapshot | None) -> Snapshot | None:
        """A snapshot at R of its own time: its own where that is of the currency."""
        if point is None or point.currency == self.currency:
            return point
        return in_other(point, self.currency, self.rate(point.at, point.worth))

    def booked(self, entry: Booked) -> Booked:
        worth = entry.worth
        return entry if worth is None else replace(entry, worth=self.of(worth, entry.entry.at))

    def change(self, change: Change) -> Change:
        price = change.price
        return change if price is None else replace(change, price=self.of(price, change.at))

    def flows(self, flows: NetFlows) -> NetFlows:
        return flows.displayed((self.currency, self.now), self.rate)


async def rates_then(outside: Outside, currency: str, now: Decimal) -> RatesThen:
    if currency in FIAT and currency != DOLLAR:
        await outside.reference_rates.newest()  # so that the rates of past days are there
    return RatesThen(currency, now, outside.reference_rates.on)


async def at_their_rates(
    outside: Outside, past: Baselines, display: Display
) -> tuple[Baselines, tuple[str, ...]]:
    """The snapshots at R of their own times, and the names of the profits for which that is not known."""
    currency = display.currency
    if all(point.currency == currency for point in points_of(past)):
        return past, ()
    if currency in FIAT and currency != DOLLAR:
        await outside.reference_rates.newest()  # so that the rates of past days are there
    return in_currency(past, display, lambda point: _rate_then(outside, point, currency))


def neighbours_in(outside: Outside, around: Neighbours, currency: str) -> Neighbours | None:
    """Two snapshots at R of a currency, each of its own time; None where that of one is not known."""
    converted = []
    for point in (around.before, around.after):
        rate = None if point is None else _rate_then(outside, point, currency)
        if point is not None and rate is None:
            return None
        converted.append(None if point is None or rate is None else in_other(point, currency, rate))
    return Neighbours(*converted)


def _rate_then(outside: Outside, point: Snapshot, currency: str) -> Decimal | None:
    daily = outside.reference_rates.on(point.at.date()) if currency in FIAT else None
    return rate_then(point, currency, daily)
