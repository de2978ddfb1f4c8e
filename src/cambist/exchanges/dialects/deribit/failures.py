"""What Deribit's codes mean."""

from collections.abc import Mapping
from typing import Any

from cambist.core.terms import KeyState
from cambist.exchanges.failures import Errors, KeyLimited, Make, keys, timed_out, unavailable

_WAIT_S = 5  # a pool of a hundred calls is full again after so long


def _key_limited(words: str) -> KeyLimited:
    return KeyLimited(f"The exchange limits these keys' calls: {words}", retry_after_s=_WAIT_S)


CODES: dict[str, Make] = {
    **dict.fromkeys(("10000", "13000", "13004", "13007", "13009"), keys(KeyState.INVALID)),
    **dict.fromkeys(("11042", "13012", "13021"), keys(KeyState.NO_PERMISSION)),
    **dict.fromkeys(("10028", "10047", "10066"), _key_limited),
    **dict.fromkeys(("10040", "10041", "11051", "11094", "13025", "13028"), unavailable),
    "13888": timed_out,
}


def code_in(body: Mapping[str, Any]) -> str:
    """The code of {"error": {"message": …, "code": 13009}}; "" where there is no error."""
    error = body.get("error")
    return str(error.get("code", "")) if isinstance(error, dict) else ""


ERRORS = Errors(CODES, code_in=code_in)
