"""What figures must be, worked out another way: fractions of whole numbers, no decimal context anywhere."""

from decimal import Decimal
from fractions import Fraction

from hypothesis import strategies as st

DIGITS = frozenset("0123456789")


def half_even(value: Fraction, places: int) -> Fraction:
    """Rounded at `places` after the point; Python rounds a Fraction half even."""
    return Fraction(round(value * 10**places), 10**places)


def half_away(value: Fraction, places: int) -> Fraction:
    """Rounded at `places` after the point, halves away from zero."""
    scaled = abs(value) * 10**places
    whole = (2 * scaled + 1) // 2
    return Fraction(whole if value >= 0 else -whole, 10**places)


def significant(value: Fraction, digits: int) -> Fraction:
    """Rounded half even to `digits` significant digits."""
    if value == 0:
        return value
    size = abs(value)
    places = digits - (len(str(size.numerator)) - len(str(size.denominator))) - 2
    while size * Fraction(10) ** places < 10 ** (digits - 1):
        places += 1
    return Fraction(round(value * Fraction(10) ** places)) / Fraction(10) ** places


def as_amount(value: Fraction) -> Fraction:
    """An account's amount: whole where it ends within 100 places, else half even at 44."""
    return value if (value * 10**100).denominator == 1 else half_even(value, 44)


def number_in(text: str, decimals: int) -> Fraction | None:
    """What `-?digits(.digits)?(e[+-]?digits)?` says, 1 to 40 digits before the point, 2 of exponent."""
    mantissa, mark, exponent = text.replace("E", "e").partition("e")
    whole, point, part = mantissa.removeprefix("-").partition(".")
    power = exponent[1:] if exponent[:1] in ("+", "-") else exponent
    if not (_all_digits(whole, 40) and (_all_digits(part, decimals) if point else True)):
        return None
    if mark and not _all_digits(power, 2):
        return None
    value = Fraction(int(whole + part), 10 ** len(part)) * Fraction(10) ** int(exponent or 0)
    return -value if mantissa.startswith("-") else value


def _all_digits(text: str, most: int) -> bool:
    return 1 <= len(text) <= most and set(text) <= DIGITS


def decimals(least: int, most: int, places: int) -> st.SearchStrategy[Decimal]:
    """Decimals n·10^-e, least ≤ n ≤ most, 0 ≤ e ≤ places, made from text so that no context has a say."""
    return st.builds(lambda n, e: Decimal(f"{n}E-{e}"), st.integers(least, most), st.integers(0, places))


def positive(places: int = 30) -> st.SearchStrategy[Decimal]:
    return decimals(1, 10**25, places)


def signed(places: int = 30) -> st.SearchStrategy[Decimal]:
    return decimals(-(10**25), 10**25, places)
