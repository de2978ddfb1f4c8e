"""Drawings as numbers: a line's path, the ticks of an axis, the boxes of a treemap. Pixels, never money."""

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

_STEPS = (Decimal(1), Decimal(2), Decimal("2.5"), Decimal(5), Decimal(10))
# Between a line and the edges, as a part of the height.
_MARGIN = 0.06


class Box(NamedTuple):
    """A rectangle; x and y are of its upper left corner."""

    x: float
    y: float
    width: float
    height: float


def line(
    points: Sequence[tuple[float, float]],
    width: float,
    height: float,
    bounds: tuple[float, float, float, float] | None = None,
) -> str:
    """The path of a line through points (x, y) in a box of that size, the highest y on top.

    bounds: (left, right, lowest, highest) of what the box shows; the points' own where not given, with a
    little room above and below. Empty without points; one point is a line from edge to edge.
    """
    if not points:
        return ""
    left, right, low, high = bounds or _bounds(points)
    across, up = right - left, high - low
    if len(points) == 1:
        points = [(left, points[0][1]), (right, points[0][1])]

    def place(x: float, y: float) -> str:
        share_x = (x - left) / across if across else 1.0
        share_y = (y - low) / up if up else 0.5
        return f"{_short(share_x * width)} {_short(height - share_y * height)}"

    if across == 0:
        y = place(*points[-1]).split()[1]
        return f"M0 {y}L{_short(width)} {y}"
    return "M" + "L".join(place(x, y) for x, y in points)


def _bounds(points: Sequence[tuple[float, float]]) -> tuple[float, float, float, float]:
    low, high = min(y for _, y in points), max(y for _, y in points)
    room = (high - low) * _MARGIN
    return points[0][0], points[-1][0], low - room, high + room


def ticks(low: Decimal, high: Decimal, most: int) -> Sequence[Decimal]:
    """Round values within a span, evenly spaced, so many at most; the one there is where it has no width."""
    if high <= low:
        return [low]
    rough = (high - low) / most
    unit = Decimal(1).scaleb(rough.adjusted())
    step = next(unit * each for each in _STEPS if unit * each >= rough)
    first = (low / step).to_integral_value(rounding="ROUND_CEILING")
    last = (high / step).to_integral_value(rounding="ROUND_FLOOR")
    return [step * (first + number) for number in range(int(last - first) + 1)]


def squarified(values: Sequence[float], width: float, height: float) -> Sequence[Box]:
    """A box for each value, its area the value's share of the whole; boxes are as square as they come.

    values: positive, the largest first. By Bruls, Huizing and van Wijk, "Squarified treemaps" (2000): a row
    along the shorter side takes in the next value for as long as that makes its worst box no worse.
    """
    boxes: list[Box] = []
    left = Box(0, 0, width, height)
    scale = width * height / sum(values) if values else 0
    areas = [value * scale for value in values]
    while areas:
        side = min(left.width, left.height)
        count = 1
        while count < len(areas) and _worst(areas[: count + 1], side) <= _worst(areas[:count], side):
            count += 1
        row, areas = areas[:count], areas[count:]
        placed, left = _row(row, left)
        boxes += placed
    return boxes


def _worst(row: Sequence[float], side: float) -> float:
    """The worst ratio of two sides among the boxes of a row along a side."""
    whole = sum(row)
    return max(side * side * max(row) / (whole * whole), whole * whole / (side * side * min(row)))


def _row(row: Sequence[float], space: Box) -> tuple[Sequence[Box], Box]:
    """The boxes of a row along the shorter side of a space, and the space that is left."""
    x, y, width, height = space
    thick = sum(row) / min(width, height)
    boxes = []
    for area in row:
        long = area / thick
        if width >= height:
            boxes.append(Box(x, y, thick, long))
            y += long
        else:
            boxes.append(Box(x, y, long, thick))
            x += long
    if width >= height:
        return boxes, Box(space.x + thick, space.y, max(width - thick, 0), height)
    return boxes, Box(space.x, space.y + thick, width, max(height - thick, 0))


def _short(number: float) -> str:
    """At most one decimal, which no eye tells from more."""
    return f"{number:.1f}".removesuffix(".0")
