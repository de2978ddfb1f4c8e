"""What Kraken checks of a private call: key, signature over path and body, a rising nonce, permission."""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from cambist.simulator.protocol import Ask
from cambist.simulator.scenario import Key

MOST_COUNTED, FALLS_A_SECOND = 15, 0.33
_NONCE = re.compile(r"[0-9]{1,19}\Z")


class Refusal(Exception):
    """A call the exchange turns down, by its own code."""


def signer(ask: Ask, keys: Mapping[str, Key]) -> Key:
    """The key of a private call whose signature is right."""
    key = keys.get(ask.api_key or "")
    if key is None or not key.admits(ask.remote):
        raise Refusal("EAPI:Invalid key")
    signature = ask.headers.get("API-Sign", "")
    digest = hashlib.sha256(ask.params.get("nonce", "").encode() + ask.body).digest()
    if not signed(ask.path.encode() + digest, key.secret, signature):
        raise Refusal("EAPI:Invalid signature")
    return key


def signed(message: bytes, secret: str, signature: str) -> bool:
    """Whether that is the signature of a message under a secret in base64."""
    try:
        shared = base64.b64decode(secret, validate=True)
    except binascii.Error:
        return False
    expected = base64.b64encode(hmac.new(shared, message, hashlib.sha512).digest())
    return hmac.compare_digest(expected, signature.encode())


@dataclass(slots=True)
class KeyUse:
    """What the exchange remembers of a key: its last nonce, and its counter when it was last counted."""

    nonce: int = -1
    counter: float = 0.0
    at: datetime | None = None

    def spend_nonce(self, text: str) -> None:
        if not _NONCE.match(text) or int(text) <= self.nonce:
            raise Refusal("EAPI:Invalid nonce")
        self.nonce = int(text)

    def count(self, weight: int, at: datetime) -> None:
        """Raises Refusal where the counter would go over its most."""
        if self.at is not None:
            fallen = FALLS_A_SECOND * max((at - self.at).total_seconds(), 0.0)
            self.counter = max(self.counter - fallen, 0.0)
        self.at = at
        if self.counter + weight > MOST_COUNTED:
            raise Refusal("EAPI:Rate limit exceeded")
        self.counter += weight
