"""What Binance's codes mean."""

from cambist.core.terms import KeyState
from cambist.exchanges.failures import ClockSkewed, Errors, Make, keys, limited, timed_out, unavailable

CODES: dict[str, Make] = {
    **dict.fromkeys(("-2015", "-2014", "-2008", "-1022"), keys(KeyState.INVALID)),
    "-1002": keys(KeyState.NO_PERMISSION),
    "-1003": limited,
    "-1021": ClockSkewed,
    "-1007": timed_out,
    **dict.fromkeys(("-1000", "-1001", "-1006", "-1008", "-1016", "-3044"), unavailable),
}

ERRORS = Errors(CODES)
