"""An exchange that replays a recording: one wallet read from it in one try, or all through a gateway."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from decimal import Decimal
from typing import Any, TypeVar

from cambist.core.errors import LoadFailed
from cambist.core.terms import Balance, Credentials
from cambist.exchanges.catalogue import market_of
from cambist.exchanges.exchange import Exchange, Question
from cambist.exchanges.failures import Errors, failure_in
from cambist.exchanges.gateway import Gateway
from cambist.exchanges.speaking import dialect_of
from cambist.exchanges.tries import WaitsAlone
from cambist.outward.session import Answer, Session
from cambist.simulator.replay import Recording, Replay
from cambist.wiring import WallClock
from tests.exchanges.bent import AT_MOST_S, OpenGate
from tests.exchanges.recordings import KEYS, Recorded
from tests.worlds import FixedClock

NOTHING = Recording(b"")
T = TypeVar("T")


@asynccontextmanager
async def replayed(ccxt_id: str, played: Recording = NOTHING) -> AsyncIterator[tuple[Replay, Exchange]]:
    async with Replay(ccxt_id, played) as replay:
        url = replay.exchange_urls[ccxt_id]
        session = Session(AT_MOST_S, [url])
        market = market_of(ccxt_id)
        try:
            yield (
                replay,
                Exchange(market, dialect_of(ccxt_id), session, WallClock().now, WaitsAlone({}), url),
            )
        finally:
            await session.close()


async def outcome(exchange: Exchange, keys: Credentials) -> tuple[Balance, ...] | LoadFailed:
    """What the base wallet's reader makes of the recording; one that stalls fails the test."""
    market = market_of(exchange.id)
    reader = exchange.dialect.wallets[market.wallets[0]]
    try:
        async with asyncio.timeout(AT_MOST_S), exchange.pool.borrow(keys) as client:
            client.gate, client.deadline = OpenGate(), 0
            return (await reader(client, market)).balances
    except LoadFailed as failure:
        return failure


async def read_wallet(exchange: Exchange, code: str, wallet: str) -> dict[str, Balance]:
    """What a wallet's reader makes of the recording in one try, by code. Raises LoadFailed."""
    market, reader = market_of(code), exchange.dialect.wallets[wallet]
    answer = await once(exchange, lambda client: reader(client, market))
    return {balance.code: balance for balance in answer.balances}


async def once(exchange: Exchange, question: Question[T], keys: Credentials = KEYS) -> T:
    """The answer in one try. Raises LoadFailed."""
    async with asyncio.timeout(AT_MOST_S), exchange.pool.borrow(keys) as client:
        client.gate, client.deadline = OpenGate(), 0
        return await question(client)


def recording(answers: Mapping[str, Any], statuses: Mapping[str, int] | None = None) -> Recording:
    """Answers by part of a request, with their statuses where these are not 200."""
    return Recording(b"", Recorded(dict(answers)).recording.routes, statuses or {})


@asynccontextmanager
async def gateway(ccxt_id: str, answers: Mapping[str, Any]) -> AsyncIterator[tuple[Replay, Gateway]]:
    """The exchanges as actions see them, of which one replays such answers."""
    async with Replay(ccxt_id, recording(answers)) as replay:
        made = Gateway(WallClock().now, WaitsAlone({}), AT_MOST_S, replay.exchange_urls, "last")
        try:
            yield replay, made
        finally:
            await made.close()


class Replayed:
    """A market's recorded answers behind a gateway, with keys that can sign."""

    def __init__(self, code: str, replay: Replay, gateway: Gateway, credentials: Credentials) -> None:
        self.market = gateway.market(code)
        self.replay = replay
        self.gateway = gateway
        self.credentials = credentials

    async def wallets(self, *names: str) -> dict[str, tuple[Balance, ...]]:
        """{wallet: its balances} of those named, or of all that answer."""
        wanted = names or self.market.wallets
        reading = await self.gateway.read_wallets(self.market, self.credentials, wanted)
        return {wallet.wallet: wallet.balances for wallet in reading.answered}

    async def failure(self, *names: str) -> LoadFailed:
        """What reading fails with; a wallet that answers fails the test."""
        try:
            found = await self.wallets(*names)
        except LoadFailed as failed:
            return failed
        raise AssertionError(f"it was read: {found}")

    def answers(self, **changes: Any) -> None:
        """Replaces answers: by a part of the request, with two underscores for a slash."""
        told = {part.replace("__", "/"): json.dumps(answer).encode() for part, answer in changes.items()}
        others = {part: kept for part, kept in self.replay.recording.routes.items() if part not in told}
        self.replay.recording = Recording(b"", {**told, **others})


@asynccontextmanager
async def replayed_market(code: str, recorded: Recorded, price: str = "last") -> AsyncIterator[Replayed]:
    market = market_of(code)
    async with Replay(market.ccxt_id, recorded.recording) as replay:
        gateway = Gateway(FixedClock().now, WaitsAlone({}), AT_MOST_S, replay.exchange_urls, price)
        try:
            yield Replayed(code, replay, gateway, recorded.credentials)
        finally:
            await gateway.close()


def refusal(errors: Errors, status: int, body: Any, headers: Mapping[str, str] | None = None) -> Any:
    """What such an answer is to us; None where it is no failure that its code or status tells."""
    told = Answer(status, "", headers or {}, json.dumps(body).encode(), 1)
    return failure_in(errors, told, FixedClock().now(), ())


def texts(balances: tuple[Balance, ...]) -> list[tuple[str, ...]]:
    """(asset, code, free, locked, total, borrowed, interest) of each balance, as plain text."""
    return [(each.asset, each.code, *map(_plain, each[2:])) for each in balances]


def _plain(number: Decimal) -> str:
    return format(number.normalize(), "f") if number else "0"
