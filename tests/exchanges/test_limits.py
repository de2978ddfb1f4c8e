"""What an order must keep to, out of an exchange's filters: nothing invented, nothing unreadable believed."""

import json
from collections.abc import Mapping
from decimal import Decimal

import pytest

from cambist.core.errors import ExchangeUnavailable
from cambist.core.listings import Limits
from cambist.exchanges.dialects.binance.limits import limits_in


def of(*filters: Mapping[str, object]) -> Limits:
    return limits_in(json.dumps(filters).encode())


def test_without_filters_there_are_no_limits() -> None:
    assert of() == of({"filterType": "ICEBERG_PARTS", "limit": 100}) == Limits()


def test_a_limit_of_zero_is_none() -> None:
    lot = {"filterType": "LOT_SIZE", "minQty": "0.00000000", "maxQty": "9.0", "stepSize": "0"}
    assert of(lot) == Limits(max_amount=Decimal("9.0"))


def test_a_least_total_counts_for_market_orders_where_the_exchange_says_so() -> None:
    five = Decimal(5)
    older = {"filterType": "MIN_NOTIONAL", "minNotional": "5"}
    newer = {"filterType": "NOTIONAL", "minNotional": "5"}
    for without in (older, newer):
        assert of(without) == Limits(min_total=five)
    assert of({**older, "applyToMarket": True}) == Limits(min_total=five, min_market_total=five)
    assert of({**newer, "applyMinToMarket": True}) == Limits(min_total=five, min_market_total=five)


def test_bounds_of_both_sides_count_where_there_are_none_of_each() -> None:
    both = of({"filterType": "PERCENT_PRICE", "multiplierUp": "5", "multiplierDown": "0.2"})
    up, down = Decimal(5), Decimal("0.2")
    assert both == Limits(bid_up=up, bid_down=down, ask_up=up, ask_down=down)


@pytest.mark.parametrize(
    "filters",
    [
        b"",
        b"{}",
        b'[{"minQty": "1"}]',
        b'[{"filterType": "LOT_SIZE", "minQty": 0.1}]',
        b'[{"filterType": "LOT_SIZE", "minQty": "1e999"}]',
        b'[{"filterType": "LOT_SIZE", "minQty": "NaN"}]',
    ],
)
def test_filters_that_cannot_be_read_are_no_limits_to_believe(filters: bytes) -> None:
    with pytest.raises(ExchangeUnavailable):
        limits_in(filters)
