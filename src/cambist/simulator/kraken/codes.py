"""How Kraken writes the assets that a scenario names."""

_LONG = {
    **{asset: f"X{asset}" for asset in ("ETC", "ETH", "LTC", "MLN", "XLM", "XMR", "XRP", "ZEC")},
    **{asset: f"Z{asset}" for asset in ("AUD", "CAD", "EUR", "GBP", "JPY", "USD")},
    "BTC": "XXBT",
    "DOGE": "XXDG",
}
_SHORT = {"BTC": "XBT", "DOGE": "XDG"}


def code_of(asset: str) -> str:
    """As balances and pairs write it: XXBT, ZUSD, SOL."""
    return _LONG.get(asset, asset)


def short_code(asset: str) -> str:
    """As names and suffixed codes write it: XBT, USD, SOL."""
    return _SHORT.get(asset, asset)


def pair_key(base: str, quote: str) -> str:
    """XXBTZUSD where both have long codes, else XBTUSDT."""
    if base in _LONG and quote in _LONG:
        return code_of(base) + code_of(quote)
    return short_code(base) + short_code(quote)
