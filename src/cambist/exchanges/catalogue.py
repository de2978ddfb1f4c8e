"""The catalogue of markets: a row a market, in its exchange's folder; any other goes by default rules."""

from collections.abc import Mapping
from functools import lru_cache

from cambist.core.errors import NotFound
from cambist.core.terms import Market
from cambist.exchanges.capabilities import NO_DEPOSITS
from cambist.exchanges.dialects.binance.markets import MARKETS as BINANCE
from cambist.exchanges.dialects.bitfinex.markets import MARKETS as BITFINEX
from cambist.exchanges.dialects.bitget.markets import MARKETS as BITGET
from cambist.exchanges.dialects.bitstamp.markets import MARKETS as BITSTAMP
from cambist.exchanges.dialects.bitvavo.markets import MARKETS as BITVAVO
from cambist.exchanges.dialects.bybit.markets import MARKETS as BYBIT
from cambist.exchanges.dialects.coinbase.markets import MARKETS as COINBASE
from cambist.exchanges.dialects.cryptocom.markets import MARKETS as CRYPTOCOM
from cambist.exchanges.dialects.deribit.markets import MARKETS as DERIBIT
from cambist.exchanges.dialects.dydx.markets import MARKETS as DYDX
from cambist.exchanges.dialects.gate.markets import MARKETS as GATE
from cambist.exchanges.dialects.gemini.markets import MARKETS as GEMINI
from cambist.exchanges.dialects.htx.markets import MARKETS as HTX
from cambist.exchanges.dialects.hyperliquid.markets import MARKETS as HYPERLIQUID
from cambist.exchanges.dialects.kraken.markets import MARKETS as KRAKEN
from cambist.exchanges.dialects.kucoin.markets import MARKETS as KUCOIN
from cambist.exchanges.dialects.mexc.markets import MARKETS as MEXC
from cambist.exchanges.dialects.okx.markets import MARKETS as OKX
from cambist.exchanges.dialects.whitebit.markets import MARKETS as WHITEBIT
from cambist.exchanges.library import ccxt_library

CATALOGUE = {
    market.code: market
    for market in (
        *BINANCE,
        *BYBIT,
        *OKX,
        *KRAKEN,
        *COINBASE,
        *KUCOIN,
        *GATE,
        *BITGET,
        *HTX,
        *BITFINEX,
        *BITSTAMP,
        *GEMINI,
        *CRYPTOCOM,
        *DERIBIT,
        *HYPERLIQUID,
        *DYDX,
        *MEXC,
        *WHITEBIT,
        *BITVAVO,
    )
}

# An exchange of the catalogue by its ccxt id: the first of its markets.
_BY_CCXT_ID = {market.ccxt_id: market for market in reversed(CATALOGUE.values())}
# What ccxt has two exchanges for, and is one.
_BY_CCXT_ID["kucoinfutures"] = CATALOGUE["kucoin_futures"]


def market_of(code: str) -> Market:
    """The market of a code. Raises NotFound for one that is neither in the catalogue nor a ccxt id."""
    return CATALOGUE.get(code) or _BY_CCXT_ID.get(code) or _by_default_rules(code)


@lru_cache(maxsize=256)
def _by_default_rules(code: str) -> Market:
    """A market for any ccxt exchange: its default wallet, the keys that ccxt says it needs."""
    if code in _RENAMED:
        raise NotFound(f"There is no exchange {code!r}; it is {_RENAMED[code]!r} now.")
    library = ccxt_library()
    if code not in library.exchanges:
        dropped = ": ccxt, by which it was read, has dropped it" if code in _DROPPED else ""
        raise NotFound(f"There is no exchange {code!r}{dropped}.")
    described = getattr(library, code)().describe()
    name = described["name"]
    if described["has"].get("fetchBalance") is not True:
        raise NotFound(f"{name} tells no balances, so an account there cannot be connected.")
    return Market(
        code=code,
        ccxt_id=code,
        exchange_name=name,
        pretty_display_type=name.replace(" ", "").replace(".", ""),
        icon="exchange",
        url=_first(described["urls"].get("www")),
        help_url=_first(described["urls"].get("doc")),
        credentials=_credentials(name, described["requiredCredentials"]),
        wallets=("default",),
        capabilities=NO_DEPOSITS,
    )


def _credentials(name: str, required: Mapping[str, bool]) -> tuple[str, ...]:
    """Ours for those that ccxt says it needs; an exchange that needs none is read by a wallet's address."""
    needed = [each for each, is_needed in required.items() if is_needed] or ["walletAddress"]
    strange = sorted(set(needed) - set(_CREDENTIALS))
    if strange:
        raise NotFound(f"{name} needs {', '.join(strange)}, which cannot be given.")
    ours = {_CREDENTIALS[each] for each in needed}
    return tuple(each for each in dict.fromkeys(_CREDENTIALS.values()) if each in ours)


def _first(urls: str | list[str] | None) -> str:
    if isinstance(urls, list):
        return urls[0] if urls else ""
    return urls or ""


# ccxt's names of credentials, and ours in the order in which they are asked for.
_CREDENTIALS = {
    "apiKey": "api_key",
    "walletAddress": "address",
    "secret": "secret",
    "privateKey": "secret",
    "password": "passphrase",
    "uid": "customer_id",
    "accountId": "customer_id",
}

# Exchanges that people still ask for: under another name now, or no longer read by ccxt.
_RENAMED = {
    "bitfinex2": "bitfinex",
    "coinbasepro": "gdax",
    "gateio": "gate",
    "hitbtc3": "hitbtc",
    "huobipro": "huobi",
    "okex5": "okx",
}
_DROPPED = frozenset(
    [
        "ascendex",
        "bitbay",
        "bitcoincom",
        "bitforex",
        "bitmart",
        "bitmex",
        "bittrex",
        "bl3p",
        "coinex",
        "currencycom",
        "exmo",
        "ftx",
        "liquid",
        "oceanex",
        "probit",
        "wazirx",
    ]
)
