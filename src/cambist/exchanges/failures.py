"""What an exchange's refusal means: by the code in the body, then by status, then by ccxt's class."""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from cambist.core.errors import (
    ExchangeLimiting,
    ExchangeRefused,
    ExchangeTimedOut,
    ExchangeUnavailable,
    KeysRejected,
    LoadFailed,
    NotOffered,
)
from cambist.core.terms import KeyState
from cambist.outward.session import Answer

DEFAULT_WAIT_S = 60
MAX_WAIT_S = 3 * 24 * 3600
MAX_WORDS = 200

Make = Callable[[str], LoadFailed]


class KeyLimited(ExchangeLimiting):
    """The exchange limits the calls of these keys, not ours altogether."""


class OtherMode(NotOffered):
    """The account is in another mode, classic or unified, than the call is for."""


class ClockSkewed(ExchangeUnavailable):
    """The exchange says that our time is off: measure its clock and ask again."""


def keys(state: KeyState) -> Make:
    return lambda words: KeysRejected(key_state=state, words=words)


def unavailable(words: str) -> LoadFailed:
    return ExchangeUnavailable(f"The exchange is not available: {words}")


def timed_out(words: str) -> LoadFailed:
    return ExchangeTimedOut(f"The exchange did not answer in time: {words}")


def limited(words: str) -> LoadFailed:
    """How long to wait, the answer itself tells."""
    return ExchangeLimiting(f"The exchange limits our calls: {words}", retry_after_s=DEFAULT_WAIT_S)


def key_limited(words: str) -> LoadFailed:
    """As `limited`, where the exchange means the calls of these keys or of their user."""
    return KeyLimited(f"The exchange limits these keys' calls: {words}", retry_after_s=DEFAULT_WAIT_S)


def nonce_refused(_: str) -> LoadFailed:
    """Worth another try: a later nonce may be high enough."""
    return ExchangeUnavailable(
        "The exchange refuses our nonce, as when another program uses the same keys: "
        "give Cambist keys of its own."
    )


def clock_is_off(_: str) -> LoadFailed:
    """Of an exchange that tells no time: how far off it is cannot be measured there."""
    return ExchangeUnavailable(
        "The exchange says that the time of our request is off, and tells no time to go by: "
        "set this machine's clock."
    )


BY_STATUS: dict[int, Make] = {
    408: timed_out,
    504: timed_out,
    401: keys(KeyState.INVALID),
    451: ExchangeRefused,
}

# ccxt's classes, the most special first; found by name so that ccxt need not be imported here.
BY_CLASS: tuple[tuple[str, Make], ...] = (
    ("PermissionDenied", keys(KeyState.NO_PERMISSION)),
    ("AccountSuspended", ExchangeRefused),
    ("AuthenticationError", keys(KeyState.INVALID)),
    ("InvalidNonce", ClockSkewed),
    ("RateLimitExceeded", lambda words: ExchangeLimiting(words, retry_after_s=DEFAULT_WAIT_S)),
    ("DDoSProtection", lambda words: ExchangeLimiting(words, retry_after_s=DEFAULT_WAIT_S)),
    ("RequestTimeout", timed_out),
    ("OperationFailed", unavailable),
    ("BaseError", ExchangeRefused),
)

_CODE_FIELDS = ("code", "retCode", "err-code", "label")
_WORD_FIELDS = ("msg", "message", "retMsg", "err-msg", "err_msg", "reason", "error", "error_description")
_NO_CODE = (None, 0, "0")  # some exchanges put a code into every answer: 0 where all is well
_BANNED_UNTIL = re.compile(r"(?:until |Throttled: ?)(\d{13}|\d{10})(?!\d)")
_MOMENT = re.compile(r"(\d{13})")


def code_in(body: Mapping[str, Any]) -> str:
    """The code of a body that has a field for it; "" where there is none."""
    return next((str(body[field]) for field in _CODE_FIELDS if body.get(field) not in _NO_CODE), "")


