"""A Kraken pair list and its tickers, worked out from a scenario's prices in text."""

from collections.abc import Iterable
from typing import Any

from cambist.simulator.kraken.codes import code_of, pair_key, short_code
from cambist.simulator.pairs import Pair, Units

Row = dict[str, Any]


def asset_pairs(pairs: Iterable[Pair]) -> dict[str, Row]:
    return {pair_key(pair.base, pair.quote): _pair_row(pair) for pair in pairs}


def keys_by_name(pairs: Iterable[Pair]) -> dict[str, str]:
    """The key of each pair, by the names that it may be asked for by."""
    keys = {_altname(pair): pair_key(pair.base, pair.quote) for pair in pairs}
    return keys | {key: key for key in keys.values()}


def tickers(pairs: Iterable[Pair]) -> dict[str, Row]:
    """Of the pairs that have a price."""
    return {pair_key(pair.base, pair.quote): _ticker_row(pair.price) for pair in pairs if pair.price}


def prices(pairs: Iterable[Pair]) -> dict[str, str]:
    """By their keys."""
    return {pair_key(pair.base, pair.quote): pair.price for pair in pairs if pair.price}


def candles(price: str, since: int, now: int) -> list[list[Any]]:
    """Those that began after `since`, in seconds; the current one always."""
    newest = now // 60 * 60
    began = range(newest - 719 * 60, newest + 1, 60)
    return [
        [at, price, price, price, price, price, "1.00000000", 10]
        for at in began
        if at > since or at == newest
    ]


def assets(codes: Iterable[str]) -> dict[str, Row]:
    return {
        code_of(asset): {
            "aclass": "currency",
            "altname": short_code(asset),
            "decimals": 10,
            "display_decimals": 5,
            "status": "enabled",
        }
        for asset in codes
    }


def _altname(pair: Pair) -> str:
    return short_code(pair.base) + short_code(pair.quote)


def _pair_row(pair: Pair) -> Row:
    decimals = Units.of(pair.price or "0.01").digits
    return {
        "altname": _altname(pair),
        "wsname": f"{short_code(pair.base)}/{short_code(pair.quote)}",
        "aclass_base": "currency",
        "base": code_of(pair.base),
        "aclass_quote": "currency",
        "quote": code_of(pair.quote),
        "lot": "unit",
        "cost_decimals": 5,
        "pair_decimals": decimals,
        "lot_decimals": 8,
        "lot_multiplier": 1,
        "leverage_buy": [],
        "leverage_sell": [],
        "fees": [[0, 0.4], [10000, 0.35]],
        "fees_maker": [[0, 0.25], [10000, 0.2]],
        "fee_volume_currency": "ZUSD",
        "margin_call": 80,
        "margin_stop": 40,
        "ordermin": "0.00005",
        "costmin": "0.5",
        "tick_size": str(Units(1, decimals)),
        "status": "cancel_only" if pair.halted else "online",
    }


def _ticker_row(price: str) -> Row:
    """Bid and ask one tick around the price, so that their middle is the price to the digit."""
    units = Units.of(price)
    tick = 1 if units.count else 0
    return {
        "a": [str(units.plus(tick)), "1", "1.000"],
        "b": [str(units.plus(-tick)), "1", "1.000"],
        "c": [price, "0.00731000"],
        "v": ["100.00000000", "1000.00000000"],
        "p": [price, price],
        "t": [100, 1000],
        "l": [price, price],
        "h": [price, price],
        "o": price,
    }
