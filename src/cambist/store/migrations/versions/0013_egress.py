"""By which egress an account's keys are used and from which address they worked; waits by our addresses.

What was told before was told to the address without a name.
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.add_column("accounts", sa.Column("egress", sa.Text))
    op.add_column("accounts", sa.Column("worked_from", sa.Text))
    op.rename_table("waits", "waits_of_one_address")
    op.create_table(
        "waits",
        sa.Column("exchange", sa.Text, primary_key=True),
        sa.Column("address", sa.Text, primary_key=True),
        sa.Column("until", sa.BigInteger, nullable=False),
    )
    op.execute("INSERT INTO waits SELECT exchange, '', until FROM waits_of_one_address")
    op.drop_table("waits_of_one_address")
