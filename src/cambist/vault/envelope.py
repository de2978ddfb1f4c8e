"""Envelope encryption: a data key per user, wrapped by the master key; every ciphertext bound to its place.

Sealed text: version (1 byte) | id of the user's data key (8) | nonce (12) | AES-256-GCM ciphertext and tag.
Wrapped key: version (1 byte) | id of the master key (8) | id of the data key (8) | nonce (12) | ciphertext.
The additional data of a sealed text is (version, user, record, field, key id), so that a ciphertext moved to
another row, field or user does not open.
"""

import hmac
import os
from collections.abc import Callable
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from cambist.actions.facts import Place
from cambist.core.errors import SetupError
from cambist.core.terms import Secret
from cambist.vault.master_key import KEY_BYTES, MasterKey

VERSION = b"\x01"
_ID = 8
_NONCE = 12
_KEPT_KEYS = 1_024
_USER_KEY, _AUDIT_KEY = b"user key", b"audit key"


class SealBroken(SetupError):
    """A ciphertext that does not open where it stands: moved, changed, or of another installation."""

    def __init__(self) -> None:
        super().__init__("A stored secret does not open in its place: the database was changed from outside.")


@dataclass(frozen=True, slots=True)
class _DataKey:
    id: bytes
    cipher: AESGCM = field(repr=False)


class Envelope:
    """Seals and opens secrets under one master key."""

    def __init__(self, master: MasterKey) -> None:
        self._master_id = master.id
        self._master = AESGCM(master.reveal())
        self._unwrapped: dict[bytes, _DataKey] = {}

    def new_user_key(self) -> bytes:
        """A fresh data key, wrapped."""
        return self._wrapped(os.urandom(KEY_BYTES), _USER_KEY)

    def new_audit_key(self) -> bytes:
        """A fresh key to chain the audit log by, wrapped."""
        return self._wrapped(os.urandom(KEY_BYTES), _AUDIT_KEY)

    def audit_link(self, wrapped: bytes) -> Callable[[bytes], bytes]:
        """What makes an audit entry's link of its text. Raises SealBroken for a key that is not ours."""
        key, _ = self._unwrap(wrapped, _AUDIT_KEY)
        return lambda text: hmac.digest(key, text, "sha256")

    def seal(self, secret: Secret, place: Place) -> bytes:
        key, nonce = self._data_key(place.user_key), os.urandom(_NONCE)
        sealed = key.cipher.encrypt(nonce, secret.reveal().encode(), _bound_to(place, key.id))
        return VERSION + key.id + nonce + sealed

    def open(self, sealed: bytes, place: Place) -> Secret:
        """Raises SealBroken."""
        key = self._data_key(place.user_key)
        head, nonce, rest = sealed[: 1 + _ID], sealed[1 + _ID : 1 + _ID + _NONCE], sealed[1 + _ID + _NONCE :]
        if head != VERSION + key.id:
            raise SealBroken
        try:
            return Secret(key.cipher.decrypt(nonce, rest, _bound_to(place, key.id)).decode())
        except (InvalidTag, ValueError) as broken:
            raise SealBroken from broken

    def _data_key(self, wrapped: bytes) -> _DataKey:
        known = self._unwrapped.get(wrapped)
        if known is not None:
            return known
        key, key_id = self._unwrap(wrapped, _USER_KEY)
        if len(self._unwrapped) >= _KEPT_KEYS:
            self._unwrapped.clear()
        return self._unwrapped.setdefault(wrapped, _DataKey(key_id, AESGCM(key)))

    def _wrapped(self, key: bytes, purpose: bytes) -> bytes:
        key_id, nonce = os.urandom(_ID), os.urandom(_NONCE)
        head = VERSION + self._master_id + key_id
        return head + nonce + self._master.encrypt(nonce, key, purpose + head)

    def _unwrap(self, wrapped: bytes, purpose: bytes) -> tuple[bytes, bytes]:
        """(key, its id)."""
        start = 1 + _ID + _ID
        head, nonce, rest = wrapped[:start], wrapped[start : start + _NONCE], wrapped[start + _NONCE :]
        if head[: 1 + _ID] != VERSION + self._master_id:
            raise SealBroken
        try:
            return self._master.decrypt(nonce, rest, purpose + head), head[-_ID:]
        except (InvalidTag, ValueError) as broken:
            raise SealBroken from broken


def _bound_to(place: Place, key_id: bytes) -> bytes:
    parts = (VERSION, str(place.user_id).encode(), place.record.encode(), place.field.encode(), key_id)
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)
