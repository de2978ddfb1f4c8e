"""What Bybit wraps every answer in: a code that must be 0 before anything beside it is believed."""

from typing import Any, TypeVar

import msgspec

from cambist.exchanges.client import as_ours
from cambist.exchanges.guard import Unusable, shaped, told_once

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
    told_once(raw, retCode=1, result=1)
    return shaped(decoder, bytes(envelope.result), shape)
