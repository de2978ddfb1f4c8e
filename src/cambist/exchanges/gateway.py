"""The exchanges as actions see them: wallets read side by side, prices shared, foreign errors made ours."""

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

import structlog

from cambist.actions.facts import Heard, Probed, Reading
from cambist.actions.ports import Waits
from cambist.core.control import OwnTotal
from cambist.core.egress import UNNAMED, Egress
from cambist.core.errors import ExchangeTimedOut, KeysRejected, LoadFailed, NotOffered
from cambist.core.ledger import Asked, Page, Terms
from cambist.core.listings import Currency, DepositAddress, Rates, Trade
from cambist.core.prices import Pair, PriceList
from cambist.core.rights import KeyRights
from cambist.core.terms import Call, Credentials, Market, WalletBalances
from cambist.exchanges.board import Board
from cambist.exchanges.candles import minute_of
from cambist.exchanges.catalogue import CATALOGUE, market_of
from cambist.exchanges.dialect import WalletAnswer
from cambist.exchanges.exchange import Exchange
from cambist.exchanges.foreign import WITHIN_S, ForeignPrices
from cambist.exchanges.idle import IDLE_AFTER, LOOK_EVERY_S, give_back_memory
from cambist.exchanges.probe import clock_offset_ms, probed
from cambist.exchanges.refusals import refused_from, told_apart
from cambist.exchanges.rights import rights_of
from cambist.exchanges.speaking import dialect_of, ledger_of
from cambist.outward.session import Session

TRADES_WITHIN_S = 60

log = structlog.get_logger(__name__)


