"""How a request is asked: what is sent and how long is waited, for any way of sending and waiting.

The steps are a generator that yields requests and waits, and is sent what came of each, so that the two
clients differ in nothing but in how they block.
"""

import random
import re
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import TypeVar

import httpx
import msgspec

from cambist.client.errors import AnswerUnreadable, ApiError, Unreachable

T = TypeVar("T")


class TooLarge(Exception):
    """An answer larger than any of Cambist's; it was not read to its end."""


# What came of a request: an answer and its body, why there is none, or nothing yet.
Came = tuple[httpx.Response, bytes] | httpx.TransportError | TooLarge | None

MOST_BYTES = 32 * 1024 * 1024
_WORTH_ANOTHER_TRY = frozenset((429, 502, 503, 504))
_SECONDS = re.compile(r"[0-9]{1,6}")


@dataclass(frozen=True, slots=True)
class Patience:
    """When a GET is asked again: never a POST, of which nobody may know whether it was carried out.

    within_s: seconds in all, tries and waits together. first_wait_s: the longest first wait, twice as long
    for each further try; how much of it is waited is drawn. now: seconds of a clock that only goes on.
    """

    tries: int = 3
    within_s: float = 30.0
    first_wait_s: float = 0.5
    now: Callable[[], float] = field(default=time.monotonic, repr=False)
    drawn: Callable[[], float] = field(default=random.random, repr=False)

    def wait_s(self, tried: int, spent_s: float, asked_for_s: int | None) -> float | None:
        """Seconds to wait before another try; None where there is none. asked_for_s: by the server."""
        if tried >= self.tries:
            return None
        wait = self.drawn() * self.first_wait_s * 2 ** (tried - 1) + (asked_for_s or 0)
        return wait if spent_s + wait < self.within_s else None


class _Error(msgspec.Struct):
    """The body of an answer that is not a success."""

    error: str
    error_description: str = ""
    error_attributes: dict[str, list[str]] = {}


def steps(
    build: Callable[[float], httpx.Request], patience: Patience, answer: type[T]
) -> Generator[httpx.Request | float, Came, T]:
    """The answer as this type. build: the request, to be answered in so many seconds.

    Raises ApiError, Unreachable, AnswerUnreadable.
    """
    began, tried = patience.now(), 0
    while True:
        request = build(patience.within_s - (patience.now() - began))
        came = yield request
        tried += 1
        if request.method != "GET" or not _is_worth_another_try(came):
            return told(came, answer)
        wait_s = patience.wait_s(tried, patience.now() - began, _retry_after_s(came))
        if wait_s is None:
            return told(came, answer)
        yield wait_s


def _is_worth_another_try(came: Came) -> bool:
    if isinstance(came, tuple):
        return came[0].status_code in _WORTH_ANOTHER_TRY
    return isinstance(came, httpx.TransportError)


def told(came: Came, answer: type[T]) -> T:
    """What came, as the type; raises what it is where it is no success."""
    if not isinstance(came, tuple):
        if isinstance(came, TooLarge):
            raise AnswerUnreadable("The answer is larger than any of Cambist's.") from came
        raise Unreachable(f"The server did not answer: {type(came).__name__}.") from came
    status, body = came[0].status_code, came[1]
    try:
        if came[0].is_success:
            return msgspec.json.decode(body, type=answer)
        error = msgspec.json.decode(body, type=_Error)
    except msgspec.DecodeError as wrong:
        raise AnswerUnreadable(
            f"The answer, with status {status}, is not one of Cambist's: {wrong}."
        ) from wrong
    described = error.error_description
    raise ApiError(status, error.error, described, error.error_attributes, _retry_after_s(came))


def _retry_after_s(came: Came) -> int | None:
    told = came[0].headers.get("Retry-After", "") if isinstance(came, tuple) else ""
    return int(told) if _SECONDS.fullmatch(told) else None
