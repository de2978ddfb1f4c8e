"""The kind of each key of ours, and the nonces that strict signatures have spent."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.add_column("api_keys", sa.Column("kind", sa.Text, nullable=False, server_default="system"))
    op.execute("UPDATE api_keys SET kind = 'rsa' WHERE public_key IS NOT NULL")
    op.create_table(
        "nonces",
        sa.Column("api_key_id", sa.Integer, primary_key=True),
        sa.Column("nonce", sa.Text, primary_key=True),
        sa.Column("until", sa.BigInteger, nullable=False, index=True),
        sa.Column("replayed", sa.Boolean, nullable=False, server_default=sa.false()),
        sqlite_with_rowid=False,
    )
