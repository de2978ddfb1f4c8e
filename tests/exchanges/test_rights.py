"""What is read of a key's restrictions: only what the exchange says of the key, or that it is unusable."""

import json
from typing import Any

import pytest

from cambist.core.rights import KeyRights, in_words, warnings_of
from cambist.exchanges.dialects.binance.rights import rights
from cambist.exchanges.guard import Unusable

TOLD = {
    "ipRestrict": True,
    "enableReading": True,
    "enableSpotAndMarginTrading": False,
    "enableWithdrawals": False,
    "enableMargin": False,
    "enableFutures": False,
    "enableVanillaOptions": False,
    "enablePortfolioMarginTrading": False,
    "enableFixApiTrade": False,
}


class Client:
    """Answers as the exchange would; only its words are scripted."""

    raw = False

    def __init__(self, answer: bytes) -> None:
        self._answer = answer

    async def sapi_get_account_apirestrictions(self) -> bytes:
        return self._answer


async def read(answer: dict[str, Any] | bytes) -> KeyRights:
    raw = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
    return await rights(Client(raw))


@pytest.mark.asyncio
async def test_each_right_is_read_from_its_own_field() -> None:
    assert await read(TOLD) == KeyRights(read=True, trade=False, withdraw=False, ip_bound=True)
    assert await read({**TOLD, "enableWithdrawals": True}) == KeyRights(True, False, True, True)
    assert await read({**TOLD, "ipRestrict": False}) == KeyRights(True, False, False, False)
    assert await read({**TOLD, "enableReading": False}) == KeyRights(False, False, False, True)


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "field",
    [
        "enableSpotAndMarginTrading",
        "enableMargin",
        "enableFutures",
        "enableVanillaOptions",
        "enablePortfolioMarginTrading",
        "enableFixApiTrade",
    ],
)
async def test_a_right_to_trade_anything_is_a_right_to_trade(field: str) -> None:
    assert await read({**TOLD, field: True}) == KeyRights(True, True, False, True)


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"{}",
        b"[]",
        b"null",
        json.dumps(TOLD)[:-1].encode(),
        json.dumps({**TOLD, "enableWithdrawals": "false"}).encode(),
        json.dumps({**TOLD, "enableWithdrawals": None}).encode(),
        json.dumps({name: told for name, told in TOLD.items() if name != "enableWithdrawals"}).encode(),
        json.dumps(TOLD)[:-1].encode() + b', "enableWithdrawals": true}',
        b'{"enableWithdrawals": true, ' + json.dumps(TOLD)[1:].encode(),
    ],
)
async def test_an_answer_that_does_not_tell_each_right_once_is_unusable(answer: bytes) -> None:
    with pytest.raises(Unusable):
        await read(answer)


def test_what_is_unknown_is_said_to_be_and_warned_of_as_little_as_what_is_well() -> None:
    assert in_words(KeyRights()) == dict.fromkeys(("read", "trade", "withdraw", "ip_bound"), "unknown")
    assert warnings_of(KeyRights()) == ()
    assert warnings_of(KeyRights(True, False, False, True)) == ()
    warned = warnings_of(KeyRights(True, True, True, False))
    assert [words.split(" ", 4)[3] for words in warned] == ["withdraw:", "trade,", "from"]
