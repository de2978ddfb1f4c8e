"""Says in one sentence what is wrong with a scenario: msgspec's errors in words, the field by full name."""

import re
from typing import Any

import msgspec

NUMBER = r"^[0-9]+(\.[0-9]+)?\Z"
SIGNED_NUMBER = r"^-?[0-9]+(\.[0-9]+)?\Z"
UID = r"^[0-9]{1,18}\Z"
TIME = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)\Z"
PATH = r"^(/[^?#]*|\*)\Z"

_REASONS = (
    ("Expected `str`, got `float`", "must be text, not a JSON number"),
    ("Expected `str`, got `int`", "must be text, not a JSON number"),
    (f"Expected `str` matching regex {NUMBER!r}", 'must be a plain decimal number as text, such as "0.5"'),
    (f"Expected `str` matching regex {SIGNED_NUMBER!r}", 'must be a decimal number as text, such as "-0.5"'),
    (f"Expected `str` matching regex {UID!r}", 'must be text of digits, such as "1001"'),
    (f"Expected `str` matching regex {PATH!r}", "must be a path such as /api/v3/account or /api/*"),
    (f"Expected `str` matching regex {TIME!r}", 'must be a time such as "2024-09-18T00:00:00.000Z"'),
    ("Invalid enum value", "is not among the values the simulator knows: {0}"),
    ("Invalid value", "is not among the values the simulator knows: {0}"),
)


def sentence(error: msgspec.ValidationError, raw: dict[str, Any], type_: type) -> str:
    """What is wrong, in one sentence that names the field and never tells its value; `raw` is spent."""
    reason, _, place = str(error).partition(" - at ")
    field = _spelled(place.partition("$")[2].rstrip("`"), raw, str(error), type_)
    if inner := re.match(r"Object (contains unknown|missing required) field `(.+)`", reason):
        field = f"{field}.{inner[2]}".lstrip(".")
        verdict = "is unknown" if inner[1] == "contains unknown" else "is missing"
        return f"The scenario's field `{field}` {verdict}."
    if not field:
        return f"The scenario cannot be played: {reason}."
    for start, text in _REASONS:
        if reason.startswith(start):
            return f"The scenario's field `{field}` {text.format(reason.partition(' value ')[2])}."
    return f"The scenario's field `{field}` is wrong: {reason}."


def _spelled(where: str, raw: dict[str, Any], message: str, type_: type) -> str:
    """msgspec writes [...] for the key of a dict; the key meant is the one that fails on its own."""
    node: Any = raw
    spelled = ""
    for name, index in re.findall(r"\.([^.\[\]]+)|\[(\d+|\.\.\.)\]", where):
        step = _culprit(node, raw, message, type_) if index == "..." else name or int(index)
        spelled += f"[{step}]" if isinstance(step, int) else f".{step}"
        node = node[step]
    return spelled.lstrip(".")


def _culprit(node: dict[str, Any], raw: dict[str, Any], message: str, type_: type) -> str:
    entries = dict(node)
    for key, value in entries.items():
        node.clear()
        node[key] = value
        try:
            msgspec.convert(raw, type_)
        except msgspec.ValidationError as error:
            if str(error) == message:
                return key
    raise AssertionError("no entry fails on its own")
