"""What Bitfinex's codes mean; one stands for any error of a request, and its words tell of keys."""

from collections.abc import Mapping
from typing import Any

from cambist.core.terms import KeyState
from cambist.exchanges.failures import Errors, Make, keys, limited, nonce_refused, unavailable

_ANY = "10001"

CODES: dict[str, Make] = {
    **dict.fromkeys(("10100", "10111", "10112", "10113"), keys(KeyState.INVALID)),
    f"{_ANY} permission": keys(KeyState.NO_PERMISSION),
    "10114": nonce_refused,
    **dict.fromkeys(("11010", "ERR_RATE_LIMIT"), limited),
    **dict.fromkeys((_ANY, "20051", "20060", "temporarily_unavailable"), unavailable),
}


def code_in(body: Mapping[str, Any]) -> str:
    """The code; of an object, which gateways before Bitfinex answer, the error that it names."""
    code = str(body.get("error") or body.get("code") or "")
    if code == _ANY and "permission" in str(body.get("message")):
        return f"{_ANY} permission"
    return code


ERRORS = Errors(CODES, code_in=code_in)
