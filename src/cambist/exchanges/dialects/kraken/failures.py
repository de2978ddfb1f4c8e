"""What Kraken's and Kraken Futures' errors mean, by severity, category and first words."""

from collections.abc import Mapping
from typing import Any

from cambist.core.errors import LoadFailed
from cambist.core.terms import KeyState
from cambist.exchanges.failures import (
    Errors,
    KeyLimited,
    Make,
    keys,
    limited,
    nonce_refused,
    timed_out,
    unavailable,
)

_COUNTER_EMPTY_S = 45  # a counter of 15 that falls by a third a second
_LOCKED_OUT_S = 15 * 60


def _key_limited(words: str) -> LoadFailed:
    return KeyLimited(f"The exchange limits these keys' calls: {words}", retry_after_s=_COUNTER_EMPTY_S)


def _locked_out(words: str) -> LoadFailed:
    return KeyLimited(f"The exchange has locked these keys out: {words}", retry_after_s=_LOCKED_OUT_S)


CODES: dict[str, Make] = {
    **dict.fromkeys(
        ("EAPI:Invalid key", "EAPI:Invalid signature", "ESession:Invalid session"), keys(KeyState.INVALID)
    ),
    "EGeneral:Permission denied": keys(KeyState.NO_PERMISSION),
    "EAPI:Invalid nonce": nonce_refused,
    **dict.fromkeys(
        ("EAPI:Rate limit exceeded", "EAuth:Rate limit exceeded", "EAuth:Too many requests"), _key_limited
    ),
    "EGeneral:Temporary lockout": _locked_out,
    **dict.fromkeys(("EService:Throttled", "EGeneral:Too many requests"), limited),
    **dict.fromkeys(("EService:Timeout", "EService:Deadline elapsed"), timed_out),
    **dict.fromkeys(
        (
            "EService:Unavailable",
            "EService:Busy",
            "EService:Market in cancel_only mode",
            "EService:Market in limit_only mode",
            "EService:Market in post_only mode",
            "EGeneral:Internal error",
            "EDatabase:Internal error",
        ),
        unavailable,
    ),
}

FUTURES_CODES: dict[str, Make] = {
    "authenticationError": keys(KeyState.INVALID),
    **dict.fromkeys(("nonceBelowThreshold", "nonceDuplicate"), nonce_refused),
    "apiLimitExceeded": limited,
    **dict.fromkeys(("unavailable", "Unavailable", "Server Error", "unknownError"), unavailable),
}


def code_in(body: Mapping[str, Any]) -> str:
    """The first error of Kraken's list, or Kraken Futures' one error; "" where there is none.

    What follows a second colon is of the one call: "EService:Throttled: 1700000000".
    """
    error = body.get("error")
    if isinstance(error, list):
        first = next((text for text in error if isinstance(text, str) and not text.startswith("W")), "")
        return ":".join(first.split(":")[:2])
    return str(error) if body.get("result") == "error" and error else ""


ERRORS = Errors(CODES, code_in=code_in)
FUTURES_ERRORS = Errors(FUTURES_CODES, code_in=code_in)
