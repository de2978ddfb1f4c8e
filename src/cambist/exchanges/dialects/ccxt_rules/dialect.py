"""Any exchange that ccxt reads and the catalogue does not know: by ccxt's own readers, behind our checks."""

from typing import Any

from cambist.core.rights import KeyRights
from cambist.exchanges.budget import Weights
from cambist.exchanges.dialect import Dialect
from cambist.exchanges.dialects.ccxt_rules import funding, tickers, trading, wallets
from cambist.exchanges.dialects.ccxt_rules.ledger import sources_by_ccxt
from cambist.exchanges.library import ccxt_library


def dialect_by_ccxt(ccxt_id: str) -> Dialect:
    """Calls are counted as ccxt paces them, one unit each."""
    described = getattr(ccxt_library(), ccxt_id)().describe()
    between_calls_ms = described["rateLimit"]
    return Dialect(
        weights=Weights(max(1, int(60_000 / between_calls_ms)), {}),
        wallets=wallets.WALLETS,
        prices=tickers.PRICES,
        open_orders=trading.open_orders,
        currencies=funding.currencies,
        deposit_address=funding.deposit_address,
        rights=_of_a_wallets_owner if described["requiredCredentials"].get("privateKey") else None,
        ledger=sources_by_ccxt(ccxt_id, described["has"]),
    )


async def _of_a_wallets_owner(_: Any) -> KeyRights:
    """Whoever has a wallet's private key may do all that can be done with it."""
    return KeyRights(read=True, trade=True, withdraw=True, ip_bound=False)
