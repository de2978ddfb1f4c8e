"""What the server answers, typed: amounts as exact Decimals, times aware, UTC."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any


@dataclass(frozen=True, slots=True)
class DisplayAmount:
    """An amount, or a percentage, in the display currency."""

    currency: str
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """The Account of the wire format, all its 61 keys. Percentages are percents: 9.21 is 9.21 %."""

    id: int
    auto_balance_period: int
    auto_balance_portfolio_id: int | None
    auto_balance_currency_change_limit: Decimal | None
    autobalance_enabled: bool
    hedge_mode_available: bool
    hedge_mode_enabled: bool
    is_locked: bool
    smart_trading_supported: bool
    smart_selling_supported: bool
    available_for_trading: Mapping[str, Any]
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
    created_at: datetime
    updated_at: datetime
    last_auto_balance: datetime | None
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
    total_primary_display_currency_profit: DisplayAmount
    available_include_in_summary: bool
    api_key: str
    name: str
    auto_balance_method: str | None
    auto_balance_error: str | None
    customer_id: str | None
    subaccount_name: str | None
    lock_reason: str | None
    btc_amount: Decimal
    usd_amount: Decimal
    day_profit_btc: Decimal
    day_profit_usd: Decimal
    day_profit_btc_percentage: Decimal
    day_profit_usd_percentage: Decimal
    btc_profit: Decimal
    usd_profit: Decimal
    usd_profit_percentage: Decimal
    btc_profit_percentage: Decimal
    total_btc_profit: Decimal
    total_usd_profit: Decimal
    pretty_display_type: str
    exchange_name: str
    market_code: str
    api_keys_state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """One asset in one wallet. price: of one unit in USD; None, as usd and the rest, where there is none."""

    asset: str
    code: str
    free: Decimal
    locked: Decimal
    borrowed: Decimal
    interest: Decimal
    total: Decimal
    price: Decimal | None
    price_btc: Decimal | None
    usd: Decimal | None
    source: str | None
    route: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wallet:
    """A wallet as it was read; stale: its last good reading stands in. age_s: seconds since it was read."""

    wallet: str
    read_at: datetime
    age_s: int
    stale: bool
    balances: tuple[Balance, ...]


@dataclass(frozen=True, slots=True)
class MissingWallet:
    """A wallet that did not answer the last load, and why."""

    wallet: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Balances:
    """What an account's last load read. verdict: `complete` or `partial`."""

    account_id: int
    load_id: str
    loaded_at: datetime
    verdict: str
    missing: tuple[MissingWallet, ...]
    wallets: tuple[Wallet, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryPoint:
    """What an account was worth. rate: one USD in the display currency. kind: own, partial or imported.

    keys_replaced: from here on it may be another exchange account.
    """

    at: datetime
    usd: Decimal
    btc: Decimal
    rate: Decimal
    btc_usd: Decimal | None
    kind: str
    keys_replaced: bool


@dataclass(frozen=True, slots=True)
class History:
    """Points, oldest first; next: the moment to ask from for the rest, None where this is all."""

    points: tuple[HistoryPoint, ...]
    next: datetime | None
