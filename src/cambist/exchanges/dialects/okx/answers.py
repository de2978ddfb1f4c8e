"""OKX's envelope around every answer: {"code": "0", "msg": "", "data": [rows]}."""

from typing import Generic, TypeVar

import msgspec

from cambist.exchanges.guard import Unusable, shaped

T = TypeVar("T")


class Answer(msgspec.Struct, Generic[T]):
    code: str
    data: list[T]


def rows_in(decoder: msgspec.json.Decoder[Answer[T]], raw: bytes, shape: str) -> list[T]:
    """The rows of an answer. Raises Unusable where it is an error, whose code then tells more."""
    answer = shaped(decoder, raw, shape)
    if answer.code != "0":
        raise Unusable(f"the answer is an error instead of {shape}")
    return answer.data


def only_row(decoder: msgspec.json.Decoder[Answer[T]], raw: bytes, shape: str) -> T:
    """The one row of an answer that has exactly one. Raises Unusable."""
    rows = rows_in(decoder, raw, shape)
    if len(rows) != 1:
        raise Unusable(f"the answer has {len(rows)} rows instead of {shape}")
    return rows[0]
