"""Trying keys: what they may do, how far the exchange's clock is from ours."""

from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from cambist.actions.facts import Probed, Reading
from cambist.core.errors import LoadFailed
from cambist.core.history import milliseconds
from cambist.core.rights import KeyRights
from cambist.core.terms import Call, Credentials
from cambist.exchanges.exchange import Exchange
from cambist.exchanges.guard import Unusable
from cambist.exchanges.rights import rights_of


async def probed(exchange: Exchange, credentials: Credentials, reading: Reading, base_url: str) -> Probed:
    """What the keys, whose wallets were read, may do besides; what the exchange does not tell is unknown.

    base_url: the address that stands for the exchange's own, whose prefix is left off the calls' paths.
    """
    trail = list(reading.calls)
    rights = await _rights(exchange, credentials, trail)
    try:
        offset = await clock_offset_ms(exchange, trail, credentials.egress)
    except LoadFailed:
        offset = None
    prefix = urlsplit(base_url).path.rstrip("/")
    calls = tuple(replace(call, path=call.path.removeprefix(prefix)) for call in trail)
    return Probed(reading.answered, reading.failed, rights, offset, calls)


async def _rights(exchange: Exchange, credentials: Credentials, trail: list[Call]) -> KeyRights:
    """That they may read has been seen: the base wallet answered."""
    try:
        return replace(await rights_of(exchange, credentials, trail), read=True)
    except LoadFailed:
        return KeyRights(read=True)


async def clock_offset_ms(
    exchange: Exchange, trail: list[Call] | None = None, by: str | None = None
) -> int | None:
    """The exchange's time minus ours, taken midway through the call; None where it tells no time.

    Raises LoadFailed.
    """

    async def question(client: Any) -> int | None:
        if not exchange.dialect.tells_time or client.has.get("fetchTime") is not True:
            return None
        asked_at = exchange.now()
        theirs = await client.fetch_time()
        if not isinstance(theirs, int):
            raise Unusable("the answer tells no time")
        midway = asked_at + (exchange.now() - asked_at) / 2
        return theirs - milliseconds(midway)

    return await exchange.ask(question, trail=trail, by=by)
