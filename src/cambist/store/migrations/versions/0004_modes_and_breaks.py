"""A user's mode; snapshots after which it is not sure that the exchange account stayed the same."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.add_column("users", sa.Column("mode", sa.Text, nullable=False, server_default="real"))
    op.add_column("snapshots", sa.Column("is_break", sa.Boolean, nullable=False, server_default=sa.false()))
    op.drop_index("ix_receipts_account_id", "receipts")
    op.create_index("receipts_of_account", "receipts", ["account_id", "at"])