@dataclass(frozen=True, slots=True)
class Errors:
    """How an exchange tells what is wrong.

    codes: what its codes mean; none where they are not known. code_in: finds the code in a JSON object.
    reset_header: the header that tells when a limit ends, in ms since 1970. by_status: what a status means
    that comes without a code.
    """

    codes: Mapping[str, Make] = field(default_factory=dict)
    code_in: Callable[[Mapping[str, Any]], str] = code_in
    reset_header: str = ""
    by_status: Mapping[int, Make] = field(default_factory=lambda: BY_STATUS)


PLAIN = Errors()


def failure_in(errors: Errors, answer: Answer, now: datetime, secrets: Iterable[str]) -> LoadFailed | None:
    """The failure that an answer tells by its status or code; None where it tells none that is known.

    now: for the time until which a ban lasts. secrets: texts that must not come back in the words.
    """
    body = _object(answer)
    code, words = errors.code_in(body), _words(answer, body, secrets)
    make = errors.codes.get(code)
    if answer.status in (418, 429) or make in (limited, key_limited):
        failure = (key_limited if make is key_limited else limited)(words)
        failure.retry_after_s = _wait_s(errors, answer, words, now) or DEFAULT_WAIT_S
        return failure
    if make is not None:
        return make(words)
    if answer.status >= 500 and answer.status not in errors.by_status:
        pause = _wait_s(errors, answer, words, now)
        return ExchangeUnavailable(f"The exchange is not available: {words}", retry_after_s=pause)
    if code and errors.codes:
        return ExchangeRefused(words)
    if not code and answer.status in errors.by_status:
        return errors.by_status[answer.status](words)
    return None


def failure_of(error: Exception, answer: Answer | None, secrets: Iterable[str]) -> LoadFailed:
    """Ours for an exception of ccxt's, whose own text may hold signed addresses and is not used."""
    words = type(error).__name__ if answer is None else _words(answer, _object(answer), secrets)
    names = {cls.__name__ for cls in type(error).__mro__}
    for name, make in BY_CLASS:
        if name in names:
            return make(words)
    return ExchangeUnavailable("The exchange's answer could not be understood.")


def _object(answer: Answer) -> Mapping[str, Any]:
    """The body, where it is a JSON object; an empty one for any other.

    Bitfinex writes an error as a list, ["error", 10100, "apikey: invalid"]: its code and words.
    """
    try:
        body: Any = json.loads(answer.body.decode())
    except (ValueError, RecursionError):
        return {}
    match body:
        case dict():
            return body
        case ["error", code, words, *_]:
            return {"code": code, "message": words}
    return {}


def _words(answer: Answer, body: Mapping[str, Any], secrets: Iterable[str]) -> str:
    """The exchange's own words; "HTTP 503" where it has none."""
    told = (_said(body[field]) for field in _WORD_FIELDS if body.get(field))
    return redacted(next(told, f"HTTP {answer.status}"), secrets)


def _said(told: Any) -> str:
    """What is told in a text; or in the message of an object, or the first of a list."""
    match told:
        case {"message": message}:
            return _said(message)
        case [first, *_]:
            return _said(first)
    return str(told)


def redacted(words: str, secrets: Iterable[str]) -> str:
    """Words fit to be shown: one short line without addresses, signatures or the secrets named."""
    for secret in secrets:
        words = words.replace(secret, "…") if secret else words
    words = re.sub(r"https?://\S+|\bsignature=\S+", "…", words, flags=re.IGNORECASE)
    words = "".join(character for character in words if character.isprintable())
    return words if len(words) <= MAX_WORDS else words[: MAX_WORDS - 1] + "…"


def _wait_s(errors: Errors, answer: Answer, words: str, now: datetime) -> int | None:
    """Seconds to wait: from Retry-After, or until the time in a header or in words as "until <time>"."""
    header = answer.headers.get("Retry-After", "")
    if header.isascii() and header.isdigit() and len(header) < 10:
        return min(max(1, int(header)), MAX_WAIT_S)
    reset = _MOMENT.fullmatch(answer.headers.get(errors.reset_header, ""))
    until = reset or _BANNED_UNTIL.search(words)
    if until is None:
        return None
    left_ms = int(until[1].ljust(13, "0")) - int(now.timestamp() * 1000)
    return min(max(1, -(-left_ms // 1000)), MAX_WAIT_S)
