"""The catalogue of markets: one row a market; any other ccxt exchange goes by default rules."""

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache

from cambist.core.errors import NotFound
from cambist.core.terms import Capabilities, Market
from cambist.exchanges.kraken.assets import SPELLINGS as KRAKEN_SPELLINGS
from cambist.exchanges.library import ccxt_library

# Binance's flexible-earn coins as spot rows write them; whole codes, since LDO is a coin of its own.
_EARN_COINS = (
    "BTC ETH BNB USDT USDC FDUSD SOL XRP ADA DOGE TRX DOT LTC LINK AVAX SHIB ATOM UNI BCH ETC NEAR APT ARB "
    "OP SUI FIL INJ TON PEPE AAVE XLM ALGO VET ICP POL"
)
_IN_EARN = {f"LD{asset}": asset for asset in _EARN_COINS.split()}

_BINANCE_QUOTES = ("BTC", "USD", "USDC", "USDT", "EUR", "FDUSD", "TUSD", "DAI", "TRY", "BRL", "PLN", "JPY")
_NO_DEPOSITS = Capabilities(deposit_enabled=False, fast_convert_available=False)
_FUTURES = replace(_NO_DEPOSITS, hedge_mode_available=True, smart_selling_supported=False)

_BINANCE = Market(
    code="binance",
    ccxt_id="binance",
    exchange_name="Binance Spot",
    pretty_display_type="Binance",
    icon="binance",
    url="https://www.binance.com/",
    help_url="https://www.binance.com/en/support/faq/360002502072",
    wallets=("spot", "funding", "earn_flexible", "earn_locked"),
    quotes=_BINANCE_QUOTES,
    steps=("ETH", "BNB"),
    spellings=_IN_EARN,
    mirrors=dict.fromkeys(_IN_EARN, "earn_flexible"),
)

_BYBIT = Market(
    code="bybit",
    ccxt_id="bybit",
    exchange_name="Bybit",
    pretty_display_type="Bybit",
    icon="bybit",
    url="https://www.bybit.com/",
    help_url="https://www.bybit.com/en/help-center/article/How-to-create-your-API-key",
    wallets=("unified", "funding"),
    quotes=("BTC", "USD", "USDC", "USDT", "EUR", "DAI", "TRY", "BRL", "PLN"),
    steps=("ETH", "MNT"),
    supported_market_types=("spot", "futures"),
    capabilities=Capabilities(hedge_mode_available=True),
)

_KRAKEN = Market(
    code="kraken",
    ccxt_id="kraken",
    exchange_name="Kraken",
    pretty_display_type="Kraken",
    icon="kraken",
    url="https://www.kraken.com/",
    help_url="https://support.kraken.com/hc/en-us/articles/360000919966",
    wallets=("spot", "margin"),
    quotes=("BTC", "USD", "USDC", "USDT", "EUR", "GBP", "CAD", "AUD", "CHF", "JPY"),
    spellings=KRAKEN_SPELLINGS,
    capabilities=_NO_DEPOSITS,
)

_OKX = Market(
    code="okex",
    ccxt_id="okx",
    exchange_name="OKX",
    pretty_display_type="Okex",
    icon="okex",
    url="https://www.okx.com/",
    help_url="https://www.okx.com/help",
    credentials=("api_key", "secret", "passphrase"),
    wallets=("trading", "funding", "earn"),
    quotes=("BTC", "USD", "USDC", "USDT", "EUR", "AUD", "BRL", "TRY", "AED", "SGD"),
    steps=("ETH", "OKB"),
)

CATALOGUE = {
    market.code: market
    for market in (
        _BINANCE,
        Market(
            code="binance_us",
            ccxt_id="binanceus",
            exchange_name="Binance US Spot",
            pretty_display_type="BinanceUs",
            icon="binance_us",
            url="https://www.binance.us/",
            help_url="https://support.binance.us/",
            quotes=("BTC", "USD", "USDC", "USDT", "EUR", "DAI"),
            steps=("ETH", "BNB"),
        ),
        replace(
            _BINANCE,
            code="binance_margin",
            exchange_name="Binance Margin",
            pretty_display_type="BinanceMargin",
            icon="binance_margin",
            wallets=("cross_margin", "isolated_margin"),
            mirrors={},
            capabilities=_NO_DEPOSITS,
        ),
        replace(
            _BINANCE,
            code="binance_futures",
            exchange_name="Binance Futures USD-M",
            pretty_display_type="BinanceFutures",
            icon="binance_futures",
            wallets=("futures_usdm",),
            mirrors={},
            supported_market_types=("futures",),
            capabilities=_FUTURES,
        ),
        replace(
            _BINANCE,
            code="binance_futures_coin",
            exchange_name="Binance Futures COIN-M",
            pretty_display_type="BinanceFuturesCoin",
            icon="binance_futures_coin",
            wallets=("futures_coinm",),
            mirrors={},
            supported_market_types=("futures",),
            capabilities=_FUTURES,
        ),
        # A market of its own: its one wallet is cross margin and futures in one, so that an account which
        # covered those beside it could count them twice.
        replace(
            _BINANCE,
            code="binance_portfolio_margin",
            exchange_name="Binance Portfolio Margin",
            pretty_display_type="BinancePortfolioMargin",
            icon="binance_portfolio_margin",
            wallets=("portfolio_margin",),
            mirrors={},
            supported_market_types=("spot", "futures"),
            capabilities=_FUTURES,
        ),
        replace(
            _BYBIT,
            code="bybit_spot",
            exchange_name="Bybit Spot",
            pretty_display_type="BybitSpot",
            supported_market_types=("spot",),
            capabilities=Capabilities(),
        ),
        _BYBIT,
        _KRAKEN,
        replace(
            _KRAKEN,
            code="kraken_futures",
            ccxt_id="krakenfutures",
            prices_from="kraken",
            exchange_name="Kraken Futures",
            pretty_display_type="KrakenFutures",
            icon="kraken_futures",
            url="https://futures.kraken.com/",
            help_url="https://support.kraken.com/hc/en-us/articles/360022839451",
            wallets=("futures",),
            supported_market_types=("futures",),
        ),
        _OKX,
        # One account holds spot and futures: its trading wallet is the same as okex's.
        replace(
            _OKX,
            code="okex_futures",
            exchange_name="OKX Futures",
            pretty_display_type="OkexFutures",
            icon="okex_futures",
            wallets=("trading",),
            supported_market_types=("futures",),
            capabilities=Capabilities(hedge_mode_available=True),
        ),
    )
}

# An exchange of the catalogue by its ccxt id: the first of its markets.
_BY_CCXT_ID = {market.ccxt_id: market for market in reversed(CATALOGUE.values())}


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
        capabilities=_NO_DEPOSITS,
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
