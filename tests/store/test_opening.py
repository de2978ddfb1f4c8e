"""Opening a database: made where there is none, migrated once, refused where it is not ours to open."""

import importlib
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine
from sqlalchemy.engine import URL

from cambist.core.errors import SetupError
from cambist.core.signing import KeyKind
from cambist.core.terms import Coverage, Figures
from cambist.exchanges.catalogue import market_of
from cambist.store import connection, opening
from cambist.store.connection import Connection, connect
from cambist.store.documents import encode_figures
from cambist.store.opening import open_database
from cambist.store.waits import WaitStore
from tests.store.builders import AT, SECOND, Store, store_at

TABLES = {
    "accounts",
    "alembic_version",
    "answers",
    "api_keys",
    "attempts",
    "audit",
    "changes",
    "controls",
    "deliveries",
    "entries",
    "events",
    "flow_sources",
    "flow_standing",
    "daily_rates",
    "installation",
    "receipts",
    "restrictions",
    "roll_ups",
    "sessions",
    "sign_in_failures",
    "snapshots",
    "thresholds",
    "traffic",
    "users",
    "waits",
    "webhooks",
}

_VERSIONS = Path(connection.__file__).parent / "migrations" / "versions"
KNOWN = max(file.name[:4] for file in _VERSIONS.glob("*.py"))


def tables_in(path: Path) -> set[str]:
    with closing(sqlite3.connect(path)) as other:
        found = other.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    return {name for (name,) in found if not name.startswith("sqlite_")}


def refusal(path: Path) -> str:
    with pytest.raises(SetupError) as refused:
        open_database(path)
    return str(refused.value)


def pragmas(of: Connection) -> dict[str, object]:
    names = ("journal_mode", "synchronous", "foreign_keys", "secure_delete", "query_only")
    return {name: of.execute(f"PRAGMA {name}").fetchone()[0] for name in names}


@pytest.mark.parametrize("empty_file", [False, True])
@pytest.mark.asyncio
async def test_a_new_database_gets_all_tables_and_writes_every_commit_to_disk(
    tmp_path: Path, empty_file: bool
) -> None:
    path = tmp_path / "cambist.db"
    if empty_file:
        path.touch()
    with store_at(path) as store:
        assert tables_in(path) == TABLES
        kept = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1}
        assert await store.database.write(pragmas) == {**kept, "query_only": 0}
        assert pragmas(store.database.reader) == {**kept, "query_only": 1}


@pytest.mark.asyncio
async def test_opening_again_migrates_nothing_and_finds_what_was_kept(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    await store.user("owner")

    def must_not(path: Path) -> None:
        raise AssertionError(f"{path} was migrated again")

    monkeypatch.setattr(opening, "_migrate", must_not)
    with store_at(store.path) as again:
        assert [user.name for user in await again.users.listed()] == ["owner"]


def test_a_newer_schema_is_refused_with_what_to_do(store: Store) -> None:
    store.change("UPDATE alembic_version SET version_num = '9999'")
    before = store.contents()
    assert refusal(store.path) == (
        f"The database {store.path} was written by a newer Cambist (schema 9999; this program knows "
        f"{KNOWN}): install that version, or restore a backup made before the update."
    )
    assert store.contents() == before


def test_a_file_that_is_no_database_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "cambist.db"
    path.write_bytes(b"this is a letter, not a database\n" * 200)
    before = path.read_bytes()
    assert refusal(path) == f"{path} is not a database that can be opened: file is not a database."
    assert path.read_bytes() == before


def test_a_folder_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path) == (
        f"{tmp_path} is not a database that can be opened: unable to open database file."
    )


@pytest.mark.parametrize("table", ["snapshots", "controls"])  # of the first revision, and of a later one
def test_a_migration_that_fails_is_told_and_leaves_nothing(tmp_path: Path, table: str) -> None:
    path = tmp_path / "cambist.db"
    with closing(sqlite3.connect(path)) as other:
        other.execute(f"CREATE TABLE {table} (of_another TEXT)")
    said = refusal(path)
    assert said.startswith(f"The database {path} could not be brought up to date: ")
    assert tables_in(path) == {table}


def test_a_migration_that_dies_without_a_word_is_told_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    path = tmp_path / "cambist.db"
    assert refusal(path) == f"The database {path} could not be brought up to date: no reason was given"


def test_threads_that_open_an_empty_file_at_once_all_succeed(tmp_path: Path) -> None:
    path = tmp_path / "cambist.db"
    path.touch()
    together = threading.Barrier(3)
    outcomes: list[str] = []

    def run() -> None:
        together.wait()
        try:
            open_database(path).close()
        except BaseException as failure:  # noqa: BLE001 - told to the test
            outcomes.append(repr(failure))
        else:
            outcomes.append("opened")

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes == ["opened"] * 3
    assert tables_in(path) == TABLES


