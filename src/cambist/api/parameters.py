"""The parameters that endpoints declare: how each is read, and its schema for the reference page."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Generic, TypeVar

from cambist.api.values import Values
from cambist.core.errors import InvalidInput, NotFound
from cambist.core.history import EPOCH
from cambist.core.money import TYPED_NUMBER, typed_number

MAX_ID = 2**31 - 1
_DAY = timedelta(days=1)
_TIME_OF_DAY = re.compile("([01][0-9]|2[0-3]):[0-5][0-9]")
_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}

T = TypeVar("T")
C = TypeVar("C", bound=str)


@dataclass(frozen=True, slots=True)
class Parameter(Generic[T]):
    """A parameter that an endpoint declares. Unknown names in a request are ignored.

    read: its value among those of a request; raises InvalidInput naming it. schema: its JSON schema.
    """

    name: str
    read: Callable[[Values], T]
    schema: Mapping[str, Any]
    about: str
    required: bool = False


def required_text(name: str, about: str, example: str | None = None) -> Parameter[str]:
    def read(values: Values) -> str:
        text = _text(name, values)
        if text is None:
            raise InvalidInput({name: ["is missing"]})
        return text

    schema: dict[str, Any] = {"type": "string", **({} if example is None else {"examples": [example]})}
    return Parameter(name, read, schema, about, required=True)


def optional_text(name: str, about: str) -> Parameter[str | None]:
    return Parameter(name, lambda values: _text(name, values), {"type": "string"}, about)


def optional_boolean(name: str, about: str) -> Parameter[bool | None]:
    """A JSON boolean, or true, false, 1 or 0 as text."""

    def read(values: Values) -> bool | None:
        value = values.get(name)
        if value is None or isinstance(value, bool):
            return value
        if not isinstance(value, str) or value not in _BOOLEANS:
            raise InvalidInput({name: ["is invalid"]})
        return _BOOLEANS[value]

    return Parameter(name, read, {"type": "boolean"}, about)


def choice(name: str, about: str, choices: Sequence[str], default: str | None = None) -> Parameter[str]:
    """One of some texts; required where it has no default."""

    def read(values: Values) -> str:
        text = _text(name, values)
        if text is None and default is None:
            raise InvalidInput({name: ["is missing"]})
        if text is not None and text not in choices:
            raise InvalidInput({name: ["does not have a valid value"]})
        return text or default or ""

    schema: dict[str, Any] = {"type": "string", "enum": list(choices)}
    if default is not None:
        schema["default"] = default
    return Parameter(name, read, schema, about, required=default is None)


def account_id(name: str, about: str) -> Parameter[int]:
    """Raises NotFound for a number that is no account's."""

    def read(values: Values) -> int:
        value = values.get(name)
        if value is None:
            raise InvalidInput({name: ["is missing"]})
        number = _whole(name, value)
        if not 0 < number <= MAX_ID:
            raise NotFound("Not Found")
        return number

    return Parameter(name, read, {"type": "integer", "minimum": 1, "maximum": MAX_ID}, about, required=True)


def optional_account_id(name: str, about: str) -> Parameter[int | None]:
    """As the required one."""
    required = account_id(name, about)

    def read(values: Values) -> int | None:
        return None if values.get(name) is None else required.read(values)

    return Parameter(name, read, required.schema, about)


def decimal(name: str, about: str) -> Parameter[Decimal]:
    """A decimal number as text, at most 30 digits before the point and 20 after it."""

    def read(values: Values) -> Decimal:
        text = _text(name, values)
        if text is None:
            raise InvalidInput({name: ["is missing"]})
        try:
            return typed_number(text)
        except ValueError:
            raise InvalidInput({name: ["is invalid"]}) from None

    schema = {"type": "string", "pattern": f"^{TYPED_NUMBER.pattern}$"}
    return Parameter(name, read, schema, about, required=True)


def required_moment(name: str, about: str) -> Parameter[datetime]:
    """A time in ISO 8601 (UTC where it names no zone) or seconds since 1970; a date is its first moment."""

    def read(values: Values) -> datetime:
        moment = _moment(name, values, at_end=False)
        if moment is None:
            raise InvalidInput({name: ["is missing"]})
        return moment

    return Parameter(name, read, _MOMENT, about, required=True)


