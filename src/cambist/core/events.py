"""Events: what became of an account, told once, as a small JSON document whose amounts are decimal texts.

No event holds a secret, an exchange's key, or more than a few hundred bytes.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from cambist.core.history import milliseconds
from cambist.core.money import plain_text

KEPT_FOR = timedelta(days=7)
# Longer than webhooks are tried; the history tells of loads as well.
LOADS_KEPT_FOR = timedelta(days=2)
# Of each person: so many of plain loads, and so many of all others, which many loads are not to push out.
MOST_LOADS_KEPT, MOST_OTHERS_KEPT = 10_000, 10_000
_MOST_NAMES = 20
_MOST_CHARACTERS = 300


class Kind(StrEnum):
    """What is told of. What begins is told of once, and once more when it ends."""

    LOADED = "account.loaded"
    KEY_INVALID = "account.key_invalid"
    KEY_OK = "account.key_ok"
    PARTIAL = "account.partial"
    COMPLETE = "account.complete"
    UNRECONCILED = "account.unreconciled"
    RECONCILED = "account.reconciled"
    UNEXPLAINED_CHANGE = "account.unexplained_change"
    THRESHOLD_CROSSED = "account.threshold_crossed"
    WEBHOOK_DISABLED = "webhook.disabled"
    WEBHOOK_TEST = "webhook.test"


# What an event of each kind carries, as docs/events.md says what it is.
CARRIES: Mapping[Kind, tuple[str, ...]] = {
    Kind.LOADED: ("load_id", "complete", "usd", "btc"),
    Kind.KEY_INVALID: ("state", "reason"),
    Kind.KEY_OK: ("load_id",),
    Kind.PARTIAL: ("load_id", "missing"),
    Kind.COMPLETE: ("load_id",),
    Kind.UNRECONCILED: ("load_id", "reason"),
    Kind.RECONCILED: ("load_id",),
    Kind.UNEXPLAINED_CHANGE: ("asset", "amount", "usd", "btc", "from", "until"),
    Kind.THRESHOLD_CROSSED: (
        "threshold_id",
        "measure",
        "side",
        "value",
        "before",
        "now",
        "load_id",
        "complete",
    ),
    Kind.WEBHOOK_DISABLED: ("webhook_id", "reason"),
    Kind.WEBHOOK_TEST: ("webhook_id",),
}

_Value = str | bool | int | None | Sequence[str]
_encoded = json.JSONEncoder(separators=(",", ":")).encode  # made once: that takes as long as the text


@dataclass(frozen=True, slots=True)
class Event:
    """An event as it is kept. id: it grows with time. account_id: None where it is of no account.

    document: JSON, what CARRIES says of its kind.
    """

    id: int
    at: datetime
    user_id: int
    account_id: int | None
    kind: Kind
    document: str

    @property
    def name(self) -> str:
        """Names it over restarts and restored backups: a receiver drops what it has seen."""
        return f"evt_{self.user_id}_{self.id}_{milliseconds(self.at)}"


@dataclass(frozen=True, slots=True)
class Events:
    """Some events, oldest first. until: the id to go on after; missed: whether older ones are gone by now."""

    events: tuple[Event, ...]
    until: int
    missed: bool = False


def document(kind: Kind, *values: _Value) -> str:
    """The document of an event: a value for each name that its kind carries; texts and lists cut short."""
    names = CARRIES[kind]
    return _encoded({name: _short(value) for name, value in zip(names, values, strict=True)})


def loaded(load_id: str, complete: bool, usd: Decimal, btc: Decimal) -> str:
    """The document of a load that brought data, for which every microsecond counts. load_id: hexadecimal."""
    return (
        f'{{"load_id":"{load_id}","complete":{"true" if complete else "false"},'
        f'"usd":"{plain_text(usd)}","btc":"{plain_text(btc)}"}}'
    )


def told(event: Event) -> str:
    """An event as it is sent: a JSON object without a line break, the names as Standard Webhooks has them."""
    at = event.at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    account = "null" if event.account_id is None else event.account_id
    return (
        f'{{"id":{event.id},"type":"{event.kind}","timestamp":"{at}","account_id":{account},'
        f'"data":{event.document}}}'
    )


def unexplained_change(
    asset: str, amount: Decimal, usd: Decimal | None, btc: Decimal | None, since: datetime, until: datetime
) -> str:
    """The document of a change that nothing explains. usd, btc: its worth; None where that is unknown."""
    worths = (None if worth is None else plain_text(worth) for worth in (usd, btc))
    times = (at.isoformat(timespec="milliseconds").replace("+00:00", "Z") for at in (since, until))
    return document(Kind.UNEXPLAINED_CHANGE, asset, plain_text(amount), *worths, *times)


def _short(value: _Value) -> _Value:
    if isinstance(value, str):
        return value if len(value) <= _MOST_CHARACTERS else value[: _MOST_CHARACTERS - 1] + "…"
    if isinstance(value, Sequence):
        return [str(_short(each)) for each in value[:_MOST_NAMES]]
    return value
