"""The endpoints of events: a stream that can be resumed anywhere, and the same as a list."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

import msgspec
import structlog

from cambist.actions.authenticate import still_may
from cambist.actions.follow_events import follow_events
from cambist.api.endpoint import Answered, Asked
from cambist.api.parameters import integer, optional_account_id, optional_choices, optional_integer
from cambist.api.streaming import Streamed
from cambist.core.errors import InvalidInput, StoreUnavailable
from cambist.core.events import Event, Events, Kind, told
from cambist.core.terms import Permission

LAST_EVENT_ID = "Last-Event-ID"
HEADERS = {LAST_EVENT_ID: "the last event that was seen, as browsers send it; before `after`"}
MAX_EVENT_ID = 2**53 - 1
AFTER = optional_integer("after", "the last event that was seen; 0: from the oldest kept on", MAX_EVENT_ID)
KINDS = optional_choices("kinds", "only these, commas between", tuple(Kind))
ACCOUNT = optional_account_id("account_id", "only those of this account")
FOR_S = integer("for_s", "seconds until the stream ends; 0: when all is sent", 86_400, range(86_401))
LIMIT = integer("limit", "how many events at most", 100, range(1, 1_001))
HEARTBEAT_S = 15
_RETRY_MS = 2_000

log = structlog.get_logger(__name__)


class EventTold(msgspec.Struct):
    """What was told at `timestamp`. data: what docs/events.md says of its type; amounts are texts.

    account_id: null where it is of no account.
    """

    id: int
    type: str
    timestamp: str
    account_id: int | None
    data: dict[str, Any]


class EventSent(msgspec.Struct, omit_defaults=True):
    """One event of the stream. data: the event as JSON, as the list has it. event: its type, or `missed`.

    `missed`, first and without data of its own, where some after yours are not kept any more.
    """

    id: str = ""
    event: str = ""
    data: str = ""


class EventsTold(msgspec.Struct):
    """Oldest first. next: the `after` to go on with. missed: some after yours are not kept any more."""

    events: list[EventTold]
    next: int
    missed: bool


async def events_list(asked: Asked) -> Answered[msgspec.Raw]:
    account_id, kinds = await _account(asked), asked[KINDS]
    found = await asked.outside.events.after(
        asked.caller.user_id, asked[AFTER] or 0, asked[LIMIT], kinds, account_id
    )
    listed = ",".join(map(told, found.events))
    missed = "true" if found.missed else "false"
    body = f'{{"events":[{listed}],"next":{found.until},"missed":{missed}}}'
    return Answered(msgspec.Raw(body.encode()))


async def events(asked: Asked) -> Answered[Streamed]:
    """Ends within a second of the key's end, the server's, or the time asked for."""
    after, kinds, for_s = _after(asked), asked[KINDS], asked[FOR_S]
    account_id, outside = await _account(asked), asked.outside
    streams, api_key = asked.served.streams, asked.api_key or ""
    until = asyncio.get_running_loop().time() + for_s

    async def goes_on() -> bool:
        return not streams.ended and await still_may(outside, api_key, Permission.ACCOUNTS_READ)

    followed = follow_events(outside, asked.caller.user_id, after, goes_on, kinds, account_id)
    return Answered(Streamed(_chunks(followed, until), streams.open(asked.caller.user_id)))


async def _chunks(followed: AsyncGenerator[Events, None], until: float) -> AsyncGenerator[bytes, None]:
    now = asyncio.get_running_loop().time
    sent_at, is_first = 0.0, True
    try:
        async with aclosing(followed):
            async for found in followed:
                chunk = b"".join(map(_as_sent, found.events))
                if is_first:
                    chunk, is_first = _start(found) + chunk, False
                elif not chunk and now() - sent_at >= HEARTBEAT_S:
                    chunk = b": still here\nid: %d\n\n" % found.until
                sent_at = now() if chunk else sent_at
                yield chunk
                if not found.events and now() >= until:
                    return
    except StoreUnavailable as failure:
        log.warning("an event stream was ended", error=type(failure).__name__)


def _start(found: Events) -> bytes:
    """What a stream begins with: where it stands, where that is not told by an event, and what is missing."""
    place = b"" if found.events else b"id: %d\n" % found.until
    missed = b"event: missed\ndata: {}\n\n" if found.missed else b""
    return b"retry: %d\n%s\n%s" % (_RETRY_MS, place, missed)


def _as_sent(event: Event) -> bytes:
    return f"id: {event.id}\nevent: {event.kind}\ndata: {told(event)}\n\n".encode()


def _after(asked: Asked) -> int | None:
    """What the header says, which browsers send with the address of before, or else the parameter."""
    text = asked.headers.get(LAST_EVENT_ID, "")
    if not text:
        return asked[AFTER]
    if not (text.isascii() and text.isdigit() and len(text) <= 16):
        raise InvalidInput({LAST_EVENT_ID: ["is invalid"]})
    return int(text)


async def _account(asked: Asked) -> int | None:
    """Raises NotFound for an account that is not the caller's."""
    account_id = asked[ACCOUNT]
    if account_id is not None:
        await asked.outside.accounts.get(asked.caller.user_id, account_id)
    return account_id
