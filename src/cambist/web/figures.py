"""How figures are shown: rounded half even for the eye, exact in the title and where they are copied."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from cambist.core.money import half_even_text, plain_text

MINUS = "\N{MINUS SIGN}"
_PLACES = {"BTC": 8, "ETH": 8}
_SYMBOLS = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥"}
_MOST_DECIMALS = 8
_DIGITS_OF_PRICE, _MOST_OF_PRICE = 5, 18


@dataclass(frozen=True, slots=True)
class Shown:
    """A figure in the pieces that a page sets apart.

    sign: "", "+" or the minus sign. before, after: the unit, on the side where it stands. decimals: with
    the point, thin on the page. exact: all digits, as copied.
    """

    sign: str
    before: str
    whole: str
    decimals: str
    after: str
    exact: str

    @property
    def text(self) -> str:
        return f"{self.sign}{self.before}{self.whole}{self.decimals}{self.after}"


def places_of(unit: str) -> int:
    """How many places an amount of a currency is shown with: two, of BTC and ETH eight."""
    return _PLACES.get(unit, 2)


def money(value: Decimal, unit: str, *, signed: bool = False) -> Shown:
    """An amount of a currency, in its places. signed: a gain carries its plus."""
    return _shown(value, places_of(unit), unit, signed)


def units(value: Decimal, asset: str = "") -> Shown:
    """So many of an asset: as many digits as it has, eight decimals at most."""
    places = min(_MOST_DECIMALS, max(0, -int(value.normalize().as_tuple().exponent)))
    return _shown(value, places, asset, signed=False)


def price(value: Decimal, unit: str) -> Shown:
    """A price of one unit: so many places as an amount has, more where it would not show five digits else."""
    least = places_of(unit)
    needed = _DIGITS_OF_PRICE - 1 - value.adjusted() if value else 0
    places = min(_MOST_OF_PRICE, max(least, needed))
    ended = Decimal(half_even_text(value, places)).normalize().as_tuple().exponent
    return _shown(value, max(least, -int(ended)), unit, signed=False)


def percent(value: Decimal, *, signed: bool = True) -> Shown:
    """A percentage, two places."""
    shown = _shown(value, 2, "", signed)
    return Shown(shown.sign, "", shown.whole, shown.decimals, "\N{NARROW NO-BREAK SPACE}%", shown.exact)


def direction(value: Decimal, places: int = 2) -> str:
    """ "gain", "loss" or "even", by what is shown: no triangle stands beside a zero."""
    text = half_even_text(value, places)
    if text.strip("-0.") == "":
        return "even"
    return "loss" if text.startswith("-") else "gain"


def age(at: datetime, now: datetime) -> str:
    """How long ago, in one unit: "just now", "4 min ago", "3 h ago", "12 days ago"."""
    passed = max(now - at, timedelta(0))
    for unit, name in ((timedelta(days=1), "days"), (timedelta(hours=1), "h"), (timedelta(minutes=1), "min")):
        count = passed // unit
        if count:
            return f"{count} {'day' if (count, name) == (1, 'days') else name} ago"
    return "just now"


def _shown(value: Decimal, places: int, unit: str, signed: bool) -> Shown:
    text = half_even_text(value, places)
    digits = text.lstrip("-")
    whole, _, decimals = digits.partition(".")
    is_zero = digits.strip("0.") == ""
    sign = "" if is_zero else MINUS if text.startswith("-") else "+" if signed else ""
    symbol = _SYMBOLS.get(unit, "")
    after = "" if symbol or not unit else f"\N{NO-BREAK SPACE}{unit}"
    return Shown(
        sign, symbol, f"{int(whole):,}", f".{decimals}" if decimals else "", after, plain_text(value)
    )
