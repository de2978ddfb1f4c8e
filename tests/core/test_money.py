"""The six places that round, each against fractions."""

from decimal import Decimal, DivisionByZero
from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cambist.core import money
from cambist.core.money import (
    amount,
    between,
    display_rate,
    inverse_price,
    percentage,
    plain_text,
    without_binary_noise,
)
from tests.core.oracles import (
    as_amount,
    decimals,
    half_away,
    half_even,
    positive,
    signed,
    significant,
)

ENDING = st.builds(lambda a, b: Decimal(2**a * 5**b), st.integers(0, 104), st.integers(0, 104))


# ── place 1: the inverse of a price ──


@given(st.one_of(positive(60), ENDING))
@example(Decimal(2**86))
@example(Decimal(2**87))
def test_an_inverse_price_is_the_fraction_half_even_to_60_digits(price: Decimal) -> None:
    inverse = inverse_price(price)
    assert Fraction(inverse) == significant(1 / Fraction(price), 60)
    assert len(inverse.as_tuple().digits) <= 60


def test_an_inverse_that_lies_half_way_goes_to_the_even_digit() -> None:
    # 1 / 2^86 has the 61 digits of 5^86, which end in …25.
    digits = str(5**86)
    assert (len(digits), digits[-2:]) == (61, "25")
    assert inverse_price(Decimal(2**86)) == Decimal(f"{digits[:60]}E-85")


def test_a_price_of_zero_has_no_inverse() -> None:
    with pytest.raises(DivisionByZero):
        inverse_price(Decimal(0))


# ── place 2: amounts ──


@given(signed(60), st.one_of(positive(60), ENDING))
@example(Decimal(0), Decimal(3))
@example(Decimal("-0"), Decimal(3))
@example(Decimal("0E-70"), Decimal(7))
@example(Decimal("1E-80"), Decimal(3))
@example(Decimal("2E+60"), Decimal(3))
def test_an_amount_is_kept_whole_or_rounded_once_at_44_places(part: Decimal, whole: Decimal) -> None:
    figure = amount(part, whole)
    assert Fraction(figure) == as_amount(Fraction(part) / Fraction(whole))


@pytest.mark.parametrize(
    ("part", "whole", "expected"),
    [
        (1, 2**100, Fraction(1, 2**100)),  # ends at place 100
        (-1, 2**100, Fraction(-1, 2**100)),
        (10**30 + 1, 2**100, Fraction(10**30 + 1, 2**100)),
        (1, 2**101, half_even(Fraction(1, 2**101), 44)),  # ends at place 101
        (1, 5**100, Fraction(1, 5**100)),
        (1, 5**101, Fraction(0)),  # ends at place 101, nothing of it in the first 44
        (1, 10**100, Fraction(1, 10**100)),
        (1, 10**101, Fraction(0)),
        (-1, 10**150, Fraction(0)),
        (2, 3, Fraction(66666666666666666666666666666666666666666667, 10**44)),
        (-2, 3, Fraction(-66666666666666666666666666666666666666666667, 10**44)),
    ],
)
def test_amounts_end_within_a_hundred_places_or_at_44(part: int, whole: int, expected: Fraction) -> None:
    figure = amount(Decimal(part), Decimal(whole))
    assert Fraction(figure) == expected
    assert figure.is_zero() is (expected == 0)
    assert not (figure.is_zero() and figure.is_signed())


def test_an_amount_has_no_zeros_that_its_fraction_has_not() -> None:
    assert amount(Decimal("24.000"), Decimal("1.0")).as_tuple() == Decimal(24).as_tuple()
    assert amount(Decimal("5.50"), Decimal("1.10")).as_tuple() == Decimal(5).as_tuple()


@given(st.integers(-(10**20), 10**20), st.sampled_from([-1, 1]), st.integers(46, 300))
def test_an_amount_that_a_late_digit_keeps_from_being_half_way_goes_the_nearer_way(
    unit: int, side: int, place: int
) -> None:
    # (unit + 1/2) / 10^44 and a third of a digit at some place beyond.
    part, whole = 3 * (2 * unit + 1) * 10 ** (place - 44) + 2 * side, 6 * 10**place
    assert Fraction(amount(Decimal(part), Decimal(whole))) == half_even(Fraction(part, whole), 44)


def test_a_small_denominator_costs_no_digit() -> None:
    assert str(amount(Decimal("1." + "0" * 104 + "1"), Decimal("1E-60"))) == f"1{'0' * 60}.{'0' * 44}1"


def test_a_huge_amount_loses_no_digit() -> None:
    many = Decimal("9" * 40 + "." + "9" * 60)
    assert amount(many, Decimal(1)) == many
    assert Fraction(amount(many, Decimal(7))) == half_even(Fraction(many) / 7, 44)


