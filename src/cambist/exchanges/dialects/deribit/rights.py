"""What a Deribit key may do."""

import hashlib
from typing import Any

import msgspec

from cambist.core.rights import KeyRights
from cambist.exchanges.dialects.deribit.envelope import result_of
from cambist.exchanges.guard import checked_json

_WITHDRAWS = {"wallet:read_write", "custody:read_write"}
_NOT_TRADES = {"account:read_write", *_WITHDRAWS}


class _Session(msgspec.Struct):
    scope: str


_session = msgspec.json.Decoder(_Session)


async def rights(client: Any) -> KeyRights:
    """GET /public/auth by a signature: what the session that it opens may do, which is all that the key may.

    A session lapses by itself and is used for nothing. What may write, but for the account, wallets and
    custody, is a right to trade. Which addresses the key is bound to is told nowhere that it may ask.
    """
    moment = str(client.milliseconds())
    asked = {
        "grant_type": "client_signature",
        "client_id": client.apiKey,
        "timestamp": moment,
        "nonce": moment,
        "data": "",
        "signature": client.hmac(
            f"{moment}\n{moment}\n".encode(), client.encode(client.secret), hashlib.sha256
        ),
    }
    client.raw = True
    raw = await client.public_get_auth(asked)
    checked_json(raw)  # a right told twice, once less, is not told
    scopes = set(result_of(raw, _session, "a session").scope.split())
    return KeyRights(
        read=bool(scopes & {"account:read", "account:read_write"}),
        trade=any(scope.endswith(":read_write") for scope in scopes - _NOT_TRADES),
        withdraw=bool(scopes & _WITHDRAWS),
    )
