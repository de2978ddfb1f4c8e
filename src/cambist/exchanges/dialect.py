"""A dialect: how one exchange is spoken to and understood, beyond the signing and sending that ccxt does."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from cambist.core.control import OwnTotal
from cambist.core.ledger import Asked, Page, Terms
from cambist.core.listings import Currency, DepositAddress, Limits, Trade
from cambist.core.prices import Pair
from cambist.core.rights import KeyRights
from cambist.core.terms import Balance, Credentials, Market
from cambist.exchanges.budget import Weights
from cambist.exchanges.failures import PLAIN, Errors

if TYPE_CHECKING:
    from cambist.exchanges.exchange import Exchange

Texts = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class WalletAnswer:
    """A wallet's balances, and the uid of the exchange account where the answer tells it."""

    balances: tuple[Balance, ...]
    uid: str | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """The pairs an exchange lists, with its symbol of each: those that trade, and those halted now.

    filters: what an order must keep to, by symbol, as the exchange writes it; read when it is asked for.
    """

    symbols: Mapping[Pair, str]
    halted: Mapping[Pair, str] = field(default_factory=dict)
    filters: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Source:
    """The calls that tell an exchange's pairs, last prices, and bids and asks (or what lies between them).

    tells_books: whether `mid` tells anything: where no one call tells bids and asks, last prices value
    accounts whatever is chosen.
    limits: reads what is listed as a pair's filters; None where none are. Raises LoadFailed.
    """

    pairs: Callable[[Any], Awaitable[Listed]]
    last: Callable[[Any], Awaitable[Texts]]
    mid: Callable[[Any], Awaitable[Texts]]
    limits: Callable[[bytes], Limits] | None = None
    tells_books: bool = True


# Each reader asks through a ccxt client that it is lent; it raises Unusable for what it cannot read.
WalletReader = Callable[[Any, Market], Awaitable[WalletAnswer]]
WalletsReader = Callable[[Any, Market], Awaitable[Mapping[str, WalletAnswer]]]
RightsReader = Callable[[Any], Awaitable[KeyRights]]
ControlReader = Callable[[Any], Awaitable[OwnTotal]]
UidReader = Callable[[Any], Awaitable[str | None]]
OrdersReader = Callable[[Any], Awaitable[int]]
CurrenciesReader = Callable[[Any], Awaitable[tuple[Currency, ...]]]
AddressReader = Callable[[Any, str, str], Awaitable[DepositAddress]]
TradesReader = Callable[
    ["Exchange", Credentials, Mapping[Pair, str], datetime, datetime], Awaitable[Sequence[Trade] | None]
]


# Of a symbol, by the minute's beginning: its candle's close, None where the exchange has none of that minute.
CandleReader = Callable[[Any, str, datetime], Awaitable[Decimal | None]]
LedgerReader = Callable[[Any, Market, Asked], Awaitable[Page]]


@dataclass(frozen=True, slots=True)
class LedgerSource:
    """One source of an exchange's ledger, and what reads a page of it: as few calls as tell one.

    A page is read in a question of its own, so that each is within the limits and tried again by itself.
    """

    terms: Terms
    read: LedgerReader


def plain_path(path: str, _: str | None) -> str:
    return path


@dataclass(frozen=True, slots=True)
class Dialect:
    """One row for an exchange, by its ccxt id.

    errors: how it tells them; an exchange whose codes are not known is judged by status and by ccxt.
    rights: None where it does not tell what keys may do. control: what the exchange says that an account is
    worth; None where it does not. trades: None where they are not read.
    orders_in: the wallet whose orders and trades are read; a market without it tells none. None: any.
    weights: what calls count for our address. key_weights: what a key's calls count for it, of an exchange
    that counts by key or user. What counts in one of them alone weighs nothing in the other.
    rising_nonces: each call of a key must have a higher nonce than the one before, so they leave in turn.
    uid: asked when keys are tried, where no wallet's answer tells it; any good keys may ask it. None where
    nothing else tells it.
    together: reads in one call the base wallet and others, by name, where one call tells them all.
    needs: by wallet, what keys may lack for it, where the exchange refuses them as it refuses bad ones: what
    such a refusal means, `uid` tells apart.
    path_of: what weights and receipts know a call by, from its path and body: more than the path, where one
    path serves all and the body says what is asked.
    ledger: the sources that tell how amounts came to change, beside balances; empty where none is read.
    candle: what a pair of its prices was worth in a minute that is past; None where that is not read.
    tells_time: False where what ccxt takes for the exchange's time is none.
    """

    weights: Weights
    wallets: Mapping[str, WalletReader]
    prices: Source
    open_orders: OrdersReader
    currencies: CurrenciesReader
    deposit_address: AddressReader
    errors: Errors = PLAIN
    rights: RightsReader | None = None
    control: ControlReader | None = None
    trades: TradesReader | None = None
    orders_in: str | None = None
    key_weights: Weights | None = None
    rising_nonces: bool = False
    uid: UidReader | None = None
    together: WalletsReader | None = None
    needs: Mapping[str, str] = field(default_factory=dict)
    path_of: Callable[[str, str | None], str] = plain_path
    ledger: tuple[LedgerSource, ...] = ()
    candle: CandleReader | None = None
    tells_time: bool = True

    def weight_of(self, path: str) -> int | None:
        """What a call costs of the exchange's limit for addresses, or for keys, where that is known."""
        known = self.weights.known(path)
        return self.key_weights.known(path) if known is None and self.key_weights is not None else known
