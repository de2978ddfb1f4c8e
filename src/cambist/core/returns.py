"""Returns in percent, of money (modified Dietz) and of time: they stay sensible where much comes or goes.

Each of one currency: points and flows are (milliseconds since 1970, amount).
"""

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import groupby, pairwise

from cambist.core.money import ZERO, between, exact, linked_percentage, percentage

At = tuple[int, Decimal]


def modified_dietz(start: At, end: At, flows: Iterable[At]) -> Decimal | None:
    """(V₁ − V₀ − F) / (V₀ + Σ wᵢFᵢ), where wᵢ = the part of the range's time that is left after flow i.

    P. O. Dietz, Pension Funds: Measuring Investment Performance (1966), in the form of the GIPS guidance on
    calculation methodology, with time in milliseconds in place of days. None where what the gain is measured
    by is not positive, as in a range of no time.
    """
    span = end[0] - start[0]
    with exact():
        gained, base = end[1] - start[1], start[1] * span
        for at, amount in flows:
            gained -= amount
            base += amount * (end[0] - at)
        return percentage(gained * span, base) if base > 0 else None


def time_weighted(points: Sequence[At], flows: Iterable[At]) -> Decimal | None:
    """Π (Vᵢ before flow i / Vᵢ₋₁ after flow i−1) − 1, the returns from each net flow to the next, linked.

    The time-weighted return of the GIPS standards. points: what is known of the worth, in order, at least the
    range's start and end and those around each flow; flows: in the range, after its start. A flow seldom
    comes at the moment of a point: between two points the worth without their flows is taken to go in a
    line, from the first to the second less the flows between them. Nothing is earned while there is nothing.
    None where there never is anything, or less than nothing.
    """
    links: list[tuple[Decimal, Decimal]] = []
    base = points[0][1]
    for before, after in _worths_around(points, sorted(flows)):
        if before < 0 or base < 0 or (base == 0 and before > 0):
            return None
        if base:
            links.append((before, base))
        base = after
    return linked_percentage(links) if links else None


def _worths_around(points: Sequence[At], flows: Sequence[At]) -> Iterator[tuple[Decimal, Decimal]]:
    """The worth just before and just after each time with flows; last, the worth at the end as both."""
    left = [(at, _sum(amounts)) for at, amounts in groupby(flows, lambda each: each[0])]
    number = 0
    for first, second in pairwise(points):
        inside = number
        while inside < len(left) and left[inside][0] <= second[0]:
            inside += 1
        yield from _between(first, second, left[number:inside])
        number = inside
    yield points[-1][1], points[-1][1]


def _between(first: At, second: At, flows: Sequence[At]) -> Iterator[tuple[Decimal, Decimal]]:
    come = ZERO
    with exact():
        without = second[1] - _sum(flows)
    for at, amount in flows:
        on_the_line = between(first[1], without, at - first[0], second[0] - first[0])
        with exact():
            before, come = on_the_line + come, come + amount
            after = before + amount
        yield before, after


def _sum(flows: Iterable[At]) -> Decimal:
    with exact():
        return sum((amount for _, amount in flows), ZERO)
