"""What is told of all that a user has, or under one name wherever it is asked, is never another user's."""

from pathlib import Path

import pytest

from cambist.actions.add_user import add_user
from cambist.api.errors import wire_error
from cambist.core.errors import NotFound
from tests.worlds import EXCHANGE_KEY, World, world


@pytest.mark.asyncio
async def test_summary_and_types_to_connect_are_of_ones_own_accounts_only(world: World) -> None:
    await world.connected()
    theirs = await world.new_key(user=await add_user(world.cambist.outside, "someone else", "test"))
    summaries = [await world.call("GET", "/accounts/summary", key=key) for key in (world.key, theirs)]
    assert [answer.json["btc_amount"][:8] for answer in summaries] == ["0.501570", "0.0"]
    for given in (None, {"api_key": EXCHANGE_KEY}):
        told = [
            (await world.call("GET", "/accounts/types_to_connect", given, key=key)).json
            for key in (world.key, theirs)
        ]
        connected = [{each["type"] for each in types if each["connected"]} for types in told]
        assert connected == [{"binance_us"}, set()]


@pytest.mark.asyncio
async def test_a_load_is_kept_for_its_own_user_only(world: World) -> None:
    account_id = await world.connected()
    load_id = (await world.load(account_id)).headers["X-Cambist-Receipt"]
    owner, other = await world.owner(), await add_user(world.cambist.outside, "someone else", "test")
    history = world.cambist.outside.history
    assert (await history.kept_load(owner.id, load_id)).receipt.load_id == load_id
    with pytest.raises(NotFound):
        await history.kept_load(other.id, load_id)


@pytest.mark.asyncio
async def test_the_answers_to_a_load_are_kept_for_its_own_user_only(tmp_path: Path) -> None:
    async with world(tmp_path, keep_answers_s=60) as made:
        load_id = (await made.load(await made.connected())).headers["X-Cambist-Receipt"]
        owner, other = await made.owner(), await add_user(made.cambist.outside, "someone else", "test")
        kept = made.cambist.outside.answers
        assert (await kept.of_load(owner.id, load_id, made.clock.now())).load_id == load_id
        with pytest.raises(NotFound, match="There is no load"):
            await kept.of_load(other.id, load_id, made.clock.now())


def test_whatever_is_not_found_is_answered_in_the_same_words() -> None:
    answers = [wire_error(NotFound(words)) for words in ("Not Found", "It is another user's account 7.")]
    assert len({(answer.status, str(answer.body)) for answer in answers}) == 1
