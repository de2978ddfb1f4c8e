"""What Binance checks before it answers: parameters, key, signature over the raw bytes, clock."""

import hashlib
import hmac
import re
from collections.abc import Mapping

from cambist.simulator.protocol import Ask
from cambist.simulator.scenario import Key

DEFAULT_WINDOW_MS, LONGEST_WINDOW_MS, AHEAD_MS = 5000, 60_000, 1000
_DIGITS = re.compile(r"[0-9]{1,20}\Z")


class Refusal(Exception):
    """A call the exchange turns down: HTTP status, its own code and message."""

    def __init__(self, status: int, code: int, msg: str) -> None:
        super().__init__(msg)
        self.status, self.code, self.msg = status, code, msg


def missing(name: str) -> Refusal:
    return Refusal(400, -1102, f"Mandatory parameter '{name}' was not sent, was empty/null, or malformed.")


def signer(ask: Ask, keys: Mapping[str, Key], now_ms: int) -> Key:
    """The key of a signed call, after every check the exchange makes."""
    if not ask.api_key:
        raise Refusal(401, -2014, "API-key format invalid.")
    for name in ("timestamp", "signature"):
        if not ask.params.get(name):
            raise missing(name)
    key = keys.get(ask.api_key)
    if key is None or "read" not in key.permissions or not key.admits(ask.remote):
        raise Refusal(401, -2015, "Invalid API-key, IP, or permissions for action.")
    expected = hmac.new(
        key.secret.encode(), _unsigned(ask.query) + _unsigned(ask.body), hashlib.sha256
    ).hexdigest()
    if not hmac.compare_digest(expected.encode(), ask.params["signature"].lower().encode()):
        raise Refusal(400, -1022, "Signature for this request is not valid.")
    _check_clock(ask.params, now_ms)
    return key


def parameters(ask: Ask, readable: frozenset[str]) -> None:
    """/api refuses what it does not read; /sapi does not mind."""
    if ask.repeated:
        raise Refusal(400, -1101, "Duplicate values for a parameter detected.")
    read, sent = len(readable & set(ask.params)), len(ask.params)
    if read == sent or not ask.path.startswith("/api/"):
        return
    if readable:
        raise Refusal(
            400,
            -1104,
            f"Not all sent parameters were read; read '{read}' parameter(s) but was sent '{sent}'.",
        )
    raise Refusal(400, -1101, f"Too many parameters; expected '0' and received '{sent}'.")


def whole_number(name: str, text: str) -> int:
    """The number that a parameter must be."""
    if not _DIGITS.match(text):
        words = f"Illegal characters found in parameter '{name}'; legal range is '^[0-9]{{1,20}}$'."
        raise Refusal(400, -1100, words)
    return int(text)


def _check_clock(params: Mapping[str, str], now_ms: int) -> None:
    for name in ("timestamp", "recvWindow"):
        if name in params:
            whole_number(name, params[name])
    timestamp, window = int(params["timestamp"]), int(params.get("recvWindow", DEFAULT_WINDOW_MS))
    if window > LONGEST_WINDOW_MS:
        raise Refusal(400, -1131, "recvWindow must be less than 60000.")
    if timestamp >= now_ms + AHEAD_MS:
        raise Refusal(400, -1021, "Timestamp for this request was 1000ms ahead of the server's time.")
    if now_ms - timestamp > window:
        raise Refusal(400, -1021, "Timestamp for this request is outside of the recvWindow.")


def _unsigned(raw: bytes) -> bytes:
    """The text as sent without its signature parameter."""
    return b"&".join(part for part in raw.split(b"&") if not part.startswith(b"signature="))
