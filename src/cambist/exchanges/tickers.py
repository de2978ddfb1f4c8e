"""Prices out of one bulk read, parsed when they are asked for."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from cambist.core.money import exact, exchange_number
from cambist.core.prices import Pair
from cambist.exchanges.dialect import Texts
from cambist.exchanges.guard import Unusable

_HALF = Decimal("0.5")


@dataclass(frozen=True, slots=True)
class Prices:
    """Usable prices of one bulk read, parsed when they are asked for.

    symbols: the exchange's symbol of each pair that trades. texts: what it says of a symbol: the last
    price, or bid and ask.
    """

    symbols: Mapping[Pair, str]
    texts: Texts

    def get(self, pair: Pair, /) -> Decimal | None:
        symbol = self.symbols.get(pair)
        texts = None if symbol is None else self.texts.get(symbol)
        return price_in(texts) if texts else None


class Ticker(NamedTuple):
    """What an exchange says of one pair; empty where it says nothing."""

    last: str
    bid: str
    ask: str

    def price(self, price: str) -> Decimal | None:
        """price: "last" or "mid". None where that is not usable."""
        return price_in((self.bid, self.ask) if price == "mid" else (self.last,))


def price_in(texts: tuple[str, ...]) -> Decimal | None:
    """The price in a last price, or in the middle of bid and ask, where these are usable."""
    parts = [usable_price(text) for text in texts]
    if len(parts) == 1:
        return parts[0]
    bid, ask = parts
    if bid is None or ask is None:
        return None
    with exact():
        return (bid + ask) * _HALF


def usable_price(text: str) -> Decimal | None:
    """The price an exchange wrote, if it is a number in the accepted form and positive."""
    try:
        price = exchange_number(text)
    except ValueError:
        return None
    return price if price > 0 else None


def by_symbol(rows: list[tuple[str, tuple[str, ...]]]) -> Texts:
    """The texts of each symbol. Raises Unusable where the exchange tells of one twice."""
    texts = dict(rows)
    if len(texts) != len(rows):
        raise Unusable("the answer has a pair twice")
    return texts
