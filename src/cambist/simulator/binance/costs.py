"""What Binance's calls weigh, where that depends on what is asked for."""

from collections.abc import Callable, Mapping


def flat(weight: int) -> Callable[[Mapping[str, str]], int]:
    return lambda _: weight


def ticker_weight(one: int, every: int) -> Callable[[Mapping[str, str]], int]:
    return lambda params: one if "symbol" in params else every


def day_weight(params: Mapping[str, str]) -> int:
    if "symbol" in params:
        return 2
    count = params["symbols"].count(",") + 1 if "symbols" in params else 1000
    return next(weight for most, weight in ((20, 2), (100, 40), (count, 80)) if count <= most)
