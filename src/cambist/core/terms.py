"""The nouns of the house: markets, balances, accounts, figures. Facts only; arithmetic lives beside."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from itertools import repeat
from typing import NamedTuple

from cambist.core.money import ONE, ZERO
from cambist.core.rights import UNKNOWN, KeyRights


class Secret:
    """A text that does not print; `reveal()` is for the rooms that must use it."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        return self._text

    def __repr__(self) -> str:
        return "Secret(…)"

    def __reduce__(self) -> str | tuple[object, ...]:
        raise TypeError("a Secret is not written anywhere as it is")


class Permission(StrEnum):
    """What a key of ours may do; WRITE does not imply READ."""

    ACCOUNTS_READ = "ACCOUNTS_READ"
    ACCOUNTS_WRITE = "ACCOUNTS_WRITE"
    BOTS_READ = "BOTS_READ"
    BOTS_WRITE = "BOTS_WRITE"
    SMART_TRADES_READ = "SMART_TRADES_READ"
    SMART_TRADES_WRITE = "SMART_TRADES_WRITE"


class KeyState(StrEnum):
    """What the exchange last said of an account's keys."""

    OK = "ok"
    INVALID = "invalid"
    EXPIRED = "expired"
    IP_NOT_ALLOWED = "ip_not_allowed"
    NO_PERMISSION = "no_permission"


class Mode(StrEnum):
    """What a user has chosen to trade with. Kept and told; accounts are real in either."""

    REAL = "real"
    PAPER = "paper"


class Stablecoins(StrEnum):
    """How dollar coins count: by their BTC market, as one dollar, or by their own dollar market."""

    REFERENCE = "reference"
    PAR = "par"
    MARKET = "market"


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What the wire format says an account of a market can do; nothing here is acted upon."""

    smart_trading_supported: bool = True
    smart_selling_supported: bool = True
    stats_supported: bool = True
    trading_supported: bool = True
    market_buy_supported: bool = True
    market_sell_supported: bool = True
    conditional_buy_supported: bool = True
    bots_allowed: bool = True
    bots_ttp_allowed: bool = True
    bots_tsl_allowed: bool = True
    gordon_bots_available: bool = True
    multi_bots_allowed: bool = True
    fast_convert_available: bool = True
    grid_bots_allowed: bool = True
    deposit_enabled: bool = True
    hedge_mode_available: bool = False


@dataclass(frozen=True, slots=True)
class Market:
    """A kind of account: one row of the catalogue.

    quotes: assets that prices may be quoted in, in the order routes try them; the first is BTC.
    steps: assets that a price may go through where no quote serves.
    prices_from: the ccxt id of the exchange whose spot prices value it, where its own has none.
    spellings: {code as the exchange writes it: asset}, whole codes only.
    tells_rights: whether the exchange says what keys may do; tells_total: what an account is worth to it.
    permission: what the exchange calls the permission that keys need; permissions: {wallet: one of its own}.
    not_read: {what else may hold something there: why it is in no wallet}.
    positions: wallets in whose totals the profit of open positions is, so that they move by themselves.
    mirrors: {code: the wallet that tells of the same thing itself}; such rows count only without that wallet.
    """

    code: str
    ccxt_id: str
    exchange_name: str
    pretty_display_type: str
    icon: str
    url: str
    help_url: str
    credentials: tuple[str, ...] = ("api_key", "secret")
    wallets: tuple[str, ...] = ("spot",)
    quotes: tuple[str, ...] = ("BTC", "USD", "USDC", "USDT", "EUR")
    steps: tuple[str, ...] = ("ETH",)
    spellings: Mapping[str, str] = field(default_factory=dict)
    mirrors: Mapping[str, str] = field(default_factory=dict)
    positions: frozenset[str] = frozenset()
    supported_market_types: tuple[str, ...] = ("spot",)
    prices_from: str | None = None
    tells_rights: bool = False
    tells_total: bool = False
    permission: str = "read"
    permissions: Mapping[str, str] = field(default_factory=dict)
    not_read: Mapping[str, str] = field(default_factory=dict)
    capabilities: Capabilities = Capabilities()


@dataclass(frozen=True, slots=True)
class Credentials:
    """What opens an exchange account, of which secret and passphrase are secret.

    egress: the way out by which they are used; None for the first there is. worked_from: the address that
    the exchange saw when they worked last, where that is known.
    """

    api_key: str
    secret: Secret
    passphrase: Secret | None = None
    customer_id: str | None = None
    egress: str | None = None
    worked_from: str | None = None


class Balance(NamedTuple):
    """One asset in one wallet, as the exchange tells it; `total` is by the wallet's equity formula.

    asset: folded name; code: as the exchange writes it. A tuple, since an account may have thousands.
    """

    asset: str
    code: str
    free: Decimal
    locked: Decimal
    total: Decimal
    borrowed: Decimal = ZERO
    interest: Decimal = ZERO


def balances_of(*columns: Sequence[str] | Sequence[Decimal]) -> list[Balance]:
    """Balances from a column for each of their fields; what has no column for debts has none.

    Raises ValueError for columns that differ in length.
    """
    none = [[ZERO] * len(columns[0])] * (len(Balance._fields) - len(columns))
    return list(map(tuple.__new__, repeat(Balance), zip(*columns, *none, strict=True)))


@dataclass(frozen=True, slots=True)
class WalletBalances:
    """What a wallet held when it was read; `stale` marks the last good reading standing in."""

    wallet: str
    balances: tuple[Balance, ...]
    read_at: datetime
    stale: bool = False


@dataclass(frozen=True, slots=True)
class MissingWallet:
    """A covered wallet that did not answer usably, and why."""

    wallet: str
    reason: str


@dataclass(frozen=True, slots=True)
class WalletCame:
    """A wallet that an account covers since then, and not from the beginning."""

    wallet: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Coverage:
    """The wallets that an account's loads read, agreed when it was connected; the first is the base wallet.

    not_covered: other wallets of its market and why not: shown, never counted. came: those covered later.
    """

    wallets: tuple[str, ...] = ()
    not_covered: tuple[MissingWallet, ...] = ()
    came: tuple[WalletCame, ...] = ()


@dataclass(frozen=True, slots=True)
class Gaps:
    """What an account's last load could not tell: covered wallets that failed, assets without a price."""

    missing: tuple[MissingWallet, ...] = ()
    unpriced: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Call:
    """One call to an exchange, as a receipt keeps it: no query, no header, no secret.

    weight: what it costs of the exchange's limit; None where that is not known. sha256: of the answer's
    bytes, in hex; empty in receipts from before it was kept.
    """

    method: str
    path: str
    status: int
    bytes: int
    ms: int
    weight: int | None = None
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class Worth:
    """A value in BTC and USD at one time, with the price of one USD in the display currency (R)."""

    btc: Decimal
    usd: Decimal
    rate: Decimal = ONE


