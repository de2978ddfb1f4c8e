"""What is given to open an account becomes what its market needs, or each field at fault is named."""

from dataclasses import replace

import pytest

from cambist.core.credentials import NOTHING, GivenKeys, credentials_for
from cambist.core.errors import InvalidInput
from cambist.core.terms import Credentials, Market, Secret

SECRET, PASSPHRASE = Secret("a secret"), Secret("word")
PLAIN = Market("x", "x", "X", "X", "x", "", "")
WITH_ALL = replace(PLAIN, credentials=("api_key", "secret", "passphrase", "customer_id"))
BY_ADDRESS = replace(PLAIN, credentials=("address",))
BY_SECRET = replace(PLAIN, credentials=("secret", "customer_id"))


def test_all_that_a_market_needs_is_taken_as_it_is_given() -> None:
    given = GivenKeys("a-key", SECRET, PASSPHRASE, "1001")
    assert credentials_for(WITH_ALL, given) == Credentials("a-key", SECRET, PASSPHRASE, "1001")


def test_an_address_stands_for_the_public_half_also_in_the_field_for_keys() -> None:
    by_field = credentials_for(BY_ADDRESS, GivenKeys(address="0xabcdef"))
    by_key = credentials_for(BY_ADDRESS, GivenKeys(api_key="0xabcdef"))
    for found in (by_field, by_key):
        assert (found.api_key, found.secret.reveal()) == ("0xabcdef", "")


def test_keys_without_a_public_half_are_named_by_their_secret_and_do_not_tell_it() -> None:
    one, same, other = (
        credentials_for(BY_SECRET, GivenKeys(secret=Secret(text), customer_id="7")).api_key
        for text in ("secret one", "secret one", "secret two")
    )
    assert one == same == "secret e2a01de876e8e205"
    assert other != one


@pytest.mark.parametrize(
    ("market", "given", "at_fault"),
    [
        (PLAIN, NOTHING, {"api_key": "is missing", "secret": "is missing"}),
        (WITH_ALL, GivenKeys("a-key", SECRET), {"passphrase": "is missing", "customer_id": "is missing"}),
        (BY_ADDRESS, NOTHING, {"address": "is missing"}),
        (BY_ADDRESS, GivenKeys(address="0xabc\n"), {"address": "is invalid"}),
        (PLAIN, GivenKeys("key", SECRET), {"api_key": "is too short (minimum is 5 characters)"}),
        (PLAIN, GivenKeys("a-key", Secret("x")), {"secret": "is too short (minimum is 5 characters)"}),
        (PLAIN, GivenKeys("k" * 8193, SECRET), {"api_key": "is too long (maximum is 8192 characters)"}),
        (PLAIN, GivenKeys("a-këy", SECRET), {"api_key": "is invalid"}),
    ],
)
def test_each_field_at_fault_is_named(market: Market, given: GivenKeys, at_fault: dict[str, str]) -> None:
    with pytest.raises(InvalidInput) as refused:
        credentials_for(market, given)
    assert refused.value.attributes == {field: [words] for field, words in at_fault.items()}
