"""A private key in PEM, however it was pasted: with its line ends, as JSON writes them, or on one line."""

import re

_KEY = re.compile(r"-----BEGIN ([A-Z0-9 ]+)-----(.*?)-----END \1-----", re.DOTALL)
_LINE = 64


def as_pem(secret: str) -> str:
    """The key in its lines; any other secret as it is."""
    found = _KEY.search(secret)
    if found is None:
        return secret
    kind, body = found[1], "".join(found[2].replace("\\r", "").replace("\\n", "").split())
    lines = [body[at : at + _LINE] for at in range(0, len(body), _LINE)]
    return "\n".join([f"-----BEGIN {kind}-----", *lines, f"-----END {kind}-----"])


def lines_of(secret: str) -> tuple[str, ...]:
    """What is secret in a key in PEM, line by line, by which it is known again however it is repeated."""
    return tuple(line for line in secret.splitlines() if "-----" not in line) if _KEY.search(secret) else ()
