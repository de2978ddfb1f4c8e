"""What Bybit's codes mean."""

from cambist.core.errors import ExchangeLimiting, LoadFailed
from cambist.core.terms import KeyState
from cambist.exchanges.failures import ClockSkewed, Errors, Make, keys, limited, timed_out, unavailable

# "Terminate all HTTP sessions and wait for at least 10 minutes" (Bybit's rate limit rules).
_SHUT_OUT_S = 600


def _shut_out(words: str) -> LoadFailed:
    return ExchangeLimiting(f"The exchange shuts our address out: {words}", retry_after_s=_SHUT_OUT_S)


CODES: dict[str, Make] = {
    **dict.fromkeys(("10003", "10004", "10007"), keys(KeyState.INVALID)),
    "33004": keys(KeyState.EXPIRED),
    "10010": keys(KeyState.IP_NOT_ALLOWED),
    "10005": keys(KeyState.NO_PERMISSION),
    **dict.fromkeys(("10006", "10429"), limited),
    **dict.fromkeys(("10009", "10018"), _shut_out),
    "10002": ClockSkewed,
    "10000": timed_out,
    **dict.fromkeys(("10016", "10019"), unavailable),
}

ERRORS = Errors(CODES, reset_header="X-Bapi-Limit-Reset-Timestamp")
