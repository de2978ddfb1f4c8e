"""The parameters that endpoints declare: how each is read, and its schema for the reference page."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from cambist.api.values import Values
from cambist.core.errors import InvalidInput

T = TypeVar("T")


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


def required_text(name: str, about: str) -> Parameter[str]:
    def read(values: Values) -> str:
        text = _text(name, values)
        if text is None:
            raise InvalidInput({name: ["is missing"]})
        return text

    return Parameter(name, read, {"type": "string"}, about, required=True)


def optional_text(name: str, about: str) -> Parameter[str | None]:
    return Parameter(name, lambda values: _text(name, values), {"type": "string"}, about)


def integer(name: str, about: str, default: int, allowed: range) -> Parameter[int]:
    def read(values: Values) -> int:
        value = values.get(name, default)
        if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 10:
            value = int(value)
        if not isinstance(value, int) or isinstance(value, bool):
            raise InvalidInput({name: ["is invalid"]})
        if value not in allowed:
            raise InvalidInput({name: ["does not have a valid value"]})
        return value

    bounds = {"minimum": allowed[0], "maximum": allowed[-1], "default": default}
    return Parameter(name, read, {"type": "integer", **bounds}, about)


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
