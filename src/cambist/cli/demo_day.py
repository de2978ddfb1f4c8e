"""The demo's last day is lived: its clock begins a day ago, prices walk, and each hour has its loads."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache

import msgspec

from cambist.actions.facts import Caller
from cambist.cli.demo_accounts import walk
from cambist.core.money import exact
from cambist.core.terms import Account
from cambist.simulator.server import Simulator
from cambist.wiring import Cambist, WallClock

_HOURS = 24
_HOUR = timedelta(hours=1)
_BEFORE_IT = timedelta(minutes=10)
_MINUTES = timedelta(minutes=4)


class DemoClock(WallClock):
    """Now, less what is yet to be lived; it begins a little more than a day ago."""

    def __init__(self) -> None:
        self.behind = _HOURS * _HOUR + _BEFORE_IT

    def now(self) -> datetime:
        return super().now() - self.behind


class Day:
    """The prices of the exchanges that are played, from hour to hour; the last are those they were given."""

    def __init__(self, simulator: Simulator, clock: DemoClock, exchanges: Sequence[str]) -> None:
        self._simulator = simulator
        self._clock = clock
        self._prices = {code: simulator.scenario(code).prices for code in exchanges}
        self._price_all(_HOURS)

    async def live(self, cambist: Cambist, me: Caller, accounts: Sequence[Account]) -> None:
        """Loads the accounts each hour, and once more some minutes ago; then it is now."""
        for hours in range(_HOURS - 1, -1, -1):
            self._clock.behind = hours * _HOUR or _MINUTES
            self._price_all(hours)
            for account in accounts:
                await cambist.load_balances(me, account.id)
        self._clock.behind = timedelta()

    def _price_all(self, hours: int) -> None:
        for code, prices in self._prices.items():
            then = {pair: _price(pair, price, hours) for pair, price in prices.items()}
            self._simulator.patch(code, msgspec.json.encode({"prices": then}))


def _price(pair: str, price: str, hours: int) -> str:
    if not hours:
        return price
    base, quote = next(
        (pair.removesuffix(each), each) for each in ("USDT", "USD", "BTC") if pair.endswith(each)
    )
    with exact():
        risen = Decimal(price) * _shares(base)[hours]
    return f"{risen / (_shares(quote)[hours] if quote == 'BTC' else 1):.8f}"


@cache
def _shares(asset: str) -> Mapping[int, Decimal]:
    """{hours ago: the part of its last price}."""
    return dict(walk(asset))
