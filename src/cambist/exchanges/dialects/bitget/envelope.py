"""What Bitget wraps every answer in: a code that must be that of success before anything is believed."""

from typing import Any, TypeVar

import msgspec

from cambist.exchanges.client import as_ours
from cambist.exchanges.dialects.bitget.failures import SUCCESS
from cambist.exchanges.guard import Unusable, shaped, told_once

T = TypeVar("T")


class _Envelope(msgspec.Struct):
    code: str
    data: msgspec.Raw = msgspec.Raw(b"null")


_envelope = msgspec.json.Decoder(_Envelope)


def data_of(client: Any, raw: bytes, decoder: msgspec.json.Decoder[T], shape: str) -> T:
    """The typed data. Raises LoadFailed for an error, which may come with status 200; Unusable."""
    envelope = shaped(_envelope, raw, "an answer of Bitget's")
    if envelope.code != SUCCESS:
        raise as_ours(Unusable("it is an error"), client)
    told_once(raw, code=1, data=1)
    return shaped(decoder, bytes(envelope.data), shape)
