"""What Bybit wraps every answer in: a code that must be 0 before anything beside it is believed."""

from typing import Any, TypeVar

import msgspec

from cambist.exchanges.client import as_ours
from cambist.exchanges.guard import Unusable, checked_json, shaped

T = TypeVar("T")


class _Envelope(msgspec.Struct):
    code: int = msgspec.field(name="retCode")
    result: msgspec.Raw


_envelope = msgspec.json.Decoder(_Envelope)


def result_of(client: Any, raw: bytes, decoder: msgspec.json.Decoder[T], shape: str) -> T:
    """The typed result. Raises LoadFailed for an error, which Bybit tells with status 200; Unusable."""
    envelope = shaped(_envelope, raw, "an answer of Bybit's")
    if envelope.code != 0:
        raise as_ours(Unusable("it is an error"), client)
    check_keys(raw, retCode=1, result=1)
    return shaped(decoder, bytes(envelope.result), shape)


def check_keys(raw: bytes, **counts: int) -> None:
    """That no key is told twice, of an answer that must have each so often. Raises Unusable.

    Counting the keys tells that; where a count is off, the slow and exact checks say why.
    """
    whole = b"\\" not in raw and all(raw.count(f'"{key}":'.encode()) == n for key, n in counts.items())
    if not whole:
        checked_json(raw)
