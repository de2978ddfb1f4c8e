"""Forms as browsers send them, read no further than their limit."""

from collections.abc import Mapping
from urllib.parse import parse_qsl

from starlette.requests import Request

from cambist.core.doors import MAX_BODY_BYTES
from cambist.core.errors import InvalidInput
from cambist.core.terms import Secret

FORM = "application/x-www-form-urlencoded"
MOST_FIELDS = 32


class Refused(Exception):
    """A body that is no form of ours: a status and its sentence."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


async def read_form(request: Request) -> Mapping[str, str]:
    """The form's fields; raises Refused where it is too large, no form, or says a field twice."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            raise Refused(413, "The form is larger than 256 KiB.")
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if body and kind != FORM:
        raise Refused(415, f"The request body is no form ({FORM}).")
    try:
        pairs = parse_qsl(
            body.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS
        )
    except ValueError:
        raise Refused(400, "The form cannot be read.") from None
    form = dict(pairs)
    if len(form) != len(pairs):
        raise Refused(400, "The form says a field twice.")
    return form


def needed(form: Mapping[str, str], field: str) -> str:
    """The field's text. Raises InvalidInput where there is none."""
    if not form.get(field):
        raise InvalidInput({field: ["can't be blank"]})
    return form[field]


def needed_secret(form: Mapping[str, str], field: str) -> Secret:
    """The same, for what must not print."""
    return Secret(needed(form, field))
