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
_KEPT_MASTERS = 4
_KEPT_ABSENT = 64
_USER_KEY, _AUDIT_KEY = b"user key", b"audit key"


class SealBroken(SetupError):
    """A ciphertext that does not open where it stands: moved, changed, or of another installation."""

    def __init__(self) -> None:
        super().__init__("A stored secret does not open in its place: the database was changed from outside.")


class MasterKeyAbsent(SealBroken):
    """A ciphertext under a master key that is neither this process's nor, now, where that came from."""

    def __init__(self) -> None:
        SetupError.__init__(
            self,
            "A stored secret is under another master key than this process has: after a rotation, start it "
            "again with the new key; otherwise the database was changed from outside.",
        )


# Finds a master key that fits in the place where it is kept, as that is now.
Find = Callable[[Callable[[MasterKey], bool]], MasterKey | None]


def nowhere(_: Callable[[MasterKey], bool]) -> None:
    """Fits `Find` where there is no such place."""


@dataclass(frozen=True, slots=True)
class _Master:
    key: MasterKey
    cipher: AESGCM = field(repr=False)


@dataclass(frozen=True, slots=True)
class _DataKey:
    id: bytes
    cipher: AESGCM = field(repr=False)


class Envelope:
    """Seals and opens secrets under the master key, and after a rotation under the one that followed.

    find: asked once for each master key that is met and not known; without it there is no other.
    """

    def __init__(self, master: MasterKey, find: Find = nowhere) -> None:
        self._find = find
        self._masters: tuple[_Master, ...] = (_Master(master, AESGCM(master.reveal())),)
        self._absent: set[bytes | str] = set()
        self._unwrapped: dict[bytes, _DataKey] = {}

    def new_user_key(self, check: str | None = None) -> bytes:
        """A fresh data key, wrapped by the master key of this check value. Raises MasterKeyAbsent."""
        master = self._masters[-1] if check is None else self._master(check, lambda key: key.check == check)
        return _wrapped(master, os.urandom(KEY_BYTES), _USER_KEY)

    def new_audit_key(self) -> bytes:
        """A fresh key to chain the audit log by, wrapped."""
        return _wrapped(self._masters[-1], os.urandom(KEY_BYTES), _AUDIT_KEY)

    def audit_key_under(self, other: "Envelope", wrapped: bytes) -> bytes:
        """The same audit key, wrapped by another envelope's master key."""
        key, _ = self._unwrap(wrapped, _AUDIT_KEY)
        return _wrapped(other._masters[-1], key, _AUDIT_KEY)

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

    def _unwrap(self, wrapped: bytes, purpose: bytes) -> tuple[bytes, bytes]:
        """(key, its id)."""
        start = 1 + _ID + _ID
        head, nonce, rest = wrapped[:start], wrapped[start : start + _NONCE], wrapped[start + _NONCE :]
        if head[:1] != VERSION:
            raise SealBroken
        master_id = head[1 : 1 + _ID]
        master = self._master(master_id, lambda key: key.id == master_id)
        try:
            return master.cipher.decrypt(nonce, rest, purpose + head), head[-_ID:]
        except (InvalidTag, ValueError) as broken:
            raise SealBroken from broken

    def _master(self, name: bytes | str, fits: Callable[[MasterKey], bool]) -> _Master:
        """The master key of this name, known or found. Raises MasterKeyAbsent."""
        for known in reversed(self._masters):
            if fits(known.key):
                return known
        found = None if name in self._absent else self._find(fits)
        if found is None:
            if len(self._absent) >= _KEPT_ABSENT:
                self._absent.clear()
            self._absent.add(name)
            raise MasterKeyAbsent
        master = _Master(found, AESGCM(found.reveal()))
        self._masters = (*self._masters, master)[-_KEPT_MASTERS:]
        return master


def _wrapped(master: _Master, key: bytes, purpose: bytes) -> bytes:
    key_id, nonce = os.urandom(_ID), os.urandom(_NONCE)
    head = VERSION + master.key.id + key_id
    return head + nonce + master.cipher.encrypt(nonce, key, purpose + head)


def _bound_to(place: Place, key_id: bytes) -> bytes:
    parts = (VERSION, str(place.user_id).encode(), place.record.encode(), place.field.encode(), key_id)
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)
