"""A year of a Binance account as it is scripted: what happens each day, and what it comes to, in fractions.

Nothing here is worked out by the product. Prices change right after a day's last load and then stand still
until the next day's: so what flows is worth the same whoever values it, by whichever load or candle. A price
of bitcoin is a product of twos and fives, so that quotients end and fractions are compared digit for digit.
"""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
NOON = datetime(2024, 2, 1, 12, tzinfo=UTC)
LAST_LOAD = 10 * MINUTE  # after noon
DAYS = 365
DEPOSITS = 40
STOLEN, DELISTED, CAME, WITHDRAWN = 100, 150, 201, 248
OUTAGE = range(303, 310)
EVENTFUL = frozenset(day for day in range(8, DAYS + 1, 8) if day not in OUTAGE) | {STOLEN, STOLEN + 1, 310}

_BITCOINS = [Decimal(price) for price in (31250, 32000, 40000, 50000, 51200, 62500, 64000, 78125, 80000)]
_OTHERS = {"ETH": "2500.25", "SOL": "140.375", "XRP": "0.5125", "GONE": "12.5"}
_HELD = {
    "spot": {"BTC": "1.5", "ETH": "10", "SOL": "200", "XRP": "5000", "GONE": "80", "USDT": "20000"},
    "funding": {"USDT": "1500.5", "BTC": "0.25"},
    "earn_flexible": {"SOL": "33.125", "USDT": "4000"},
}
Sums = dict[str, Fraction]


@dataclass
class Day:
    """What a day's last load has to say: in USD and BTC. flowed: net; made: by prices, rewards and fees."""

    worth: Sums = field(default_factory=lambda: {"usd": Fraction(), "btc": Fraction()})
    flowed: Sums = field(default_factory=lambda: {"usd": Fraction(), "btc": Fraction()})
    made: Sums = field(default_factory=lambda: {"usd": Fraction(), "btc": Fraction()})


