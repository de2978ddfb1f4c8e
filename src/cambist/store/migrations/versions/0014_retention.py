"""How long before a snapshot nothing was measured, marks of wrong ones, receipts' digests, roll-ups done."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.add_column("snapshots", sa.Column("after_ms", sa.BigInteger))
    op.add_column("snapshots", sa.Column("mark", sa.Text))
    op.execute(
        "UPDATE snapshots SET after_ms = at - (SELECT MAX(earlier.at) FROM snapshots AS earlier"
        " WHERE earlier.account_id = snapshots.account_id AND earlier.at < snapshots.at)"
        " WHERE kind <> 'imported'"
    )
    op.add_column("receipts", sa.Column("is_digest", sa.Boolean, nullable=False, server_default=sa.false()))
    op.create_table(
        "roll_ups",
        sa.Column("account_id", sa.Integer, sa.ForeignKey("accounts.id"), primary_key=True),
        sa.Column("until", sa.BigInteger, nullable=False),
    )
