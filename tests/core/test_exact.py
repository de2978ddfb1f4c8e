"""The exact context: nothing rounds in it, and it holds only where it is entered."""

from concurrent.futures import ThreadPoolExecutor
from decimal import (
    Decimal,
    DivisionByZero,
    FloatOperation,
    Inexact,
    InvalidOperation,
    Overflow,
    getcontext,
)

import pytest

from cambist.core.money import (
    amount,
    between,
    display_rate,
    exact,
    inverse_price,
    percentage,
)

FLOAT = 0.5


def third() -> Decimal:
    return Decimal(1) / Decimal(3)


def third_under_exact() -> Decimal:
    with exact():
        return third()


def test_under_exact_nothing_rounds() -> None:
    with exact(), pytest.raises(Inexact):
        third()
    with exact():
        assert Decimal(1) / Decimal(8) == Decimal("0.125")
        assert str(Decimal("9" * 500) + Decimal("1E-500")) == "9" * 500 + "." + "0" * 499 + "1"


def test_under_exact_no_float_and_no_nonsense_passes() -> None:
    with exact(), pytest.raises(FloatOperation):
        Decimal(FLOAT)
    with exact(), pytest.raises(FloatOperation):
        _ = Decimal(1) < 1.5
    with exact(), pytest.raises(DivisionByZero):
        _ = Decimal(1) / Decimal(0)
    with exact(), pytest.raises(InvalidOperation):
        _ = Decimal("sNaN") + 1
    with exact(), pytest.raises(Overflow):
        _ = Decimal("1E+999999999999999999") * 10


def test_leaving_exact_brings_back_the_context_from_before() -> None:
    before = getcontext()
    with exact():
        assert getcontext() is not before
    assert getcontext() is before
    assert len(third().as_tuple().digits) == before.prec


def test_exact_does_not_follow_into_an_executors_thread() -> None:
    with exact(), ThreadPoolExecutor(1) as pool:
        assert len(pool.submit(third).result().as_tuple().digits) == 28
        assert pool.submit(Decimal, FLOAT).result() == Decimal("0.5")
        with pytest.raises(Inexact):
            third()


def test_exact_holds_in_an_executors_thread_that_enters_it() -> None:
    with ThreadPoolExecutor(1) as pool:
        with pytest.raises(Inexact):
            pool.submit(third_under_exact).result()
        assert len(pool.submit(third).result().as_tuple().digits) == 28


def test_the_rounding_places_give_the_same_digits_in_any_thread_and_under_any_context() -> None:
    def all_places() -> tuple[Decimal, ...]:
        return (
            inverse_price(Decimal(7)),
            amount(Decimal(2), Decimal(3)),
            between(Decimal(1), Decimal(2), 1, 3),
            display_rate(Decimal(1), Decimal(7)),
            percentage(Decimal(2), Decimal(3)),
        )

    here = all_places()
    with exact():
        assert all_places() == here
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(all_places).result() == here
    assert [len(value.as_tuple().digits) for value in here] == [60, 44, 100, 60, 4]
