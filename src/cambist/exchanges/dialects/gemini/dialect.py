"""Gemini: what is known of it beyond ccxt."""

from cambist.exchanges.budget import Weights, each_by_itself
from cambist.exchanges.dialect import Dialect
from cambist.exchanges.dialects.gemini import funding, ledger, rights, tickers, trading, wallets
from cambist.exchanges.dialects.gemini.failures import ERRORS

# 120 public calls a minute; 600 of a key, of which one in five seconds may ask for transfers.
_OF_A_KEY = Weights(
    600,
    dict.fromkeys(
        (
            "/v1/balances",
            "/v1/balances/staking",
            "/v1/mytrades",
            "/v1/orders",
            "/v1/roles",
            "/v1/staking/history",
        ),
        1,
    ),
    apart=each_by_itself({"/v2/transfers": 12}, 60_000),
)

GEMINI = Dialect(
    weights=Weights(120, dict.fromkeys(("/v1/symbols", "/v1/pricefeed", "/1m"), 1)),
    key_weights=_OF_A_KEY,
    rising_nonces=True,
    wallets=wallets.WALLETS,
    prices=tickers.PRICES,
    open_orders=trading.open_orders,
    currencies=funding.currencies,
    deposit_address=funding.deposit_address,
    errors=ERRORS,
    rights=rights.rights,
    ledger=ledger.SOURCES,
    candle=tickers.candle,
)
