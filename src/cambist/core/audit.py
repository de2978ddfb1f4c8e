"""The audit log: what an entry says, and the text by which it is chained to the one before."""

import json
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Event(StrEnum):
    """What is worth an entry. Exchange keys are an account's; API keys are those that we issue."""

    KEYS_USED = "exchange keys used"
    KEYS_CONNECTED = "exchange keys connected"
    KEYS_REPLACED = "exchange keys replaced"
    KEYS_MOVED = "exchange keys moved to another egress"
    COVERAGE_CHANGED = "wallets covered changed"
    KEYS_REFUSED = "exchange keys refused"
    KEYS_ERASED = "exchange keys erased"
    ACCOUNT_LOCKED = "account locked"
    ACCOUNT_UNLOCKED = "account unlocked"
    HISTORY_MARKED = "history point marked"
    HISTORY_UNMARKED = "history point unmarked"
    API_KEY_CREATED = "API key created"
    API_KEY_OPENED = "API key opened"
    API_KEY_REVOKED = "API key revoked"
    REQUEST_REFUSED = "request refused"
    USER_ADDED = "user added"
    PREFERENCES_CHANGED = "preferences changed"
    PASSWORD_CHANGED = "password changed"  # noqa: S105 - the name of an event
    SIGNED_IN = "signed in"
    SIGN_IN_REFUSED = "sign-in refused"
    SESSION_ENDED = "session ended"
    FIRST_RUN_OFFERED = "first-run token made"
    MASTER_KEY_ROTATED = "master key rotated"
    WEBHOOK_ADDED = "webhook added"
    WEBHOOK_ROTATED = "webhook given another secret"
    WEBHOOK_ENABLED = "webhook enabled"
    WEBHOOK_DISABLED = "webhook disabled"
    WEBHOOK_REMOVED = "webhook removed"
    EVERYTHING_REVOKED = "everything revoked"


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """Who did what, when and to which account. by: a key of ours, a session, the refresher, a command.

    about: what it concerns, a load's id or the start of a key; never a secret.
    """

    at: datetime
    event: Event
    by: str
    user_id: int | None = None
    account_id: int | None = None
    about: str = ""


FIRST_LINK = bytes(32)
_text = json.JSONEncoder(separators=(",", ":")).encode  # made once: that takes as long as the text


def chained(before: bytes, number: int, entry: AuditEntry) -> bytes:
    """What an entry's link is made over: the link before it, its number, all it says."""
    said = [number, entry.at.isoformat(), entry.event, entry.by, entry.user_id, entry.account_id, entry.about]
    return before + _text(said).encode()