def optional_moment(name: str, about: str, *, at_end: bool = False) -> Parameter[datetime | None]:
    """As a required one. at_end: a date is its last moment."""
    return Parameter(name, lambda values: _moment(name, values, at_end), _MOMENT, about)


def time_of_day(name: str, about: str, default: time) -> Parameter[time]:
    """HH:MM."""

    def read(values: Values) -> time:
        text = _text(name, values)
        if text is None:
            return default
        if _TIME_OF_DAY.fullmatch(text) is None:
            raise InvalidInput({name: ["is invalid"]})
        return time.fromisoformat(text)

    schema = {"type": "string", "pattern": f"^{_TIME_OF_DAY.pattern}$", "default": f"{default:%H:%M}"}
    return Parameter(name, read, schema, about)


def integer(name: str, about: str, default: int, allowed: range) -> Parameter[int]:
    def read(values: Values) -> int:
        value = _whole(name, values.get(name, default))
        if value not in allowed:
            raise InvalidInput({name: ["does not have a valid value"]})
        return value

    bounds = {"minimum": allowed[0], "maximum": allowed[-1], "default": default}
    return Parameter(name, read, {"type": "integer", **bounds}, about)


def optional_integer(name: str, about: str, most: int) -> Parameter[int | None]:
    """From 0 to `most`."""

    def read(values: Values) -> int | None:
        value = values.get(name)
        if value is None:
            return None
        number = _whole(name, value, len(str(most)))
        if not 0 <= number <= most:
            raise InvalidInput({name: ["does not have a valid value"]})
        return number

    return Parameter(name, read, {"type": "integer", "minimum": 0, "maximum": most}, about)


def optional_choices(name: str, about: str, allowed: Sequence[C]) -> Parameter[tuple[C, ...]]:
    """Some of a few words, commas between; empty where it is not given."""
    known = {str(each): each for each in allowed}

    def read(values: Values) -> tuple[C, ...]:
        text = _text(name, values)
        words = [] if text is None else text.split(",")
        if any(word not in known for word in words):
            raise InvalidInput({name: ["does not have a valid value"]})
        return tuple(known[word] for word in dict.fromkeys(words))

    word = "|".join(map(re.escape, known))
    schema = {"type": "string", "pattern": f"^({word})(,({word}))*$", "examples": [str(allowed[0])]}
    return Parameter(name, read, schema, about)


def optional_choice(name: str, about: str, allowed: tuple[str, ...]) -> Parameter[str | None]:
    """One of a few words."""

    def read(values: Values) -> str | None:
        text = _text(name, values)
        if text is not None and text not in allowed:
            raise InvalidInput({name: ["does not have a valid value"]})
        return text

    return Parameter(name, read, {"type": "string", "enum": list(allowed)}, about)


def _text(name: str, values: Values) -> str | None:
    value = values.get(name)
    if value is not None and not isinstance(value, str):
        raise InvalidInput({name: ["is invalid"]})
    return value


def _whole(name: str, value: Any, digits: int = 10) -> int:
    """A JSON integer, or its digits as text."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= digits:
        return int(value)
    if not isinstance(value, int) or isinstance(value, bool):
        raise InvalidInput({name: ["is invalid"]})
    return value


_MOMENT: Mapping[str, Any] = {
    "oneOf": [
        {"type": "string", "format": "date-time"},
        {"type": "string", "format": "date"},
        {"type": "integer", "description": "seconds since 1970, UTC"},
    ]
}


def _moment(name: str, values: Values, at_end: bool) -> datetime | None:
    value = values.get(name)
    if value is None:
        return None
    try:
        if not isinstance(value, str) or value.isdigit():
            return EPOCH + timedelta(seconds=_whole(name, value))
        if len(value) == len("2023-06-19"):
            day = datetime.combine(date.fromisoformat(value), time(), UTC)
            return day + _DAY - timedelta(milliseconds=1) if at_end else day
        told = datetime.fromisoformat(value)
        return told.replace(tzinfo=UTC) if told.tzinfo is None else told.astimezone(UTC)
    except (ValueError, OverflowError):
        raise InvalidInput({name: ["is invalid"]}) from None
