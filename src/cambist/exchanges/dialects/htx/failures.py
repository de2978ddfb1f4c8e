"""What HTX's codes mean; of a refused signature, and of keys, only the words beside it say why."""

from collections.abc import Mapping
from typing import Any

from cambist.core.errors import ExchangeRefused, LoadFailed, NotOffered
from cambist.core.terms import KeyState
from cambist.exchanges.failures import ClockSkewed, Errors, Make, keys, limited, timed_out, unavailable

# The first words that fit tell: "Signature not valid: Incorrect IP address [ip地址错误]".
_WHY = ("submission time", "ip address", "has expired", "no permission", "request limit")
_REFUSALS = ("api-signature-not-valid", "api-signature-check-failed", "403", "invalid-parameter")


def _not_opened(words: str) -> LoadFailed:
    return NotOffered(f"The exchange has no such account: {words}")


def _of_refusals(why: str, make: Make) -> dict[str, Make]:
    return {f"{code} {why}": make for code in _REFUSALS}


CODES: dict[str, Make] = {
    **dict.fromkeys(
        ("api-signature-not-valid", "api-signature-check-failed", "login-required", "403", "v2 1003"),
        keys(KeyState.INVALID),
    ),
    **_of_refusals("ip address", keys(KeyState.IP_NOT_ALLOWED)),
    **_of_refusals("has expired", keys(KeyState.EXPIRED)),
    **_of_refusals("no permission", keys(KeyState.NO_PERMISSION)),
    **_of_refusals("submission time", ClockSkewed),
    **_of_refusals("request limit", limited),
    "v2 1002": keys(KeyState.NO_PERMISSION),
    # Those of contracts, by number (coin-margined swaps, "Error Code").
    **dict.fromkeys(("12002", "12003", "12006", "12007", "12008"), keys(KeyState.INVALID)),
    "12001": ClockSkewed,
    "12004": keys(KeyState.EXPIRED),
    "12005": keys(KeyState.IP_NOT_ALLOWED),
    "12009": ExchangeRefused,
    **dict.fromkeys(("1010", "1220"), _not_opened),
    **dict.fromkeys(
        ("api-request-too-many", "base-request-exceed-frequency-limit", "rate-too-many-requests", "v2 429"),
        limited,
    ),
    "timeout": timed_out,
    **dict.fromkeys(
        ("gateway-internal-error", "system-maintenance", "order-update-error", "1000", "1004", "v2 500"),
        unavailable,
    ),
}


def code_in(body: Mapping[str, Any]) -> str:
    """The code, and why where its words tell; of an answer of the second interface after "v2"; "" if none."""
    if body.get("status") == "error":
        code = str(body.get("err-code") or body.get("err_code") or "error")
        words = str(body.get("err-msg") or body.get("err_msg") or "").lower()
        why = next((each for each in _WHY if each in words), "")
        return f"{code} {why}" if why and f"{code} {why}" in CODES else code
    told = body.get("code")
    return "" if told in (None, 200, "200") else f"v2 {told}"


ERRORS = Errors(CODES, code_in=code_in)
