"""What actions need of exchanges: protocols that the room `exchanges` fits by shape."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Protocol

from cambist.actions.facts import (
    Heard,
    Probed,
    Reading,
)
from cambist.core.control import OwnTotal
from cambist.core.currencies import DayRates
from cambist.core.ledger import Asked, Page, Terms
from cambist.core.listings import Currency, DepositAddress, Rates, Trade
from cambist.core.prices import Pair, PriceList
from cambist.core.rights import KeyRights
from cambist.core.terms import Credentials, Market


class Exchanges(Protocol):
    """Everything asked of exchanges; foreign errors have become ours."""

    def market(self, code: str) -> Market:
        """Raises NotFound for a code that is neither in the catalogue nor an exchange's id."""
        ...

    def markets(self) -> tuple[Market, ...]: ...

    async def read_wallets(
        self, market: Market, credentials: Credentials, wallets: Sequence[str], heard: Heard | None = None
    ) -> Reading:
        """The wallets' balances; raises LoadFailed where the base wallet, the first, does not answer.

        heard: takes down the answers, without what is secret, in the order of the calls.
        """
        ...

    async def price_list(self, market: Market) -> PriceList:
        """Prices at most two seconds old; raises LoadFailed."""
        ...

    async def probe(self, market: Market, credentials: Credentials) -> Probed:
        """What the keys open and may do; raises LoadFailed where the base wallet does not answer."""
        ...


class Inquiries(Protocol):
    """What is asked of exchanges beside balances and what values them; foreign errors have become ours."""

    async def pairs(self, market: Market) -> Collection[Pair]:
        """The pairs that trade, at most an hour old; raises LoadFailed."""
        ...

    async def rates(self, market: Market, pair: Pair) -> Rates | None:
        """A pair's prices, at most two seconds old, and its limits; None for no pair that trades.

        Raises LoadFailed.
        """
        ...

    def markets_telling_rights(self) -> tuple[str, ...]:
        """The codes of the markets whose exchange tells what a key may do."""
        ...

    def markets_telling_totals(self) -> tuple[str, ...]:
        """The codes of the markets whose exchange tells what an account is worth."""
        ...

    async def rights(self, market: Market, credentials: Credentials) -> KeyRights:
        """What the keys may do, unknown where the exchange does not tell. Raises LoadFailed."""
        ...

    async def own_total(self, market: Market, credentials: Credentials) -> OwnTotal:
        """What the exchange says that the account is worth. Raises LoadFailed, as NotOffered too."""
        ...

    async def uid(self, market: Market, credentials: Credentials) -> str | None:
        """The exchange's own name of the account, where it takes a call of its own to tell it.

        None where nothing tells it, the wallets' answers do, or the keys may not ask. Raises LoadFailed.
        """
        ...

    async def open_orders(self, market: Market, credentials: Credentials) -> int:
        """How many orders of the account are open. Raises LoadFailed, as NotOffered too."""
        ...

    async def currencies(self, market: Market, credentials: Credentials) -> Sequence[Currency]:
        """The currencies with their networks. Raises LoadFailed, as NotOffered too."""
        ...

    async def deposit_address(
        self, market: Market, credentials: Credentials, currency: str, network: str
    ) -> DepositAddress:
        """Where deposits of a currency go on a network. Raises LoadFailed, as NotOffered too."""
        ...

    async def trades(
        self,
        market: Market,
        credentials: Credentials,
        assets: Collection[str],
        start: datetime,
        until: datetime,
    ) -> Sequence[Trade] | None:
        """The account's trades from `start` to before `until` in pairs between these assets.

        None where they cannot be read in a bounded number of calls. Raises LoadFailed.
        """
        ...


class Ledgers(Protocol):
    """What exchanges tell of how amounts came to change; foreign errors have become ours."""

    def sources(self, market: Market) -> tuple[Terms, ...]:
        """Those of a market; none where its ledger is not read."""
        ...

    async def page(self, market: Market, credentials: Credentials, source: str, asked: Asked) -> Page:
        """The next page of a source. Raises LoadFailed; KeysRejected where the keys may not ask for it."""
        ...

    async def candle(self, market: Market, pair: Pair, at: datetime) -> Decimal | None:
        """The close of the one-minute candle that holds a time, of the exchange that prices the market.

        None where it lists no such pair, tells no candles, or none of that minute. Raises LoadFailed.
        """
        ...


class ReferenceRates(Protocol):
    """What a euro is in other currencies, as told once a day."""

    async def newest(self) -> DayRates | None:
        """Those of the last day there are any of, at most a week old; None without. Never raises.

        They are asked for at most daily; who asks here waits for them, 3 s at most, only where none serve.
        """
        ...

    def on(self, day: date) -> DayRates | None:
        """Those kept of a day, or of the last one in the week before it; nobody is asked."""
        ...


class DayTable(Protocol):
    """Where daily rates are kept."""

    def on(self, day: date) -> DayRates | None:
        """Those of a day, or of the last one in the week before it."""
        ...

    def read_at(self) -> datetime | None:
        """When rates were last told; None where they never were."""
        ...

    async def keep(self, days: Sequence[DayRates], read_at: datetime) -> None:
        """In the place of what is kept of those days."""
        ...


class Waits(Protocol):
    """How long exchanges have told us to wait: heard by one process, held to by all.

    address: the one of ours that was told, for that is what an exchange limits; empty where it has no name.
    """

    def until(self, exchange: str, address: str) -> datetime | None:
        """The end of the longest wait told, which may be past; None where none ever was."""
        ...

    async def keep(self, exchange: str, address: str, until: datetime) -> None:
        """Keeps a wait, unless a longer one is kept."""
        ...
