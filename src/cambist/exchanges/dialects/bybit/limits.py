"""What an order of a pair must keep to, out of what Bybit lists with it."""

from decimal import Decimal

import msgspec

from cambist.core.errors import ExchangeUnavailable
from cambist.core.listings import Limits
from cambist.exchanges.guard import Unusable, number, shaped


class _Lot(msgspec.Struct, rename="camel"):
    base_precision: str | None = None
    min_order_qty: str | None = None
    max_order_qty: str | None = None
    max_limit_order_qty: str | None = None
    max_market_order_qty: str | None = None
    min_order_amt: str | None = None
    max_order_amt: str | None = None


class _Price(msgspec.Struct, rename="camel"):
    tick_size: str | None = None


_filters = msgspec.json.Decoder(tuple[_Lot, _Price])


def limits_in(filters: bytes) -> Limits:
    """The limits in the JSON of a pair's lot size and price filters; zero is none. Raises LoadFailed."""
    try:
        lot, price = shaped(_filters, filters, "filters")
        return Limits(
            price_step=_limit(price.tick_size),
            min_amount=_limit(lot.min_order_qty),
            max_amount=_limit(lot.max_limit_order_qty or lot.max_order_qty),
            amount_step=_limit(lot.base_precision),
            max_market_amount=_limit(lot.max_market_order_qty),
            min_total=_limit(lot.min_order_amt),
            min_market_total=_limit(lot.min_order_amt),
            max_total=_limit(lot.max_order_amt),
        )
    except Unusable as wrong:
        raise ExchangeUnavailable(f"The exchange's answer cannot be used: {wrong}.") from wrong


def _limit(text: str | None) -> Decimal | None:
    return (number(text) or None) if text else None
