"""Alembic's entry: runs the revisions on the connection it is handed, all in one transaction."""

from alembic import context

connection = context.config.attributes["connection"]
# Alembic takes SQLite for a database whose schema changes are in no transaction, and would commit each.
context.configure(connection=connection, transactional_ddl=True, transaction_per_migration=False)
with context.begin_transaction():
    context.run_migrations()
