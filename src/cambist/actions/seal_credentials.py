"""Seal and open an account's exchange credentials: which field of which record each secret belongs to."""

from collections.abc import Callable
from dataclasses import replace

from cambist.actions.facts import KeyUse, Place, SealedCredentials, Turn, account_record
from cambist.actions.ports import Vault
from cambist.core.terms import Credentials


def _place(user_id: int, user_key: bytes, account_id: int, field: str) -> Place:
    return Place(user_id, user_key, account_record(account_id), field)


def sealer(vault: Vault, user_id: int, credentials: Credentials) -> Callable[[int, bytes], SealedCredentials]:
    """What seals credentials once the account's id is known, under the user's data key as it is then."""

    def seal(account_id: int, user_key: bytes) -> SealedCredentials:
        place = _place(user_id, user_key, account_id, "secret")
        passphrase = credentials.passphrase
        return SealedCredentials(
            api_key=credentials.api_key,
            secret=vault.seal(credentials.secret, place),
            passphrase=None
            if passphrase is None
            else vault.seal(passphrase, replace(place, field="passphrase")),
            customer_id=credentials.customer_id,
        )

    return seal


def open_credentials(vault: Vault, audited: Turn | KeyUse) -> Credentials:
    """The credentials of an account, for a use that has its audit row: a load's turn, or another use."""
    sealed = audited.sealed
    place = _place(audited.user_id, audited.user_key, audited.account_id, "secret")
    return Credentials(
        api_key=sealed.api_key,
        secret=vault.open(sealed.secret, place),
        passphrase=None
        if sealed.passphrase is None
        else vault.open(sealed.passphrase, replace(place, field="passphrase")),
        customer_id=sealed.customer_id,
        egress=sealed.egress,
        worked_from=sealed.worked_from,
    )
