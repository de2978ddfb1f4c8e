"""What HTX wraps answers in: a status in its first interface and that of contracts, a code in its second."""

from typing import Literal, TypeVar

import msgspec

from cambist.exchanges.guard import shaped, told_once

T = TypeVar("T")


class _Told(msgspec.Struct):
    status: Literal["ok"]
    data: msgspec.Raw


class _ToldByCode(msgspec.Struct):
    code: Literal[200]
    data: msgspec.Raw


_told = msgspec.json.Decoder(_Told)
_told_by_code = msgspec.json.Decoder(_ToldByCode)


def data_of(raw: bytes, data: msgspec.json.Decoder[T], shape: str) -> T:
    """The typed data. Raises Unusable, also where the answer tells of an error, which has status 200."""
    told = shaped(_told, raw, shape)
    told_once(raw, status=1, data=1)
    return shaped(data, bytes(told.data), shape)


def data_by_code(raw: bytes, data: msgspec.json.Decoder[T], shape: str) -> T:
    """As `data_of`, of an answer of the second interface."""
    told = shaped(_told_by_code, raw, shape)
    told_once(raw, code=1, data=1)
    return shaped(data, bytes(told.data), shape)
