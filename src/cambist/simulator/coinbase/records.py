"""What Coinbase tells beside balances: what a key may do, portfolios, fees paid, open orders."""

from collections.abc import Mapping, Sequence
from typing import Any

from cambist.simulator.coinbase.checks import Refusal
from cambist.simulator.scenario import Key, Order

_ORDERS_PAGE = 100
Row = dict[str, Any]


def key_permissions(key: Key, portfolio: str) -> Row:
    return {
        "can_view": "read" in key.permissions,
        "can_trade": "trade" in key.permissions,
        "can_transfer": "withdraw" in key.permissions,
        "portfolio_uuid": portfolio,
        "portfolio_type": "DEFAULT",
        "can_receive": False,
    }


def portfolios(portfolio: str) -> Row:
    return {"portfolios": [{"name": "Default", "uuid": portfolio, "type": "DEFAULT", "deleted": False}]}


def transaction_summary() -> Row:
    return {
        "total_volume": 0,
        "total_fees": 0,
        "fee_tier": {"pricing_tier": "", "taker_fee_rate": "0.012", "maker_fee_rate": "0.006"},
        "margin_rate": None,
        "goods_and_services_tax": None,
        "advanced_trade_only_volume": 0,
        "advanced_trade_only_fees": 0,
        "coinbase_pro_volume": 0,
        "coinbase_pro_fees": 0,
        "total_balance": "",
        "has_promo_fee": False,
    }


def open_orders(
    orders: Sequence[Order], product_ids: Mapping[str, str], params: Mapping[str, str], portfolio: str
) -> Row:
    """A page of the orders, numbered as the scenario lists them; all of them are open."""
    limit, cursor = params.get("limit", str(_ORDERS_PAGE)), params.get("cursor", "0")
    if not limit.isdecimal() or not int(limit) or not cursor.isdecimal():
        raise Refusal(400, "INVALID_ARGUMENT", "limit or cursor is invalid")
    is_wanted = params.get("order_status", "OPEN") == "OPEN"
    rows = [
        _order(number, order, product_ids[order.symbol], portfolio)
        for number, order in enumerate(orders, start=1)
        if is_wanted
    ]
    start, end = int(cursor), int(cursor) + int(limit)
    has_next = end < len(rows)
    return {
        "orders": rows[start:end],
        "sequence": "0",
        "has_next": has_next,
        "cursor": str(end) if has_next else "",
    }


def _order(number: int, order: Order, product_id: str, portfolio: str) -> Row:
    return {
        "order_id": f"order-{number}",
        "product_id": product_id,
        "user_id": "simulated",
        "order_configuration": {
            "limit_limit_gtc": {
                "base_size": order.quantity,
                "limit_price": order.price,
                "post_only": False,
            }
        },
        "side": order.side.upper(),
        "client_order_id": "",
        "status": "OPEN",
        "time_in_force": "GOOD_UNTIL_CANCELLED",
        "created_time": order.time,
        "completion_percentage": "0",
        "filled_size": "0",
        "average_filled_price": "0",
        "number_of_fills": "0",
        "filled_value": "0",
        "total_fees": "0",
        "order_type": "LIMIT",
        "product_type": "SPOT",
        "retail_portfolio_id": portfolio,
    }
