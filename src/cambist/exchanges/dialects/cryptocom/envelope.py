"""What Crypto.com wraps every answer in: a code that must be 0 before anything beside it is believed."""

from typing import Literal, TypeVar

import msgspec

from cambist.exchanges.guard import shaped, told_once

T = TypeVar("T")


class _Envelope(msgspec.Struct):
    """code: a number, or one written as text."""

    code: Literal[0, "0"]
    result: msgspec.Raw


_envelope = msgspec.json.Decoder(_Envelope)


def result_of(raw: bytes, result: msgspec.json.Decoder[T], shape: str) -> T:
    """The typed result. Raises Unusable, also where the answer tells of an error."""
    told = shaped(_envelope, raw, shape)
    told_once(raw, code=1, result=1)
    return shaped(result, bytes(told.result), shape)
