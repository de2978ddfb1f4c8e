"""Whose a Binance account is, whichever wallets it has; and what keys are that one of its wallets refuses."""

from pathlib import Path
from typing import Any

import pytest

from cambist.core.errors import ExchangeUnavailable, KeysRejected
from cambist.core.terms import Account, Credentials, KeyState, Secret
from cambist.exchanges.catalogue import CATALOGUE
from cambist.exchanges.dialects.binance.wallets import uid
from cambist.exchanges.guard import Unusable
from tests.exchanges.scenarios import SCENARIOS
from tests.worlds import EXCHANGE_KEY, EXCHANGE_SECRET, Answer, World, world

SPOT = "/api/v3/account"
BASES = {
    "binance_margin": "/sapi/v1/margin/account",
    "binance_futures": "/fapi/v3/account",
    "binance_futures_coin": "/dapi/v1/account",
    "binance_portfolio_margin": "/papi/v1/balance",
}
CODES = list(BASES)
KEYS = Credentials(EXCHANGE_KEY, Secret(EXCHANGE_SECRET))
TAKEN = {"api_key": ["This account is already connected!"]}


def keys(*uids: str) -> list[dict[str, Any]]:
    """The key of the test, then "key-1", "key-2", …, each of an exchange account."""
    names = (EXCHANGE_KEY, *(f"key-{n}" for n in range(1, len(uids))))
    return [
        {"api_key": name, "secret": EXCHANGE_SECRET, "uid": of} for name, of in zip(names, uids, strict=True)
    ]


def refusing(path: str, times: int | None = None, api_key: str | None = None) -> dict[str, Any]:
    msg = "Invalid API-key, IP, or permissions for action."
    fault = {"path": path, "kind": "error", "status": 401, "code": -2015, "msg": msg, "api_key": api_key}
    return fault if times is None else {**fault, "times": times}


async def kept(made: World) -> list[Account]:
    return await made.cambist.outside.accounts.listed((await made.owner()).id)


async def update(made: World, account_id: int, api_key: str) -> Answer:
    given = {"account_id": account_id, "api_key": api_key, "secret": EXCHANGE_SECRET}
    return await made.call("POST", "/accounts/update", given)


# ── whose it is ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.asyncio
@pytest.mark.parametrize("code", CODES)
async def test_other_keys_of_a_wallets_account_are_known_by_its_uid(code: str, tmp_path: Path) -> None:
    async with world(tmp_path, {**SCENARIOS[code], "keys": keys("1001", "1001", "1002")}) as made:
        await made.connected(type=code)
        again = await made.connect(type=code, api_key="key-1")
        other = await made.connect(type=code, api_key="key-2")
        accounts = await kept(made)
    assert (again.status, again.json["error_attributes"]) == (400, TAKEN)
    assert other.status == 201
    assert [account.uid for account in accounts] == ["1001", "1002"]


@pytest.mark.asyncio
async def test_wallets_that_differ_are_connected_side_by_side_with_keys_of_one_uid(tmp_path: Path) -> None:
    wallets = {**SCENARIOS["binance"]["wallets"], **SCENARIOS["binance_margin"]["wallets"]}
    play = {**SCENARIOS["binance"], "wallets": wallets, "keys": keys("1001", "1001", "1001")}
    async with world(tmp_path, play) as made:
        spot = await made.connected(type="binance")
        margin = await made.connected(type="binance_margin", api_key="key-1")
        again = await made.connect(type="binance_margin", api_key="key-2")
        accounts = await kept(made)
    assert (again.status, again.json["error_attributes"]) == (400, TAKEN)
    assert [(account.id, account.uid) for account in accounts] == [(spot, "1001"), (margin, "1001")]


@pytest.mark.asyncio
async def test_keys_that_may_not_tell_whose_they_are_connect_and_later_ones_tell_it(tmp_path: Path) -> None:
    code, one_account = "binance_futures", keys("1001", "1001", "1001")
    faults = [refusing(SPOT, api_key=EXCHANGE_KEY)]
    async with world(tmp_path, {**SCENARIOS[code], "keys": one_account, "faults": faults}) as made:
        account_id = await made.connected(type=code)
        (unknown,) = await kept(made)
        same = await made.connect(type=code)
        learnt = await update(made, account_id, "key-1")
        (known,) = await kept(made)
        again = await made.connect(type=code, api_key="key-2")
    assert (unknown.uid, known.uid, learnt.status) == (None, "1001", 201)
    assert same.json["error_attributes"] == again.json["error_attributes"] == TAKEN


