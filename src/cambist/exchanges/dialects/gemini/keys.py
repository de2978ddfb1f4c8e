"""Which keys of Gemini can be asked with: those of one account, whose names begin so."""

from typing import Any

from cambist.core.errors import KeysRejected

_OF_ONE_ACCOUNT = "account-"


def check_keys(client: Any) -> None:
    """Raises KeysRejected for keys of a group of accounts, for which each call had to name one."""
    if not client.apiKey.startswith(_OF_ONE_ACCOUNT):
        raise KeysRejected(
            f"Gemini's keys of one account begin with {_OF_ONE_ACCOUNT}; these do not, as those of a group "
            "(master-): make keys in the account that is to be read."
        )
