"""Gate's rows of the catalogue."""

from dataclasses import replace

from cambist.core.terms import Market
from cambist.exchanges.capabilities import FUTURES, NO_DEPOSITS

_GATE = Market(
    code="gate_io",
    permission="Spot Trade, Wallet and Unified Account (if it is one, Perpetual Futures too), read only",
    not_read={
        "quant, Alpha, TradFi, payment accounts": "have calls of their own, not read yet",
        "dual and structured earn, staking": "have calls of their own, not read yet",
        "margin lending from before unified accounts": "not read",
    },
    ccxt_id="gate",
    exchange_name="Gate",
    pretty_display_type="GateIo",
    icon="gate_io",
    url="https://www.gate.com/",
    help_url="https://www.gate.com/help/guide/common/17521",
    wallets=("spot", "isolated_margin", "earn"),
    quotes=("BTC", "USD", "USDC", "USDT", "TRY"),
    steps=("ETH", "GT"),
    tells_rights=True,
    capabilities=NO_DEPOSITS,
)

MARKETS = (
    _GATE,
    replace(
        _GATE,
        code="gate_io_usdt_perpetual",
        permission="Perpetual Futures, read only",
        not_read={
            "futures in other margin modes": "refused, since what they hold is not told alone",
        },
        exchange_name="Gate USDT Perpetual",
        pretty_display_type="GateIoUsdtPerpetual",
        icon="gate_io_usdt_perpetual",
        url="https://www.gate.com/futures/USDT",
        wallets=("futures_usdt", "delivery_usdt", "options"),
        positions=frozenset({"futures_usdt", "delivery_usdt", "options"}),
        supported_market_types=("futures",),
        capabilities=FUTURES,
    ),
    replace(
        _GATE,
        code="gate_io_btc_perpetual",
        permission="Perpetual Futures, read only",
        not_read={},
        exchange_name="Gate BTC Perpetual",
        pretty_display_type="GateIoBtcPerpetual",
        icon="gate_io_btc_perpetual",
        url="https://www.gate.com/futures/BTC",
        wallets=("futures_btc",),
        positions=frozenset({"futures_btc"}),
        supported_market_types=("futures",),
        capabilities=FUTURES,
    ),
)
