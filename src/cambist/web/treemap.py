"""The treemap of what is held: area is value, colour is the price's change of a day where that is known."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from cambist.core.money import ZERO, exact
from cambist.core.shares import Holding, day_change
from cambist.web.drawing import Box, squarified
from cambist.web.figures import direction, money, percent

MOST_TILES = 24
# What a tile needs to name its asset, and its change beside.
_NAME_WIDTH, _NAME_HEIGHT, _CHANGE_HEIGHT, _LETTER = 36, 22, 40, 8.5
_GRADES = (Decimal(5), Decimal(2))


@dataclass(frozen=True, slots=True)
class Tile:
    """grade: of its colour, a class of CSS. name, change: empty where they do not fit; said: all of it."""

    box: Box
    grade: str
    name: str
    change: str
    said: str


def treemap(held: Sequence[Holding], width: int, height: int) -> Sequence[Tile]:
    """held: worth most first. What is owed or has no price has no area; the smallest are one tile."""
    worth = [(each, each.value.usd) for each in held if each.value is not None and each.value.usd > 0]
    shown, rest = (worth, []) if len(worth) <= MOST_TILES else (worth[:MOST_TILES], worth[MOST_TILES:])
    rows = [(usd, *_told(each, usd)) for each, usd in shown]
    if rest:
        with exact():
            usd = sum((usd for _, usd in rest), ZERO)
        name = f"{len(rest)} others"
        rows.append((usd, "others", name, "", f"{name}: {money(usd, 'USD').text}"))
    rows.sort(key=lambda row: row[0], reverse=True)
    boxes = squarified([float(usd) for usd, *_ in rows], width, height)
    return [_tile(box, *row[1:]) for box, row in zip(boxes, rows, strict=True)]


def _told(holding: Holding, usd: Decimal) -> tuple[str, str, str, str]:
    worth = f"{holding.asset}: {money(usd, 'USD').text}"
    change = day_change(holding)
    if change is None:
        return "unknown", holding.asset, "", f"{worth}, change of 24 hours unknown"
    shown = percent(change[1])
    return grade(change[1]), holding.asset, shown.text, f"{worth}, {shown.text} in 24 hours"


def grade(change: Decimal) -> str:
    """ "even", or "gain" or "loss" with how much of it: 1 to 3."""
    way = direction(change)
    return way if way == "even" else f"{way}-{3 - sum(abs(change) < each for each in _GRADES)}"


def _tile(box: Box, its_grade: str, name: str, change: str, said: str) -> Tile:
    needed = max(_NAME_WIDTH, 16 + _LETTER * len(name))
    fits = box.width >= needed and box.height >= _NAME_HEIGHT
    change_fits = fits and box.height >= _CHANGE_HEIGHT and box.width >= 16 + 7.2 * len(change)
    return Tile(box, its_grade, name if fits else "", change if change_fits else "", said)
