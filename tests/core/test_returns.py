"""Returns of money and of time, against fractions and by hand."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cambist.core.returns import At, modified_dietz, time_weighted
from tests.core.oracles import decimals, half_away

YEAR_MS = 31_536_000_000
FLOWS = st.lists(st.tuples(st.integers(1, YEAR_MS), decimals(-(10**9), 10**9, 4)), max_size=6)


def at(ms: int, amount: str) -> At:
    return ms, Decimal(amount)


@given(decimals(1, 10**12, 8), decimals(0, 10**12, 8), FLOWS)
def test_modified_dietz_is_the_fraction_of_gain_over_average_capital(
    start: Decimal, end: Decimal, flows: list[At]
) -> None:
    found = modified_dietz((0, start), (YEAR_MS, end), flows)
    capital = Fraction(start) + sum(Fraction(YEAR_MS - ms, YEAR_MS) * Fraction(f) for ms, f in flows)
    gained = Fraction(end) - Fraction(start) - sum(Fraction(f) for _, f in flows)
    if capital <= 0:
        assert found is None
    else:
        assert found is not None
        assert Fraction(found) == half_away(gained / capital * 100, 2)


@given(
    decimals(1, 10**9, 4),
    st.lists(st.tuples(decimals(1, 4_000, 3), decimals(-(10**6), 10**9, 4)), min_size=1, max_size=6),
    decimals(1, 4_000, 3),
)
def test_what_comes_and_goes_at_points_leaves_the_time_weighted_return_as_it_was(
    start: Decimal, steps: list[tuple[Decimal, Decimal]], last: Decimal
) -> None:
    """The worth grows by known factors, with a flow after each: their product is the return."""
    now, growth = Fraction(start), Fraction(1)
    points, flows = [(0, start)], []
    for number, (factor, flow) in enumerate(steps, start=1):
        now, growth = now * Fraction(factor) + Fraction(flow), growth * Fraction(factor)
        if now <= 0:
            return
        points.append((number, exactly(now)))
        flows.append((number, flow))
    points.append((len(steps) + 1, exactly(now * Fraction(last))))
    found = time_weighted(points, reversed(flows))
    assert found is not None
    assert Fraction(found) == half_away((growth * Fraction(last) - 1) * 100, 2)


def exactly(value: Fraction) -> Decimal:
    """A fraction of tens as the decimal it is."""
    places = 200
    scaled = value * 10**places
    assert scaled.denominator == 1
    return Decimal(f"{scaled.numerator}E-{places}")


@pytest.mark.parametrize(
    ("points", "flows", "percent"),
    [
        ([at(0, "100"), at(10, "110")], [], "10"),
        ([at(0, "100"), at(10, "110")], [at(10, "10")], "0"),
        # 100 grows to 150 in half of the time, 1,050 then to 1,100: 1.5 × 1.0476…
        ([at(0, "100"), at(100, "1100")], [at(50, "900")], "57.14"),
        ([at(0, "100"), at(100, "1100")], [at(50, "400"), at(50, "500")], "57.14"),
        # All but 1 goes: money doubled before, and the 1 halves.
        ([at(0, "100"), at(5, "1"), at(9, "0.5")], [at(5, "-199")], "0"),
        # All of it goes; half as much comes later, and grows by half.
        ([at(0, "100"), at(5, "0"), at(6, "50"), at(9, "75")], [at(5, "-100"), at(6, "50")], "50"),
        ([at(0, "100"), at(5, "0"), at(6, "50"), at(9, "75")], [at(6, "50")], "-100"),
        ([at(0, "0"), at(5, "7"), at(9, "7")], [at(5, "7")], "0"),
        ([at(0, "0"), at(5, "0")], [], None),
        ([at(0, "0"), at(5, "7")], [], None),
        ([at(0, "0"), at(5, "7")], [at(5, "9")], None),
        ([at(0, "100"), at(5, "-100")], [], None),
        ([at(0, "-1"), at(5, "7")], [], None),
    ],
)
def test_time_weighted_returns_worked_out_by_hand(
    points: list[At], flows: list[At], percent: str | None
) -> None:
    assert time_weighted(points, flows) == (None if percent is None else Decimal(percent))


def test_a_large_withdrawal_bends_neither() -> None:
    points, flows = [at(0, "1000"), at(99, "1090"), at(100, "100")], [at(100, "-1000")]
    assert time_weighted(points, flows) == Decimal(10)
    assert modified_dietz(points[0], points[-1], flows) == Decimal(10)
    assert modified_dietz(at(0, "5"), at(0, "5"), []) is None


def test_a_chain_of_many_links_stays_short_and_right() -> None:
    points = [at(0, "1"), *(at(n, "2") for n in range(1, 4_001))]
    flows = [at(n, "0.1" if n % 2 else "-0.1") for n in range(2, 4_001)]
    growth = Fraction(2)
    for n in range(2, 4_001):
        growth *= (2 - Fraction(1 if n % 2 else -1, 10)) / 2
    assert time_weighted(points, flows) == Decimal(f"{int(half_away((growth - 1) * 100, 2) * 100)}E-2")
