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

# -2015 is said of bad keys and of good ones that lack a permission alike. What may be needed beside “Enable
# Reading”: github.com/ccxt/node-binance-api/issues/629 (futures), github.com/ccxt/ccxt/issues/20905
# (portfolio margin). Of margin no source was found that says so: it is documented as any data of a user.
_FUTURES = (
    "they may lack “Enable Futures”, which keys older than the futures account, or of an account in "
    "portfolio margin mode, cannot have"
)
NEEDS = {
    "cross_margin": "they may lack “Enable Spot & Margin Trading”",
    "futures_usdm": _FUTURES,
    "futures_coinm": _FUTURES,
    "portfolio_margin": (
        "they may lack “Enable Portfolio Margin Trading”, which keys older than that mode cannot have"
    ),
}
