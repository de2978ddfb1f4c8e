"""Kraken's envelope: what went wrong and what is answered, in one object with status 200."""

from typing import TypeVar

import msgspec

from cambist.exchanges.guard import Unusable, shaped

T = TypeVar("T")


class _Envelope(msgspec.Struct):
    result: msgspec.Raw
    error: list[str]


_envelope = msgspec.json.Decoder(_Envelope)


def result_of(raw: bytes, result: msgspec.json.Decoder[T], shape: str) -> T:
    """The typed result of an answer. Raises Unusable, also where the answer tells of an error.

    Warnings, which begin with a W, are no errors.
    """
    told = shaped(_envelope, raw, shape)
    if any(not text.startswith("W") for text in told.error):
        raise Unusable("the answer tells of an error")
    return shaped(result, bytes(told.result), shape)
