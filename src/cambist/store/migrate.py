"""Bring a database's schema to this program's: `python -m cambist.store.migrate FILE` (a child process).

Alembic and SQLAlchemy live only here, so that a running server does not carry them.
"""

import sys
from contextlib import suppress
from pathlib import Path
from sqlite3 import Connection, OperationalError

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, event
from sqlalchemy.engine import URL

WAITS_FOR_ANOTHER_S = 60


def migrate(database: Path) -> None:
    """Runs every revision that is missing, in one transaction: all of them or none."""
    url = URL.create("sqlite", database=str(database))
    engine = create_engine(url, connect_args={"timeout": WAITS_FOR_ANOTHER_S})
    # The stdlib driver begins no transaction for DDL of its own accord: begin it ourselves.
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    engine.dispose()


def _prepare(driver: Connection, _: object) -> None:
    """Before the first table, a file can be told to keep track of its pages, so that it can shrink."""
    driver.isolation_level = None
    # Whoever holds the file locked makes its tables, and has told it already; BEGIN waits for them.
    with suppress(OperationalError):
        driver.execute("PRAGMA auto_vacuum = INCREMENTAL")


if __name__ == "__main__":
    migrate(Path(sys.argv[1]))