class Year:
    """Prices in USDT, what each wallet holds, what the exchange tells; parts: the year's sums so far."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self.day = 0
        self.prices = {"BTC": Decimal(50000), "USDT": Decimal(1)}
        self.prices |= {asset: Decimal(price) for asset, price in _OTHERS.items()}
        self.held = {
            wallet: {asset: Decimal(amount) for asset, amount in rows.items()}
            for wallet, rows in _HELD.items()
        }
        self.covered = {"spot", "funding"}
        self.flows: list[dict[str, Any]] = []
        self.trades: list[dict[str, Any]] = []
        self.parts: dict[str, Sums] = {}
        self.days = {0: Day(worth=self._worth())}
        eventful = sorted(EVENTFUL - {STOLEN, STOLEN + 1})
        self._deposits = {310, *self._random.sample([day for day in eventful if day != 310], DEPOSITS - 1)}

    def next_day(self) -> None:
        """The day's prices, then all that happens before its last load."""
        self.day += 1
        self.days[self.day] = Day()
        self._move_prices()
        if self.day == STOLEN:
            self._book("unexplained", "spot", "BTC", Decimal("-0.05"))
        if self.day == WITHDRAWN:
            self._withdraw("BTC", Decimal("0.75"), Decimal("0.0005"))
        if self.day in self._deposits:
            self._deposit()
        if self.day in EVENTFUL and self.day not in (STOLEN, STOLEN + 1):
            self._trade("buy")
            self._trade("sell")
            self._reward()
            self._move_within()
        if self.day == CAME:
            self.covered.add("earn_flexible")
            for asset, amount in self.held["earn_flexible"].items():
                self._count("coverage", asset, amount)
        self.days[self.day].worth = self._worth()

    def scenario(self) -> dict[str, Any]:
        """The exchange as it stands."""
        quoted = {asset: price for asset, price in self.prices.items() if asset != "USDT"}
        if self.day >= DELISTED:
            del quoted["GONE"]
        return {
            "prices": {f"{asset}USDT": f"{price:f}" for asset, price in quoted.items()},
            "wallets": {
                wallet: {asset: {"free": f"{amount:f}"} for asset, amount in rows.items()}
                for wallet, rows in self.held.items()
            },
            "flows": self.flows,
            "trades": self.trades,
        }

    def counted(self) -> Iterator[tuple[str, Fraction]]:
        """What the account's covered wallets hold of what has a price, or had one a day ago."""
        for wallet in sorted(self.covered):
            for asset, amount in self.held[wallet].items():
                if asset != "GONE" or self.day <= DELISTED:
                    yield asset, Fraction(amount)

    def _move_prices(self) -> None:
        before = self._prices()
        for asset in _OTHERS:
            if asset != "GONE" or self.day < DELISTED:
                percent = Decimal(self._random.randint(-600, 620)) / 10_000
                moved = self.prices[asset] * (1 + percent)
                self.prices[asset] = moved.quantize(Decimal("0.0001"))
        self.prices["BTC"] = self._random.choice(_BITCOINS)
        if self.day == DELISTED + 1:  # what was valued by its last price for a day is counted no more
            lost = Fraction(self.held["spot"]["GONE"])
            for unit, price in before["GONE"].items():
                self._add("coverage", unit, -lost * price)
                self.days[self.day].flowed[unit] -= lost * price
        after = self._prices()
        for asset, amount in self.counted():
            for unit in ("usd", "btc"):
                gained = amount * (after[asset][unit] - before[asset][unit])
                self.days[self.day].made[unit] += gained
                self._add("price_effect", unit, gained)

    def _prices(self) -> dict[str, Sums]:
        bitcoin = Fraction(self.prices["BTC"])
        return {
            asset: {"usd": Fraction(price), "btc": Fraction(price) / bitcoin}
            for asset, price in self.prices.items()
        }

    def _worth(self) -> Sums:
        prices = self._prices()
        return {
            unit: sum((amount * prices[asset][unit] for asset, amount in self.counted()), Fraction())
            for unit in ("usd", "btc")
        }

    def _at(self) -> str:
        seconds = self._random.randint(0, 59)
        return (NOON + self.day * DAY - 4 * MINUTE + timedelta(seconds=seconds)).isoformat()

    def _deposit(self) -> None:
        asset, amount = self._random.choice([("BTC", "0.0125"), ("ETH", "0.75"), ("USDT", "1234.56")])
        wallet = self._random.choice(["spot", "funding"]) if asset != "ETH" else "spot"
        self._tell("deposit", asset, amount, wallet=wallet, tx=f"in-{self.day}")
        self._book("deposits", wallet, asset, Decimal(amount))

    def _withdraw(self, asset: str, amount: Decimal, fee: Decimal) -> None:
        self._tell("withdrawal", asset, f"{amount:f}", fee=f"{fee:f}", tx=f"out-{self.day}")
        self._book("withdrawals", "spot", asset, -amount)
        self._book("fees", "spot", asset, -fee)

    def _trade(self, side: str) -> None:
        asset = self._random.choice(["BTC", "ETH", "SOL", "XRP"])
        quantity = (self.held["spot"][asset] / self._random.randint(40, 90)).quantize(Decimal("0.001"))
        cost, bought = self.prices[asset] * quantity, side == "buy"
        received = quantity if bought else cost
        fee = (received / 1000).quantize(Decimal("0.00000001"))
        told = {"symbol": f"{asset}USDT", "side": side, "price": f"{self.prices[asset]:f}"}
        self.trades.append({**told, "quantity": f"{quantity:f}", "fee": f"{fee:f}", "time": self._at()})
        self.held["spot"][asset] += quantity if bought else -quantity
        self.held["spot"]["USDT"] += -cost if bought else cost
        self._book("fees", "spot", asset if bought else "USDT", -fee)

    def _reward(self) -> None:
        """Of earn too, from before the account covered it: there it is nobody's."""
        self._tell("reward", "XRP", "1.25")
        self._book("rewards", "spot", "XRP", Decimal("1.25"))
        self._tell("reward", "SOL", "0.0625", name="flexible", wallet="earn_flexible")
        self._book("rewards", "earn_flexible", "SOL", Decimal("0.0625"))

    def _move_within(self) -> None:
        self._tell("transfer", "USDT", "2.5", wallet="spot", to="funding")
        self.held["spot"]["USDT"] -= Decimal("2.5")
        self.held["funding"]["USDT"] += Decimal("2.5")

    def _tell(self, kind: str, asset: str, amount: str, **more: str) -> None:
        self.flows.append({"kind": kind, "asset": asset, "amount": amount, "time": self._at(), **more})

    def _book(self, part: str, wallet: str, asset: str, amount: Decimal) -> None:
        self.held[wallet][asset] += amount
        if wallet in self.covered:
            self._count(part, asset, amount)

    def _count(self, part: str, asset: str, amount: Decimal) -> None:
        day = self.days[self.day]
        into = day.made if part in ("rewards", "fees") else day.flowed
        for unit, price in self._prices()[asset].items():
            into[unit] += Fraction(amount) * price
            self._add(part, unit, Fraction(amount) * price)

    def _add(self, part: str, unit: str, worth: Fraction) -> None:
        sums = self.parts.setdefault(part, {"usd": Fraction(), "btc": Fraction()})
        sums[unit] += worth


def profit_after(days: Mapping[int, Day], day: int, unit: str) -> Fraction:
    """The day profit of a day's last load, by what the script says was made since the one a day before.

    After an outage there is none: a day ago lies on the line from the last load before it to the first after,
    which is of that day's noon. Worth and flows on a line are rounded to a hundred digits.
    """
    if day - 1 not in OUTAGE:
        return days[day].made[unit]
    before, now = days[OUTAGE[0] - 1].worth[unit], days[day].worth[unit]
    flowed = sum((days[each].flowed[unit] for each in (*OUTAGE, day)), Fraction())
    left = Fraction((DAY - LAST_LOAD) // MINUTE, ((len(OUTAGE) + 1) * DAY - LAST_LOAD) // MINUTE)
    return now - _to_digits(now + (before - now) * left) - _to_digits(flowed * left)


def _to_digits(value: Fraction, digits: int = 100) -> Fraction:
    """Rounded half even to so many significant digits."""
    whole = len(str(abs(value.numerator))) - len(str(value.denominator))
    first = whole if abs(value) >= Fraction(10) ** whole else whole - 1
    unit = Fraction(10) ** (first - digits + 1)
    return round(value / unit) * unit
