"""What an exchange tells beside balances: a pair's prices and limits, networks, addresses, trades. Facts."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Limits:
    """What an order of a pair must keep to, amounts in its base, totals in its quote; None: no such limit.

    The multipliers bound a price: bids from bid_down to bid_up times the average price, asks likewise.
    """

    min_price: Decimal | None = None
    max_price: Decimal | None = None
    price_step: Decimal | None = None
    min_amount: Decimal | None = None
    max_amount: Decimal | None = None
    amount_step: Decimal | None = None
    min_market_amount: Decimal | None = None
    max_market_amount: Decimal | None = None
    min_total: Decimal | None = None
    min_market_total: Decimal | None = None
    max_total: Decimal | None = None
    bid_down: Decimal | None = None
    bid_up: Decimal | None = None
    ask_down: Decimal | None = None
    ask_up: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Rates:
    """A pair's prices, None where nobody has traded, bids or asks; and its limits."""

    last: Decimal | None
    bid: Decimal | None
    ask: Decimal | None
    limits: Limits


@dataclass(frozen=True, slots=True)
class Network:
    """A network that a currency moves on; None where the exchange tells nothing of it."""

    code: str
    default: bool | None
    deposits: bool | None
    withdrawals: bool | None
    needs_tag: bool | None
    name: str | None = None
    deposit_note: str | None = None
    withdrawal_note: str | None = None
    note: str | None = None
    address_pattern: str | None = None
    tag_pattern: str | None = None
    withdrawal_fee: Decimal | None = None
    min_withdrawal: Decimal | None = None
    max_withdrawal: Decimal | None = None
    withdrawal_step: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Currency:
    """A currency with its networks; None where the exchange does not tell."""

    code: str
    name: str
    deposits: bool | None
    withdrawals: bool | None
    networks: tuple[Network, ...]


@dataclass(frozen=True, slots=True)
class DepositAddress:
    """Where deposits go; `tag` is empty where the network has none."""

    address: str
    tag: str = ""


@dataclass(frozen=True, slots=True)
class Trade:
    """A trade of an account: how much of its quote moved, and when."""

    at: datetime
    quote: str
    amount: Decimal
