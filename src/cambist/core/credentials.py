"""From what a person gives to open an exchange account to what its market needs."""

import hashlib
from dataclasses import dataclass

from cambist.core.errors import InvalidInput
from cambist.core.terms import Credentials, Market, Secret

MIN_KEY = 5
MAX_KEY = 8_192


@dataclass(frozen=True, slots=True)
class GivenKeys:
    """What is given to open an account, before it is known whether its market needs just that.

    api_key: the public half of an API key. address: of a wallet, where the exchange goes by one.
    secret: of the API key, or the wallet's private key.
    """

    api_key: str | None = None
    secret: Secret | None = None
    passphrase: Secret | None = None
    customer_id: str | None = None
    address: str | None = None

    @property
    def are_none(self) -> bool:
        return self == NOTHING


NOTHING = GivenKeys()


def credentials_for(market: Market, given: GivenKeys) -> Credentials:
    """What opens an account of that market. Raises InvalidInput naming each field that is missing or wrong.

    Who has only a field for keys may give an address in it.
    """
    address = given.address or given.api_key if "address" in market.credentials else None
    fields = {
        "api_key": given.api_key,
        "address": address,
        "secret": given.secret,
        "passphrase": given.passphrase,
        "customer_id": given.customer_id,
    }
    missing = {name: ["is missing"] for name in market.credentials if fields[name] is None}
    if missing:
        raise InvalidInput(missing)
    for name in ("api_key", "address", "secret"):
        if name in market.credentials:
            _check(name, fields[name])
    secret = given.secret or Secret("")
    public = address or given.api_key or _name_of(secret)
    return Credentials(public, secret, given.passphrase, given.customer_id)


def _check(name: str, given: object) -> None:
    text = given.reveal() if isinstance(given, Secret) else str(given)
    if len(text) < MIN_KEY:
        raise InvalidInput({name: [f"is too short (minimum is {MIN_KEY} characters)"]})
    if len(text) > MAX_KEY:
        raise InvalidInput({name: [f"is too long (maximum is {MAX_KEY} characters)"]})
    if name != "secret" and not (text.isascii() and text.isprintable()):
        raise InvalidInput({name: ["is invalid"]})


def _name_of(secret: Secret) -> str:
    """What stands for the public half of keys that have none; the same for the same secret."""
    return "secret " + hashlib.sha256(secret.reveal().encode()).hexdigest()[:16]
