"""The audit log: a chain of entries that are only ever added."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("event", sa.Text, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("user_id", sa.Integer),
        sa.Column("account_id", sa.Integer),
        sa.Column("about", sa.Text, nullable=False),
        sa.Column("link", sa.LargeBinary, nullable=False),
    )
    op.create_index(
        "audit_of_account", "audit", ["account_id", "id"], sqlite_where=sa.text("account_id IS NOT NULL")
    )
