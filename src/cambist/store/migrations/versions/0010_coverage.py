"""What an account covers, and what its last load could not tell.

Up to here every account had one wallet: "default" of an exchange that was read by ccxt's rules. Those of the
catalogue, and those that have come into it since, cover their first wallet; those of KuCoin the unified
account too, which ccxt read instead where there was one.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

_FIRST = {
    "spot": ("binance", "binance_us", "binanceus", "kraken", "gate", "bitget"),
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
    of_kucoin = accounts.c.market == "kucoin"
    op.execute(accounts.update().where(of_kucoin).values(coverage=_only("spot", "unified")))


def _only(*wallets: str) -> str:
    named = ",".join(f'"{wallet}"' for wallet in wallets)
    return f'{{"wallets":[{named}],"not_covered":[]}}'
