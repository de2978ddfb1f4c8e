"""What an account covers, and what its last load could not tell.

Up to here every account had one wallet: "default" of an exchange that was read by ccxt's rules. Those of the
catalogue, and those that have come into it since, cover their first wallet.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

_FIRST = {
    "spot": ("binance", "binance_us", "binanceus", "bitstamp", "cryptocom", "gemini", "htx", "kraken"),
    "exchange": ("bitfinex",),
    "unified": ("bybit",),
    "trading": ("okx",),
    "futures": ("krakenfutures",),
}


def upgrade() -> None:
    nothing = '{"missing":[],"unpriced":[]}'
    op.add_column("accounts", sa.Column("coverage", sa.Text, nullable=False, server_default=_only("default")))
    op.add_column("accounts", sa.Column("gaps", sa.Text, nullable=False, server_default=nothing))
    accounts = sa.table("accounts", sa.column("market"), sa.column("coverage"))
    for wallet, markets in _FIRST.items():
        of_these = accounts.c.market.in_(markets)
        op.execute(accounts.update().where(of_these).values(coverage=_only(wallet)))


def _only(wallet: str) -> str:
    return f'{{"wallets":["{wallet}"],"not_covered":[]}}'
