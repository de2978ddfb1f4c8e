"""Figures in the unit that a page is looked at in; in USD where they are not known in it."""

from dataclasses import dataclass
from decimal import Decimal

from cambist.core.shares import Value
from cambist.core.summary import Point
from cambist.core.terms import Change, Figures, Profit


@dataclass(frozen=True, slots=True)
class Amounts:
    """What an account is worth and has gained, in one unit."""

    unit: str
    value: Decimal
    day: Change
    month: Change
    total: Change


def amounts(figures: Figures, unit: str) -> Amounts:
    known = unit_known(unit, figures.currency)
    value = {"BTC": figures.btc, "USD": figures.usd}.get(known, figures.display)
    return Amounts(
        known, value, *(_change(each, known) for each in (figures.day, figures.month, figures.total))
    )


def unit_known(unit: str, currency: str) -> str:
    """The unit, or USD where it is neither BTC nor what figures were displayed in."""
    return unit if unit in {"BTC", "USD", currency} else "USD"


def value_in(value: Value, unit: str) -> Decimal:
    """unit: as `unit_known` tells it."""
    return {"BTC": value.btc, "USD": value.usd}.get(unit, value.display)


def worth_in(point: Point, unit: str) -> Decimal:
    """A point's worth in BTC or USD: of other currencies a history of several accounts tells nothing."""
    return point.btc if unit == "BTC" else point.usd


def _change(profit: Profit, unit: str) -> Change:
    return {"BTC": profit.btc, "USD": profit.usd}.get(unit, profit.display)
