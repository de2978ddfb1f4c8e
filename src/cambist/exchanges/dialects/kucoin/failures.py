"""What KuCoin's codes mean."""

from collections.abc import Mapping
from typing import Any

from cambist.core.errors import ExchangeRefused, NotOffered
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

SUCCESS = frozenset(("200000", "200"))

CODES: dict[str, Make] = {
    **dict.fromkeys(("400001", "400003", "400004", "400005"), keys(KeyState.INVALID)),
    "400006": keys(KeyState.IP_NOT_ALLOWED),
    "400007": keys(KeyState.NO_PERMISSION),
    "400002": ClockSkewed,
    "411100": ExchangeRefused,  # a frozen account
    "429000": limited,
    "408000": timed_out,
    **dict.fromkeys(("300000", "500000"), unavailable),
    "101030": NotOffered,  # margin is not opened
    "112010": OtherMode,  # "Invalid Unified Account user."
}


def code_in(body: Mapping[str, Any]) -> str:
    """The code of a refusal; every other answer has one too, which says that all is well."""
    code = str(body.get("code", ""))
    return "" if code in SUCCESS else code


ERRORS = Errors(CODES, code_in=code_in)
