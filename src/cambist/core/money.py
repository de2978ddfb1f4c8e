"""Exact decimal arithmetic: the six named places where a figure is rounded, and how figures become text.

Everything else is exact: code that calculates with money does so under `exact()`, which traps any
rounding. The rules of the first five are those of the specification (arithmetic), repeated at each place.
"""

import re
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from decimal import (
    MAX_EMAX,
    MIN_EMIN,
    ROUND_05UP,
    ROUND_HALF_EVEN,
    ROUND_HALF_UP,
    Context,
    Decimal,
    DivisionByZero,
    FloatOperation,
    Inexact,
    InvalidOperation,
    Overflow,
    localcontext,
)

AMOUNT_PLACES = 44
KEPT_WHOLE_PLACES = 100
INVERSE_DIGITS = 60
VALUE_AT_DIGITS = 100
PERCENT_PLACES = 2
FINE_PERCENT_PLACES = 4
BINARY_DIGITS = 15

_NEVER = [InvalidOperation, DivisionByZero, Overflow, FloatOperation]
_EXACT = Context(prec=20_000, Emax=MAX_EMAX, Emin=MIN_EMIN, traps=[*_NEVER, Inexact])
_INVERSES, _VALUES_AT, _BINARY = (
    Context(prec=digits, rounding=ROUND_HALF_EVEN, Emax=MAX_EMAX, Emin=MIN_EMIN, traps=_NEVER)
    for digits in (INVERSE_DIGITS, VALUE_AT_DIGITS, BINARY_DIGITS)
)
# Of what it cuts off it leaves a last digit that is neither 0 nor 5: rounded once more, to fewer digits,
# comes what the whole fraction would be rounded to.
_FRACTIONS = Context(rounding=ROUND_05UP, Emax=MAX_EMAX, Emin=MIN_EMIN, traps=_NEVER)
_ROUNDED = Context(prec=20_000, Emax=MAX_EMAX, Emin=MIN_EMIN, traps=_NEVER)
_NUMBER = r"-?[0-9]{1,40}+(?:\.[0-9]{1,60}+)?+(?:[eE][+-]?[0-9]{1,2}+)?+"
_EXCHANGE_NUMBER = re.compile(_NUMBER)
_EXCHANGE_NUMBERS = re.compile(rf"(?:{_NUMBER}\n)*+")
_EXCHANGE_NUMBER_CHARACTERS = 104
TYPED_NUMBER = re.compile(r"-?[0-9]{1,30}(\.[0-9]{1,20})?")
_IMPORTED_NUMBER = re.compile(r"-?[0-9]{1,40}(?:\.[0-9]{1,100})?(?:[eE][+-]?[0-9]{1,2})?")

ZERO = Decimal(0)
ONE = Decimal(1)


def exact() -> AbstractContextManager[Context]:
    """A context in which every result is exact: rounding, floats and special values raise.

    It has to be entered where the arithmetic is, since a context does not follow into other threads.
    """
    return localcontext(_EXACT)


def exchange_number(text: str) -> Decimal:
    """The number an exchange wrote, digit for digit.

    Raises ValueError for anything but plain or short-exponent ASCII digits (at most 104 characters,
    40 before the point, 60 after it, two of exponent): longer ones stall arithmetic further on.
    """
    if len(text) > _EXCHANGE_NUMBER_CHARACTERS or _EXCHANGE_NUMBER.fullmatch(text) is None:
        raise ValueError("not a number in the accepted form")
    return Decimal(text)


def exchange_numbers(texts: Sequence[str]) -> list[Decimal]:
    """As `exchange_number` of each text; one look at all of them together costs a third.

    Few of them that differ, as of what is locked, are made once each.
    """
    different = set(texts)
    if 2 * len(different) < len(texts):
        made = dict(zip(different, exchange_numbers([*different]), strict=True))
        return [made[text] for text in texts]
    lines = "\n".join((*texts, ""))
    if (
        _EXCHANGE_NUMBERS.fullmatch(lines) is None
        or lines.count("\n") != len(texts)
        or max(map(len, texts), default=0) > _EXCHANGE_NUMBER_CHARACTERS
    ):
        raise ValueError("not all are numbers in the accepted form")
    return list(map(Decimal, texts))


def imported_number(text: str) -> Decimal:
    """An amount in an imported history, at most 100 digits after the point.

    Raises ValueError for anything else.
    """
    number = Decimal(text) if _IMPORTED_NUMBER.fullmatch(text) else None
    if number is None or int(number.as_tuple().exponent) < -KEPT_WHOLE_PLACES:
        raise ValueError("not a decimal number with at most 100 digits after the point")
    return number


