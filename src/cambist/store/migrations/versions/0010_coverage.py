"""What an account covers, and what its last load could not tell.

Up to here every account had one wallet: "spot" of a catalogue market, "default" of any other exchange.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    spot, default = (f'{{"wallets":["{wallet}"],"not_covered":[]}}' for wallet in ("spot", "default"))
    nothing = '{"missing":[],"unpriced":[]}'
    op.add_column("accounts", sa.Column("coverage", sa.Text, nullable=False, server_default=default))
    op.add_column("accounts", sa.Column("gaps", sa.Text, nullable=False, server_default=nothing))
    accounts = sa.table("accounts", sa.column("market"), sa.column("coverage"))
    of_catalogue = accounts.c.market.in_(("binance", "binance_us"))
    op.execute(accounts.update().where(of_catalogue).values(coverage=spot))
