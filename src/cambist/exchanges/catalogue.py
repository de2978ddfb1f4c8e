"""The catalogue of markets: one row a market; any other ccxt exchange goes by default rules."""

from functools import lru_cache

from cambist.core.errors import NotFound
from cambist.core.terms import Capabilities, Market
from cambist.exchanges.library import ccxt_library

# Binance's flexible-earn coins as spot rows write them; whole codes, since LDO is a coin of its own.
_EARN_COINS = "BTC ETH BNB USDT USDC FDUSD SOL XRP ADA DOGE TRX DOT LTC LINK AVAX SHIB ATOM UNI BCH ETC"

_BINANCE_QUOTES = ("BTC", "USD", "USDC", "USDT", "EUR", "FDUSD", "TUSD", "DAI", "TRY", "BRL", "PLN", "JPY")

_OKX_QUOTES = ("BTC", "USD", "USDC", "USDT", "EUR", "AUD", "BRL", "TRY", "AED", "SGD")
_WITH_PASSPHRASE = ("api_key", "secret", "passphrase")

CATALOGUE = {
    market.code: market
    for market in (
        Market(
            code="binance",
            ccxt_id="binance",
            exchange_name="Binance Spot",
            pretty_display_type="Binance",
            icon="binance",
            url="https://www.binance.com/",
            help_url="https://www.binance.com/en/support/faq/360002502072",
            quotes=_BINANCE_QUOTES,
            steps=("ETH", "BNB"),
            spellings={f"LD{asset}": asset for asset in _EARN_COINS.split()},
        ),
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
        Market(
            code="okex",
            ccxt_id="okx",
            exchange_name="OKX",
            pretty_display_type="Okex",
            icon="okex",
            url="https://www.okx.com/",
            help_url="https://www.okx.com/help",
            credentials=_WITH_PASSPHRASE,
            wallets=("trading", "funding", "earn"),
            quotes=_OKX_QUOTES,
            steps=("ETH", "OKB"),
        ),
        Market(
            code="okex_futures",
            ccxt_id="okx",
            exchange_name="OKX Futures",
            pretty_display_type="OkexFutures",
            icon="okex_futures",
            url="https://www.okx.com/",
            help_url="https://www.okx.com/help",
            credentials=_WITH_PASSPHRASE,
            wallets=("trading",),  # one account holds spot and futures: the same wallet as okex's
            quotes=_OKX_QUOTES,
            steps=("ETH", "OKB"),
            supported_market_types=("futures",),
            capabilities=Capabilities(hedge_mode_available=True),
        ),
    )
}

# ccxt's names of credentials, and ours.
_CREDENTIALS = {"apiKey": "api_key", "secret": "secret", "password": "passphrase", "uid": "customer_id"}


def market_of(code: str) -> Market:
    """The market of a code. Raises NotFound for one that is neither in the catalogue nor a ccxt id."""
    return CATALOGUE.get(code) or _by_default_rules(code)


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
        capabilities=Capabilities(deposit_enabled=False, fast_convert_available=False),
    )


def _first(urls: str | list[str] | None) -> str:
    if isinstance(urls, list):
        return urls[0] if urls else ""
    return urls or ""
