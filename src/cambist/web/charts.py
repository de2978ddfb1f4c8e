"""The chart of worth over time and the small lines beside figures, out of exact points.

Money is written here, for the axis and for each point that is hovered; a browser only places pixels.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

import msgspec

from cambist.core.history import milliseconds, moment
from cambist.core.money import plain_text
from cambist.core.summary import Point
from cambist.web.amounts import worth_in
from cambist.web.drawing import line, ticks
from cambist.web.figures import MINUS, Shown, money

WIDTH, HEIGHT = 1000, 240
_LEAST_SPAN = timedelta(hours=1)
SPARK_WIDTH, SPARK_HEIGHT = 96, 28
_TICKS = 5
# Above and below the line: a part of its height, and so much of the worth that noise is not drawn large.
_ROOM, _LEAST_ROOM = Decimal("0.06"), Decimal("0.005")
_THOUSANDS = ((Decimal(10) ** 9, "B"), (Decimal(10) ** 6, "M"), (Decimal(10) ** 3, "k"))
# Of these the first that leaves few enough ticks stands between two of them.
_SPANS = tuple(
    timedelta(hours=hours) for hours in (1, 3, 6, 12, 24, 48, 120, 168, 336, 730, 1460, 2190, 4380, 8760)
)
_MOST_TIMES = 7


@dataclass(frozen=True, slots=True)
class Tick:
    """place: percent from the left, or from the top. at: the value or the seconds since 1970 there."""

    place: float
    at: float
    text: str


@dataclass(frozen=True, slots=True)
class Chart:
    """unit: of its figures. points: JSON for the browser's own drawing of the same."""

    unit: str
    path: str
    values: Sequence[Tick]
    times: Sequence[Tick]
    first: Shown
    first_at: datetime
    last: Shown
    low: Shown
    high: Shown
    points: str

    @property
    def area(self) -> str:
        """What lies below the line."""
        start, end = self.path[1:].split("L", 1)[0].split()[0], self.path.rpartition("L")[2].split()[0]
        return f"{self.path}L{end} {HEIGHT}L{start} {HEIGHT}Z"


def chart(points: Sequence[Point], unit: str, now: datetime) -> Chart | None:
    """unit: BTC, USD, or another, which is drawn in USD. None where there is nothing to draw."""
    if not points:
        return None
    unit = "BTC" if unit == "BTC" else "USD"
    worths = [worth_in(point, unit) for point in points]
    if points[-1].at < milliseconds(now):
        points, worths = [*points, points[-1]._replace(at=milliseconds(now))], [*worths, worths[-1]]
    left, right = min(points[0].at, milliseconds(now - _LEAST_SPAN)), points[-1].at
    low, high = min(worths), max(worths)
    room = max((high - low) * _ROOM, abs(high) * _LEAST_ROOM) or Decimal(1)
    bottom, top = low - room, high + room
    drawn = [(float(point.at), float(worth)) for point, worth in zip(points, worths, strict=True)]
    bounds = (float(left), float(right), float(bottom), float(top))
    values = [
        Tick(round(float((top - at) / (top - bottom) * 100), 2), float(at), short_money(at, unit))
        for at in ticks(bottom, top, _TICKS)
    ]
    times = _times(left, right)
    return Chart(
        unit,
        line(drawn, WIDTH, HEIGHT, bounds),
        values,
        times,
        money(worths[0], unit),
        moment(points[0].at),
        money(worths[-1], unit),
        money(low, unit),
        money(high, unit),
        _json(points, worths, unit, bounds, values, times),
    )


def sparkline(points: Sequence[Point], unit: str) -> str:
    """A path in a box of SPARK_WIDTH by SPARK_HEIGHT."""
    drawn = [(float(point.at), float(worth_in(point, unit))) for point in points]
    return line(drawn, SPARK_WIDTH, SPARK_HEIGHT)


def short_money(value: Decimal, unit: str) -> str:
    """A round value as an axis names it: "$1.25M", "0.5"."""
    size, sign, symbol = abs(value), MINUS if value < 0 else "", "" if unit == "BTC" else "$"
    for thousand, letter in _THOUSANDS:
        if size >= thousand:
            return f"{sign}{symbol}{_round(size / thousand)}{letter}"
    return f"{sign}{symbol}{_round(size)}"


def _round(value: Decimal) -> str:
    return plain_text(value).removesuffix(".0")


def _times(left: int, right: int) -> Sequence[Tick]:
    span = timedelta(milliseconds=max(1, right - left))
    step = next((each for each in _SPANS if span <= each * _MOST_TIMES), _SPANS[-1] * 2)
    step_ms = step // timedelta(milliseconds=1)
    form = "%H:%M" if step < timedelta(days=1) else "%-d %b" if step < timedelta(days=20) else "%b %Y"
    first = -(-left // step_ms) * step_ms
    found = (
        Tick(round((at - left) / max(1, right - left) * 100, 2), at / 1000, moment(at).strftime(form))
        for at in range(first, right + 1, step_ms)
    )
    return [each for each in found if 4 <= each.place <= 96][: 2 * _MOST_TIMES]


def _json(
    points: Sequence[Point],
    worths: Sequence[Decimal],
    unit: str,
    bounds: tuple[float, float, float, float],
    values: Sequence[Tick],
    times: Sequence[Tick],
) -> str:
    left, right, bottom, top = bounds
    told = {
        "x": [point.at / 1000 for point in points],
        "y": [float(worth) for worth in worths],
        "text": [money(worth, unit).text for worth in worths],
        "time": [moment(point.at).strftime("%-d %b %Y, %H:%M UTC") for point in points],
        "bounds": [left / 1000, right / 1000, bottom, top],
        "values": [[each.at, each.text] for each in values],
        "times": [[each.at, each.text] for each in times],
    }
    return msgspec.json.encode(told).decode().replace("<", "\\u003c")
