"""Figures on a page, held against the exact ones: those it keeps of them, and those that the API tells."""

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from typing import Any

from playwright.async_api import Page

# Sign, symbol, digits, and after a space that breaks no line the unit.
_NUMBER = re.compile(r"([+\u2212]?)[$€£¥]?([\d,]+(?:\.\d+)?)(?:[\u00a0\u202f].+)?")


@dataclass(frozen=True, slots=True)
class Figure:
    """value: its digits as copied. text: as shown."""

    value: str
    title: str
    text: str

    @property
    def exact(self) -> Decimal:
        return Decimal(self.value)

    @property
    def is_told_rightly(self) -> bool:
        """Whether the text is the exact value, rounded half even to as many places as it has."""
        found = _NUMBER.fullmatch(self.text)
        if found is None or not self.title.startswith(self.value):
            return False
        sign, digits = found.groups()
        shown = Decimal(digits.replace(",", "")) * (-1 if sign == "\N{MINUS SIGN}" else 1)
        with localcontext(prec=1000):
            return shown == self.exact.quantize(Decimal(1).scaleb(shown.as_tuple().exponent), ROUND_HALF_EVEN)  # type: ignore[arg-type]


async def figures(page: Page, within: str = "body") -> list[Figure]:
    """All figures of a part of the page."""
    script = "all => all.map(each => [each.getAttribute('value'), each.title, each.textContent])"
    found: list[list[str]] = await page.eval_on_selector_all(f"{within} data.figure", script)
    return [Figure(*each) for each in found]


async def wrongly_rounded(page: Page) -> list[Figure]:
    return [each for each in await figures(page) if not each.is_told_rightly]


def numbers(told: Any) -> set[Decimal]:
    """Every number of an answer of the API, wherever in it."""
    if isinstance(told, dict):
        return {each for value in told.values() for each in numbers(value)}
    if isinstance(told, list):
        return {each for value in told for each in numbers(value)}
    try:
        return {Decimal(str(told))}
    except ArithmeticError:
        return set()
