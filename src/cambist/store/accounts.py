"""Exchange accounts as they stand."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

import msgspec

from cambist.actions.facts import AccountChange, AccountDraft, Load, SealedCredentials
from cambist.core.audit import AuditEntry, Event
from cambist.core.coverage import check_counted_once
from cambist.core.errors import NotFound
from cambist.core.history import milliseconds
from cambist.core.terms import Account
from cambist.store.answers import AnswerStore
from cambist.store.audit import AuditStore
from cambist.store.connection import Connection, queries
from cambist.store.coverage import coverages_beside
from cambist.store.database import Database
from cambist.store.documents import encode_coverage, encode_figures, encode_flows, encode_gaps
from cambist.store.events import tell_first_load
from cambist.store.loads import snapshot_and_receipt
from cambist.store.memo import Memo
from cambist.store.noting import note
from cambist.store.replacing import replacing
from cambist.store.rights import keep_rights_of_new_keys
from cambist.store.rows import account_from
from cambist.store.users import data_key_of

MOST_PAGES = 100


class AccountStore:
    """Fits the port `Accounts`."""

    def __init__(self, database: Database, audit: AuditStore, answers: AnswerStore) -> None:
        self._database = database
        self._audit = audit
        self._answers = answers
        self._accounts: Memo[tuple[int, int], Account] = Memo(
            database, lambda key: _account(database.reader, *key)
        )
        self._pages: Memo[tuple[int, int, int], list[Account]] = Memo(
            database, lambda page: _listed(database.reader, *page), MOST_PAGES
        )

    async def get(self, user_id: int, account_id: int) -> Account:
        return self._accounts.get((user_id, account_id))

    async def listed(
        self, user_id: int, api_key: str | None = None, limit: int = 100, offset: int = 0
    ) -> list[Account]:
        if api_key is None:
            return self._pages.get((user_id, limit, offset))
        return _listed(self._database.reader, user_id, limit, offset, api_key)

    async def in_summary(self, user_id: int, most: int) -> list[Account]:
        rows = queries.accounts_in_summary(self._database.reader, user_id=user_id, most=most)
        return [account_from(row) for row in rows]

    async def markets_connected(self, user_id: int, api_key: str | None = None) -> frozenset[str]:
        rows = queries.markets_connected(self._database.reader, user_id=user_id, api_key=api_key)
        return frozenset(row["market"] for row in rows)

    async def covered_already(self, draft: AccountDraft) -> list[tuple[str, ...]]:
        return _covered_already(self._database.reader, draft)

    async def of_exchange_account(self, account: Account, markets: Sequence[str]) -> list[Account]:
        rows = queries.accounts_of_exchange_account(
            self._database.reader,
            user_id=account.user_id,
            markets=msgspec.json.encode(markets).decode(),
            api_key=account.api_key,
            uid=account.uid,
        )
        return [account_from(row) for row in rows]

    async def egresses_in_use(self, draft: AccountDraft) -> Mapping[str | None, tuple[int, bool]]:
        rows = queries.egresses_in_use(
            self._database.reader,
            user_id=draft.user_id,
            markets=msgspec.json.encode(draft.markets).decode(),
            api_key=draft.api_key,
        )
        return {row["egress"]: (row["accounts"], bool(row["has_keys"])) for row in rows}

    async def connect(
        self, draft: AccountDraft, seal: Callable[[int, bytes], SealedCredentials], load: Load
    ) -> Account:
        write = snapshot_and_receipt(load)
        keep_answers = self._answers.keeping(load.receipt.load_id, load.snapshot.at, load.answers)

        def work(connection: Connection) -> Account:
            at = milliseconds(load.snapshot.at)
            check_counted_once(draft.wallets, _covered_already(connection, draft))
            added = queries.add_account(
                connection,
                user_id=draft.user_id,
                market=draft.market,
                name=draft.name,
                api_key=draft.api_key,
                uid=draft.uid,
                egress=load.egress.name or None,
                worked_from=load.egress.shows or None,
                coverage=encode_coverage(load.coverage),
                figures=encode_figures(load.figures),
                load_id=load.receipt.load_id,
                complete=load.complete,
                gaps=encode_gaps(load.gaps),
                flows=encode_flows(load.flows),
                at=at,
                fresh_until=milliseconds(load.fresh_until),
            )
            account_id = added["id"]
            sealed = seal(account_id, data_key_of(connection, draft.user_id))
            queries.set_credentials(
                connection,
                id=account_id,
                secret=sealed.secret,
                passphrase=sealed.passphrase,
                customer_id=sealed.customer_id,
            )
            keep_rights_of_new_keys(connection, account_id, draft.rights, load.snapshot.at)
            queries.record_attempt(
                connection,
                load_id=load.receipt.load_id,
                user_id=draft.user_id,
                account_id=account_id,
                cause=load.receipt.cause,
                at=at,
                failure=None,
            )
            connected = AuditEntry(
                load.snapshot.at,
                Event.KEYS_CONNECTED,
                load.receipt.cause,
                draft.user_id,
                account_id,
                load.receipt.load_id,
            )
            self._audit.append(connection, connected)
            write(connection, account_id)
            keep_answers(connection, account_id)
            tell_first_load(connection, draft.user_id, account_id, load)
            note(connection, account_id, load, None)
            return _account(connection, draft.user_id, account_id)

        return await self._database.write(work)

    async def rename(self, user_id: int, account_id: int, name: str, at: datetime) -> Account:
        def work(connection: Connection) -> Account:
            queries.rename_account(connection, user_id=user_id, id=account_id, name=name, at=milliseconds(at))
            return _account(connection, user_id, account_id)

        return await self._database.write(work)

    async def update(self, user_id: int, account_id: int, change: AccountChange, at: datetime) -> Account:
        replace_keys = None if change.keys is None else replacing(change.keys, self._audit, self._answers)

        def work(connection: Connection) -> Account:
            row = queries.account(connection, user_id=user_id, id=account_id)
            if row is None:
                raise NotFound("Not Found")
            if replace_keys is not None:
                replace_keys(connection, row)
            queries.change_account(
                connection,
                name=change.name,
                include_in_summary=change.include_in_summary,
                at=milliseconds(at),
                id=account_id,
            )
            return _account(connection, user_id, account_id)

        return await self._database.write(work)

    async def lock(self, user_id: int, account_id: int, reason: str, by: str, at: datetime) -> Account:
        def work(connection: Connection) -> Account:
            queries.lock_account(
                connection,
                reason=reason,
                for_keys=False,
                at=milliseconds(at),
                id=account_id,
                user_id=user_id,
            )
            locked = _account(connection, user_id, account_id)
            entry = AuditEntry(at, Event.ACCOUNT_LOCKED, by, user_id, account_id, reason)
            self._audit.append(connection, entry)
            return locked

        return await self._database.write(work)

    async def unlock(self, user_id: int, account_id: int, by: str, at: datetime) -> Account:
        def work(connection: Connection) -> Account:
            unlocked = queries.unlock_account(connection, id=account_id, user_id=user_id, at=milliseconds(at))
            if unlocked:
                entry = AuditEntry(at, Event.ACCOUNT_UNLOCKED, by, user_id, account_id)
                self._audit.append(connection, entry)
            return _account(connection, user_id, account_id)

        return await self._database.write(work)

    async def remove(self, user_id: int, account_id: int, by: str, at: datetime) -> None:
        def work(connection: Connection) -> None:
            if not queries.remove_account(connection, user_id=user_id, id=account_id, at=milliseconds(at)):
                raise NotFound("Not Found")
            queries.erase_answers(connection, account_id=account_id)
            self._audit.append(connection, AuditEntry(at, Event.KEYS_ERASED, by, user_id, account_id))

        await self._database.write(work)


def _covered_already(connection: Connection, draft: AccountDraft) -> list[tuple[str, ...]]:
    return coverages_beside(connection, draft.user_id, draft.markets, draft.api_key, draft.uid)


def _listed(
    connection: Connection, user_id: int, limit: int, offset: int, api_key: str | None = None
) -> list[Account]:
    rows = queries.accounts_of_user(connection, user_id=user_id, api_key=api_key, limit=limit, offset=offset)
    return [account_from(row) for row in rows]


def _account(connection: Connection, user_id: int, account_id: int) -> Account:
    row = queries.account(connection, user_id=user_id, id=account_id)
    if row is None:
        raise NotFound("Not Found")
    return account_from(row)