def typed_number(text: str) -> Decimal:
    """A number that a person asks by. Raises ValueError for anything but the form that TYPED_NUMBER has."""
    if TYPED_NUMBER.fullmatch(text) is None:
        raise ValueError("not a decimal number with at most 30 digits before the point and 20 after it")
    return Decimal(text)


def inverse_price(price: Decimal) -> Decimal:
    """1 / price, rounded half even to 60 significant digits (rounding place 1)."""
    return _INVERSES.divide(ONE, price)


def amount(numerator: Decimal, denominator: Decimal) -> Decimal:
    """numerator / denominator as an account's amount (rounding place 2, for BTC and for USD).

    A quotient that ends within 100 decimal places is kept whole; any other is rounded once, half even,
    at 44 places after the point. The denominator is positive.
    """
    context = _FRACTIONS.copy()
    context.prec = max(1, numerator.adjusted() - denominator.adjusted() + KEPT_WHOLE_PLACES + 2)
    quotient = context.divide(numerator, denominator)
    if not context.flags[Inexact]:
        quotient = _EXACT.normalize(quotient)
        if int(quotient.as_tuple().exponent) >= -KEPT_WHOLE_PLACES:
            return quotient
    return _to_places(quotient, AMOUNT_PLACES, ROUND_HALF_EVEN)


def between(first: Decimal, second: Decimal, elapsed: int, span: int) -> Decimal:
    """The value `elapsed` of `span` (same unit) on the way from first to second (rounding place 3).

    The exact fraction is rounded half even to 100 significant digits; equal ends are returned unchanged.
    """
    if first == second:
        return first
    weighted = _EXACT.fma(first, span - elapsed, _EXACT.multiply(second, elapsed))
    return _VALUES_AT.divide(weighted, span)


def display_rate(numerator: Decimal, denominator: Decimal) -> Decimal:
    """R, the price of one USD in the display currency, to 60 significant digits (rounding place 4)."""
    return _INVERSES.divide(numerator, denominator)


def percentage(part: Decimal, whole: Decimal, places: int = PERCENT_PLACES) -> Decimal:
    """part / whole × 100, half away from zero at `places` (rounding place 5); 0 if whole is not positive."""
    if whole <= 0:
        return ZERO
    quotient, remainder = _EXACT.divmod(_EXACT.scaleb(part, places + 2), whole)
    if _EXACT.add(remainder, remainder).copy_abs() >= whole:
        quotient = _EXACT.add(quotient, ONE.copy_sign(part))
    return _EXACT.scaleb(quotient or ZERO, -places)


def linked_percentage(links: Iterable[tuple[Decimal, Decimal]], places: int = PERCENT_PLACES) -> Decimal:
    """(Π part / whole − 1) × 100 as a percentage (rounding place 5); the wholes are positive.

    On the way each product and quotient is kept to 100 significant digits: whole, its digits would grow with
    the number of links.
    """
    growth = ONE
    for part, whole in links:
        growth = _VALUES_AT.divide(_VALUES_AT.multiply(growth, part), whole)
    return percentage(_EXACT.subtract(growth, ONE), ONE, places)


def without_binary_noise(number: Decimal) -> Decimal:
    """A number as it was before an exchange wrote it by way of a binary fraction (rounding place 6).

    Such a fraction of 64 bits keeps 15 significant digits of any number; those after them are its error:
    0.00033876 comes out as 0.00033875999999999996. So a number of more digits is rounded half even to 15.
    """
    return number if len(number.as_tuple().digits) <= BINARY_DIGITS else _BINARY.normalize(number)


def plain_text(value: Decimal) -> str:
    """Plain notation with at least one decimal, none beyond the last that counts, and no negative zero."""
    if not value:
        return "0.0"
    text = str(value)
    if "E" in text:
        text = format(value, "f")
    if "." not in text:
        return f"{text}.0"
    text = text.rstrip("0")
    return f"{text}0" if text.endswith(".") else text


def fixed_text(value: Decimal, places: int) -> str:
    """The value with so many places, half away from zero: for the eye, never calculated with."""
    return format(_to_places(value, places, ROUND_HALF_UP), "f")


def half_even_text(value: Decimal, places: int) -> str:
    """The same, half even, as pages show figures; never a negative zero."""
    return format(_to_places(value, places, ROUND_HALF_EVEN), "f")


def _to_places(value: Decimal, places: int, rounding: str) -> Decimal:
    """Rounded at `places` after the point; never a negative zero."""
    rounded = value.quantize(_EXACT.scaleb(ONE, -places), rounding, _ROUNDED)
    return rounded or rounded.copy_abs()
