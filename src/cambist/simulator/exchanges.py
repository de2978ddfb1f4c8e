"""Which protocol plays each market: one row a market code."""

from collections.abc import Callable, Mapping

from cambist.simulator.binance.spot import BinanceSpot
from cambist.simulator.okx.exchange import Okx
from cambist.simulator.protocol import Exchange
from cambist.simulator.scenario import Scenario

_PLAYED: Mapping[str, Callable[[Scenario], Exchange]] = {
    "binance": BinanceSpot,
    "binance_us": BinanceSpot,
    "okex": Okx,
}


def play(scenario: Scenario) -> Exchange:
    return _PLAYED[scenario.exchange](scenario)
