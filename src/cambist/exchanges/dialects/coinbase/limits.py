"""What an order of a pair must keep to, out of what Coinbase lists with it."""

from decimal import Decimal

import msgspec

from cambist.core.errors import ExchangeUnavailable
from cambist.core.listings import Limits
from cambist.exchanges.guard import Unusable, number, shaped


class Filters(msgspec.Struct):
    """As they stand in a product."""

    price_increment: str = ""
    base_increment: str = ""
    base_min_size: str = ""
    base_max_size: str = ""
    quote_min_size: str = ""
    quote_max_size: str = ""


_filters = msgspec.json.Decoder(Filters)


def limits_in(filters: bytes) -> Limits:
    """The limits in a product's filters; zero is none. Raises LoadFailed."""
    try:
        told = shaped(_filters, filters, "filters")
        return Limits(
            price_step=_limit(told.price_increment),
            min_amount=_limit(told.base_min_size),
            max_amount=_limit(told.base_max_size),
            amount_step=_limit(told.base_increment),
            min_total=_limit(told.quote_min_size),
            max_total=_limit(told.quote_max_size),
        )
    except Unusable as wrong:
        raise ExchangeUnavailable(f"The exchange's answer cannot be used: {wrong}.") from wrong


def _limit(text: str) -> Decimal | None:
    return (number(text) or None) if text else None
