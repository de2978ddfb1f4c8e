"""Answers of exchanges that no simulator plays, in the form that each documents, with numbers of our own."""

from dataclasses import dataclass, field
from typing import Any

from msgspec import json

from cambist.core.terms import Credentials, Secret
from cambist.simulator.replay import Recording

KEYS = Credentials("key-of-the-test", Secret("c2VjcmV0" * 8), Secret("a passphrase"), "1001")


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a market's wallets are read from: {part of a request: its answer}, and keys that can sign."""

    answers: dict[str, Any]
    credentials: Credentials = field(default=KEYS)

    @property
    def recording(self) -> Recording:
        return Recording(b"", {part: json.encode(answer) for part, answer in self.answers.items()})
