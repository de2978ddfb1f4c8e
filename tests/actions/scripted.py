"""A scripted exchange with several wallets, for what no single-wallet market can show."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal

from cambist.actions.facts import Heard, Probed, Reading
from cambist.actions.ports import Clock
from cambist.core.errors import ExchangeUnavailable, KeysRejected, LoadFailed, NotFound
from cambist.core.ledger import Asked, EntryKind, Page, Terms
from cambist.core.prices import Pair, PriceList
from cambist.core.rights import KeyRights
from cambist.core.terms import Balance, Credentials, Market, WalletBalances
from cambist.exchanges.catalogue import CATALOGUE

MARKET = replace(CATALOGUE["binance"], wallets=("spot", "funding", "earn"))


@dataclass
class ScriptedExchanges:
    """Fits the port `Exchanges`: wallets hold bitcoin, or amounts by code; some do not answer."""

    clock: Clock
    holds: dict[str, str | dict[str, str]]
    failing: set[str] = field(default_factory=set)
    refusing: set[str] = field(default_factory=set)
    listed: tuple[Market, ...] = (MARKET,)
    open_profit: dict[str, Decimal] = field(default_factory=dict)
    prices: dict[tuple[str, str], Decimal] = field(default_factory=lambda: {("BTC", "USD"): Decimal(50000)})

    def market(self, code: str) -> Market:
        for market in self.listed:
            if market.code == code:
                return market
        raise NotFound(code)

    def markets(self) -> tuple[Market, ...]:
        return self.listed

    async def read_wallets(
        self, market: Market, credentials: Credentials, wallets: Sequence[str], heard: Heard | None = None
    ) -> Reading:
        if wallets[0] in self.failing:
            raise ExchangeUnavailable("the base wallet is down")
        answered = tuple(self._wallet(name) for name in wallets if name not in self.failing | self.refusing)
        failures = {name: self._failure(name) for name in wallets if name in self.failing | self.refusing}
        return Reading(answered, failures, (), uid="1001")

    async def price_list(self, market: Market) -> PriceList:
        return PriceList("scripted", self.prices)

    async def probe(self, market: Market, credentials: Credentials) -> Probed:
        reading = await self.read_wallets(market, credentials, market.wallets)
        return Probed(reading.answered, reading.failed, KeyRights(read=True), None, ())

    def _failure(self, name: str) -> LoadFailed:
        return KeysRejected() if name in self.refusing else ExchangeUnavailable("is down")

    def _wallet(self, name: str) -> WalletBalances:
        held = self.holds[name]
        amounts = {"BTC": held} if isinstance(held, str) else held
        rows = (self._row(code, Decimal(amount)) for code, amount in amounts.items())
        return WalletBalances(name, tuple(rows), self.clock.now())

    def _row(self, code: str, amount: Decimal) -> Balance:
        return Balance(
            code.removeprefix("LD"), code, amount, Decimal(0), amount + self.open_profit.get(code, 0)
        )


class ScriptedLedgers:
    """Fits the port `Ledgers`: one source, of which tests book what it would have told."""

    def sources(self, market: Market) -> tuple[Terms, ...]:
        return (Terms("deposits", frozenset({EntryKind.DEPOSIT})),)

    async def page(self, market: Market, credentials: Credentials, source: str, asked: Asked) -> Page:
        return Page((), "", asked.now, asked.since)

    async def candle(self, market: Market, pair: Pair, at: datetime) -> Decimal | None:
        return None
