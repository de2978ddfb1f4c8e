"""What users choose of their figures' form, the currency of each snapshot's rate, daily reference rates."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    op.add_column("users", sa.Column("display_currency", sa.Text))
    op.add_column("users", sa.Column("stablecoins", sa.Text))
    op.add_column("snapshots", sa.Column("currency", sa.Text, server_default="USD"))
    # Of what currency other rates are was not written down.
    op.execute("UPDATE snapshots SET currency = NULL WHERE rate <> '1'")
    op.create_table(
        "daily_rates",
        sa.Column("day", sa.Text, primary_key=True),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("rates", sa.Text, nullable=False),
        sa.Column("read_at", sa.BigInteger, nullable=False),
    )