@pytest.mark.asyncio
async def test_that_keys_may_not_tell_is_believed_only_when_it_is_said_twice(tmp_path: Path) -> None:
    play = {**SCENARIOS["binance_margin"], "faults": [refusing(SPOT, times=1)]}
    async with world(tmp_path, play) as made:
        await made.connected(type="binance_margin")
        assert [account.uid for account in await kept(made)] == ["1001"]


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("fault", "status"),
    [
        ({"kind": "status", "status": 503}, 503),
        ({"kind": "empty"}, 503),
        ({"kind": "truncated"}, 503),
        ({"kind": "status", "status": 429, "retry_after_s": 7}, 503),
        ({"kind": "error", "status": 451, "code": 0, "msg": "restricted location"}, 422),
    ],
)
async def test_an_account_whose_uid_is_not_told_now_is_not_kept_under_another_name(
    fault: dict[str, Any], status: int, tmp_path: Path
) -> None:
    play = {**SCENARIOS["binance_futures"], "faults": [{"path": SPOT, **fault}]}
    async with world(tmp_path, play) as made:
        refused = await made.connect(type="binance_futures")
        assert (refused.status, await kept(made)) == (status, [])


class Client:
    """Answers the spot account as it is told to."""

    raw = False

    def __init__(self, answer: bytes) -> None:
        self._answer = answer

    async def private_get_account(self, _: dict[str, str]) -> bytes:
        return self._answer


@pytest.mark.asyncio
async def test_an_account_that_has_no_uid_tells_none_and_what_is_no_account_is_unusable() -> None:
    assert await uid(Client(b'{"balances": [], "uid": 354937868}')) == "354937868"
    assert await uid(Client(b'{"balances": []}')) is None
    for broken in (
        b"",
        b"{}",
        b"[]",
        b'{"uid": 354937868}',
        b'{"balances": [], "uid": "354937868"}',
        b'{"balances": [], "uid": 354937868, "uid": 1}',
        b'{"code": -1000, "msg": "An unknown error occurred."}',
    ):
        with pytest.raises(Unusable):
            await uid(Client(broken))


# ── what refused keys are ────────────────────────────────────────────────────────────────────────────

LACKING = {
    "binance_margin": "Enable Spot & Margin Trading",
    "binance_futures": "Enable Futures",
    "binance_futures_coin": "Enable Futures",
    "binance_portfolio_margin": "Enable Portfolio Margin Trading",
}


@pytest.mark.asyncio
@pytest.mark.parametrize("code", CODES)
async def test_good_keys_that_a_wallet_refuses_lack_a_permission_that_is_named(
    code: str, tmp_path: Path
) -> None:
    market = CATALOGUE[code]
    async with world(tmp_path, SCENARIOS[code]) as made:
        account_id = await made.connected(type=code)
        made.patch("binance", faults=[refusing(BASES[code])])
        loaded = await made.load(account_id)
        shown = (await made.call("GET", f"/accounts/{account_id}")).json
        with pytest.raises(KeysRejected, match=LACKING[code]) as refused:
            await made.cambist.outside.exchanges.read_wallets(market, KEYS, market.wallets)
        refusals = await made.connect(type=code, api_key="key-1")
    assert (loaded.status, loaded.json["error"]) == (422, "invalid_api_key")
    assert (shown["api_keys_state"], shown["api_key_invalid"]) == ("no_permission", True)
    assert str(refused.value).startswith("The keys are good, but may not read this account: they may lack")
    assert (refusals.status, refusals.json["error"]) == (422, "invalid_api_key")


@pytest.mark.asyncio
@pytest.mark.parametrize("code", CODES)
async def test_keys_that_the_spot_account_refuses_too_are_invalid(code: str, tmp_path: Path) -> None:
    async with world(tmp_path, SCENARIOS[code]) as made:
        account_id = await made.connected(type=code)
        made.patch("binance", keys=keys("1001", "1001")[1:])
        before = len(made.simulator.calls)
        loaded = await made.load(account_id)
        asked = [call.path for call in made.simulator.calls[before:] if call.api_key_present]
        (account,) = await kept(made)
    assert (loaded.status, loaded.json["error"]) == (422, "invalid_api_key")
    assert account.key_state == KeyState.INVALID
    assert asked == [BASES[code], BASES[code], SPOT]


@pytest.mark.asyncio
async def test_nothing_is_concluded_while_the_spot_account_does_not_say(tmp_path: Path) -> None:
    code, market = "binance_futures", CATALOGUE["binance_futures"]
    async with world(tmp_path, SCENARIOS[code]) as made:
        account_id = await made.connected(type=code)
        made.patch("binance", faults=[refusing(BASES[code]), {"path": SPOT, "kind": "empty"}])
        loaded = await made.load(account_id)
        (account,) = await kept(made)
        with pytest.raises(ExchangeUnavailable):
            await made.cambist.outside.exchanges.read_wallets(market, KEYS, market.wallets)
    assert (loaded.status, loaded.json["error"]) == (503, "market_unavailable")
    assert account.key_state == KeyState.OK


@pytest.mark.asyncio
async def test_keys_that_the_spot_wallet_itself_refuses_are_invalid_and_not_asked_about(
    tmp_path: Path,
) -> None:
    async with world(tmp_path, SCENARIOS["binance"]) as made:
        account_id = await made.connected(type="binance")
        made.patch("binance", faults=[refusing(SPOT)])
        before = len(made.simulator.calls)
        await made.load(account_id)
        asked = [call.path for call in made.simulator.calls[before:] if call.api_key_present]
        (account,) = await kept(made)
    assert (account.key_state, asked) == (KeyState.INVALID, [SPOT, SPOT])
