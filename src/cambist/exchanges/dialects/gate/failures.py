"""What Gate's labels mean."""

from collections.abc import Mapping
from typing import Any

from cambist.core.errors import ExchangeRefused, LoadFailed, NotOffered
from cambist.core.terms import KeyState
from cambist.exchanges.failures import ClockSkewed, Errors, Make, OtherMode, keys, limited, unavailable


def _not_opened(words: str) -> LoadFailed:
    return NotOffered(f"The exchange has not opened it for this account: {words}")


CODES: dict[str, Make] = {
    **dict.fromkeys(
        (
            "INVALID_KEY",
            "INVALID_CREDENTIALS",
            "INVALID_SIGNATURE",
            "AUTHENTICATION_FAILED",
            "MISSING_REQUIRED_HEADER",
        ),
        keys(KeyState.INVALID),
    ),
    "IP_FORBIDDEN": keys(KeyState.IP_NOT_ALLOWED),
    **dict.fromkeys(("FORBIDDEN", "READ_ONLY"), keys(KeyState.NO_PERMISSION)),
    "REQUEST_EXPIRED": ClockSkewed,
    **dict.fromkeys(("TOO_MANY_REQUESTS", "TOO_FAST"), limited),
    **dict.fromkeys(("SERVER_ERROR", "INTERNAL", "TOO_BUSY"), unavailable),
    **dict.fromkeys(("ACCOUNT_LOCKED", "SUB_ACCOUNT_LOCKED"), ExchangeRefused),
    # Futures and options open with the first transfer to them.
    **dict.fromkeys(("USER_NOT_FOUND", "CROSS_ACCOUNT_NOT_FOUND"), _not_opened),
    **dict.fromkeys(("INVALID_UNIFIED_ACCOUNT", "UNIFIED_ACCOUNT_NOT_ACTIVATED"), OtherMode),
}


def code_in(body: Mapping[str, Any]) -> str:
    """The label; one that may mean the key or its address is told apart by the words beside it."""
    label, words = str(body.get("label") or ""), str(body.get("message", "")).lower()
    return "IP_FORBIDDEN" if label == "FORBIDDEN" and "whitelist" in words else label


ERRORS = Errors(CODES, code_in=code_in)
