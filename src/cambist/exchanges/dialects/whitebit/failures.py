"""What WhiteBIT's errors mean, by their words: one number stands for several of them."""

from collections.abc import Mapping
from typing import Any

from cambist.core.errors import ExchangeUnavailable, LoadFailed
from cambist.core.terms import KeyState
from cambist.exchanges.failures import Errors, Make, keys


def _nonce_refused(_: str) -> LoadFailed:
    """Worth another try: a later nonce may be high enough. With status 429 it is a limit."""
    return ExchangeUnavailable(
        "The exchange refuses our nonce, as when another program uses the same keys: "
        "give Cambist keys of its own."
    )


CODES: dict[str, Make] = {
    "Unauthorized request.": keys(KeyState.INVALID),
    "This action is unauthorized. Enable your key in API settings": keys(KeyState.INVALID),
    "This action is unauthorized.": keys(KeyState.NO_PERMISSION),
    "This API Key is not authorized to perform this action.": keys(KeyState.NO_PERMISSION),
    "You don't have permission to use this endpoint.": keys(KeyState.NO_PERMISSION),
    "Too many requests.": _nonce_refused,
}


def code_in(body: Mapping[str, Any]) -> str:
    """The words of {"code": 10, "message": "…"} or of {"success": false, "message": [["…"]]}."""
    message = body.get("message")
    while isinstance(message, list) and message:
        message = message[0]
    is_error = "code" in body or body.get("success") is False
    return message if is_error and isinstance(message, str) else ""


ERRORS = Errors(CODES, code_in=code_in)
