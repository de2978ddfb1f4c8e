"""An exchange that replays a recording, and one wallet read from it by its own reader, in one try."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from msgspec import json as msgspec_json

from cambist.core.errors import LoadFailed
from cambist.core.terms import Balance, Credentials
from cambist.exchanges.catalogue import market_of
from cambist.exchanges.dialect import Dialect
from cambist.exchanges.exchange import Exchange, Question
from cambist.exchanges.failures import failure_in
from cambist.exchanges.gateway import Gateway
from cambist.exchanges.speaking import dialect_of
from cambist.exchanges.tries import WaitsAlone
from cambist.outward.session import Answer, Session
from cambist.simulator.replay import Recording, Replay
from cambist.wiring import WallClock
from tests.exchanges.bent import AT_MOST_S, OpenGate
from tests.exchanges.recordings import KEYS, Recorded

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


def refusal(dialect: Dialect, status: int, body: Mapping[str, Any]) -> LoadFailed | None:
    """What an exchange's refusal is to us."""
    answer = Answer(status, "", {}, msgspec_json.encode(body), 1)
    return failure_in(dialect.errors, answer, WallClock().now(), ())


@asynccontextmanager
async def gateway(ccxt_id: str, answers: Mapping[str, Any]) -> AsyncIterator[tuple[Replay, Gateway]]:
    """The exchanges as actions see them, of which one replays such answers."""
    async with Replay(ccxt_id, recording(answers)) as replay:
        made = Gateway(WallClock().now, WaitsAlone({}), AT_MOST_S, replay.exchange_urls, "last")
        try:
            yield replay, made
        finally:
            await made.close()
