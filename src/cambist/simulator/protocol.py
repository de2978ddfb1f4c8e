"""What the server and an exchange's protocol say to each other: calls off the wire, answers for it."""

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol
from urllib.parse import parse_qsl

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
JSON = "application/json;charset=UTF-8"
HTML = "text/html"
_BEARER = "Bearer "


def milliseconds(at: datetime) -> int:
    """Whole milliseconds since 1970 of an aware time."""
    return (at - EPOCH) // timedelta(milliseconds=1)


def named_key(text: str | None) -> str | None:
    """The key that a header names; of a token (JWT) what its own header calls it, whatever signs it."""
    if text is None or not text.startswith(_BEARER):
        return text
    header = text.removeprefix(_BEARER).partition(".")[0]
    try:
        told = json.loads(base64.urlsafe_b64decode(header + "=" * (-len(header) % 4)))
    except ValueError:
        return text
    return str(told["kid"]) if isinstance(told, dict) and "kid" in told else text


@dataclass(frozen=True, slots=True)
class Ask:
    """One call as it came: raw query and body, because signatures cover raw bytes."""

    method: str
    path: str
    query: bytes = field(repr=False)
    body: bytes = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    api_key: str | None = field(repr=False)
    remote: str
    params: Mapping[str, str] = field(repr=False)
    repeated: bool

    @classmethod
    def read(
        cls,
        method: str,
        path: str,
        query: bytes,
        body: bytes,
        headers: Mapping[str, str],
        key_header: str,
        remote: str,
    ) -> "Ask":
        """Reads the parameters too; one in the query wins over the same one in the body.

        headers: looked up without regard to case. A bearer token names its key itself.
        """
        api_key = named_key(headers.get(key_header))
        asked, sent = (
            parse_qsl(raw.decode(errors="replace"), keep_blank_values=True) for raw in (query, body)
        )
        params = dict(sent) | dict(asked)
        repeated = len(dict(asked)) + len(dict(sent)) < len(asked) + len(sent)
        return cls(method, path, query, body, headers, api_key, remote, params, repeated)


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: bytes
    content_type: str = JSON
    headers: Mapping[str, str] = field(default_factory=dict)

    def with_headers(self, more: Mapping[str, str]) -> "Answer":
        return replace(self, headers={**self.headers, **more})


@dataclass(frozen=True, slots=True)
class OwnLimit:
    """What a path allows in a short time.

    name: of what is counted together, a path and who asks it. refuse: the answer to a call over the limit at
    some time, and until when such calls are refused.
    """

    name: str
    calls: int
    length: timedelta
    refuse: Callable[[datetime, datetime], "Answer"]


class Exchange(Protocol):
    """One exchange's protocol over one scenario; it holds no clock and does no I/O."""

    key_header: str
    """The header in which a call names its key."""

    def weight(self, ask: Ask) -> int:
        """What the exchange counts for this call; 0 for a path it does not know."""

    def window(self, ask: Ask) -> str:
        """The name of the window that the call counts in."""

    def own_limit(self, ask: Ask) -> OwnLimit | None:
        """The limit that the call's path has of its own; None where the exchange has none of a path."""

    def used(self, window: str, weight: int) -> Mapping[str, str]:
        """The headers that tell how much of a window is used; none where the exchange does not tell."""

    def answer(self, ask: Ask, at: datetime) -> Answer:
        """The true answer when the exchange's clock says `at`."""

    def rows(self, body: Any) -> list[Any] | dict[str, Any]:
        """The rows of a decoded answer, the very list, or the very object by name; none where it has none."""

    def error(self, status: int, code: int | str, msg: str) -> Answer:
        """The exchange's own error envelope."""

    def refusal(self, status: int) -> Answer:
        """The error that the exchange gives with this status."""

    def limited(self, until: datetime, at: datetime) -> Answer:
        """Too many calls: wait until then."""

    def banned(self, until: datetime, at: datetime) -> Answer:
        """The address is shut out until then."""
