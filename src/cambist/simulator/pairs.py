"""The pairs that a scenario lists, and arithmetic on their prices in whole numbers and text."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product

from cambist.simulator.scenario import Scenario, split_symbol

_COINED_QUOTES = ("USDT", "BTC", "USDC", "ETH", "BNB", "EUR")
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True, slots=True)
class Pair:
    """A pair of the market; without a price it is listed but has no ticker."""

    symbol: str
    base: str
    quote: str
    price: str | None
    halted: bool = False


@dataclass(frozen=True, slots=True)
class Units:
    """A decimal text as a whole number of its last digit's units."""

    count: int
    digits: int

    @classmethod
    def of(cls, text: str) -> "Units":
        whole, _, fraction = text.partition(".")
        return cls(int(whole + fraction), len(fraction))

    def __str__(self) -> str:
        text = str(self.count).rjust(self.digits + 1, "0")
        return f"{text[: -self.digits]}.{text[-self.digits :]}" if self.digits else text

    def plus(self, count: int) -> "Units":
        return Units(max(self.count + count, 0), self.digits)

    def times(self, factor: int) -> "Units":
        return Units(self.count * factor, self.digits)

    def by(self, other: "Units") -> "Units":
        return Units(self.count * other.count, self.digits + other.digits)


def listed(scenario: Scenario) -> Mapping[str, Pair]:
    """By symbol: those with prices, those halted, and as many that exist nowhere as the scenario asks for."""
    halted, assets = set(scenario.halted), scenario.assets()
    pairs = {
        symbol: Pair(symbol, *split_symbol(symbol, assets), scenario.prices.get(symbol), symbol in halted)
        for symbol in (*scenario.prices, *scenario.halted)
    }
    for pair in _coined_pairs(assets):
        if len(pairs) >= scenario.symbols:
            break
        pairs.setdefault(pair.symbol, pair)
    return pairs


def _coined_pairs(held: Iterable[str]) -> Iterator[Pair]:
    """Pairs of assets that exist nowhere, so that no held asset gains a price by them; always the same."""
    held = set(held)
    bases = ("Q" + "".join(letters) for letters in product(_LETTERS, repeat=3))
    pairs = ((base, quote) for base in bases if base not in held for quote in _COINED_QUOTES)
    for number, (base, quote) in enumerate(pairs):
        price = Units(number * 7919 % 99_999_989 + 1, 4 if quote in ("USDT", "USDC", "EUR") else 8)
        yield Pair(base + quote, base, quote, str(price))
