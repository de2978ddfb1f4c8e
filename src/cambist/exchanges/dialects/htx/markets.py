"""HTX's row of the catalogue, under the code it has had since it was Huobi."""

from cambist.core.terms import Market
from cambist.exchanges.capabilities import NO_DEPOSITS

MARKETS = (
    Market(
        code="huobi",
        permission="Read",
        not_read={
            "USDT-margined futures": "whether what is told holds isolated positions is not documented",
            "points": "no money",
        },
        ccxt_id="htx",
        exchange_name="HTX",
        pretty_display_type="Huobi",
        icon="huobi",
        url="https://www.htx.com/",
        help_url="https://www.htx.com/en-us/apikey/",
        wallets=(
            "spot",
            "cross_margin",
            "isolated_margin",
            "futures_coinm",
            "delivery_coinm",
            "earn",
            "otc",
            "grid",
            "investment",
            "lending",
            "loans",
            "mining",
            "etf",
            "otc_options",
        ),
        positions=frozenset({"futures_coinm", "delivery_coinm"}),
        quotes=("BTC", "USD", "USDT", "USDC", "USDD", "EUR"),
        steps=("ETH", "TRX", "HTX"),
        tells_rights=True,
        supported_market_types=("spot", "futures"),
        capabilities=NO_DEPOSITS,
    ),
)
