"""OKX's envelope around every answer: {"code": "0", "msg": "", "data": [rows]}."""

from typing import Generic, TypeVar

import msgspec

from cambist.exchanges.guard import Unusable, checked_json, shaped

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


def check_keys_once(raw: bytes, **times: int) -> None:
    """Raises Unusable where an object has a key twice.

    times: how often each key that is read stands in an answer that has none twice, as its texts are
    counted. Where a count is off, or a text may be escaped, the slow and exact check tells.
    """
    counted = {"code": 1, "data": 1, **times}
    if b"\\" in raw or any(raw.count(f'"{key}"'.encode()) != count for key, count in counted.items()):
        checked_json(raw)
