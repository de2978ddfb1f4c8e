"""When an account was last attempted: what its next refresh is reckoned from."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("accounts", sa.Column("attempted_at", sa.BigInteger, nullable=False, server_default="0"))
    op.execute(
        "UPDATE accounts SET attempted_at = COALESCE("
        "(SELECT MAX(ended_at) FROM attempts WHERE attempts.account_id = accounts.id), loaded_at)"
    )
    for name, keys in (("accounts_due", "key_state = 'ok'"), ("accounts_with_bad_keys", "key_state <> 'ok'")):
        where = sa.text(f"removed_at IS NULL AND lock_reason IS NULL AND {keys}")
        op.create_index(name, "accounts", ["attempted_at"], sqlite_where=where, postgresql_where=where)
