"""Below which worth an asset is dust to a user, in USD as text."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0018"


def upgrade() -> None:
    op.add_column("users", sa.Column("dust_usd", sa.Text))
