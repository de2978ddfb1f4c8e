"""What a client may have signed: the texts, over the bytes as received, that bind all that a request says.

Clients of the wire format sign the same request in different ways (D1 to D10 of the specification's API
page). Each text below stands for one of them; none may also be the text of a request that says something
else, so a path with a brace, and a query with one that is not JSON as a whole, have no text at all.
"""

import re
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections.abc import Iterable, Sequence
from urllib.parse import quote, unquote_plus

from starlette.requests import Request

from cambist.actions.authenticate import SignedRequest
from cambist.api.strict import SIGNATURE_INPUT, strict_request
from cambist.api.values import JSON, body_kind, decoded_pairs, json_query
from cambist.core.errors import InvalidInput, SignatureInvalid

_KEPT_BY_JAVASCRIPT = "!'()*"
_HMAC_HEX = re.compile(r"[0-9a-fA-F]{64}")
_RSA_BYTES = range(256, 513)


def signed_request(request: Request, body: bytes, public_url: str) -> SignedRequest:
    """What a request's signer may have signed. Raises SignatureInvalid for what is no signature.

    A request that has a Signature-Input is taken by that alone, however it might else be signed.
    """
    path, query = request.scope["raw_path"], request.scope["query_string"]
    if any(name == SIGNATURE_INPUT for name, _ in request.scope["headers"]):
        target_uri = public_url.encode() + path + (b"?" + query if query else b"")
        return strict_request(request.method, target_uri, request.scope["headers"], body)
    headers = request.headers
    texts, loose_texts = signed_texts(path, query, body, headers.get("content-type", ""))
    return SignedRequest(
        headers.get("apikey", ""), _decoded(headers.get("signature", "")), texts, loose_texts
    )


def _decoded(signature: str) -> bytes:
    """The signature's bytes: 64 hex digits (HMAC) or canonical base64 of an RSA signature."""
    if _HMAC_HEX.fullmatch(signature):
        return bytes.fromhex(signature)
    try:
        decoded = b64decode(signature, validate=True)
    except (Base64Error, ValueError):
        decoded = b""
    if len(decoded) not in _RSA_BYTES or b64encode(decoded) != signature.encode():
        raise SignatureInvalid("Provided signature is invalid")
    return decoded


def signed_texts(
    path: bytes, query: bytes, body: bytes, content_type: str
) -> tuple[Sequence[bytes], Sequence[bytes]]:
    """(texts that bind the whole request, texts that leave its body out).

    path: the raw path, from /public/api or /ver1 on. query: raw, without its question mark.
    """
    is_json_query = json_query(query) is not None
    if b"{" in path or b"[" in path or (b"{" in query and not is_json_query):
        return (), ()
    target = path + b"?" + query if query else path
    without_body = [target, *([] if is_json_query else _other_spellings(path, query))]
    if not query:
        without_body.append(path + b"?")
    if not body.strip():
        # Blank bytes say nothing as a body, but at the end of a query or a form they are part of a value.
        return without_body, ()
    with_body = list(_with_body(path, query, body, content_type))
    if body.strip() == b"{}":
        return [*without_body, *with_body], ()
    return with_body, without_body


def _with_body(path: bytes, query: bytes, body: bytes, content_type: str) -> Iterable[bytes]:
    is_json = body_kind(body, content_type) == JSON
    if query:
        yield path + b"?" + query + (b"" if is_json else b"&") + body
        return
    yield path + b"?" + body
    if is_json:
        yield path + body


def _other_spellings(path: bytes, query: bytes) -> Iterable[bytes]:
    """The query as clients re-encode or sort it before they sign: the same pairs, in another spelling."""
    if not query:
        return
    try:
        pairs = decoded_pairs(query)
    except InvalidInput:
        return
    for kept in ("", _KEPT_BY_JAVASCRIPT):
        yield path + b"?" + _encoded(pairs, kept)
    # Sorted by the decoded name, and stable: pairs of one name never change places.
    by_name = sorted(query.split(b"&"), key=lambda pair: unquote_plus(pair.partition(b"=")[0].decode()))
    yield path + b"?" + b"&".join(by_name)


def _encoded(pairs: Iterable[tuple[str, str]], kept: str) -> bytes:
    return "&".join(f"{quote(name, safe=kept)}={quote(value, safe=kept)}" for name, value in pairs).encode()
