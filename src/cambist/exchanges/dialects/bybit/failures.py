"""What Bybit's codes mean."""

from cambist.core.errors import ExchangeLimiting, LoadFailed, NotOffered
from cambist.core.terms import KeyState
from cambist.exchanges.failures import (
    BY_STATUS,
    ClockSkewed,
    Errors,
    Make,
    key_limited,
    keys,
    limited,
    timed_out,
    unavailable,
)

# Who has sent too much from an address waits ten minutes at least (Bybit's rate limit rules).
_SHUT_OUT_S = 600


def _shut_out(words: str) -> LoadFailed:
    return ExchangeLimiting(f"The exchange shuts our address out: {words}", retry_after_s=_SHUT_OUT_S)


CODES: dict[str, Make] = {
    **dict.fromkeys(("10003", "10004", "10007"), keys(KeyState.INVALID)),
    **dict.fromkeys(("33004", "-2015"), keys(KeyState.EXPIRED)),
    "10010": keys(KeyState.IP_NOT_ALLOWED),
    "10005": keys(KeyState.NO_PERMISSION),
    "10006": key_limited,
    "10429": limited,
    "10018": _shut_out,
    "10024": NotOffered,  # what rules of compliance do not allow this account
    "10002": ClockSkewed,
    "10000": timed_out,
    **dict.fromkeys(("10016", "10019"), unavailable),
}

# A 403 without a code is "access too frequent", said by what stands before Bybit; one with a code is what the
# code says, such as 10009: the region is not served.
ERRORS = Errors(CODES, reset_header="X-Bapi-Limit-Reset-Timestamp", by_status={**BY_STATUS, 403: _shut_out})
