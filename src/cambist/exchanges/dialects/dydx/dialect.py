"""dYdX v4, by its indexer: what is known of it beyond ccxt."""

from cambist.exchanges.budget import Weights
from cambist.exchanges.dialect import Dialect
from cambist.exchanges.dialects.ccxt_rules import funding
from cambist.exchanges.dialects.dydx import ledger, wallets
from cambist.exchanges.dialects.dydx.failures import ERRORS

_PATHS = (
    "/fills",
    "/fundingPayments/parentSubaccount",
    "/parentSubaccountNumber/0",
    "/transfers/parentSubaccountNumber",
)

DYDX = Dialect(
    weights=Weights(100, dict.fromkeys(_PATHS, 1), window_ms=10_000),
    wallets=wallets.WALLETS,
    prices=wallets.NO_PRICES,
    open_orders=wallets.open_orders,
    currencies=funding.currencies,
    deposit_address=funding.deposit_address,
    errors=ERRORS,
    ledger=ledger.SOURCES,
    tells_time=False,  # ccxt takes its seconds for milliseconds
)
