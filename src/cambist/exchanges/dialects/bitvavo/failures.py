"""What Bitvavo's codes mean."""

from collections.abc import Mapping
from typing import Any

from cambist.core.terms import KeyState
from cambist.exchanges.failures import ClockSkewed, Errors, Make, keys, limited, unavailable

CODES: dict[str, Make] = {
    **dict.fromkeys(("300", "301", "305", "306", "308", "309"), keys(KeyState.INVALID)),
    "307": keys(KeyState.IP_NOT_ALLOWED),
    "311": keys(KeyState.NO_PERMISSION),
    **dict.fromkeys(("302", "304"), ClockSkewed),
    **dict.fromkeys(("103", "104", "105", "112"), limited),
    **dict.fromkeys(("101", "107", "108", "109", "111", "400", "404", "430", "431"), unavailable),
}


def code_in(body: Mapping[str, Any]) -> str:
    return str(body.get("errorCode") or "")


ERRORS = Errors(CODES, code_in=code_in, reset_header="bitvavo-ratelimit-resetat")
