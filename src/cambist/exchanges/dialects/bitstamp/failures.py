"""What Bitstamp's errors mean: by code, or by their words where no code is told."""

from collections.abc import Iterator, Mapping
from typing import Any

from cambist.core.terms import KeyState
from cambist.exchanges.failures import (
    Errors,
    Make,
    clock_is_off,
    keys,
    limited,
    nonce_refused,
    unavailable,
)

CODES: dict[str, Make] = {
    **dict.fromkeys(
        (
            "API0001",
            "API key not found",
            "API0005",
            "Invalid signature",
            "Authentication failed",
            "Wrong API key format",
            "Missing key, signature and nonce parameters",
        ),
        keys(KeyState.INVALID),
    ),
    **dict.fromkeys(("API0002", "IP address not allowed"), keys(KeyState.IP_NOT_ALLOWED)),
    **dict.fromkeys(("API0003", "No permission found"), keys(KeyState.NO_PERMISSION)),
    **dict.fromkeys(("API0004", "Invalid nonce"), nonce_refused),
    "API0017": clock_is_off,
    "400.002": limited,
    **dict.fromkeys(
        ("API5011", "API5502", "Bitstamp.net is under scheduled maintenance. We'll be back soon."),
        unavailable,
    ),
}


def code_in(body: Mapping[str, Any]) -> str:
    """The code or words that are known; else the first that are told; "" where the body tells of no error."""
    told = list(_told(body))
    return next((each for each in told if each in CODES), told[0] if told else "")


def _told(body: Mapping[str, Any]) -> Iterator[str]:
    if body.get("status") == "error" or "error" in body or "response_code" in body:
        fields = ("code", "response_code", "reason", "error")
        yield from (str(body[field]) for field in fields if body.get(field))


ERRORS = Errors(CODES, code_in=code_in)
