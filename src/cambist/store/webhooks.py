"""Webhooks and their deliveries: what has been told and is not delivered yet outlives any process."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from sqlite3 import Row
from typing import Any
from urllib.parse import urlsplit

from cambist.core.audit import AuditEntry
from cambist.core.audit import Event as Audited
from cambist.core.errors import InvalidInput, NotFound
from cambist.core.events import Kind, document
from cambist.core.history import milliseconds, moment
from cambist.core.webhooks import CLAIMED_FOR, MOST_WEBHOOKS, Delivery, Sent, Webhook, why_disabled
from cambist.store.audit import AuditStore
from cambist.store.connection import Connection, queries
from cambist.store.database import Database
from cambist.store.events import event_from, tell
from cambist.store.users import data_key_of

_MOST_NEW = 1_000


class WebhookStore:
    """Fits the port `Webhooks`."""

    def __init__(self, database: Database, audit: AuditStore) -> None:
        self._database = database
        self._audit = audit

    async def add(self, webhook: Webhook, seal: Callable[[Webhook], bytes], by: str) -> Webhook:
        def work(connection: Connection) -> Webhook:
            if len(list(queries.webhooks_of_user(connection, user_id=webhook.user_id))) >= MOST_WEBHOOKS:
                raise InvalidInput({"url": [f"is one too many (maximum is {MOST_WEBHOOKS} webhooks)"]})
            added = queries.add_webhook(
                connection,
                user_id=webhook.user_id,
                url=webhook.url,
                kinds=" ".join(webhook.kinds),
                at=milliseconds(webhook.created_at),
            )
            kept = replace(webhook, id=added["id"], user_key=data_key_of(connection, webhook.user_id))
            kept = replace(kept, secret=seal(kept))
            _set_secrets(connection, kept)
            self._enter(connection, Audited.WEBHOOK_ADDED, kept, by, webhook.created_at)
            return kept

        return await self._database.write(work)

    async def get(self, user_id: int, webhook_id: int) -> Webhook:
        return _webhook(self._database.reader, user_id, webhook_id)

    async def listed(self, user_id: int) -> list[Webhook]:
        return [
            _webhook_from(row) for row in queries.webhooks_of_user(self._database.reader, user_id=user_id)
        ]

    async def waiting(self, user_id: int) -> Mapping[int, int]:
        rows = queries.deliveries_waiting(self._database.reader, user_id=user_id)
        return {row["webhook_id"]: row["waiting"] for row in rows}

    async def rotate(
        self, user_id: int, webhook_id: int, rotated: Callable[[Webhook], Webhook], by: str, at: datetime
    ) -> Webhook:
        def work(connection: Connection) -> Webhook:
            kept = rotated(_webhook(connection, user_id, webhook_id))
            _set_secrets(connection, kept)
            self._enter(connection, Audited.WEBHOOK_ROTATED, kept, by, at)
            return kept

        return await self._database.write(work)

    async def enable(self, user_id: int, webhook_id: int, by: str, at: datetime) -> None:
        def work(connection: Connection) -> None:
            if queries.enable_webhook(connection, id=webhook_id, user_id=user_id):
                kept = _webhook(connection, user_id, webhook_id)
                self._enter(connection, Audited.WEBHOOK_ENABLED, kept, by, at)

        await self._database.write(work)

    async def remove(self, user_id: int, webhook_id: int, by: str, at: datetime) -> None:
        def work(connection: Connection) -> None:
            removed = _webhook(connection, user_id, webhook_id)
            queries.remove_webhook(connection, id=webhook_id, user_id=user_id)
            self._enter(connection, Audited.WEBHOOK_REMOVED, removed, by, at)

        await self._database.write(work)

    async def is_anything_due(self, now: datetime) -> bool:
        return bool(queries.something_to_send(self._database.reader, at=milliseconds(now))["is_there"])

    async def claim(self, now: datetime, room: Callable[[int, int], int]) -> list[Delivery]:
        def work(connection: Connection) -> list[Delivery]:
            at = milliseconds(now)
            for row in list(queries.webhooks_behind(connection, most=_MOST_NEW)):
                queries.send_new_events(connection, id=row["id"], at=at, until=row["until"])
                queries.note_sent_until(connection, id=row["id"], until=row["until"])
            return [
                delivery
                for row in list(queries.webhooks_due(connection, at=at))
                for delivery in _claimed(connection, _webhook_from(row), now, room(row["id"], row["due"]))
            ]

        return await self._database.write(work)

    async def delivered(self, delivery: Delivery) -> None:
        def work(connection: Connection) -> None:
            queries.end_delivery(connection, **_named(delivery))
            queries.webhook_works(connection, id=delivery.webhook.id)

        await self._database.write(work)

    async def failed(self, delivery: Delivery, sent: Sent, now: datetime, due_at: datetime | None) -> None:
        def work(connection: Connection) -> None:
            if due_at is None:
                queries.end_delivery(connection, **_named(delivery))
            else:
                queries.put_delivery_off(
                    connection, **_named(delivery), due_at=milliseconds(due_at), failure=sent.why
                )
            queries.webhook_fails(connection, id=delivery.webhook.id, at=milliseconds(now))
            why = why_disabled(delivery.webhook, sent, now)
            if why is not None:
                self._disable(connection, delivery.webhook, why, now)

        await self._database.write(work)

    def _disable(self, connection: Connection, webhook: Webhook, why: str, now: datetime) -> None:
        if queries.disable_webhook(connection, id=webhook.id, at=milliseconds(now), why=why):
            queries.drop_deliveries(connection, webhook_id=webhook.id)
            text = document(Kind.WEBHOOK_DISABLED, webhook.id, why)
            tell(connection, webhook.user_id, None, milliseconds(now), Kind.WEBHOOK_DISABLED, text)
            self._enter(connection, Audited.WEBHOOK_DISABLED, webhook, "server", now)

    def _enter(self, connection: Connection, what: Audited, webhook: Webhook, by: str, at: datetime) -> None:
        """The audit log learns the host alone: the rest of an address may be as good as a password."""
        about = f"webhook {webhook.id} to {urlsplit(webhook.url).hostname}"
        self._audit.append(connection, AuditEntry(at, what, by, webhook.user_id, about=about))


def _claimed(connection: Connection, webhook: Webhook, now: datetime, most: int) -> list[Delivery]:
    rows = queries.deliveries_due(connection, webhook_id=webhook.id, at=milliseconds(now), most=most)
    claimed = [Delivery(webhook, event_from(row), row["tried"] + 1) for row in list(rows)]
    for delivery in claimed:
        queries.claim_delivery(
            connection,
            webhook_id=webhook.id,
            event_id=delivery.event.id,
            until=milliseconds(now + CLAIMED_FOR),
        )
    return claimed


def _named(delivery: Delivery) -> dict[str, Any]:
    """The very try: one that another process has taken over since is no longer this one's to settle."""
    return {
        "webhook_id": delivery.webhook.id,
        "event_id": delivery.event.id,
        "tried": delivery.tried,
    }


def _set_secrets(connection: Connection, webhook: Webhook) -> None:
    queries.set_webhook_secrets(
        connection,
        id=webhook.id,
        secret=webhook.secret,
        old_secret=webhook.old_secret,
        old_until=None if webhook.old_until is None else milliseconds(webhook.old_until),
    )


def _webhook(connection: Connection, user_id: int, webhook_id: int) -> Webhook:
    row = queries.webhook(connection, id=webhook_id, user_id=user_id)
    if row is None:
        raise NotFound("Not Found")
    return _webhook_from(row)


def _webhook_from(row: Row) -> Webhook:
    def when(column: str) -> datetime | None:
        return None if row[column] is None else moment(row[column])

    return Webhook(
        id=row["id"],
        user_id=row["user_id"],
        url=row["url"],
        kinds=tuple(map(Kind, row["kinds"].split())),
        created_at=moment(row["created_at"]),
        user_key=row["data_key"],
        secret=row["secret"],
        old_secret=row["old_secret"],
        old_until=when("old_until"),
        failing_since=when("failing_since"),
        disabled_at=when("disabled_at"),
        disabled_why=row["disabled_why"],
    )
