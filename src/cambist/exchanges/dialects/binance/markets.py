"""Binance's and Binance US's rows of the catalogue."""

from dataclasses import replace

from cambist.core.terms import Market
from cambist.exchanges.capabilities import FUTURES, NO_DEPOSITS

# Binance's flexible-earn coins as spot rows write them; whole codes, since LDO is a coin of its own.
_EARN_COINS = (
    "BTC ETH BNB USDT USDC FDUSD SOL XRP ADA DOGE TRX DOT LTC LINK AVAX SHIB ATOM UNI BCH ETC NEAR APT ARB "
    "OP SUI FIL INJ TON PEPE AAVE XLM ALGO VET ICP POL"
)
_IN_EARN = {f"LD{asset}": asset for asset in _EARN_COINS.split()}

_QUOTES = ("BTC", "USD", "USDC", "USDT", "EUR", "FDUSD", "TUSD", "DAI", "TRY", "BRL", "PLN", "JPY")

_BINANCE = Market(
    code="binance",
    ccxt_id="binance",
    exchange_name="Binance Spot",
    pretty_display_type="Binance",
    icon="binance",
    url="https://www.binance.com/",
    help_url="https://www.binance.com/en/support/faq/360002502072",
    wallets=("spot", "funding", "earn_flexible", "earn_locked"),
    quotes=_QUOTES,
    steps=("ETH", "BNB"),
    tells_rights=True,
    tells_total=True,
    permission="Enable Reading",
    not_read={
        "margin, futures and portfolio margin": "accounts of their own: connect them as markets of their own",
        "trading bots and copy trading": "only what they are worth in all is told",
        "dual investment, on-chain yields and ETH staking": "have calls of their own, not read yet",
        "crypto loans": "have calls of their own, not read yet",
    },
    spellings=_IN_EARN,
    mirrors=dict.fromkeys(_IN_EARN, "earn_flexible"),
)

MARKETS = (
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
        permission="Enable Reading",
        not_read={"staking": "no call of it is known to us"},
        steps=("ETH", "BNB"),
    ),
    replace(
        _BINANCE,
        code="binance_margin",
        exchange_name="Binance Margin",
        pretty_display_type="BinanceMargin",
        icon="binance_margin",
        wallets=("cross_margin", "isolated_margin"),
        permissions=dict.fromkeys(
            ("cross_margin", "isolated_margin"),
            "Enable Reading (or Enable Spot & Margin Trading)",
        ),
        not_read={},
        mirrors={},
        capabilities=NO_DEPOSITS,
    ),
    replace(
        _BINANCE,
        code="binance_futures",
        exchange_name="Binance Futures USD-M",
        pretty_display_type="BinanceFutures",
        icon="binance_futures",
        wallets=("futures_usdm",),
        positions=frozenset({"futures_usdm"}),
        permission="Enable Reading (or Enable Futures)",
        not_read={"options": "told by an API of their own, not read yet"},
        mirrors={},
        supported_market_types=("futures",),
        capabilities=FUTURES,
    ),
    replace(
        _BINANCE,
        code="binance_futures_coin",
        exchange_name="Binance Futures COIN-M",
        pretty_display_type="BinanceFuturesCoin",
        icon="binance_futures_coin",
        wallets=("futures_coinm",),
        positions=frozenset({"futures_coinm"}),
        permission="Enable Reading (or Enable Futures)",
        not_read={},
        mirrors={},
        supported_market_types=("futures",),
        capabilities=FUTURES,
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
        positions=frozenset({"portfolio_margin"}),
        permission="Enable Portfolio Margin Trading",
        not_read={},
        mirrors={},
        supported_market_types=("spot", "futures"),
        capabilities=FUTURES,
    ),
)
