"""The catalogue of markets: one row a market; any other ccxt exchange goes by default rules."""

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
    wallets=("unified", "funding", "earn_flexible", "earn_fixed", "earn_onchain"),
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
    wallets=("trading", "funding", "earn", "staking"),
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

# ccxt's names of credentials, and ours.
_CREDENTIALS = {"apiKey": "api_key", "secret": "secret", "password": "passphrase", "uid": "customer_id"}


# An exchange of the catalogue by its ccxt id: the first of its markets.
_BY_CCXT_ID = {market.ccxt_id: market for market in reversed(CATALOGUE.values())}


def market_of(code: str) -> Market:
    """The market of a code. Raises NotFound for one that is neither in the catalogue nor a ccxt id."""
    return CATALOGUE.get(code) or _BY_CCXT_ID.get(code) or _by_default_rules(code)


@lru_cache(maxsize=256)
def _by_default_rules(code: str) -> Market:
    """A market for any ccxt exchange: its default wallet, the keys that ccxt says it needs."""
    library = ccxt_library()
    if code not in library.exchanges:
        raise NotFound(f"There is no exchange {code!r}.")
    described = getattr(library, code)().describe()
    needed = [name for name, is_needed in described["requiredCredentials"].items() if is_needed]
    strange = [name for name in needed if name not in _CREDENTIALS]
    if strange:
        raise NotFound(f"{described['name']} needs {', '.join(strange)}, which cannot be given yet.")
    return Market(
        code=code,
        ccxt_id=code,
        exchange_name=described["name"],
        pretty_display_type=described["name"].replace(" ", "").replace(".", ""),
        icon="exchange",
        url=_first(described["urls"].get("www")),
        help_url=_first(described["urls"].get("doc")),
        credentials=tuple(_CREDENTIALS[name] for name in needed),
        wallets=("default",),
        capabilities=_NO_DEPOSITS,
    )


def _first(urls: str | list[str] | None) -> str:
    if isinstance(urls, list):
        return urls[0] if urls else ""
    return urls or ""
