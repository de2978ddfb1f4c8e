"""Tell a market's pairs, and one pair's prices and limits, to anybody who asks."""

from collections.abc import Collection

from cambist.actions.ports import Outside
from cambist.core.errors import InvalidInput
from cambist.core.listings import Rates
from cambist.core.prices import Pair
from cambist.core.terms import Market


async def tell_pairs(outside: Outside, market_code: str) -> Collection[Pair]:
    """The pairs that trade at a market of the catalogue. Raises InvalidInput, LoadFailed."""
    return await outside.inquiries.pairs(_market(outside, market_code))


async def tell_rates(outside: Outside, market_code: str, pair: Pair) -> Rates:
    """A pair's prices and limits. Raises InvalidInput, also for a pair that does not trade; LoadFailed."""
    rates = await outside.inquiries.rates(_market(outside, market_code), pair)
    if rates is None:
        raise InvalidInput({"pair": ["does not have a valid value"]})
    return rates


def _market(outside: Outside, code: str) -> Market:
    """Of the catalogue only: who asks has no key, and must not make us read a hundred exchanges' lists."""
    for market in outside.exchanges.markets():
        if market.code == code:
            return market
    raise InvalidInput({"market_code": ["does not have a valid value"]})