class Gateway:
    """Fits the port `Exchanges`.

    urls: {ccxt id: base URL} that stand for the exchanges' own addresses.
    price: "last" or "mid".
    foreign_within_s: how long other exchanges have to tell BTC/USD where an account's own has none.
    egresses: the ways out, of which accounts name theirs; what is public goes by the first that serves.
    """

    def __init__(
        self,
        now: Callable[[], datetime],
        waits: Waits,
        timeout_s: int | float,
        urls: Mapping[str, str],
        price: str,
        foreign_within_s: int | float = WITHIN_S,
        egresses: Sequence[Egress] = (),
    ) -> None:
        self._now = now
        self._waits = waits
        self._sessions = [
            Session(timeout_s, urls.values(), egress=egress) for egress in egresses or (UNNAMED,)
        ]
        self._urls = urls
        self._price = price
        self._exchanges: dict[str, Exchange] = {}
        self._boards: dict[str, Board] = {}
        self._watch: asyncio.Task[None] | None = None
        self._foreign = ForeignPrices(
            lambda ccxt_id: self._exchange(market_of(ccxt_id)),
            self._boards.get,
            now,
            price,
            urls,
            foreign_within_s,
        )

    def market(self, code: str) -> Market:
        return market_of(code)

    def markets(self) -> tuple[Market, ...]:
        return tuple(CATALOGUE.values())

    async def read_wallets(
        self, market: Market, credentials: Credentials, wallets: Sequence[str], heard: Heard | None = None
    ) -> Reading:
        await self._markets_for_ccxt(market)
        return await self._wallets(market, credentials, wallets, heard)

    async def _wallets(
        self, market: Market, credentials: Credentials, wallets: Sequence[str], heard: Heard | None = None
    ) -> Reading:
        trail: list[Call] = []
        told = await self._read_base(market, credentials, wallets[0], trail, heard)
        answers = {wallet: told[wallet] for wallet in wallets if wallet in told}
        others = [wallet for wallet in wallets if wallet not in told]
        failures: dict[str, LoadFailed] = {}
        reading = (self._read(market, credentials, wallet, trail, heard) for wallet in others)
        for wallet, result in zip(
            others, await asyncio.gather(*reading, return_exceptions=True), strict=True
        ):
            match result:
                case WalletAnswer():
                    answers[wallet] = result
                case LoadFailed():
                    failures[wallet] = result
                case _:
                    raise result
        read_at = self._now()
        return Reading(
            answered=tuple(WalletBalances(name, a.balances, read_at) for name, a in answers.items()),
            failures=failures,
            calls=tuple(trail),
            uid=next((answer.uid for answer in answers.values() if answer.uid is not None), None),
            egress=self._exchange(market).egress_of(credentials),
        )

    async def price_list(self, market: Market) -> PriceList:
        board = self._board(market)
        listed = await board.prices()
        if listed.tells_dollars:
            return listed
        told = await self._foreign.prices()
        own = _priced_by(market)
        elsewhere = {name: price for name, price in told.items() if name != own}
        return (await board.prices()).beside(elsewhere)  # the first ones may be too old by now

    async def probe(self, market: Market, credentials: Credentials) -> Probed:
        try:
            await self._markets_for_ccxt(market)
        except LoadFailed as failure:
            log.info("read without the list of pairs", exchange=market.ccxt_id, why=str(failure))
        reading = await self._wallets(market, credentials, market.wallets)
        base_url = self._urls.get(market.ccxt_id, "")
        return await probed(self._exchange(market), credentials, reading, base_url)

    async def pairs(self, market: Market) -> Collection[Pair]:
        return (await self._board(market).pairs()).symbols.keys()

    async def rates(self, market: Market, pair: Pair) -> Rates | None:
        return await self._board(market).rates(pair)

    def markets_telling_rights(self) -> tuple[str, ...]:
        return tuple(market.code for market in CATALOGUE.values() if market.tells_rights)

    async def rights(self, market: Market, credentials: Credentials) -> KeyRights:
        return await rights_of(self._exchange(market), credentials)

    def markets_telling_totals(self) -> tuple[str, ...]:
        return tuple(market.code for market in CATALOGUE.values() if market.tells_total)

    async def own_total(self, market: Market, credentials: Credentials) -> OwnTotal:
        read = dialect_of(market.ccxt_id).control
        if read is None:
            raise NotOffered(f"{market.exchange_name} tells no total of its own.")
        return await self._exchange(market).ask(read, credentials)

    async def uid(self, market: Market, credentials: Credentials) -> str | None:
        read = dialect_of(market.ccxt_id).uid
        if read is None:
            return None
        try:
            return await self._exchange(market).ask_about_account(read, credentials)
        except KeysRejected:
            return None

    async def open_orders(self, market: Market, credentials: Credentials) -> int:
        if not _tells_orders(market):
            raise NotOffered(f"Orders of {market.exchange_name} cannot be read yet.")
        await self._markets_for_ccxt(market)
        return await self._exchange(market).ask(dialect_of(market.ccxt_id).open_orders, credentials)

    async def currencies(self, market: Market, credentials: Credentials) -> Sequence[Currency]:
        await self._markets_for_ccxt(market)
        return await self._exchange(market).ask(dialect_of(market.ccxt_id).currencies, credentials)

    async def deposit_address(
        self, market: Market, credentials: Credentials, currency: str, network: str
    ) -> DepositAddress:
        await self._markets_for_ccxt(market)
        read = dialect_of(market.ccxt_id).deposit_address
        return await self._exchange(market).ask(lambda client: read(client, currency, network), credentials)

    async def trades(
        self,
        market: Market,
        credentials: Credentials,
        assets: Collection[str],
        start: datetime,
        until: datetime,
    ) -> Sequence[Trade] | None:
        read = dialect_of(market.ccxt_id).trades
        if read is None or not _tells_orders(market):
            return None
        symbols = await self._symbols(market, assets)
        try:
            async with asyncio.timeout(TRADES_WITHIN_S):
                return await read(self._exchange(market), credentials, symbols, start, until)
        except TimeoutError:
            raise ExchangeTimedOut("The exchange did not tell all trades in time.") from None

    def sources(self, market: Market) -> tuple[Terms, ...]:
        return ledger_of(market)

    async def page(self, market: Market, credentials: Credentials, source: str, asked: Asked) -> Page:
        exchange = self._exchange(market)
        read = next(each.read for each in exchange.dialect.ledger if each.terms.name == source)
        if asked.assets:
            asked = replace(asked, symbols=await self._symbols(market, asked.assets))
        return await exchange.ask(lambda client: read(client, market, asked), credentials)

    async def candle(self, market: Market, pair: Pair, at: datetime) -> Decimal | None:
        pricing = self._pricing(market)
        read = pricing.dialect.candle
        if read is None:
            return None
        listed = await self._board(market).pairs()
        symbol = listed.symbols.get(pair) or listed.halted.get(pair)
        if symbol is None:
            return None
        return await pricing.ask_openly(lambda client: read(client, symbol, minute_of(at)))

    async def _symbols(self, market: Market, assets: Collection[str]) -> Mapping[Pair, str]:
        """The exchange's symbols of the pairs between assets, of those halted now as well."""
        listed = await self._board(market).pairs()
        return {
            pair: symbol
            for pair, symbol in {**listed.halted, **listed.symbols}.items()
            if pair[0] in assets and pair[1] in assets
        }

    async def reach(self, market: Market, egress: str | None = None) -> int | None:
        """One cheap public call by an egress: the exchange's time minus ours in ms; raises LoadFailed.

        None where the exchange tells no time: it was asked for its list of pairs instead.
        """
        offset = await clock_offset_ms(self._exchange(market), by=egress)
        if offset is None:
            priced_by = self._pricing(market)
            await priced_by.ask(priced_by.dialect.prices.pairs, by=egress)
        return offset

    def waiting_for(self) -> tuple[str, ...]:
        """The calls that have no answer yet: method, path and host, nothing secret."""
        return tuple(call for session in self._sessions for call in session.under_way)

    def let_go_idle(self) -> tuple[str, ...]:
        """The exchanges not asked for a while, forgotten with their clients and lists; their next question
        begins anew.
        """
        idle = [name for name, each in self._exchanges.items() if self._now() - each.asked_at > IDLE_AFTER]
        for name in idle:
            del self._exchanges[name]
            board = self._boards.pop(name, None)
            if board is not None:
                board.close()
        if idle:
            give_back_memory()
        return tuple(idle)

    async def _look_for_idle(self) -> None:
        while self._exchanges:
            await asyncio.sleep(LOOK_EVERY_S)
            self.let_go_idle()
        self._watch = None

    async def close(self) -> None:
        if self._watch is not None:
            self._watch.cancel()
        self._foreign.close()
        for board in self._boards.values():
            board.close()
        for session in self._sessions:
            await session.close()

    async def _read_base(
        self, market: Market, credentials: Credentials, wallet: str, trail: list[Call], heard: Heard | None
    ) -> Mapping[str, WalletAnswer]:
        """The base wallet's answer by its name, and of others what the same call tells."""
        exchange = self._exchange(market)
        together = exchange.dialect.together
        try:
            if together is not None:
                return await exchange.ask_about_account(
                    lambda client: together(client, market), credentials, trail, heard
                )
            return {wallet: await self._read(market, credentials, wallet, trail, heard)}
        except KeysRejected as refused:
            told = await told_apart(exchange, credentials, wallet, refused)
            raise refused_from(exchange.egress_of(credentials), credentials, told) from None

    async def _read(
        self, market: Market, credentials: Credentials, wallet: str, trail: list[Call], heard: Heard | None
    ) -> WalletAnswer:
        exchange = self._exchange(market)
        reader = exchange.dialect.wallets[wallet]
        return await exchange.ask_about_account(
            lambda client: reader(client, market), credentials, trail, heard
        )

    async def _markets_for_ccxt(self, market: Market) -> None:
        """By default rules ccxt reads the answer, and may need the exchange's list of markets for it."""
        if market.code not in CATALOGUE:
            await self._board(market).pairs()

    def _exchange(self, market: Market) -> Exchange:
        if market.ccxt_id not in self._exchanges:
            base_url = self._urls.get(market.ccxt_id)
            first, *others = self._sessions
            self._exchanges[market.ccxt_id] = Exchange(
                market, dialect_of(market.ccxt_id), first, self._now, self._waits, base_url, others
            )
            if self._watch is None:
                self._watch = asyncio.create_task(self._look_for_idle())
        return self._exchanges[market.ccxt_id]

    def _board(self, market: Market) -> Board:
        priced_by = _priced_by(market)
        if priced_by not in self._boards:
            self._boards[priced_by] = Board(self._pricing(market), self._price)
        return self._boards[priced_by]

    def _pricing(self, market: Market) -> Exchange:
        """The exchange whose prices value the market's accounts."""
        return self._exchange(replace(market, ccxt_id=_priced_by(market)))


def _priced_by(market: Market) -> str:
    """The exchange whose prices value the market's accounts, by its ccxt id."""
    return market.prices_from or market.ccxt_id


def _tells_orders(market: Market) -> bool:
    """Whether the orders and trades that its exchange's dialect reads are those of this market's account."""
    wallet = dialect_of(market.ccxt_id).orders_in
    return wallet is None or wallet in market.wallets
