"""Create a key of ours: one with a secret that is shown once, or a registered public key."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial

from cambist.actions.authenticate import secret_place
from cambist.actions.facts import ApiKey, User
from cambist.actions.ports import Outside, Vault
from cambist.core.addresses import Network, network
from cambist.core.errors import InvalidInput
from cambist.core.signing import SIGNING, KeyKind
from cambist.core.terms import Permission, Secret

DEFAULT_PERMISSIONS = (Permission.ACCOUNTS_READ, Permission.ACCOUNTS_WRITE)
MOST_NETWORKS = 64
MAX_NAME = 120

# (strict, the kind of public key): there are no other signatures with Ed25519 than strict ones.
_KINDS: Mapping[tuple[bool, str | None], KeyKind] = {
    (False, None): KeyKind.SYSTEM,
    (False, "rsa"): KeyKind.RSA,
    (False, "ed25519"): KeyKind.STRICT_ED25519,
    (True, None): KeyKind.STRICT,
    (True, "rsa"): KeyKind.STRICT_RSA,
    (True, "ed25519"): KeyKind.STRICT_ED25519,
}


async def create_api_key(
    outside: Outside,
    user: User,
    by: str,
    *,
    name: str = "",
    permissions: Iterable[Permission] = DEFAULT_PERMISSIONS,
    strict: bool = False,
    rsa_public_key: str | None = None,
    ed25519_public_key: str | None = None,
    unsigned_body: bool = False,
    expires_at: datetime | None = None,
    allow: Sequence[str] = (),
) -> tuple[ApiKey, Secret | None]:
    """The key, and its secret where we issue one: the only time that it can be seen.

    allow: the addresses and networks (CIDR) that it may be used from; none for any. Raises InvalidInput for a
    public key that cannot be used, an end that is past, what is no network, or what does not go together.
    """
    _check_name(name)
    now = outside.clock.now()
    if expires_at is not None and expires_at <= now:
        raise InvalidInput({"expires": ["is in the past"]})
    of, public_key = _public_key(outside, rsa_public_key, ed25519_public_key)
    kind = _KINDS[strict, of]
    if unsigned_body and SIGNING[kind].strict:
        raise InvalidInput({"unsigned_body": ["is not for a strict key, which signs all that it sends"]})
    secret = outside.new_secret() if public_key is None else None
    key = ApiKey(
        id=0,
        user_id=user.id,
        user_key=user.data_key,
        api_key=outside.new_secret().reveal(),
        name=name,
        permissions=frozenset(permissions),
        created_at=now,
        kind=kind,
        public_key=public_key,
        unsigned_body=unsigned_body,
        expires_at=expires_at,
        allow=_networks(allow),
    )

    seal = None if secret is None else partial(_sealed, outside.vault, key, secret)
    return await outside.keys.add(key, seal, by), secret


def _check_name(name: str) -> None:
    if not name.isprintable():
        raise InvalidInput({"name": ["is invalid"]})
    if len(name) > MAX_NAME:
        raise InvalidInput({"name": [f"is too long (maximum is {MAX_NAME} characters)"]})


def _sealed(vault: Vault, key: ApiKey, secret: Secret, user_key: bytes) -> bytes:
    return vault.seal(secret, secret_place(replace(key, user_key=user_key)))


def _public_key(
    outside: Outside, rsa_public_key: str | None, ed25519_public_key: str | None
) -> tuple[str | None, str | None]:
    """(the kind of key, the key in its normal form) of what is to be registered, if anything."""
    if rsa_public_key is not None and ed25519_public_key is not None:
        raise InvalidInput({"ed25519_public_key": ["is a second public key: a key has one"]})
    if rsa_public_key is not None:
        return "rsa", outside.vault.checked_rsa_public_key(rsa_public_key)
    if ed25519_public_key is not None:
        return "ed25519", outside.vault.checked_ed25519_public_key(ed25519_public_key)
    return None, None


def _networks(texts: Sequence[str]) -> tuple[Network, ...]:
    if len(texts) > MOST_NETWORKS:
        raise InvalidInput({"allow": [f"is too long (maximum is {MOST_NETWORKS} networks)"]})
    try:
        return tuple(network(text) for text in texts)
    except ValueError as wrong:
        raise InvalidInput({"allow": [f"is not an address or a network: {wrong}"]}) from None
