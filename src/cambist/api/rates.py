"""The endpoints of market data: pairs, prices and limits; they need no key."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from cambist.actions.tell_rates import tell_pairs, tell_rates
from cambist.api.endpoint import Answered, Asked
from cambist.api.parameters import Parameter, optional_choice, required_text
from cambist.api.values import Values
from cambist.core.errors import InvalidInput
from cambist.core.listings import Limits, Rates
from cambist.core.money import plain_text
from cambist.core.prices import Pair

MARKET_CODE = required_text("market_code", "the market's code, as `market_list` tells it")
LIMIT_TYPE = optional_choice("limit_type", "whose limits: they are the same for both", ("bot", "smart_trade"))
_PAIR_TEXT = required_text("pair", "QUOTE_BASE, as `market_pairs` tells it")

_LIMITS = {
    "minPrice": "min_price",
    "maxPrice": "max_price",
    "priceStep": "price_step",
    "minLotSize": "min_amount",
    "maxLotSize": "max_amount",
    "lotStep": "amount_step",
    "maxMarketBuyAmount": "max_market_amount",
    "maxMarketSellAmount": "max_market_amount",
    "minMarketBuyAmount": "min_market_amount",
    "minMarketSellAmount": "min_market_amount",
    "bidMultiplierDown": "bid_down",
    "bidMultiplierUp": "bid_up",
    "askMultiplierDown": "ask_down",
    "askMultiplierUp": "ask_up",
    "minTotal": "min_total",
    "minMarketTotal": "min_market_total",
    "maxTotal": "max_total",
}


def _read_pair(values: Values) -> Pair:
    quote, _, base = _PAIR_TEXT.read(values).partition("_")
    if not quote or not base:
        raise InvalidInput({"pair": ["is invalid"]})
    return base, quote


PAIR: Parameter[Pair] = Parameter("pair", _read_pair, _PAIR_TEXT.schema, _PAIR_TEXT.about, required=True)


class PairPrices(msgspec.Struct, kw_only=True):
    """Decimal texts; null where nobody has traded, bids or asks."""

    last: str | None
    bid: str | None
    ask: str | None
    orderbook_ask: str | None
    orderbook_bid: str | None
    orderbook_last: str | None
    orderbook_price_currency: str
    strategy_name: str = "orderbook_price"
    contract_strategy_name: str = "orderbook_price"


class CurrencyRates(PairPrices, kw_only=True, rename="camel"):
    """And limits, decimal texts: lot sizes and amounts in the base, totals in the quote; absent: none."""

    instrument_kind: str = "spot"
    min_price: str | UnsetType = UNSET
    max_price: str | UnsetType = UNSET
    price_step: str | UnsetType = UNSET
    min_lot_size: str | UnsetType = UNSET
    max_lot_size: str | UnsetType = UNSET
    lot_step: str | UnsetType = UNSET
    max_market_buy_amount: str | UnsetType = UNSET
    max_market_sell_amount: str | UnsetType = UNSET
    min_market_buy_amount: str | UnsetType = UNSET
    min_market_sell_amount: str | UnsetType = UNSET
    bid_multiplier_down: str | UnsetType = UNSET
    bid_multiplier_up: str | UnsetType = UNSET
    ask_multiplier_down: str | UnsetType = UNSET
    ask_multiplier_up: str | UnsetType = UNSET
    min_total: str | UnsetType = UNSET
    min_market_total: str | UnsetType = UNSET
    max_total: str | UnsetType = UNSET


class LeverageBounds(msgspec.Struct, omit_defaults=True):
    min: str | None = None
    max: str | None = None


class LeverageKind(msgspec.Struct):
    """A kind of leverage; no spot market has one."""

    code: str
    name: str
    can_set_leverage_value: bool
    max_leverage: str | None
    available_leverage_values: list[str]
    valid: LeverageBounds


class CurrencyRatesWithLeverage(CurrencyRates, kw_only=True):
    leverage_data: list[LeverageKind] = msgspec.field(name="leverage_data")


async def market_pairs(asked: Asked) -> Answered[list[str]]:
    pairs = await tell_pairs(asked.outside, asked[MARKET_CODE])
    return Answered([f"{quote}_{base}" for base, quote in pairs])


async def currency_rates(asked: Asked) -> Answered[CurrencyRates]:
    return Answered(msgspec.convert(await _told(asked), CurrencyRates))


async def currency_rates_with_leverage(asked: Asked) -> Answered[CurrencyRatesWithLeverage]:
    """Of a spot market's pair: there are no kinds of leverage."""
    told = {**await _told(asked), "leverage_data": []}
    return Answered(msgspec.convert(told, CurrencyRatesWithLeverage))


async def _told(asked: Asked) -> dict[str, Any]:
    """What the wire format says of a pair, by its names."""
    market_code, (base, quote), _ = asked[MARKET_CODE], asked[PAIR], asked[LIMIT_TYPE]
    rates = await tell_rates(asked.outside, market_code, (base, quote))
    return {**_prices(quote, rates), **_limits(rates.limits)}


def _prices(quote: str, rates: Rates) -> dict[str, str | None]:
    last, bid, ask = (
        None if price is None else plain_text(price) for price in (rates.last, rates.bid, rates.ask)
    )
    return {
        "last": last,
        "bid": bid,
        "ask": ask,
        "orderbook_ask": ask,
        "orderbook_bid": bid,
        "orderbook_last": last,
        "orderbook_price_currency": quote,
    }


def _limits(limits: Limits) -> Mapping[str, str]:
    told: dict[str, Decimal | None] = {name: getattr(limits, field) for name, field in _LIMITS.items()}
    return {name: plain_text(limit) for name, limit in told.items() if limit is not None}
