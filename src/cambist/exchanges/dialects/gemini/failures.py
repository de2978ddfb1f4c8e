"""What Gemini's reasons mean."""

from collections.abc import Mapping
from typing import Any

from cambist.core.errors import ExchangeUnavailable, LoadFailed, NotOffered
from cambist.core.terms import KeyState
from cambist.exchanges.failures import Errors, Make, keys, limited, unavailable


def _nonce_refused(_: str) -> LoadFailed:
    return ExchangeUnavailable(
        "The exchange refuses our nonce: another program uses the same keys, or this machine's clock is off "
        "by more than 30 seconds."
    )


def _not_of_this_account(words: str) -> LoadFailed:
    return NotOffered(f"The exchange has nothing of the kind for this account: {words}")


CODES: dict[str, Make] = {
    **dict.fromkeys(
        (
            "InvalidSignature",
            "InvalidApiKey",
            "MissingApikeyHeader",
            "MissingPayloadHeader",
            "MissingSignatureHeader",
        ),
        keys(KeyState.INVALID),
    ),
    **dict.fromkeys(("RemoteAddressForbidden", "ApiKeyIpFilteringFailure"), keys(KeyState.IP_NOT_ALLOWED)),
    "MissingRole": keys(KeyState.NO_PERMISSION),
    **dict.fromkeys(("InvalidNonce", "MissingNonce"), _nonce_refused),
    "RateLimit": limited,
    **dict.fromkeys(("Maintenance", "System"), unavailable),
    **dict.fromkeys(("AccountNotOfTypeRequired", "NoAccountOfTypeRequired"), _not_of_this_account),
}


def code_in(body: Mapping[str, Any]) -> str:
    return str(body.get("reason") or "error") if body.get("result") == "error" else ""


ERRORS = Errors(CODES, code_in=code_in)
