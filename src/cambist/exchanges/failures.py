"""What an exchange's refusal means: by the code in the body, then by status, then by ccxt's class."""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from cambist.core.errors import (
    ExchangeLimiting,
    ExchangeRefused,
    ExchangeTimedOut,
    ExchangeUnavailable,
    KeysRejected,
    LoadFailed,
)
from cambist.core.terms import KeyState
from cambist.outward.session import Answer

DEFAULT_WAIT_S = 60
MAX_WAIT_S = 3 * 24 * 3600
MAX_WORDS = 200

Make = Callable[[str], LoadFailed]


class KeyLimited(ExchangeLimiting):
    """The exchange limits the calls of these keys, not ours altogether."""


class ClockSkewed(ExchangeUnavailable):
    """The exchange says that our time is off: measure its clock and ask again."""


def keys(state: KeyState) -> Make:
    return lambda _: KeysRejected(key_state=state)


def unavailable(words: str) -> LoadFailed:
    return ExchangeUnavailable(f"The exchange is not available: {words}")


def timed_out(words: str) -> LoadFailed:
    return ExchangeTimedOut(f"The exchange did not answer in time: {words}")


def limited(words: str) -> LoadFailed:
    """How long to wait, the answer itself tells."""
    return ExchangeLimiting(f"The exchange limits our calls: {words}", retry_after_s=DEFAULT_WAIT_S)


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
_WORD_FIELDS = ("msg", "message", "retMsg", "err-msg", "reason", "error", "error_description")
_NO_CODE = (None, 0, "0")  # some exchanges put a code into every answer: 0 where all is well
_BANNED_UNTIL = re.compile(r"(?:until |Throttled: ?)(\d{13}|\d{10})(?!\d)")
_MOMENT = re.compile(r"(\d{13})")


def failure_in(
    codes: Mapping[str, Make], answer: Answer, now: datetime, secrets: Iterable[str]
) -> LoadFailed | None:
    """The failure that an answer tells by its status or code; None where it tells none that is known.

    codes: what the exchange's own codes mean; none where they are not known.
    now: for the time until which a ban lasts. secrets: texts that must not come back in the words.
    """
    code, words = _code_and_words(answer, secrets)
    make = codes.get(code)
    if answer.status in (418, 429) or make is limited:
        wait = _wait_s(answer, words, now) or DEFAULT_WAIT_S
        return ExchangeLimiting(f"The exchange limits our calls: {words}", retry_after_s=wait)
    if make is not None:
        return make(words)
    if answer.status >= 500 and answer.status not in BY_STATUS:
        pause = _wait_s(answer, words, now)
        return ExchangeUnavailable(f"The exchange is not available: {words}", retry_after_s=pause)
    if code and codes:
        return ExchangeRefused(words)
    if not code and answer.status in BY_STATUS:
        return BY_STATUS[answer.status](words)
    return None


def failure_of(error: Exception, answer: Answer | None, secrets: Iterable[str]) -> LoadFailed:
    """Ours for an exception of ccxt's, whose own text may hold signed addresses and is not used."""
    words = type(error).__name__ if answer is None else _code_and_words(answer, secrets)[1]
    names = {cls.__name__ for cls in type(error).__mro__}
    for name, make in BY_CLASS:
        if name in names:
            return make(words)
    return ExchangeUnavailable("The exchange's answer could not be understood.")


def _code_and_words(answer: Answer, secrets: Iterable[str]) -> tuple[str, str]:
    """(code, the exchange's own words): ("", "HTTP 503") where the body is no JSON object."""
    status = f"HTTP {answer.status}"
    try:
        body: Any = json.loads(answer.body)
    except (ValueError, RecursionError):
        return "", status
    if not isinstance(body, dict):
        return "", status
    code = next(
        (str(body[field]) for field in _CODE_FIELDS if body.get(field) not in _NO_CODE), _error_in(body)
    )
    words = next((str(body[field]) for field in _WORD_FIELDS if body.get(field)), status)
    return code, redacted(words, secrets)


def _error_in(body: Mapping[str, Any]) -> str:
    """The code in Kraken's lists of errors and in Kraken Futures' error; "" where there is none.

    What follows a second colon is of the one call: "EService:Throttled: 1700000000".
    """
    error = body.get("error")
    if isinstance(error, list):
        first = next((text for text in error if isinstance(text, str) and not text.startswith("W")), "")
        return ":".join(first.split(":")[:2])
    return str(error) if body.get("result") == "error" and error else ""


def redacted(words: str, secrets: Iterable[str]) -> str:
    """Words fit to be shown: one short line without addresses, signatures or the secrets named."""
    for secret in secrets:
        words = words.replace(secret, "…") if secret else words
    words = re.sub(r"https?://\S+|\bsignature=\S+", "…", words, flags=re.IGNORECASE)
    words = "".join(character for character in words if character.isprintable())
    return words if len(words) <= MAX_WORDS else words[: MAX_WORDS - 1] + "…"


def _wait_s(answer: Answer, words: str, now: datetime) -> int | None:
    """Seconds to wait: from Retry-After, until the time in Bybit's header or in words as "until <time>"."""
    header = answer.headers.get("Retry-After", "")
    if header.isascii() and header.isdigit() and len(header) < 10:
        return min(max(1, int(header)), MAX_WAIT_S)
    reset = _MOMENT.fullmatch(answer.headers.get("X-Bapi-Limit-Reset-Timestamp", ""))
    until = reset or _BANNED_UNTIL.search(words)
    if until is None:
        return None
    left_ms = int(until[1].ljust(13, "0")) - int(now.timestamp() * 1000)
    return min(max(1, -(-left_ms // 1000)), MAX_WAIT_S)
