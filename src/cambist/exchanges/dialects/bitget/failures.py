"""What Bitget's codes mean."""

from collections.abc import Mapping
from typing import Any

from cambist.core.errors import ExchangeRefused, LoadFailed, NotOffered
from cambist.core.terms import KeyState
from cambist.exchanges.failures import (
    ClockSkewed,
    Errors,
    Make,
    OtherMode,
    keys,
    limited,
    timed_out,
    unavailable,
)

SUCCESS = "00000"


def _unified(_: str) -> LoadFailed:
    return OtherMode("It is a unified account: connect it as bitget, whose wallet `spot` reads that whole.")


CODES: dict[str, Make] = {
    **dict.fromkeys(
        ("40001", "40002", "40003", "40006", "40009", "40011", "40012", "40037"), keys(KeyState.INVALID)
    ),
    "40018": keys(KeyState.IP_NOT_ALLOWED),
    "40014": keys(KeyState.NO_PERMISSION),
    **dict.fromkeys(("40004", "40005", "40008"), ClockSkewed),
    "429": limited,
    "40010": timed_out,
    **dict.fromkeys(("40015", "40200", "40604"), unavailable),
    **dict.fromkeys(("40013", "40031"), ExchangeRefused),
    "40085": _unified,
    "40084": NotOffered,  # a call of unified accounts for a classic one
}


def code_in(body: Mapping[str, Any]) -> str:
    """The code of a refusal; every other answer has one too, which says that all is well."""
    code = str(body.get("code", ""))
    return "" if code == SUCCESS else code


ERRORS = Errors(CODES, code_in=code_in)
