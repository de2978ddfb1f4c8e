"""The kind of each key of ours: by whose rules its requests are signed."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.add_column("api_keys", sa.Column("kind", sa.Text, nullable=False, server_default="system"))
    op.execute("UPDATE api_keys SET kind = 'rsa' WHERE public_key IS NOT NULL")
