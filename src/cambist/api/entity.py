"""The Account as the wire format writes it: 61 keys, their order, types and text forms.

The golden answer is the contract. Floats are made here and nowhere else: the three "total" profits, which
the format gives as the shortest text or number of a double.
"""

from datetime import datetime
from decimal import Decimal

import msgspec

from cambist.core.money import plain_text
from cambist.core.terms import Account, Capabilities, KeyState, Market

AUTO_BALANCE_PERIOD = 12
SUMMARY_ID = 0


class DisplayAmount(msgspec.Struct):
    """An amount in the display currency, exact text."""

    currency: str
    amount: str


class DisplayNumber(msgspec.Struct):
    """An amount in the display currency as a JSON number."""

    currency: str
    amount: float


class AccountEntity(msgspec.Struct):
    """The Account of the wire format, in the order of its keys."""

    id: int
    auto_balance_period: int
    auto_balance_portfolio_id: None
    auto_balance_currency_change_limit: None
    autobalance_enabled: bool
    hedge_mode_available: bool
    hedge_mode_enabled: bool
    is_locked: bool
    smart_trading_supported: bool
    smart_selling_supported: bool
    available_for_trading: dict[str, str]
    stats_supported: bool
    trading_supported: bool
    market_buy_supported: bool
    market_sell_supported: bool
    conditional_buy_supported: bool
    bots_allowed: bool
    bots_ttp_allowed: bool
    bots_tsl_allowed: bool
    gordon_bots_available: bool
    multi_bots_allowed: bool
    created_at: str
    updated_at: str
    last_auto_balance: None
    fast_convert_available: bool
    grid_bots_allowed: bool
    api_key_invalid: bool
    market_icon: str
    deposit_enabled: bool
    include_in_summary: bool
    supported_market_types: tuple[str, ...]
    primary_display_currency_profit_percentage: DisplayAmount
    primary_display_currency_profit: DisplayAmount
    day_profit_primary_display_currency_percentage: DisplayAmount
    day_profit_primary_display_currency: DisplayAmount
    primary_display_currency_amount: DisplayAmount
    total_primary_display_currency_profit: DisplayNumber
    available_include_in_summary: bool
    api_key: str
    name: str
    auto_balance_method: None
    auto_balance_error: None
    customer_id: str | None
    subaccount_name: None
    lock_reason: str | None
    btc_amount: str
    usd_amount: str
    day_profit_btc: str
    day_profit_usd: str
    day_profit_btc_percentage: str
    day_profit_usd_percentage: str
    btc_profit: str
    usd_profit: str
    usd_profit_percentage: str
    btc_profit_percentage: str
    total_btc_profit: str
    total_usd_profit: str
    pretty_display_type: str
    exchange_name: str
    market_code: str
    api_keys_state: str


def account_entity(account: Account, market: Market, public_url: str, mask_api_keys: bool) -> AccountEntity:
    """The entity of an account as it stands."""
    found = account.figures
    can: Capabilities = market.capabilities

    def displayed(amount: Decimal) -> DisplayAmount:
        return DisplayAmount(found.currency, plain_text(amount))

    return AccountEntity(
        id=account.id,
        auto_balance_period=AUTO_BALANCE_PERIOD,
        auto_balance_portfolio_id=None,
        auto_balance_currency_change_limit=None,
        autobalance_enabled=False,
        hedge_mode_available=can.hedge_mode_available,
        hedge_mode_enabled=False,
        is_locked=account.lock_reason is not None,
        smart_trading_supported=can.smart_trading_supported,
        smart_selling_supported=can.smart_selling_supported,
        available_for_trading={},
        stats_supported=can.stats_supported,
        trading_supported=can.trading_supported,
        market_buy_supported=can.market_buy_supported,
        market_sell_supported=can.market_sell_supported,
        conditional_buy_supported=can.conditional_buy_supported,
        bots_allowed=can.bots_allowed,
        bots_ttp_allowed=can.bots_ttp_allowed,
        bots_tsl_allowed=can.bots_tsl_allowed,
        gordon_bots_available=can.gordon_bots_available,
        multi_bots_allowed=can.multi_bots_allowed,
        created_at=time_text(account.created_at),
        updated_at=time_text(account.updated_at),
        last_auto_balance=None,
        fast_convert_available=can.fast_convert_available,
        grid_bots_allowed=can.grid_bots_allowed,
        api_key_invalid=account.key_state is not KeyState.OK,
        market_icon=icon_url(market, public_url),
        deposit_enabled=can.deposit_enabled,
        include_in_summary=account.include_in_summary,
        supported_market_types=market.supported_market_types,
        primary_display_currency_profit_percentage=displayed(found.month.display.percent),
        primary_display_currency_profit=displayed(found.month.display.amount),
        day_profit_primary_display_currency_percentage=displayed(found.day.display.percent),
        day_profit_primary_display_currency=displayed(found.day.display.amount),
        primary_display_currency_amount=displayed(found.display),
        total_primary_display_currency_profit=DisplayNumber(
            found.currency, double(found.total.display.amount)
        ),
        available_include_in_summary=account.id != SUMMARY_ID,
        api_key=masked(account.api_key) if mask_api_keys and account.api_key else account.api_key,
        name=account.name,
        auto_balance_method=None,
        auto_balance_error=None,
        customer_id=account.customer_id,
        subaccount_name=None,
        lock_reason=account.lock_reason,
        btc_amount=plain_text(found.btc),
        usd_amount=plain_text(found.usd),
        day_profit_btc=plain_text(found.day.btc.amount),
        day_profit_usd=plain_text(found.day.usd.amount),
        day_profit_btc_percentage=plain_text(found.day.btc.percent),
        day_profit_usd_percentage=plain_text(found.day.usd.percent),
        btc_profit=plain_text(found.month.btc.amount),
        usd_profit=plain_text(found.month.usd.amount),
        usd_profit_percentage=plain_text(found.month.usd.percent),
        btc_profit_percentage=plain_text(found.month.btc.percent),
        total_btc_profit=repr(double(found.total.btc.amount)),
        total_usd_profit=repr(double(found.total.usd.amount)),
        pretty_display_type=market.pretty_display_type,
        exchange_name=market.exchange_name,
        market_code=market.code,
        api_keys_state=account.key_state.value,
    )


def time_text(at: datetime) -> str:
    """ISO 8601, UTC, milliseconds, Z."""
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def icon_url(market: Market, public_url: str) -> str:
    return f"{public_url}/static/markets/{market.icon}.svg"


def masked(api_key: str) -> str:
    """The ends of a key: enough to tell it from another, too little to be it."""
    return f"{api_key[:4]}…{api_key[-4:]}" if len(api_key) > 12 else "…"


def double(amount: Decimal) -> float:
    """The nearest double, without a negative zero."""
    return float(amount) or 0.0
