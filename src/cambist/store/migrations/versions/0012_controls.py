"""When an account's exchange was last asked for its own total, and what came of it."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.add_column(
        "accounts", sa.Column("control_asked_at", sa.BigInteger, nullable=False, server_default="0")
    )
    where = sa.text("removed_at IS NULL AND lock_reason IS NULL")
    op.create_index(
        "accounts_controls",
        "accounts",
        ["market", "control_asked_at"],
        sqlite_where=where,
        postgresql_where=where,
    )
    op.create_table(
        "controls",
        sa.Column("account_id", sa.Integer, sa.ForeignKey("accounts.id"), primary_key=True),
        sa.Column("document", sa.Text, nullable=False),
    )
