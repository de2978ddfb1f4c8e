"""What exchanges answered to loads: a compressed document a load, for as long as a setting says."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.create_table(
        "answers",
        sa.Column("load_id", sa.Text, primary_key=True),
        sa.Column("account_id", sa.Integer, sa.ForeignKey("accounts.id"), nullable=False, index=True),
        sa.Column("at", sa.BigInteger, nullable=False, index=True),
        sa.Column("document", sa.LargeBinary, nullable=False),
    )
