"""Coinbase's products and their tickers, worked out from a scenario's prices in text."""

from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from cambist.core.money import inverse_price
from cambist.simulator.pairs import Pair, Units

FIAT = frozenset({"USD", "EUR", "GBP", "TRY", "BRL", "JPY"})
Row = dict[str, Any]


def product(pair: Pair) -> Row:
    """One never traded has an empty price."""
    tick = str(Units(1, Units.of(pair.price or "0.01").digits))
    name = f"{pair.base}-{pair.quote}"
    return {
        "product_id": name,
        "price": pair.price or "",
        "price_percentage_change_24h": "1.25",
        "volume_24h": "1000",
        "volume_percentage_change_24h": "-2.5",
        "base_increment": "0.00000001",
        "quote_increment": tick,
        "quote_min_size": "1",
        "quote_max_size": "150000000",
        "base_min_size": "0.00000001",
        "base_max_size": "3400",
        "base_name": pair.base,
        "quote_name": pair.quote,
        "watched": False,
        "is_disabled": pair.halted,
        "new": False,
        "status": "online",
        "cancel_only": False,
        "limit_only": False,
        "post_only": False,
        "trading_disabled": pair.halted,
        "auction_mode": False,
        "product_type": "SPOT",
        "quote_currency_id": pair.quote,
        "base_currency_id": pair.base,
        "fcm_trading_session_details": None,
        "mid_market_price": "",
        "alias": "",
        "alias_to": [],
        "base_display_symbol": pair.base,
        "quote_display_symbol": pair.quote,
        "view_only": False,
        "price_increment": tick,
        "display_name": name,
        "product_venue": "CBE",
        "approximate_quote_24h_volume": "1000",
    }


def ticker(pair: Pair, most: int, at: datetime) -> Row:
    """The last trades, of which one is played; bid and ask one tick around it."""
    if pair.price is None:
        return {"trades": [], "best_bid": "", "best_ask": ""}
    units = Units.of(pair.price)
    tick = 1 if units.count else 0
    trade = {
        "trade_id": "518078013",
        "product_id": f"{pair.base}-{pair.quote}",
        "price": pair.price,
        "size": "0.00659179",
        "time": at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "side": "BUY",
        "exchange": "CBE",
    }
    return {
        "trades": [trade][:most],
        "best_bid": str(units.plus(-tick)),
        "best_ask": str(units.plus(tick)),
    }


def fiat(code: str) -> Row:
    return {"id": code, "name": code, "min_size": "0.01"}


def crypto(code: str) -> Row:
    return {
        "asset_id": f"simulated-{code}",
        "code": code,
        "name": code,
        "color": "#0433FF",
        "sort_index": 100,
        "exponent": 8,
        "type": "crypto",
        "address_regex": "^.+$",
    }


def rates(pairs: Iterable[Pair]) -> dict[str, str]:
    """How much of an asset a dollar is, of those that are sold for dollars."""
    dollars = (pair for pair in pairs if pair.quote == "USD" and pair.price and Decimal(pair.price))
    found = {pair.base: format(inverse_price(Decimal(pair.price or "")), "f") for pair in dollars}
    return {"USD": "1.0", **found}
