"""OKX's rows of the catalogue."""

from dataclasses import replace

from cambist.core.terms import Capabilities, Market

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
    tells_rights=True,
    tells_total=True,
    permission="Read",
    not_read={
        "dual investment and loans": "have calls of their own, not read yet",
        "ETH and SOL staking": "its tokens count where they lie; what is being redeemed does not",
    },
)

MARKETS = (
    _OKX,
    # One account holds spot and futures: its trading wallet is the same as okex's.
    replace(
        _OKX,
        code="okex_futures",
        exchange_name="OKX Futures",
        pretty_display_type="OkexFutures",
        icon="okex_futures",
        wallets=("trading",),
        not_read={"funding, earn and staking": "wallets of the market okex"},
        supported_market_types=("futures",),
        capabilities=Capabilities(hedge_mode_available=True),
    ),
)
