"""An exchange that replays a recording, and one wallet read from it by its own reader, in one try."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from cambist.core.errors import LoadFailed
from cambist.core.terms import Balance, Credentials
from cambist.exchanges.catalogue import market_of
from cambist.exchanges.exchange import Exchange
from cambist.exchanges.speaking import dialect_of
from cambist.exchanges.tries import WaitsAlone
from cambist.outward.session import Session
from cambist.simulator.replay import Recording, Replay
from cambist.wiring import WallClock
from tests.exchanges.bent import AT_MOST_S, OpenGate

NOTHING = Recording(b"")


@asynccontextmanager
async def replayed(ccxt_id: str, recording: Recording = NOTHING) -> AsyncIterator[tuple[Replay, Exchange]]:
    async with Replay(ccxt_id, recording) as replay:
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
