"""Thresholds: a figure of an account that a person wants to be told of when it crosses a value."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from cambist.core.terms import Figures

MOST_THRESHOLDS = 100


class Measure(StrEnum):
    """Which figure: what the account is worth in USD, or its day profit in percent of USD."""

    USD = "usd"
    DAY_PROFIT_PERCENT = "day_profit_percent"


class Side(StrEnum):
    ABOVE = "above"
    BELOW = "below"


@dataclass(frozen=True, slots=True)
class Threshold:
    """account_id: None for each of the user's accounts, one by one."""

    id: int
    user_id: int
    account_id: int | None
    measure: Measure
    side: Side
    value: Decimal
    created_at: datetime

    def is_crossed(self, before: Figures, now: Figures) -> bool:
        """Whether a load has brought the figure to this side: it was not beyond the value before."""
        return self._is_beyond(now) and not self._is_beyond(before)

    def figure(self, figures: Figures) -> Decimal:
        return figures.usd if self.measure is Measure.USD else figures.day.usd.percent

    def _is_beyond(self, figures: Figures) -> bool:
        found = self.figure(figures)
        return found > self.value if self.side is Side.ABOVE else found < self.value
