"""Bitstamp's answers: balances of an account, and its markets."""

from typing import Any

from tests.exchanges.recordings import Recorded


def balance(currency: str, total: str, available: str, reserved: str) -> dict[str, str]:
    return {"currency": currency, "total": total, "available": available, "reserved": reserved}


def market(base: str, counter: str, **changes: str) -> dict[str, Any]:
    return {
        "name": f"{base}/{counter}",
        "market_symbol": f"{base}{counter}".lower(),
        "base_currency": base,
        "base_decimals": 8,
        "counter_currency": counter,
        "counter_decimals": 2,
        "minimum_order_value": "10",
        "description": f"{base} / {counter}",
        "trading": "Enabled",
        "market_type": "SPOT",
        **changes,
    }


def ticker(pair: str, last: str, bid: str, ask: str) -> dict[str, Any]:
    return {"timestamp": "1686068944", "last": last, "bid": bid, "ask": ask, "pair": pair, "open": "1"}


BITSTAMP = Recorded(
    {
        "/account_balances/": [
            balance("btc", "0.75000000", "0.50000000", "0.25000000"),
            balance("usdt", "7.00000", "7.00000", "0.00000"),
            balance("eur", "0.00", "0.00", "0.00"),
        ],
        "/markets/": [
            market("BTC", "USD"),
            market("USDT", "USD"),
            market("XRP", "USD", trading="Disabled"),
            market("BTC", "USD", name="BTC/USD-PERP", market_type="PERPETUAL"),
        ],
        "/ticker/": [
            ticker("BTC/USD", "63722.1", "63722.0", "63722.3"),
            ticker("USDT/USD", "0.9991", "0.9990", "0.9992"),
            ticker("XRP/USD", "0.5", "0.4", "0.6"),
            ticker("BTC/USD-PERP", "63700", "63699", "63701"),
        ],
        "/open_orders/all/": [
            {"id": "1", "currency_pair": "BTC/USD"},
            {"id": "2", "currency_pair": "BTC/USD"},
        ],
        "/xrp_address/": {"address": "r-of-the-test", "destination_tag": 53965834},
    }
)