def test_a_new_file_is_opened_when_whoever_writes_to_it_has_done(tmp_path: Path) -> None:
    path = tmp_path / "cambist.db"
    writing = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    writing.execute("CREATE TABLE first (number)")
    writing.execute("BEGIN IMMEDIATE")
    writing.execute("INSERT INTO first VALUES (1)")
    later = threading.Timer(0.2, lambda: writing.execute("COMMIT"))
    later.start()

    with closing(connect(path)) as opened:
        assert opened.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
        assert opened.execute("SELECT number FROM first").fetchone()[0] == 1
    later.join()
    writing.close()


OPEN_AND_WRITE = """
import asyncio, hashlib, sys
from datetime import UTC, datetime
from pathlib import Path
from cambist.store.opening import open_database
from cambist.store.audit import AuditStore
from cambist.store.users import UserStore
print("ready", flush=True)
sys.stdin.readline()
database = open_database(Path(sys.argv[1]))
users = UserStore(database, AuditStore(database, lambda text: hashlib.sha256(text).digest()))
asyncio.run(users.add(sys.argv[2], lambda _: b"key", "test", datetime(2023, 6, 19, tzinfo=UTC)))
database.close()
"""


@pytest.mark.asyncio
async def test_processes_that_open_an_empty_file_at_once_all_succeed(tmp_path: Path) -> None:
    path = tmp_path / "cambist.db"
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", OPEN_AND_WRITE, str(path), name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for name in ("first", "second")
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    said = [process.communicate(timeout=60)[1] for process in processes]
    assert [process.returncode for process in processes] == [0, 0], said
    with store_at(path) as store:
        assert {user.name for user in await store.users.listed()} == {"first", "second"}
        assert (await store.users.add("third", lambda _: b"key", "test", AT)).id == 3


def migrated_to(path: Path, revision: str) -> None:
    """A database as the revision left it; -1 after a revision names the one before it."""
    engine = create_engine(URL.create("sqlite", database=str(path)))
    config = Config()
    config.set_main_option("script_location", str(_VERSIONS.parent))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    engine.dispose()


@pytest.mark.asyncio
async def test_keys_from_before_there_were_kinds_are_of_the_kind_that_they_were(tmp_path: Path) -> None:
    path = tmp_path / "cambist.db"
    (kinds,) = (file.name[:4] for file in _VERSIONS.glob("*_key_kinds.py"))
    migrated_to(path, f"{kinds}-1")
    with closing(sqlite3.connect(path)) as old:
        old.execute("INSERT INTO users (id, name, data_key, created_at) VALUES (1, 'owner', x'00', 0)")
        old.executemany(
            "INSERT INTO api_keys (user_id, api_key, name, permissions, secret, public_key, unsigned_body, "
            "created_at) VALUES (1, ?, '', '', ?, ?, 0, 0)",
            [("with a secret", b"sealed", None), ("with a public half", None, "PEM")],
        )
        old.commit()
    with store_at(path) as store:
        found = {key.api_key: key.kind for key in await store.keys.listed(1)}
    assert found == {"with a secret": KeyKind.SYSTEM, "with a public half": KeyKind.RSA}


@pytest.mark.asyncio
async def test_accounts_from_before_there_was_coverage_cover_the_one_wallet_that_they_had(
    tmp_path: Path,
) -> None:
    path = tmp_path / "cambist.db"
    (coverage,) = (file.name[:4] for file in _VERSIONS.glob("*_coverage.py"))
    migrated_to(path, f"{coverage}-1")
    figures = encode_figures(Figures("USD", Decimal(1), Decimal(2), Decimal(2)))
    with closing(sqlite3.connect(path)) as old:
        old.execute("INSERT INTO users (id, name, data_key, created_at) VALUES (1, 'owner', x'00', 0)")
        old.executemany(
            "INSERT INTO accounts (user_id, market, name, api_key, key_state, include_in_summary, figures, "
            "load_id, complete, loaded_at, attempted_at, fresh_until, created_at, updated_at) "
            "VALUES (1, ?, '', ?, 'ok', 1, ?, 'load', 1, 0, 0, 0, 0, 0)",
            [(market, market, figures) for market in ("binance_us", "hashkey", "okx", "kraken")],
        )
        old.commit()
    with store_at(path) as store:
        found = {account.market: account.coverage for account in await store.accounts.listed(1)}
    first = {"binance_us": "spot", "hashkey": "default", "okx": "trading", "kraken": "spot"}
    assert found == {market: Coverage((wallet,)) for market, wallet in first.items()}


