"""What an account's keys may do: as read, when, when last asked for; whether it is locked for it."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.add_column("accounts", sa.Column("rights", sa.Text))
    op.add_column("accounts", sa.Column("rights_read_at", sa.BigInteger))
    op.add_column("accounts", sa.Column("rights_asked_at", sa.BigInteger, nullable=False, server_default="0"))
    op.add_column(
        "accounts", sa.Column("locked_for_keys", sa.Boolean, nullable=False, server_default=sa.false())
    )
    where = sa.text("removed_at IS NULL AND lock_reason IS NULL")
    op.create_index(
        "accounts_rights",
        "accounts",
        ["market", "rights_asked_at"],
        sqlite_where=where,
        postgresql_where=where,
    )
