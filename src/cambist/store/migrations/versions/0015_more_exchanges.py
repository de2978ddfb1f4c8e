"""Accounts of exchanges that came into the catalogue: they cover the wallet that "default" was of."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"

_DEFAULT = '{"wallets":["default"],"not_covered":[]}'
_BECAME = {
    "account": ("deribit",),
    "exchange": ("bitfinex",),
    "futures": ("kucoinfutures",),
    "spot": (
        "bitget",
        "bitstamp",
        "bitvavo",
        "coinbase",
        "coinbaseexchange",
        "cryptocom",
        "gate",
        "gemini",
        "htx",
        "kucoin",
        "mexc",
        "whitebit",
    ),
}


def upgrade() -> None:
    accounts = sa.table("accounts", sa.column("market"), sa.column("coverage"))
    for wallet, markets in _BECAME.items():
        of_these = accounts.c.market.in_(markets) & (accounts.c.coverage == _DEFAULT)
        op.execute(accounts.update().where(of_these).values(coverage=_DEFAULT.replace("default", wallet)))
