"""Which protocol plays each exchange: one row a code of a scenario's `exchange`."""

from collections.abc import Callable, Mapping

from cambist.simulator.binance.spot import BinanceSpot
from cambist.simulator.bitstamp.public import Bitstamp
from cambist.simulator.bybit.v5 import BybitV5
from cambist.simulator.coinbase.advanced import CoinbaseAdvanced
from cambist.simulator.kraken.futures import KrakenFutures
from cambist.simulator.kraken.spot import KrakenSpot
from cambist.simulator.okx.exchange import Okx
from cambist.simulator.protocol import Exchange
from cambist.simulator.scenario import Scenario

_PLAYED: Mapping[str, Callable[[Scenario], Exchange]] = {
    "binance": BinanceSpot,
    "binance_us": BinanceSpot,
    "bitstamp": Bitstamp,
    "bybit": BybitV5,
    "coinbase_advanced": CoinbaseAdvanced,
    "kraken": KrakenSpot,
    "kraken_futures": KrakenFutures,
    "okex": Okx,
}


def play(scenario: Scenario) -> Exchange:
    return _PLAYED[scenario.exchange](scenario)