@pytest.mark.asyncio
async def test_accounts_of_exchanges_that_came_into_the_catalogue_cover_what_default_was_of(
    tmp_path: Path,
) -> None:
    path = tmp_path / "cambist.db"
    (came,) = (file.name[:4] for file in _VERSIONS.glob("*_more_exchanges.py"))
    migrated_to(path, f"{came}-1")
    figures = encode_figures(Figures("USD", Decimal(1), Decimal(2), Decimal(2)))
    before = {"deribit": "default", "bitfinex": "default", "htx": "default", "hashkey": "default"}
    before |= {"kucoin": "earn", "kucoinfutures": "default"}
    with closing(sqlite3.connect(path)) as old:
        old.execute("INSERT INTO users (id, name, data_key, created_at) VALUES (1, 'owner', x'00', 0)")
        old.executemany(
            "INSERT INTO accounts (user_id, market, name, api_key, key_state, include_in_summary, figures, "
            "load_id, complete, loaded_at, attempted_at, fresh_until, created_at, updated_at, coverage) "
            "VALUES (1, ?, '', ?, 'ok', 1, ?, 'load', 1, 0, 0, 0, 0, 0, ?)",
            [
                (market, market, figures, f'{{"wallets":["{wallet}"],"not_covered":[]}}')
                for market, wallet in before.items()
            ],
        )
        old.commit()
    with store_at(path) as store:
        found = {account.market: account.coverage.wallets for account in await store.accounts.listed(1)}
    after = {"deribit": "account", "bitfinex": "exchange", "htx": "spot", "hashkey": "default"}
    after |= {"kucoin": "earn", "kucoinfutures": "futures"}
    assert found == {market: (wallet,) for market, wallet in after.items()}


def test_the_wallet_that_default_was_of_is_one_that_its_market_has_now() -> None:
    became = importlib.import_module("cambist.store.migrations.versions.0015_more_exchanges")._BECAME
    assert became
    for wallet, markets in became.items():
        assert {wallet} <= set.intersection(*(set(market_of(market).wallets) for market in markets)), wallet


@pytest.mark.asyncio
async def test_waits_from_before_there_were_egresses_are_those_of_the_address_without_a_name(
    tmp_path: Path,
) -> None:
    path = tmp_path / "cambist.db"
    (egress,) = (file.name[:4] for file in _VERSIONS.glob("*_egress.py"))
    migrated_to(path, f"{egress}-1")
    figures = encode_figures(Figures("USD", Decimal(1), Decimal(2), Decimal(2)))
    with closing(sqlite3.connect(path)) as old:
        old.execute("INSERT INTO waits (exchange, until) VALUES ('binanceus', 1687193457303)")
        old.execute("INSERT INTO users (id, name, data_key, created_at) VALUES (1, 'owner', x'00', 0)")
        old.execute(
            "INSERT INTO accounts (user_id, market, name, api_key, key_state, include_in_summary, figures, "
            "load_id, complete, loaded_at, attempted_at, fresh_until, created_at, updated_at) "
            "VALUES (1, 'binance_us', '', 'key', 'ok', 1, ?, 'load', 1, 0, 0, 0, 0, 0)",
            (figures,),
        )
        old.commit()
    with store_at(path) as store:
        waits = WaitStore(store.database)
        assert waits.until("binanceus", "") == AT
        assert waits.until("binanceus", "203.0.113.7") is None
        assert [account.egress for account in await store.accounts.listed(1)] == [None]

        await waits.keep("binanceus", "203.0.113.7", AT + SECOND)
        await waits.keep("binanceus", "203.0.113.7", AT)
        assert waits.until("binanceus", "203.0.113.7") == AT + SECOND
        assert waits.until("binanceus", "") == AT


@pytest.mark.asyncio
async def test_snapshots_from_before_gaps_and_currencies_were_noted_tell_what_is_known(
    tmp_path: Path,
) -> None:
    path = tmp_path / "cambist.db"
    (retention,) = (file.name[:4] for file in _VERSIONS.glob("*_retention.py"))
    migrated_to(path, f"{retention}-1")
    with closing(sqlite3.connect(path)) as old:
        old.executemany(
            "INSERT INTO snapshots (account_id, at, kind, usd, btc, rate, counts_as_start)"
            " VALUES (?, ?, ?, '1', '1', ?, 1)",
            [
                (1, 0, "imported", "1"),
                (1, 60_000, "own", "1"),
                (1, 90_000, "partial", "1"),
                (2, 70_000, "own", "0.91"),
            ],
        )
        old.commit()
    with store_at(path) as store:
        assert store.rows("SELECT account_id, at, after_ms, mark, currency FROM snapshots ORDER BY 1, 2") == [
            (1, 0, None, None, "USD"),
            (1, 60_000, 60_000, None, "USD"),
            (1, 90_000, 30_000, None, "USD"),
            (2, 70_000, None, None, None),  # a rate of something, which was not written down
        ]
