"""Where a key may be used from, requests counted lately, and who is held back."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.add_column("api_keys", sa.Column("allow", sa.Text, nullable=False, server_default=""))
    op.create_table(
        "traffic",
        sa.Column("subject", sa.Text, primary_key=True),
        sa.Column("process", sa.Text, primary_key=True),
        sa.Column("until", sa.BigInteger, nullable=False, index=True),
        sa.Column("by_second", sa.LargeBinary, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "restrictions",
        sa.Column("subject", sa.Text, primary_key=True),
        sa.Column("until", sa.BigInteger, nullable=False, index=True),
        sa.Column("bans", sa.Integer, nullable=False),
        sa.Column("banned_until", sa.BigInteger),
        sqlite_with_rowid=False,
    )
