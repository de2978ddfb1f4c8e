"""What keeping secrets sealed and every use written down costs a load: CPU milliseconds, medians."""

import os
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.stages import AT_ONCE, NOW, committed
from cambist.actions.facts import Place, SealedCredentials, Turn
from cambist.actions.seal_credentials import open_credentials
from cambist.core.audit import AuditEntry, Event
from cambist.core.history import milliseconds
from cambist.core.terms import Coverage, Secret
from cambist.store.audit import AuditStore
from cambist.store.connection import Connection, connect, queries
from cambist.store.opening import open_database
from cambist.vault.master_key import MasterKey
from cambist.vault.vault import Vault

ROUNDS = 60
TIMES = 10


def guarding_ms() -> dict[str, float]:
    """{part: milliseconds} of one load: opening its keys, secret and passphrase, and its audit entry."""
    vault = Vault(MasterKey(os.urandom(32)))
    user_key, sealed = vault.new_user_key(), {}
    for field in ("secret", "passphrase"):
        sealed[field] = vault.seal(Secret("s" * 64), Place(1, user_key, "account:1", field))
    keys = SealedCredentials("key", sealed["secret"], sealed["passphrase"])
    turn = Turn("load", 1, 1, "binance_us", Coverage(("spot",)), user_key, keys)
    (opened,) = _medians_ms([lambda: open_credentials(vault, turn)])
    with TemporaryDirectory() as folder:
        bare, audited = _turns_ms(Path(folder) / "bench.sqlite3", vault)
    return {"open keys": opened, "audit entry": audited - bare, "turn without its entry": bare}


def _turns_ms(path: Path, vault: Vault) -> tuple[float, float]:
    """A turn's part of the transaction that takes it, without and with the entry of the keys' use."""
    database = open_database(path)
    audit = AuditStore(database, vault.audit_link(vault.new_audit_key()))
    connection, count = connect(path), iter(range(10**9))
    connection.execute("PRAGMA foreign_keys = OFF")

    def taken(connection: Connection, audited: bool) -> None:
        for _ in range(AT_ONCE):
            load_id, at = f"{next(count):024x}", milliseconds(NOW)
            queries.record_attempt(
                connection, load_id=load_id, user_id=1, account_id=1, cause="bench", at=at, failure=None
            )
            if audited:
                audit.append(connection, AuditEntry(NOW, Event.KEYS_USED, "bench", 1, 1, load_id))

    try:
        bare, audited = _medians_ms(
            [
                lambda: committed(connection, lambda open_: taken(open_, False)),
                lambda: committed(connection, lambda open_: taken(open_, True)),
            ]
        )
        return bare / AT_ONCE, audited / AT_ONCE
    finally:
        connection.close()
        database.close()


def _medians_ms(stages: list[Callable[[], object]]) -> list[float]:
    """CPU milliseconds of one run of each; their batches take turns, so that all see the same machine."""
    spent: list[list[float]] = [[] for _ in stages]
    for _ in range(ROUNDS):
        for stage, batches in zip(stages, spent, strict=True):
            before = time.process_time()
            for _ in range(TIMES):
                stage()
            batches.append((time.process_time() - before) * 1000 / TIMES)
    return [statistics.median(batches) for batches in spent]
