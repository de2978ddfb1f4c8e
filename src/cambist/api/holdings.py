"""The endpoints of what accounts hold: slices of a pie, rows of a table. JSON numbers are made here."""

from collections.abc import Sequence
from decimal import Decimal

import msgspec

from cambist.actions.show_holdings import Held, show_holdings, show_holdings_together
from cambist.api.endpoint import Answered, Asked
from cambist.api.entity import SUMMARY_ID, DisplayAmount, double
from cambist.core.assets import named
from cambist.core.money import fixed_text, percentage, plain_text
from cambist.core.shares import Holding, Value, day_change, whole

_SHARE_PLACES = 16


class Slice(msgspec.Struct):
    """One asset's share of what is worth something; y and percentage are the share in percent."""

    code: str
    coinmarketcapid: str | None
    name: str
    y: float
    percentage: float
    amount: float
    btc_value: str
    usd_value: str
    primary_display_currency: DisplayAmount
    account_id: int


class Row(msgspec.Struct):
    """One asset, in JSON numbers. null: not known, since there is no price, or none of a day before."""

    currency_code: str
    currency_name: str
    currency_icon: str
    currency_slug: str
    percentage: float | None
    position: float
    position_available: float
    position_type: float
    borrowed: float
    on_orders: float
    on_orders_with_leverage: float
    on_orders_long: float
    on_orders_short: float
    equity: float
    current_price: float | None
    current_price_usd: float | None
    day_change_percent: float | None
    day_change_percent_btc: float | None
    day_change_percent_usd: float | None
    btc_value: float | None
    usd_value: float | None
    available_long: float
    available_short: float
    available_with_leverage_long: float
    available_with_leverage_short: float
    account_id: int
    is_wallet: bool


async def pie(asked: Asked) -> Answered[list[Slice]]:
    held = await show_holdings(asked.outside, asked.caller, asked.account_id)
    return Answered(_slices(held, asked.account_id))


async def summary_pie(asked: Asked) -> Answered[list[Slice]]:
    return Answered(_slices(await show_holdings_together(asked.outside, asked.caller), SUMMARY_ID))


async def table(asked: Asked) -> Answered[list[Row]]:
    held = await show_holdings(asked.outside, asked.caller, asked.account_id, with_day_before=True)
    return Answered(_rows(held.holdings, asked.account_id, asked.served.public_url))


async def summary_table(asked: Asked) -> Answered[list[Row]]:
    held = await show_holdings_together(asked.outside, asked.caller, with_day_before=True)
    return Answered(_rows(held.holdings, SUMMARY_ID, asked.served.public_url))


def _slices(held: Held, account_id: int) -> list[Slice]:
    """What is owed, or worth nothing that is known, has no slice."""
    all_of_it = whole(held.holdings)
    return [
        _slice(each, each.value, all_of_it, held.currency, account_id)
        for each in held.holdings
        if each.value is not None and each.value.usd > 0
    ]


def _slice(holding: Holding, value: Value, all_of_it: Decimal, currency: str, account_id: int) -> Slice:
    known = named(holding.asset)
    share = double(percentage(value.usd, all_of_it))
    return Slice(
        code=holding.asset,
        coinmarketcapid=known.coinmarketcap_id,
        name=f"{known.name} ({holding.asset})",
        y=share,
        percentage=share,
        amount=double(holding.total),
        btc_value=fixed_text(value.btc, 8),
        usd_value=fixed_text(value.usd, 2),
        primary_display_currency=DisplayAmount(currency, plain_text(value.display)),
        account_id=account_id,
    )


def _rows(found: Sequence[Holding], account_id: int, public_url: str) -> list[Row]:
    all_of_it = whole(found)
    return [_row(each, all_of_it, account_id, public_url) for each in found]


def _row(holding: Holding, all_of_it: Decimal, account_id: int, public_url: str) -> Row:
    known, value, price = named(holding.asset), holding.value, holding.price
    btc_change, usd_change = day_change(holding) or (None, None)
    return Row(
        currency_code=holding.asset,
        currency_name=known.name,
        currency_icon=f"{public_url}/static/currencies/coin.svg",
        currency_slug=known.slug,
        percentage=None if value is None else double(percentage(value.usd, all_of_it, _SHARE_PLACES)),
        position=double(holding.total),
        position_available=double(holding.free),
        position_type=0.0,
        borrowed=double(holding.borrowed),
        on_orders=double(holding.locked),
        on_orders_with_leverage=0.0,
        on_orders_long=0.0,
        on_orders_short=0.0,
        equity=double(holding.total),
        current_price=None if price is None else double(price.btc),
        current_price_usd=None if price is None else double(price.usd),
        day_change_percent=_known(btc_change),
        day_change_percent_btc=_known(btc_change),
        day_change_percent_usd=_known(usd_change),
        btc_value=None if value is None else double(value.btc),
        usd_value=None if value is None else double(value.usd),
        available_long=0.0,
        available_short=0.0,
        available_with_leverage_long=0.0,
        available_with_leverage_short=0.0,
        account_id=account_id,
        is_wallet=False,
    )


def _known(amount: Decimal | None) -> float | None:
    return None if amount is None else double(amount)
