"""Whose past Binance tells: the flows and trades of an account, by time and number."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cambist.simulator.pairs import Pair, Units
from cambist.simulator.protocol import milliseconds
from cambist.simulator.scenario import Flow, Trade, milliseconds_of

Row = dict[str, Any]
Params = Mapping[str, str]
Rows = Iterator[tuple[int, Row]]
"""Rows of a history, each with the time in ms that windows go by."""

FIAT = frozenset({"EUR", "GBP", "USD", "TRY", "BRL", "PLN", "JPY", "AUD"})
FIAT_STATES = {"done": "Successful", "pending": "Processing", "failed": "Failed"}


@dataclass(frozen=True, slots=True)
class Account:
    """Whose past it is."""

    flows: Sequence[Flow]
    trades: Sequence[Trade]
    pairs: Mapping[str, Pair]
    now_ms: int

    def numbered(self, wanted: Callable[[Flow], bool]) -> list[tuple[int, int, Flow]]:
        """When each flow wanted was, its number in the scenario, and itself; oldest first."""
        found = [
            (milliseconds(datetime.fromisoformat(flow.time)), number, flow)
            for number, flow in enumerate(self.flows, start=1)
            if wanted(flow)
        ]
        return sorted((each for each in found if each[0] <= self.now_ms), key=lambda each: each[:2])

    def traded(self, *ways: str) -> list[tuple[int, int, Trade]]:
        """When each trade beside the order books was, its number, and itself; oldest first."""
        trades = enumerate(sorted(self.trades, key=milliseconds_of), start=1)
        found = ((milliseconds_of(trade), number, trade) for number, trade in trades if trade.way in ways)
        return [each for each in found if each[0] <= self.now_ms]

    def given(self, trade: Trade) -> tuple[str, str, str, str]:
        """What a trade gave, how much, what it got, how much; fees apart."""
        pair = self.pairs[trade.symbol]
        cost = str(Units.of(trade.price).by(Units.of(trade.quantity)))
        base, quote = (pair.base, trade.quantity), (pair.quote, cost)
        return (*base, *quote) if trade.side == "sell" else (*quote, *base)
