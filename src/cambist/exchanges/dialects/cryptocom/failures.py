"""What Crypto.com's codes mean, those of its older interface too."""

from cambist.core.terms import KeyState
from cambist.exchanges.failures import (
    Errors,
    Make,
    clock_is_off,
    keys,
    limited,
    timed_out,
    unavailable,
)

CODES: dict[str, Make] = {
    **dict.fromkeys(("40101", "10002"), keys(KeyState.INVALID)),
    **dict.fromkeys(("40103", "10003"), keys(KeyState.IP_NOT_ALLOWED)),
    "40301": keys(KeyState.NO_PERMISSION),
    **dict.fromkeys(("40102", "10007"), clock_is_off),
    **dict.fromkeys(("42901", "10006"), limited),
    "40801": timed_out,
    **dict.fromkeys(("50001", "9010001"), unavailable),
}

ERRORS = Errors(CODES)
