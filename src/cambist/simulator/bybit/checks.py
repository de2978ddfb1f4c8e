"""What Bybit checks before it answers: headers, clock, key, signature over the raw query, address, rights."""

import hashlib
import hmac
import re
from collections.abc import Mapping

from cambist.simulator.protocol import Ask
from cambist.simulator.scenario import Key

DEFAULT_WINDOW_MS, AHEAD_MS = 5000, 1000
_DIGITS = re.compile(r"[0-9]{1,20}\Z")


class Refusal(Exception):
    """A call the exchange turns down: its own code and message, with HTTP status 200."""

    def __init__(self, code: int, msg: str) -> None:
        super().__init__(msg)
        self.code, self.msg = code, msg


def missing(name: str) -> Refusal:
    return Refusal(10001, f"params error: {name} invalid")


def signer(ask: Ask, keys: Mapping[str, Key], now_ms: int) -> Key:
    """The key of a signed call, after every check the exchange makes."""
    timestamp, window, signature = (
        ask.headers.get(f"X-BAPI-{name}", given)
        for name, given in (("TIMESTAMP", ""), ("RECV-WINDOW", str(DEFAULT_WINDOW_MS)), ("SIGN", ""))
    )
    if not (ask.api_key and _DIGITS.match(timestamp) and _DIGITS.match(window) and signature):
        raise Refusal(10001, "empty value: apiTimestamp[] apiKey[] apiSignature[]")
    if not now_ms - int(window) <= int(timestamp) < now_ms + AHEAD_MS:
        raise Refusal(
            10002,
            "invalid request, please check your server timestamp or recv_window param. "
            f"req_timestamp[{timestamp}],server_timestamp[{now_ms}],recv_window[{window}]",
        )
    key = keys.get(ask.api_key)
    if key is None:
        raise Refusal(10003, "API key is invalid.")
    signed = f"{timestamp}{ask.api_key}{window}".encode() + (ask.body if ask.method == "POST" else ask.query)
    expected = hmac.new(key.secret.encode(), signed, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(expected.encode(), signature.lower().encode()):
        raise Refusal(10004, f"error sign! origin_string[{signed.decode(errors='replace')}]")
    if not key.admits(ask.remote):
        raise Refusal(10010, "Unmatched IP, please check your API key's bound IP addresses.")
    if "read" not in key.permissions:
        raise Refusal(10005, "Permission denied, please check your API key permissions.")
    return key
