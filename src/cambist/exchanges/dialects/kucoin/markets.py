"""KuCoin's rows of the catalogue."""

from dataclasses import replace

from cambist.core.terms import Market
from cambist.exchanges.capabilities import FUTURES, NO_DEPOSITS
from cambist.exchanges.dialects.kucoin.assets import SPELLINGS

_KUCOIN = Market(
    code="kucoin",
    permission="General",
    not_read={
        "trading bots and structured earn": "no call of them is read",
        "futures": "a wallet of the market kucoin_futures",
    },
    ccxt_id="kucoin",
    exchange_name="KuCoin",
    pretty_display_type="Kucoin",
    icon="kucoin",
    url="https://www.kucoin.com/",
    help_url="https://www.kucoin.com/support/360015102174",
    credentials=("api_key", "secret", "passphrase"),
    # A unified account is beside the others: of one that is not unified, it holds nothing.
    wallets=("spot", "unified", "cross_margin", "isolated_margin", "earn"),
    quotes=("BTC", "USD", "USDC", "USDT", "EUR", "BRL", "TRY"),
    steps=("ETH", "KCS"),
    spellings=SPELLINGS,
    positions=frozenset({"unified"}),
    supported_market_types=("spot", "futures"),
    tells_rights=True,
    capabilities=NO_DEPOSITS,
)

MARKETS = (
    _KUCOIN,
    # The same exchange to ccxt, so that the same keys are the same account, whose wallets count once.
    replace(
        _KUCOIN,
        code="kucoin_futures",
        not_read={},
        exchange_name="KuCoin Futures",
        pretty_display_type="KucoinFutures",
        icon="kucoin_futures",
        url="https://www.kucoin.com/futures",
        wallets=("futures",),
        positions=frozenset({"futures"}),
        supported_market_types=("futures",),
        capabilities=FUTURES,
    ),
)
