"""What belongs to the installation itself: the check value of its master key, the key of its audit log."""

from cambist.store.connection import Connection, queries
from cambist.store.database import Database

MASTER_KEY_CHECK = "master_key_check"
AUDIT_KEY = "audit_key"


class InstallationStore:
    """Notes made once, when the installation is."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def master_key_check(self) -> str | None:
        """The check value of the master key that this data was written under; None before the first."""
        return self._note(MASTER_KEY_CHECK)

    def audit_key(self) -> bytes | None:
        """The key that chains the audit log, wrapped by the master key."""
        text = self._note(AUDIT_KEY)
        return None if text is None else bytes.fromhex(text)

    async def found(self, master_key_check: str, audit_key: bytes) -> None:
        """Keeps both, unless they are there already."""

        def work(connection: Connection) -> None:
            for name, value in ((MASTER_KEY_CHECK, master_key_check), (AUDIT_KEY, audit_key.hex())):
                queries.keep_note_of_installation(connection, name=name, value=value)

        await self._database.write(work)

    def _note(self, name: str) -> str | None:
        row = queries.note_of_installation(self._database.reader, name=name)
        return None if row is None else str(row["value"])
