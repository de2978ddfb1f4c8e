"""What OKX checks before it answers a signed call: headers, key, address, clock, signature, passphrase."""

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping
from datetime import datetime

from cambist.simulator.protocol import Ask, milliseconds
from cambist.simulator.scenario import Key

LATEST_MS = 30_000
_HEADERS = (
    ("OK-ACCESS-KEY", "50103"),
    ("OK-ACCESS-PASSPHRASE", "50104"),
    ("OK-ACCESS-SIGN", "50106"),
    ("OK-ACCESS-TIMESTAMP", "50107"),
)
_TIMESTAMP = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z\Z")


class Refusal(Exception):
    """A call the exchange turns down: HTTP status, its own code and message."""

    def __init__(self, status: int, code: str, msg: str) -> None:
        super().__init__(msg)
        self.status, self.code, self.msg = status, code, msg


def signer(ask: Ask, keys: Mapping[str, Key], now_ms: int) -> Key:
    """The key of a signed call, after every check the exchange makes."""
    for name, code in _HEADERS:
        if not ask.headers.get(name):
            raise Refusal(401, code, f'Request header "{name}" cannot be empty.')
    if ask.headers.get("x-simulated-trading") == "1":
        raise Refusal(401, "50101", "APIKey does not match current environment.")
    key = keys.get(ask.headers["OK-ACCESS-KEY"])
    if key is None:
        raise Refusal(401, "50119", "API key doesn't exist")
    if not key.admits(ask.remote):
        raise Refusal(401, "50110", f"Your IP {ask.remote} is not included in your API key's IP whitelist.")
    _check_clock(ask.headers["OK-ACCESS-TIMESTAMP"], now_ms)
    if not _same(_signature(ask, key.secret), ask.headers["OK-ACCESS-SIGN"]):
        raise Refusal(401, "50113", "Invalid Sign")
    if not _same(key.passphrase, ask.headers["OK-ACCESS-PASSPHRASE"]):
        raise Refusal(401, "50105", 'Request header "OK-ACCESS-PASSPHRASE" incorrect.')
    if "read" not in key.permissions:
        raise Refusal(401, "50120", "This API key doesn't have permission to use this function")
    return key


def _check_clock(timestamp: str, now_ms: int) -> None:
    try:
        sent = datetime.fromisoformat(timestamp) if _TIMESTAMP.match(timestamp) else None
    except ValueError:
        sent = None
    if sent is None:
        raise Refusal(401, "50112", "Invalid OK-ACCESS-TIMESTAMP")
    if abs(now_ms - milliseconds(sent)) > LATEST_MS:
        raise Refusal(401, "50102", "Timestamp request expired")


def _signature(ask: Ask, secret: str) -> str:
    """Over time, method, path with its query, and body, as they were sent."""
    target = ask.path.encode() + (b"?" + ask.query if ask.query else b"")
    text = ask.headers["OK-ACCESS-TIMESTAMP"].encode() + ask.method.encode() + target + ask.body
    return base64.b64encode(hmac.digest(secret.encode(), text, hashlib.sha256)).decode()


def _same(expected: str, given: str) -> bool:
    return hmac.compare_digest(expected.encode(), given.encode(errors="replace"))