@dataclass(frozen=True, slots=True)
class Change:
    """A profit and what it is of its baseline, in percent."""

    amount: Decimal = ZERO
    percent: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Profit:
    """The change since one baseline in BTC, USD and the display currency."""

    btc: Change = Change()
    usd: Change = Change()
    display: Change = Change()


@dataclass(frozen=True, slots=True)
class Figures:
    """What an account's last load found: amounts and the three profits."""

    currency: str
    btc: Decimal
    usd: Decimal
    display: Decimal
    day: Profit = Profit()
    month: Profit = Profit()
    total: Profit = Profit()


class FlowState(StrEnum):
    """Whether deposits, withdrawals and what else is no profit are known.

    PROVISIONAL: they are, but for a change of the last half hour that nothing explains yet.
    """

    KNOWN = "known"
    PROVISIONAL = "provisional"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class FlowsTold:
    """What an account's last load could tell of flows. since: when that began; None before any load."""

    state: FlowState = FlowState.UNKNOWN
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """A connected exchange account as it stands; reading it recomputes nothing.

    loaded_at, load_id: the last load that brought data; complete: whether every covered wallet answered it.
    uid: the exchange's own name of it, where it tells one. egress: the way out by which its keys are used.
    rights_read_at: when the exchange last told the keys' rights; None where it never did.
    """

    id: int
    user_id: int
    market: str
    name: str
    api_key: str
    key_state: KeyState
    created_at: datetime
    updated_at: datetime
    figures: Figures
    loaded_at: datetime
    load_id: str
    complete: bool = True
    include_in_summary: bool = True
    lock_reason: str | None = None
    customer_id: str | None = None
    uid: str | None = None
    egress: str | None = None
    rights: KeyRights = UNKNOWN
    rights_read_at: datetime | None = None
    coverage: Coverage = Coverage()
    gaps: Gaps = Gaps()
    flows: FlowsTold = FlowsTold()
