"""What a strict key has signed: the one text of RFC 9421 that binds a request's method, target and body."""

import hmac
from collections.abc import Iterable, Mapping
from hashlib import sha256, sha512
from typing import Any, NoReturn

import http_sf

from cambist.actions.authenticate import SignedRequest
from cambist.core.errors import SignatureInvalid
from cambist.core.signing import NONCE_CHARACTERS, Stamp

# Of the headers, those that have a part in a signature; the last two are signed where they are sent.
SIGNATURE_INPUT, SIGNATURE = b"signature-input", b"signature"
CONTENT_DIGEST, CONTENT_TYPE = b"content-digest", b"content-type"
SIGNATURE_BYTES = frozenset((32, 64, *range(256, 513)))

_DIGESTS = {"sha-256": sha256, "sha-512": sha512}
_PARAMETERS: dict[str, type] = {"created": int, "nonce": str, "keyid": str}
_WITH_ALGORITHM: dict[str, type] = {**_PARAMETERS, "alg": str}


def strict_request(
    method: str, target_uri: bytes, headers: Iterable[tuple[bytes, bytes]], body: bytes
) -> SignedRequest:
    """What the one signature of a request says and covers.

    It covers exactly the method, the target URI, and of Content-Digest and Content-Type what is sent; a body
    needs a digest. target_uri: as the public address has it, byte for byte. headers: their names in small
    letters. Raises SignatureInvalid for anything else.
    """
    fields = _fields(headers)
    label, covered, parameters, signed = _input(fields[SIGNATURE_INPUT])
    values = {"@method": method.encode(), "@target-uri": target_uri}
    values |= {name.decode(): fields[name] for name in (CONTENT_DIGEST, CONTENT_TYPE) if name in fields}
    if sorted(covered) != sorted(values) or (body and CONTENT_DIGEST not in fields):
        _refuse()
    if CONTENT_DIGEST in fields and not _digests(body, fields[CONTENT_DIGEST]):
        _refuse()
    text = signature_base([(name, values[name]) for name in covered], signed)
    stamp = Stamp(parameters["created"], parameters["nonce"], parameters.get("alg"))
    if len(stamp.nonce) not in NONCE_CHARACTERS:
        _refuse()
    return SignedRequest(parameters["keyid"], _signature(fields[SIGNATURE], label), [text], stamp=stamp)


def signature_base(covered: Iterable[tuple[str, bytes]], parameters: bytes) -> bytes:
    """The text that is signed (RFC 9421, 2.5): a line for each covered component, then the parameters.

    covered: (name as in Signature-Input, value), none with parameters of its own. Raises SignatureInvalid
    where a value would break out of its line.
    """
    lines = [b'"%s": %s' % (name.encode(), value) for name, value in covered]
    if any(b"\n" in line or b"\r" in line for line in lines):
        _refuse()
    return b"\n".join((*lines, b'"@signature-params": ' + parameters))


def _fields(headers: Iterable[tuple[bytes, bytes]]) -> dict[bytes, bytes]:
    """The headers that have a part in a signature; each may be sent once only."""
    wanted = (SIGNATURE_INPUT, SIGNATURE, CONTENT_DIGEST, CONTENT_TYPE)
    sent = [(name, value.strip(b" \t")) for name, value in headers if name in wanted]
    fields = dict(sent)
    if len(fields) != len(sent) or not {SIGNATURE_INPUT, SIGNATURE} <= fields.keys():
        _refuse()
    return fields


def _input(field: bytes) -> tuple[str, list[str], dict[str, Any], bytes]:
    """(the only label, the components it covers, its parameters, both as they are signed)."""
    label, (covered, parameters) = _only(_dictionary(field))
    if not isinstance(covered, list) or any(type(name) is not str or given for name, given in covered):
        _refuse()
    types = {name: type(value) for name, value in parameters.items()}
    if not _PARAMETERS.items() <= types.items() <= _WITH_ALGORITHM.items():
        _refuse()
    # As the RFC would have it written: blanks that a sender adds between the items are not signed.
    signed = http_sf.ser({label: (covered, parameters)}).removeprefix(f"{label}=")
    return label, [name for name, _ in covered], parameters, signed.encode()


def _signature(field: bytes, expected: str) -> bytes:
    label, (value, _) = _only(_dictionary(field))
    if label != expected or not isinstance(value, bytes) or len(value) not in SIGNATURE_BYTES:
        _refuse()
    return value


def _digests(body: bytes, field: bytes) -> bool:
    """Whether a Content-Digest has a digest that we know, and all that we know are the body's."""
    known = [(_DIGESTS[name], value) for name, (value, _) in _dictionary(field).items() if name in _DIGESTS]
    return bool(known) and all(
        isinstance(value, bytes) and hmac.compare_digest(value, digest(body).digest())
        for digest, value in known
    )


def _dictionary(field: bytes) -> dict[str, Any]:
    """A structured field (RFC 9651) that is a dictionary, each of its names given once."""
    try:
        read: Any = http_sf.parse(field, tltype="dictionary", on_duplicate_key=_refuse_twice)
    except ValueError:
        _refuse()
    return dict(read)


def _only(dictionary: Mapping[str, Any]) -> tuple[str, Any]:
    if len(dictionary) != 1:
        _refuse()
    return next(iter(dictionary.items()))


def _refuse_twice(_: str, __: str) -> None:
    _refuse()


def _refuse() -> NoReturn:
    raise SignatureInvalid("Provided signature is invalid")
