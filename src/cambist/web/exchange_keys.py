"""An exchange's keys as a page asks for them, and what a page says where they were not taken."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from cambist.core import errors
from cambist.core.credentials import GivenKeys
from cambist.core.terms import KeyState, Market, Secret
from cambist.web.doors import Visit, status_of

# In a form, {field: its label}. The first three are public and are shown again after a try; secrets are not.
LABELS = {
    "api_key": "API key",
    "address": "Address of the wallet",
    "customer_id": "Customer ID",
    "secret": "Secret",
    "passphrase": "Passphrase",
}
SECRETS = ("secret", "passphrase")

_BY_STATE: Mapping[str, str] = {
    KeyState.INVALID: "Copy the key and its secret from {exchange} once more, each of them whole; where it "
    "shows the secret no more, make a new key. See too that this installation may use it by its address.",
    KeyState.EXPIRED: "This key has ended: make a new one at {exchange}.",
    KeyState.IP_NOT_ALLOWED: "Allow this installation's address for the key at {exchange}, then try again.",
    KeyState.NO_PERMISSION: "Give the key the permissions named on this page at {exchange}, then try again.",
}
# The first row that fits decides.
_BY_KIND: tuple[tuple[type[errors.CambistError], str], ...] = (
    (errors.ExchangeLimiting, "That says nothing against the keys: try again in {wait}."),
    (errors.ExchangeUnavailable, "That says nothing against the keys: try again in a few minutes."),
    (errors.ExchangeTimedOut, "That says nothing against the keys: try again in a few minutes."),
    (errors.NoPrices, "That says nothing against the keys: try again in a few minutes."),
    (errors.Overloaded, "Try again in a moment."),
    (errors.StoreUnavailable, "Try again in a moment."),
)
_PASSPHRASE = "The passphrase is the one that was chosen with the key, not a password."  # noqa: S105
_REJECTED = str(errors.KeysRejected())


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why keys were not taken: what happened, in whose words, what to do; what is wrong with which field.

    It is told on a page with status 200: others would be errors on the browser's console.
    """

    happened: str = ""
    words: str = ""
    advice: str = ""
    fields: Mapping[str, list[str]] | None = None


def given_keys(market: Market, form: Mapping[str, str]) -> GivenKeys:
    """What the form says for the fields that the market needs; what is left blank is not given."""

    def text(field: str) -> str | None:
        return form.get(field, "").strip() or None if field in market.credentials else None

    secret = text("secret")
    # A passphrase may well begin or end with a space; all else does so only by a slip in copying.
    passphrase = form.get("passphrase") if "passphrase" in market.credentials else None
    return GivenKeys(
        api_key=text("api_key"),
        secret=None if secret is None else Secret(secret),
        passphrase=Secret(passphrase) if passphrase else None,
        customer_id=text("customer_id"),
        address=text("address"),
    )


def typed(form: Mapping[str, str]) -> dict[str, str]:
    """What a page may show again of what was typed: nothing secret, nor that in the field of another."""
    secrets = {form[field].strip() for field in SECRETS if form.get(field)}
    return {
        field: text
        for field, text in form.items()
        if field not in SECRETS and text.strip() not in secrets and "PRIVATE KEY" not in text
    }


def refusal_of(failure: errors.CambistError, market: Market, shown: Collection[str]) -> Refusal:
    """What to say of a try. shown: the fields of the page. Raises a failure that no other try can mend."""
    if status_of(failure) in {404, 500}:
        raise failure
    if isinstance(failure, errors.InvalidInput):
        return Refusal(_elsewhere(failure, shown), fields=failure.attributes)
    if isinstance(failure, errors.KeysRejected):
        return _rejected(failure, market)
    words = str(failure) if type(failure) is errors.ExchangeRefused else ""
    happened = f"{market.exchange_name} refuses." if words else str(failure)
    return Refusal(happened, words, _advice(failure))


def _elsewhere(failure: errors.InvalidInput, shown: Collection[str]) -> str:
    """What is wrong with what the page has no field for: a sentence of its own, or one about its name."""
    faults = ((name, told) for name, all_told in failure.attributes.items() for told in all_told)
    return "; ".join(
        told if told[:1].isupper() else f"{name} {told}" for name, told in faults if name not in shown
    )


def _rejected(failure: errors.KeysRejected, market: Market) -> Refusal:
    told = str(failure)
    happened = f"{market.exchange_name} does not take these keys." if told == _REJECTED else told
    advice = _BY_STATE.get(failure.key_state or "", "")
    if isinstance(failure, errors.AddressRefused):
        advice = ""  # its sentence says what to do
    elif failure.key_state == KeyState.INVALID and "passphrase" in market.credentials:
        advice = f"{advice} {_PASSPHRASE}"
    return Refusal(happened, failure.words, advice.format(exchange=market.exchange_name))


def _advice(failure: errors.CambistError) -> str:
    sentence = next((text for kind, text in _BY_KIND if isinstance(failure, kind)), "")
    wait_s = getattr(failure, "retry_after_s", None)
    return sentence.format(wait="a minute" if wait_s is None else f"{wait_s} s")


def asked_of(
    visit: Visit, market: Market, wallets: Collection[str], refusal: Refusal | None = None
) -> dict[str, Any]:
    """What templates/exchange_keys.html needs. wallets: those that the keys are to read."""
    needed: dict[str, list[str]] = defaultdict(list)
    for wallet in wallets:
        needed[market.permissions.get(wallet, market.permission)].append(wallet.replace("_", " "))
    rules = visit.outside.rules
    return {
        "market": market,
        "fields": [
            (field, LABELS[field], field in SECRETS) for field in LABELS if field in market.credentials
        ],
        "typed": typed(visit.form),
        "refusal": refusal,
        "errors": {} if refusal is None else refusal.fields or {},
        "permissions": needed,
        "has_keys": "secret" in market.credentials,
        "egresses": rules.egresses,
        "allow_withdraw": rules.allow_withdraw_keys,
    }
