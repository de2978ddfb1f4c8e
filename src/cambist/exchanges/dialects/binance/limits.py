"""What an order of a pair must keep to, out of the filters that Binance lists with it."""

from collections.abc import Mapping
from decimal import Decimal

import msgspec

from cambist.core.errors import ExchangeUnavailable
from cambist.core.listings import Limits
from cambist.exchanges.guard import Unusable, number, shaped


class _Filter(msgspec.Struct, rename="camel"):
    filter_type: str
    min_price: str | None = None
    max_price: str | None = None
    tick_size: str | None = None
    min_qty: str | None = None
    max_qty: str | None = None
    step_size: str | None = None
    min_notional: str | None = None
    max_notional: str | None = None
    apply_to_market: bool = False
    apply_min_to_market: bool = False
    multiplier_up: str | None = None
    multiplier_down: str | None = None
    bid_multiplier_up: str | None = None
    bid_multiplier_down: str | None = None
    ask_multiplier_up: str | None = None
    ask_multiplier_down: str | None = None


_NONE = _Filter("")
_filters = msgspec.json.Decoder(list[_Filter])


def limits_in(filters: bytes) -> Limits:
    """The limits in the JSON of a symbol's filters; a limit written as zero is none. Raises LoadFailed."""
    try:
        return _limits({each.filter_type: each for each in shaped(_filters, filters, "filters")})
    except Unusable as wrong:
        raise ExchangeUnavailable(f"The exchange's answer cannot be used: {wrong}.") from wrong


def _limits(told: Mapping[str, _Filter]) -> Limits:
    price, lot = told.get("PRICE_FILTER", _NONE), told.get("LOT_SIZE", _NONE)
    market_lot = told.get("MARKET_LOT_SIZE", _NONE)
    total = told.get("NOTIONAL") or told.get("MIN_NOTIONAL", _NONE)
    both, sides = told.get("PERCENT_PRICE", _NONE), told.get("PERCENT_PRICE_BY_SIDE", _NONE)
    min_total = _limit(total.min_notional)
    return Limits(
        min_price=_limit(price.min_price),
        max_price=_limit(price.max_price),
        price_step=_limit(price.tick_size),
        min_amount=_limit(lot.min_qty),
        max_amount=_limit(lot.max_qty),
        amount_step=_limit(lot.step_size),
        min_market_amount=_limit(market_lot.min_qty),
        max_market_amount=_limit(market_lot.max_qty),
        min_total=min_total,
        min_market_total=min_total if total.apply_min_to_market or total.apply_to_market else None,
        max_total=_limit(total.max_notional),
        bid_down=_limit(sides.bid_multiplier_down or both.multiplier_down),
        bid_up=_limit(sides.bid_multiplier_up or both.multiplier_up),
        ask_down=_limit(sides.ask_multiplier_down or both.multiplier_down),
        ask_up=_limit(sides.ask_multiplier_up or both.multiplier_up),
    )


def _limit(text: str | None) -> Decimal | None:
    return (number(text) or None) if text is not None else None
