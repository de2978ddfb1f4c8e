"""Every exchange that ccxt reads, by default rules: what is no answer is a named failure, no empty wallet."""

import pytest

from cambist.core.errors import LoadFailed, NotFound
from cambist.core.terms import Credentials, Secret
from cambist.exchanges.catalogue import CATALOGUE, market_of
from cambist.exchanges.library import ccxt_library
from cambist.exchanges.rights import rights_of
from cambist.simulator.replay import Recording
from tests.exchanges.replayed import outcome, replayed
from tests.exchanges.test_broken_answers import BROKEN

KEYS = Credentials("account-key-of-the-test", Secret("c2VjcmV0" * 8), Secret("a passphrase"), "1001")
KEY_AND_SECRET = ("api_key", "secret")
# Their secrets have a form of their own (a curve's key, for one), so that nothing of ours is even signed.
OF_A_FORM = {"coinbaseinternational", "lbank", "revolutx"}
# What is true of no exchange: an object of theirs without anything that they name.
WITHOUT_MEANING = b'{"the only name": {"another": []}}'


def by_default_rules() -> dict[str, tuple[str, ...]]:
    """{ccxt id: the credentials it needs} of those that are in no row of the catalogue."""
    taken = {market.ccxt_id for market in CATALOGUE.values()}
    markets = [
        market_of(each) for each in ccxt_library().exchanges if each not in {*taken, "kucoinfutures", "ndax"}
    ]
    return {market.ccxt_id: market.credentials for market in markets}


@pytest.mark.asyncio
async def test_no_answer_that_is_none_passes_for_a_wallet() -> None:
    asked = set()
    ids = [each for each, needed in by_default_rules().items() if needed == KEY_AND_SECRET]
    for ccxt_id in ids:
        async with replayed(ccxt_id) as (replay, exchange):
            for way, change in BROKEN.items():
                replay.recording = Recording(change(WITHOUT_MEANING))
                told = await outcome(exchange, KEYS)
                assert isinstance(told, LoadFailed), f"{ccxt_id} {way}: {told}"
                assert str(told)
            if replay.paths:
                asked.add(ccxt_id)
    assert len(ids) > 40
    assert set(ids) - asked <= OF_A_FORM


@pytest.mark.asyncio
async def test_a_market_that_is_read_by_default_rules_has_one_wallet_and_says_what_it_needs() -> None:
    for ccxt_id, needed in by_default_rules().items():
        market = market_of(ccxt_id)
        assert market.wallets == ("default",)
        assert set(needed) <= {"api_key", "address", "secret", "passphrase", "customer_id"}, ccxt_id
        assert needed


@pytest.mark.asyncio
async def test_the_private_key_of_a_wallet_may_withdraw() -> None:
    for ccxt_id, may in (("derive", True), ("pacifica", True), ("hashkey", None)):
        async with replayed(ccxt_id) as (replay, exchange):
            assert (await rights_of(exchange, KEYS)).withdraw is may
            assert replay.paths == []


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("no_such_thing", "There is no exchange 'no_such_thing'."),
        ("bitmex", "There is no exchange 'bitmex': ccxt, by which it was read, has dropped it."),
        ("gateio", "There is no exchange 'gateio'; it is 'gate' now."),
        ("ndax", "NDAX needs login, which cannot be given."),
    ],
)
def test_what_cannot_be_read_gets_one_clear_sentence(code: str, sentence: str) -> None:
    with pytest.raises(NotFound) as refused:
        market_of(code)
    assert str(refused.value) == sentence
