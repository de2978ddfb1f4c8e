"""What a Bybit key may do, by what the exchange says of it, or that the answer is unusable."""

import json
from typing import Any

import pytest

from cambist.core.rights import KeyRights
from cambist.exchanges.dialects.bybit.rights import rights
from cambist.exchanges.guard import Unusable

# The answer of "Get API Key Information" in Bybit's documentation (v5/user/apikey-info), what is read of it.
TOLD: dict[str, Any] = {
    "readOnly": 0,
    "permissions": {"ContractTrade": [], "Spot": [], "Wallet": ["AccountTransfer"], "Exchange": []},
    "ips": ["*"],
    "userID": 53888001,
}


class Client:
    """Answers as the exchange would; only its words are scripted."""

    raw = False

    def __init__(self, answer: bytes) -> None:
        self._answer = answer

    async def private_get_v5_user_query_api(self) -> bytes:
        return self._answer


def answer(**changes: Any) -> bytes:
    return json.dumps({"retCode": 0, "retMsg": "", "result": {**TOLD, **changes}}).encode()


async def read(raw: bytes) -> KeyRights:
    return await rights(Client(raw))


@pytest.mark.asyncio
async def test_each_right_is_read_from_its_own_field() -> None:
    assert await read(answer()) == KeyRights(True, False, False, False)
    assert await read(answer(ips=["203.0.113.9"])) == KeyRights(True, False, False, True)
    assert await read(answer(ips=[])) == KeyRights(True, False, False, False)
    wallet = {"Wallet": ["AccountTransfer", "Withdraw"]}
    assert await read(answer(permissions=wallet)) == KeyRights(True, False, True, False)


@pytest.mark.parametrize("group", ["Spot", "ContractTrade", "Options", "Earn", "ANewOne"])
@pytest.mark.asyncio
async def test_whatever_a_key_may_write_beside_wallets_is_a_right_to_trade(group: str) -> None:
    assert await read(answer(permissions={group: ["Something"]})) == KeyRights(True, True, False, False)


@pytest.mark.asyncio
async def test_a_key_that_only_reads_may_neither_trade_nor_withdraw_whatever_its_permissions() -> None:
    permissions = {"Spot": ["SpotTrade"], "Wallet": ["Withdraw"]}
    assert await read(answer(readOnly=1, permissions=permissions)) == KeyRights(True, False, False, False)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{}",
        b'{"retCode":0,"result":{}}',
        answer(readOnly=2),
        answer(readOnly="1"),
        answer(ips=None),
        answer(permissions=[]),
        answer().replace(b'"readOnly": 0', b'"readOnly": 0, "readOnly": 1'),
        answer().replace(b'"Spot": []', b'"Spot": ["SpotTrade"], "Spot": []'),
    ],
)
@pytest.mark.asyncio
async def test_an_answer_that_does_not_tell_each_right_once_is_unusable(raw: bytes) -> None:
    with pytest.raises(Unusable):
        await read(raw)
