"""What Deribit wraps every answer in (JSON-RPC): a result, or an error instead of one."""

from typing import TypeVar

import msgspec

from cambist.exchanges.guard import Unusable, shaped

T = TypeVar("T")


class _Envelope(msgspec.Struct):
    result: msgspec.Raw
    error: msgspec.Raw | None = None


_envelope = msgspec.json.Decoder(_Envelope)


def result_of(raw: bytes, decoder: msgspec.json.Decoder[T], shape: str) -> T:
    """The typed result. Raises Unusable, also for an error, whose code then tells more."""
    told = shaped(_envelope, raw, shape)
    if told.error is not None:
        raise Unusable("the answer tells of an error")
    return shaped(decoder, bytes(told.result), shape)
