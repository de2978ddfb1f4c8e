"""The Account as a strict client would model it: from the specification's words, not from our code."""

import json
import re
from datetime import datetime
from typing import Annotated, Literal

import msgspec

AMOUNT = r"^(-(?!0\.0$))?(0|[1-9][0-9]*)\.(0|[0-9]*[1-9])$"
PERCENT = r"^(-(?!0\.0$))?(0|[1-9][0-9]*)\.(0|[0-9]?[1-9])$"
FINE_PERCENT = r"^(-(?!0\.0$))?(0|[1-9][0-9]*)\.(0|[0-9]{0,3}[1-9])$"
TIME = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$"

Amount = Annotated[str, msgspec.Meta(pattern=AMOUNT)]
Percent = Annotated[str, msgspec.Meta(pattern=PERCENT)]
FinePercent = Annotated[str, msgspec.Meta(pattern=FINE_PERCENT)]
Time = Annotated[str, msgspec.Meta(pattern=TIME)]
Id = Annotated[int, msgspec.Meta(ge=0, lt=2**31)]
Words = Annotated[str, msgspec.Meta(min_length=1)]
KeyStates = Literal["ok", "invalid", "expired", "ip_not_allowed", "no_permission"]


class Strict(msgspec.Struct, forbid_unknown_fields=True):
    """Nothing left out, nothing unknown, no type bent."""


class InCurrency(Strict):
    currency: Annotated[str, msgspec.Meta(pattern="^[A-Z]{3,5}$")]
    amount: Amount


class PercentInCurrency(InCurrency):
    amount: Percent


class FinePercentInCurrency(InCurrency):
    amount: FinePercent


class NumberInCurrency(InCurrency):
    amount: float  # type: ignore[assignment]


class Empty(Strict):
    pass


class StrictAccount(Strict):
    """Every key is required."""

    id: Id
    auto_balance_period: Literal[12]
    auto_balance_portfolio_id: None
    auto_balance_currency_change_limit: None
    autobalance_enabled: bool
    hedge_mode_available: bool
    hedge_mode_enabled: bool
    is_locked: bool
    smart_trading_supported: bool
    smart_selling_supported: bool
    available_for_trading: Empty
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
    created_at: Time
    updated_at: Time
    last_auto_balance: None
    fast_convert_available: bool
    grid_bots_allowed: bool
    api_key_invalid: bool
    market_icon: Annotated[str, msgspec.Meta(pattern=r"^http://.+/static/markets/[a-z_]+\.svg$")]
    deposit_enabled: bool
    include_in_summary: bool
    supported_market_types: list[Literal["spot", "futures"]]
    primary_display_currency_profit_percentage: PercentInCurrency
    primary_display_currency_profit: InCurrency
    day_profit_primary_display_currency_percentage: FinePercentInCurrency
    day_profit_primary_display_currency: InCurrency
    primary_display_currency_amount: InCurrency
    total_primary_display_currency_profit: NumberInCurrency
    available_include_in_summary: bool
    api_key: str
    name: Annotated[str, msgspec.Meta(min_length=2)]
    auto_balance_method: None
    auto_balance_error: None
    customer_id: str | None
    subaccount_name: None
    lock_reason: str | None
    btc_amount: Amount
    usd_amount: Amount
    day_profit_btc: Amount
    day_profit_usd: Amount
    day_profit_btc_percentage: Percent
    day_profit_usd_percentage: Percent
    btc_profit: Amount
    usd_profit: Amount
    usd_profit_percentage: Percent
    btc_profit_percentage: Percent
    total_btc_profit: str
    total_usd_profit: str
    pretty_display_type: Words
    exchange_name: Words
    market_code: Words
    api_keys_state: KeyStates


def accepted(raw: bytes) -> StrictAccount:
    """The account in an answer's bytes; raises where a strict client would."""
    account = msgspec.json.decode(raw, type=StrictAccount)
    told = json.loads(raw)
    assert list(told) == list(StrictAccount.__struct_fields__)
    assert len(told) == 61
    assert sum(isinstance(value, bool) for value in told.values()) == 22
    assert account.api_key_invalid == (account.api_keys_state != "ok")
    assert account.is_locked == (account.lock_reason is not None)
    assert datetime.fromisoformat(account.created_at) <= datetime.fromisoformat(account.updated_at)
    for profit in (account.total_btc_profit, account.total_usd_profit):
        assert profit == repr(float(profit) or 0.0)
        assert abs(float(profit)) < float("inf")
    assert not re.search(rb"NaN|Infinity|-0\.0\b(?!\d)", raw)
    return account
