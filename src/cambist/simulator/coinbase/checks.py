"""What Coinbase checks before it answers a signed call: the token and what it is for, address, permission."""

import base64
import binascii
import re
from collections.abc import Mapping
from datetime import datetime

import msgspec

from cambist.simulator.coinbase.keys import is_signed
from cambist.simulator.protocol import Ask, milliseconds
from cambist.simulator.scenario import Key

LIVES_S = 120
_URI = re.compile(
    r"(?P<method>[A-Z]+) "
    r"(?:api\.coinbase\.com|(?P<here>(?:http://)?(?:127\.0\.0\.[0-9]+|localhost|\[::1\])(?::[0-9]+)?))"
    r"(?P<path>/[^?#]*)"
)
_ISSUERS = ("cdp", "coinbase-cloud")
_AUDIENCES = ({"retail_rest_api_proxy"}, {"cdp_service"}, set[str]())


class Refusal(Exception):
    """A call the exchange turns down, by its own error body. older: in that of the API before Advanced."""

    def __init__(self, status: int, code: str, msg: str, *, older: bool = False) -> None:
        super().__init__(msg)
        self.status, self.code, self.msg, self.older = status, code, msg, older


class _Header(msgspec.Struct):
    alg: str
    kid: str
    nonce: str


class _Claims(msgspec.Struct):
    """uri: `GET api.coinbase.com/api/…`, without a query; `uris` where there may be several."""

    sub: str
    iss: str
    nbf: int
    exp: int
    uri: str = ""
    uris: tuple[str, ...] = ()
    aud: tuple[str, ...] = ()


_header = msgspec.json.Decoder(_Header)
_claims = msgspec.json.Decoder(_Claims)
UNAUTHORIZED = Refusal(401, "unauthorized", "")


def signer(ask: Ask, keys: Mapping[str, Key], at: datetime, *, needs_view: bool) -> Key:
    """The key of a signed call, after every check the exchange makes. Raises Refusal."""
    token = ask.headers.get("Authorization", "").removeprefix("Bearer ")
    signed, _, signature = token.rpartition(".")
    head, _, body = signed.partition(".")
    try:
        header, claims = _header.decode(_decoded(head)), _claims.decode(_decoded(body))
        raw_signature = _decoded(signature)
    except (msgspec.DecodeError, UnicodeError, binascii.Error):
        raise UNAUTHORIZED from None
    key = keys.get(header.kid)
    if (
        key is None
        or claims.sub != header.kid
        or not header.nonce
        or not _is_for(claims, ask)
        or not _is_valid(claims, milliseconds(at) // 1000)
        or not is_signed(header.alg, key.secret, signed.encode(), raw_signature)
    ):
        raise UNAUTHORIZED
    if not key.admits(ask.remote):
        raise Refusal(401, "authentication_error", "IP address not allowed", older=True)
    if needs_view and "read" not in key.permissions:
        if ask.path.startswith("/v2/"):
            raise Refusal(403, "invalid_scope", "Invalid scope", older=True)
        raise Refusal(403, "PERMISSION_DENIED", "Missing required scopes")
    return key


def _is_valid(claims: _Claims, now_s: int) -> bool:
    return claims.nbf <= now_s < claims.exp <= claims.nbf + LIVES_S


def _is_for(claims: _Claims, ask: Ask) -> bool:
    """Whether the token is of this exchange and this call.

    Who takes this simulator for the exchange signs its own address for Coinbase's host, with http:// before
    it and the path under which it is served behind it.
    """
    if claims.iss not in _ISSUERS or set(claims.aud) not in _AUDIENCES:
        return False
    signed = [_URI.fullmatch(uri) for uri in claims.uris or (claims.uri,)]
    return any(each is not None and _is_of(each, ask) for each in signed)


def _is_of(signed: re.Match[str], ask: Ask) -> bool:
    path = signed["path"]
    same_path = path == ask.path or (signed["here"] is not None and path.endswith(ask.path))
    return signed["method"] == ask.method and same_path


def _decoded(part: str) -> bytes:
    return base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)
