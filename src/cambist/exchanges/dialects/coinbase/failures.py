"""What Coinbase's errors mean: Advanced's and the older API's by their code, Coinbase Exchange's by words."""

from collections.abc import Mapping
from typing import Any

from cambist.core.errors import NotOffered
from cambist.core.terms import KeyState
from cambist.exchanges.failures import ClockSkewed, Errors, Make, keys, limited, timed_out, unavailable

_INVALID = (
    "authentication_error",
    "invalid_authentication_method",
    "invalid_token",
    "revoked_token",
    "unauthorized",
    "UNAUTHENTICATED",
)
# What one code is said of, and its words tell apart.
_IP_NOT_ALLOWED = "IP address not allowed"
_OUR_TIME = "request timestamp expired"

CODES: dict[str, Make] = {
    **dict.fromkeys(_INVALID, keys(KeyState.INVALID)),
    "expired_token": keys(KeyState.EXPIRED),
    _IP_NOT_ALLOWED: keys(KeyState.IP_NOT_ALLOWED),
    **dict.fromkeys(("PERMISSION_DENIED", "invalid_scope"), keys(KeyState.NO_PERMISSION)),
    _OUR_TIME: ClockSkewed,
    **dict.fromkeys(("rate_limit_exceeded", "resource_exhausted", "RESOURCE_EXHAUSTED"), limited),
    **dict.fromkeys(("NOT_FOUND", "not_found"), NotOffered),
    **dict.fromkeys(("internal_server_error", "INTERNAL", "UNAVAILABLE", "unknown"), unavailable),
    "DEADLINE_EXCEEDED": timed_out,
}

EXCHANGE_CODES: dict[str, Make] = {
    **dict.fromkeys(("Invalid API Key", "invalid signature", "Invalid Passphrase"), keys(KeyState.INVALID)),
    "IP does not match IP whitelist": keys(KeyState.IP_NOT_ALLOWED),
    "Forbidden": keys(KeyState.NO_PERMISSION),
    _OUR_TIME: ClockSkewed,
    **dict.fromkeys(
        ("Public rate limit exceeded", "Private rate limit exceeded", "Slow rate limit exceeded"), limited
    ),
    **dict.fromkeys(("Internal server error", "System is under maintenance"), unavailable),
}


def code_in(body: Mapping[str, Any]) -> str:
    """Advanced's `error`, or the first of the older API's; its words where only they tell it apart."""
    errors = body.get("errors")
    first = errors[0] if isinstance(errors, list) and errors else body
    if not isinstance(first, dict):
        return ""
    code, words = first.get("id") if first is not body else body.get("error"), first.get("message")
    return words if words in (_IP_NOT_ALLOWED, _OUR_TIME) else str(code or "")


def words_in(body: Mapping[str, Any]) -> str:
    """Coinbase Exchange has no codes: its `message` is one."""
    words = body.get("message")
    return words if isinstance(words, str) else ""


ERRORS = Errors(CODES, code_in=code_in)
EXCHANGE_ERRORS = Errors(EXCHANGE_CODES, code_in=words_in)
