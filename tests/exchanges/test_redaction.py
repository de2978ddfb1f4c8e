"""What an exchange says reaches the user without the secrets, addresses and signatures that it may repeat."""

import pytest

from tests.worlds import EXCHANGE_KEY, EXCHANGE_SECRET, World


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("words", "shown"),
    [
        (f"no {EXCHANGE_SECRET} is known", "no … is known"),
        (f"no key {EXCHANGE_KEY}.", "no key …."),
        ("see https://x.example/?signature=abc&y now", "see … now"),
        ("refused: signature=0a1b2c at 7", "refused: … at 7"),
        ("SIGNATURE=0A1B2C is wrong", "… is wrong"),
        ("two\nlines\x1b[31m", "twolines[31m"),
        ("w" * 500, "w" * 199 + "…"),
    ],
)
async def test_an_exchanges_words_are_shown_without_what_is_secret(
    world: World, words: str, shown: str
) -> None:
    account_id = await world.connected()
    world.patch(faults=[{"path": "/api/v3/account", "kind": "error", "code": -3003, "msg": words}])
    answer = await world.load(account_id)
    assert (answer.status, answer.json["error_description"]) == (422, shown)
