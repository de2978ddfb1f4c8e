"""Events as they come: server-sent events read from lines, bounded."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from cambist.client.errors import AnswerUnreadable

MOST_CHARACTERS = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What was told. data: what the page on events says of its type; amounts are texts.

    account_id: None where it is of no account.
    """

    id: int
    type: str
    timestamp: datetime
    account_id: int | None
    data: Mapping[str, Any]


class EventLines:
    """Takes lines of a stream and gives events; what else a stream says is passed over."""

    def __init__(self) -> None:
        self._data: list[str] = []

    def take(self, line: str) -> list[Event]:
        """The event that a line ends, if any. Raises AnswerUnreadable."""
        if line:
            if line.startswith("data:"):
                self._data.append(line.removeprefix("data:").removeprefix(" "))
            if len(line) > MOST_CHARACTERS or len(self._data) > 1:
                raise AnswerUnreadable("The stream is not one of Cambist's events.")
            return []
        text, self._data = "".join(self._data), []
        if not text or text == "{}":
            return []
        try:
            return [msgspec.json.decode(text, type=Event)]
        except msgspec.DecodeError as wrong:
            raise AnswerUnreadable(f"The stream is not one of Cambist's events: {wrong}.") from wrong
