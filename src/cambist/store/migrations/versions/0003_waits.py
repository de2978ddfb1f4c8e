"""How long exchanges have told us to wait: heard by one process, held to by all."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "waits",
        sa.Column("exchange", sa.Text, primary_key=True),
        sa.Column("until", sa.BigInteger, nullable=False),
    )
