"""Bars that show how figures add up: each begins where the one before ended. In whole numbers, for SVG."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from cambist.core.money import ZERO, exact

WIDTH = 1_000
_LEAST = 4


@dataclass(frozen=True, slots=True)
class Bar:
    """x, width: in thousandths of the whole. way: "gain", "loss"; "even" for a mark of where things stand."""

    x: int
    width: int
    way: str


def waterfall(start: Decimal, steps: Sequence[Decimal]) -> list[Bar]:
    """A mark for the start, a bar for each step, a mark for the end.

    The scale spans what is passed through, not zero: lengths of steps compare, marks are places only.
    """
    with exact():
        stands = [start]
        for step in steps:
            stands.append(stands[-1] + step)
        scale = _Scale(min(stands), max(stands))
        bars = [scale.bar(before, after) for before, after in pairwise(stands)]
        return [scale.mark(start), *bars, scale.mark(stands[-1])]


def from_zero(amounts: Sequence[Decimal]) -> list[Bar]:
    """A bar for each amount, to the right of zero or to its left, all on one scale."""
    with exact():
        scale = _Scale(min([ZERO, *amounts]), max([ZERO, *amounts]))
        return [scale.bar(ZERO, amount) for amount in amounts]


@dataclass(frozen=True, slots=True)
class _Scale:
    low: Decimal
    high: Decimal

    def at(self, value: Decimal) -> int:
        span = self.high - self.low
        return int((value - self.low) * (WIDTH - _LEAST) // span) if span else 0

    def bar(self, before: Decimal, after: Decimal) -> Bar:
        x, end = sorted((self.at(before), self.at(after)))
        if before == after:
            return Bar(x, 0, "even")
        return Bar(x, max(end - x, _LEAST), "gain" if after > before else "loss")

    def mark(self, value: Decimal) -> Bar:
        return Bar(self.at(value), _LEAST, "even")
