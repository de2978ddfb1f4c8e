"""Figures and changes as HTML. By hand, not by a template: a page has a thousand of them."""

from decimal import Decimal
from html import escape

from cambist.web.figures import Shown, direction, money, percent, places_of


class Html(str):
    """Text that is HTML already."""

    __slots__ = ()

    def __html__(self) -> str:
        return self


def figure(shown: Shown) -> Html:
    """A figure, its exact digits in value and title."""
    unit = shown.after or (f" {shown.before}" if shown.before else "")
    before, after = escape(shown.before), escape(shown.after)
    return Html(
        f'<data class="figure" value="{shown.exact}" title="{shown.exact}{escape(unit)}">{shown.sign}{before}'
        f'{shown.whole}<span class="thin">{shown.decimals}</span>{after}</data>'
    )


def change(amount: Decimal, unit: str, share: Decimal | None = None) -> Html:
    """A gain or loss: triangle, sign, amount; never colour alone. share: of what it was, in percent."""
    beside = "" if share is None else f' <span class="share">{figure(percent(share))}</span>'
    shown = money(amount, unit, signed=True)
    return Html(_with_way(direction(amount, places_of(unit)), f"{figure(shown)}{beside}"))


def change_of_price(share: Decimal) -> Html:
    """The same, of a price: its percentage alone."""
    return Html(_with_way(direction(share), figure(percent(share))))


def _with_way(way: str, said: str) -> str:
    sign = {"gain": "▲", "loss": "▼"}.get(way)
    triangle = f'<span aria-hidden="true">{sign}</span>' if sign else ""
    return f'<span class="change {way}">{triangle}{said}</span>'