# ── place 3: between two values ──


@given(signed(60), signed(60), st.integers(1, 10**12), st.data())
def test_a_value_between_is_the_fraction_half_even_to_100_digits(
    first: Decimal, second: Decimal, span: int, data: st.DataObject
) -> None:
    elapsed = data.draw(st.integers(0, span))
    exactly = (Fraction(first) * (span - elapsed) + Fraction(second) * elapsed) / span
    assert Fraction(between(first, second, elapsed, span)) == significant(exactly, 100)


@pytest.mark.parametrize(("odd", "rounded"), [(1, 0), (3, 2), (5, 2), (7, 4)])
def test_a_value_half_way_between_two_digits_goes_to_the_even_one(odd: int, rounded: int) -> None:
    assert between(Decimal(0), Decimal(10**100 + odd), 1, 2) == Decimal(5 * 10**99 + rounded)
    assert between(Decimal(0), Decimal(-(10**100) - odd), 1, 2) == Decimal(-5 * 10**99 - rounded)


def test_equal_ends_are_given_back_with_all_their_digits() -> None:
    long = Decimal("1." + "3" * 150)
    assert between(long, long, 1, 3) is long


# ── place 4: the display rate ──


@given(positive(40), positive(40))
def test_a_display_rate_is_the_fraction_half_even_to_60_digits(part: Decimal, whole: Decimal) -> None:
    assert Fraction(display_rate(part, whole)) == significant(Fraction(part) / Fraction(whole), 60)


@pytest.mark.parametrize(("odd", "rounded"), [(1, 0), (3, 2), (5, 2)])
def test_a_display_rate_half_way_goes_to_the_even_digit(odd: int, rounded: int) -> None:
    assert display_rate(Decimal(10**60 + odd), Decimal(2)) == Decimal(5 * 10**59 + rounded)


# ── place 5: percentages ──


@given(st.one_of(signed(40), decimals(-(10**6), 10**6, 6)), positive(20), st.integers(0, 6))
def test_a_percentage_is_the_fraction_half_away_from_zero(part: Decimal, whole: Decimal, places: int) -> None:
    figure = percentage(part, whole, places)
    assert Fraction(figure) == half_away(100 * Fraction(part) / Fraction(whole), places)


@given(st.integers(-(10**8), 10**8), st.integers(0, 6))
def test_a_percentage_half_way_goes_away_from_zero(halves: int, places: int) -> None:
    tie = Decimal(f"{10 * halves + (5 if halves >= 0 else -5)}E-{places + 3}")
    away = Decimal(f"{halves + (1 if halves >= 0 else -1)}E-{places}")
    assert percentage(tie, Decimal(1), places) == away


def test_percentages_have_two_places_unless_told() -> None:
    assert plain_text(percentage(Decimal(1), Decimal(3))) == "33.33"
    assert plain_text(percentage(Decimal(1), Decimal(3), money.FINE_PERCENT_PLACES)) == "33.3333"
    assert plain_text(percentage(Decimal("0.00005"), Decimal(1))) == "0.01"
    assert plain_text(percentage(Decimal("-0.00005"), Decimal(1))) == "-0.01"
    assert plain_text(percentage(Decimal("-0.000049"), Decimal(1))) == "0.0"


@pytest.mark.parametrize("whole", ["0", "-0", "-0.01", "-100"])
def test_there_is_no_percentage_of_a_baseline_that_is_not_positive(whole: str) -> None:
    assert plain_text(percentage(Decimal(5), Decimal(whole))) == "0.0"


def test_a_tiny_baseline_is_positive() -> None:
    assert percentage(Decimal(1), Decimal("1E-90")) == Decimal("1E+92")


# ── place 6: what a binary fraction left ──


@given(signed())
def test_a_number_keeps_fifteen_significant_digits_half_even(number: Decimal) -> None:
    assert Fraction(without_binary_noise(number)) == significant(Fraction(number), money.BINARY_DIGITS)


@given(decimals(-(10**15) + 1, 10**15 - 1, 18))
def test_what_was_written_by_way_of_a_binary_fraction_is_itself_again(number: Decimal) -> None:
    assert without_binary_noise(number) is number
    assert without_binary_noise(Decimal(repr(float(number)))) == number
    assert without_binary_noise(Decimal(float(number))) == number


@pytest.mark.parametrize(
    ("noisy", "meant"),
    [
        ("0.00033875999999999996", "0.00033876"),
        ("1234567890123465", "1234567890123460"),
        ("1234567890123455.0", "1234567890123460"),
        ("0.30000000000000004", "0.3"),
    ],
)
def test_more_than_fifteen_digits_are_the_error_of_a_binary_fraction(noisy: str, meant: str) -> None:
    assert without_binary_noise(Decimal(noisy)) == Decimal(meant)
