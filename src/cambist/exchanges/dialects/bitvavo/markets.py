"""Bitvavo's row of the catalogue."""

from cambist.core.terms import Market
from cambist.exchanges.capabilities import NO_DEPOSITS

MARKETS = (
    Market(
        code="bitvavo",
        permission="View information",
        not_read={
            "subaccounts": "connect them by keys of their own",
        },
        ccxt_id="bitvavo",
        exchange_name="Bitvavo",
        pretty_display_type="Bitvavo",
        icon="bitvavo",
        url="https://bitvavo.com/",
        help_url="https://docs.bitvavo.com/docs/get-started/",
        wallets=("spot", "fixed_staking"),
        quotes=("BTC", "USDC", "EUR"),
        steps=(),
        capabilities=NO_DEPOSITS,
    ),
)
