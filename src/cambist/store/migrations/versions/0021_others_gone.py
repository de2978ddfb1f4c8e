"""Up to which id events are kept no more, of all kinds but plain loads: those go sooner."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    op.add_column("users", sa.Column("others_gone", sa.BigInteger, nullable=False, server_default="0"))
    op.execute("UPDATE users SET others_gone = events_gone")
