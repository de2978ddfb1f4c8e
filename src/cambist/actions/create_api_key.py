"""Create a key of ours: a system key with a secret that is shown once, or a registered RSA public key."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial

from cambist.actions.authenticate import secret_place
from cambist.actions.facts import ApiKey, User
from cambist.actions.ports import Outside, Vault
from cambist.core.addresses import Network, network
from cambist.core.errors import InvalidInput
from cambist.core.terms import Permission, Secret

DEFAULT_PERMISSIONS = (Permission.ACCOUNTS_READ, Permission.ACCOUNTS_WRITE)
MOST_NETWORKS = 64


async def create_api_key(
    outside: Outside,
    user: User,
    by: str,
    *,
    name: str = "",
    permissions: Iterable[Permission] = DEFAULT_PERMISSIONS,
    rsa_public_key: str | None = None,
    unsigned_body: bool = False,
    expires_at: datetime | None = None,
    allow: Sequence[str] = (),
) -> tuple[ApiKey, Secret | None]:
    """The key, and its secret where we issue one: the only time that it can be seen.

    allow: the addresses and networks (CIDR) that it may be used from; none for any. Raises InvalidInput for a
    public key that cannot be used, an end that is past, or what is no network.
    """
    now = outside.clock.now()
    if expires_at is not None and expires_at <= now:
        raise InvalidInput({"expires": ["is in the past"]})
    public_key = rsa_public_key and outside.vault.checked_rsa_public_key(rsa_public_key)
    secret = None if public_key else outside.new_secret()
    key = ApiKey(
        id=0,
        user_id=user.id,
        user_key=user.data_key,
        api_key=outside.new_secret().reveal(),
        name=name,
        permissions=frozenset(permissions),
        created_at=now,
        public_key=public_key,
        unsigned_body=unsigned_body,
        expires_at=expires_at,
        allow=_networks(allow),
    )

    seal = None if secret is None else partial(_sealed, outside.vault, key, secret)
    return await outside.keys.add(key, seal, by), secret


def _sealed(vault: Vault, key: ApiKey, secret: Secret, user_key: bytes) -> bytes:
    return vault.seal(secret, secret_place(replace(key, user_key=user_key)))


def _networks(texts: Sequence[str]) -> tuple[Network, ...]:
    if len(texts) > MOST_NETWORKS:
        raise InvalidInput({"allow": [f"is too long (maximum is {MOST_NETWORKS} networks)"]})
    try:
        return tuple(network(text) for text in texts)
    except ValueError as wrong:
        raise InvalidInput({"allow": [f"is not an address or a network: {wrong}"]}) from None
