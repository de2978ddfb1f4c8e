"""Entries of exchanges' ledgers, what loads found changed, and how far each source has told."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"

NET = sa.text("kind IN ('deposit', 'withdrawal', 'transfer', 'coverage')")
OPEN = sa.text("residual <> '0'")


def upgrade() -> None:
    op.create_table(
        "entries",
        sa.Column("account_id", sa.Integer, sa.ForeignKey("accounts.id"), primary_key=True),
        sa.Column("source", sa.Text, primary_key=True),
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("asset", sa.Text, nullable=False),
        sa.Column("amount", sa.Text, nullable=False),
        sa.Column("wallet", sa.Text, nullable=False),
        sa.Column("grp", sa.Text, nullable=False),
        sa.Column("tx", sa.Text, nullable=False),
        sa.Column("is_quote", sa.Boolean, nullable=False),
        sa.Column("btc", sa.Text),
        sa.Column("usd", sa.Text),
        sa.Column("rate", sa.Text),
        sa.Column("estimated", sa.Boolean, nullable=False),
        sa.Column("matched", sa.Boolean, nullable=False, server_default=sa.false()),
        sqlite_with_rowid=False,
    )
    op.create_index("entries_by_time", "entries", ["account_id", "at"])
    op.create_index("entries_net", "entries", ["account_id", "at"], sqlite_where=NET)
    op.create_index("entries_by_tx", "entries", ["tx"], sqlite_where=sa.text("tx <> ''"))
    op.create_table(
        "changes",
        sa.Column("account_id", sa.Integer, sa.ForeignKey("accounts.id"), primary_key=True),
        sa.Column("asset", sa.Text, primary_key=True),
        sa.Column("at", sa.BigInteger, primary_key=True),
        sa.Column("since", sa.BigInteger, nullable=False),
        sa.Column("amount", sa.Text, nullable=False),
        sa.Column("btc", sa.Text),
        sa.Column("usd", sa.Text),
        sa.Column("rate", sa.Text),
        sa.Column("marked_to_market", sa.Boolean, nullable=False),
        sa.Column("residual", sa.Text, nullable=False),
        sa.Column("told", sa.Boolean, nullable=False, server_default=sa.false()),
        sqlite_with_rowid=False,
    )
    op.create_index("changes_open", "changes", ["account_id", "at"], sqlite_where=OPEN)
    op.create_index("changes_by_time", "changes", ["account_id", "at"])
    op.create_table(
        "flow_sources",
        sa.Column("account_id", sa.Integer, sa.ForeignKey("accounts.id"), primary_key=True),
        sa.Column("source", sa.Text, primary_key=True),
        sa.Column("cursor", sa.Text, nullable=False, server_default=""),
        sa.Column("known_from", sa.BigInteger),
        sa.Column("until", sa.BigInteger),
        sa.Column("failure", sa.Text),
        sa.Column("failed_at", sa.BigInteger),
    )
    op.create_table(
        "flow_standing",
        sa.Column("account_id", sa.Integer, sa.ForeignKey("accounts.id"), primary_key=True),
        sa.Column("version", sa.Integer, nullable=False, server_default="0"),
        sa.Column("next_at", sa.BigInteger),
        sa.Column("lease_until", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("known_from", sa.BigInteger),
        sa.Column("changes_from", sa.BigInteger),
        sa.Column("latest", sa.BigInteger, nullable=False, server_default="0"),
    )
    op.add_column("accounts", sa.Column("flows", sa.Text))
