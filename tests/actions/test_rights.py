"""What keys may do: read when they are tried and daily after, refused or locked where they may withdraw."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from cambist.actions.lock_account import lock_account
from cambist.actions.refresh_accounts import RefreshAccounts
from cambist.actions.unlock_account import unlock_account
from cambist.core.audit import Event
from cambist.core.errors import InvalidInput, NotFound
from cambist.core.rights import LOCKED_FOR_RIGHTS, MAY_WITHDRAW
from cambist.simulator.binance.records import ACCOUNT as ACCOUNT_ANSWER
from tests.worlds import EXCHANGE_KEY, EXCHANGE_SECRET, Answer, World, due_but_flows, scenario, world

ACCOUNT = "/api/v3/account"
RESTRICTIONS = "/sapi/v1/account/apiRestrictions"
HERE = "127.0.0.1"
DAY = timedelta(days=1)
WITHDRAW = ("read", "trade", "withdraw")


def key(*permissions: str, **given: Any) -> dict[str, Any]:
    return {
        "api_key": EXCHANGE_KEY,
        "secret": EXCHANGE_SECRET,
        "uid": "1001",
        "permissions": permissions or ("read",),
        **given,
    }


def play(*keys: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return scenario(exchange="binance", keys=keys or (key(),), prices={"BTCUSDT": "63722.1"}, **changes)


@pytest_asyncio.fixture(name="com")
async def _com(tmp_path: Path) -> AsyncIterator[World]:
    async with world(tmp_path, play(key(ips=[HERE]))) as made:
        yield made


@asynccontextmanager
async def playing(folder: Path, *keys: dict[str, Any], **settings: Any) -> AsyncIterator[World]:
    async with world(folder, play(*keys), **settings) as made:
        yield made


async def connected(made: World, **given: Any) -> int:
    return await made.connected(type="binance", **given)


async def permissions(made: World, account_id: int) -> dict[str, Any]:
    answer = await made.call("GET", f"/cambist/v1/accounts/{account_id}/permissions")
    assert answer.status == 200, answer.raw
    told: dict[str, Any] = answer.json
    return told


async def replace_keys(made: World, account_id: int, api_key: str = EXCHANGE_KEY) -> Answer:
    given = {"account_id": account_id, "api_key": api_key, "secret": EXCHANGE_SECRET}
    return await made.call("POST", "/accounts/update", given)


async def refresh_what_is_due(made: World) -> list[bool]:
    """Does all that is due; for each, whether it was a reading of rights."""
    refresh = RefreshAccounts(made.cambist.outside, made.cambist.load_balances, timedelta(seconds=300))
    due = await due_but_flows(refresh)
    for each in due:
        await refresh(each)
    return [each.rights for each in due]


async def events(made: World, account_id: int | None = None) -> list[tuple[Event, str, str]]:
    """(event, by, about) of all entries, or of an account's."""
    entries = await made.cambist.outside.audit.entries(account_id=account_id)
    return [(each.event, each.by, each.about) for each in entries]


def asked(made: World) -> int:
    """How often the exchange has told a key's rights; the first calls of all find its clock off."""
    return sum(call.path == RESTRICTIONS and call.status == 200 for call in made.simulator.calls)


@pytest.mark.asyncio
async def test_a_key_that_may_only_read_from_here_is_connected_without_a_warning(com: World) -> None:
    at = com.clock.now().isoformat(timespec="milliseconds").replace("+00:00", "Z")
    told = await permissions(com, await connected(com))
    assert told == {
        "read": True,
        "trade": False,
        "withdraw": False,
        "ip_bound": True,
        "read_at": at,
        "warnings": [],
    }
    assert asked(com) == 1


@pytest.mark.asyncio
async def test_rights_to_trade_and_from_anywhere_are_told_and_warned_of(tmp_path: Path) -> None:
    async with playing(tmp_path, key("read", "trade")) as made:
        told = await permissions(made, await connected(made))
    assert (told["trade"], told["withdraw"], told["ip_bound"]) == (True, False, False)
    assert told["warnings"] == [
        "The keys may trade, which is not needed here: make ones that may only read.",
        "The keys work from any address: bind them to this machine's at the exchange.",
    ]


@pytest.mark.asyncio
async def test_what_the_account_may_do_is_not_taken_for_what_its_key_may(com: World) -> None:
    assert (ACCOUNT_ANSWER["canTrade"], ACCOUNT_ANSWER["canWithdraw"]) == (True, True)
    account_id = await connected(com)
    assert com.exchange_calls(ACCOUNT)
    told = await permissions(com, account_id)
    assert (told["trade"], told["withdraw"]) == (False, False)


@pytest.mark.asyncio
async def test_a_key_that_may_withdraw_is_not_connected_and_only_the_record_is_kept(tmp_path: Path) -> None:
    async with playing(tmp_path, key(*WITHDRAW)) as made:
        answer = await made.connect(type="binance")
        assert answer.status == 400
        assert answer.json == {
            "error": "record_invalid",
            "error_description": "Invalid parameters",
            "error_attributes": {"api_key": [MAY_WITHDRAW]},
        }
        assert (await made.call("GET", "/accounts")).json == []
        assert [event for event, *_ in await events(made)][-1] is Event.KEYS_REFUSED
        assert Event.KEYS_CONNECTED not in [event for event, *_ in await events(made)]


@pytest.mark.asyncio
async def test_a_key_that_may_withdraw_does_not_replace_one_that_may_not(tmp_path: Path) -> None:
    bad = key(*WITHDRAW, api_key="key-that-may-withdraw")
    async with playing(tmp_path, key(), bad) as made:
        account_id = await connected(made)
        before = (await made.call("GET", f"/accounts/{account_id}")).raw
        answer = await replace_keys(made, account_id, bad["api_key"])
        assert (answer.status, answer.json["error_attributes"]) == (400, {"api_key": [MAY_WITHDRAW]})
        assert (await made.call("GET", f"/accounts/{account_id}")).raw == before
        assert (await permissions(made, account_id))["withdraw"] is False
        assert [event for event, *_ in await events(made, account_id)][-1] is Event.KEYS_REFUSED
        assert (await made.load(account_id)).status == 201


@pytest.mark.asyncio
async def test_a_key_that_may_withdraw_a_day_later_is_found_and_its_account_locked(com: World) -> None:
    account_id = await connected(com)
    com.patch("binance", keys=[key(*WITHDRAW)])
    assert (await com.load(account_id)).status == 201
    com.clock.step(DAY)
    assert sorted(await refresh_what_is_due(com)) == [False, True]

    told = (await com.call("GET", f"/accounts/{account_id}")).json
    assert (told["is_locked"], told["lock_reason"]) == (True, LOCKED_FOR_RIGHTS)
    assert (await permissions(com, account_id))["withdraw"] is True
    load = await com.load(account_id)
    assert (load.status, load.json["error"]) == (422, "account_locked")
    assert load.json["error_description"] == LOCKED_FOR_RIGHTS
    found = await events(com, account_id)
    assert (Event.ACCOUNT_LOCKED, "refresher", LOCKED_FOR_RIGHTS) in found

    com.clock.step(7 * DAY)
    calls = len(com.simulator.calls)
    assert await refresh_what_is_due(com) == []
    answer = await com.call("GET", f"/accounts/{account_id}/networks_info")
    assert answer.json["error"] == "account_locked"
    assert (len(com.simulator.calls), await events(com, account_id)) == (calls, found)


@pytest.mark.asyncio
async def test_new_keys_without_the_right_unlock_an_account_locked_for_it(com: World) -> None:
    account_id = await connected(com)
    com.patch("binance", keys=[key(*WITHDRAW), key(api_key="key-that-may-read")])
    com.clock.step(DAY)
    await refresh_what_is_due(com)
    assert (await replace_keys(com, account_id)).status == 400  # the bad one again
    assert (await com.load(account_id)).status == 422

    replaced = await replace_keys(com, account_id, "key-that-may-read")
    assert (replaced.status, replaced.json["is_locked"], replaced.json["lock_reason"]) == (201, False, None)
    assert (await com.load(account_id)).status == 201
    last = [event for event, *_ in await events(com, account_id)][-3:]
    assert last == [Event.KEYS_REPLACED, Event.ACCOUNT_UNLOCKED, Event.KEYS_USED]


@pytest.mark.asyncio
async def test_new_keys_do_not_unlock_what_its_user_has_locked(com: World) -> None:
    account_id = await connected(com)
    await lock_account(com.cambist.outside, await com.me(), account_id)
    replaced = await replace_keys(com, account_id)
    assert (replaced.status, replaced.json["lock_reason"]) == (201, "Locked by its user.")
    assert (await com.load(account_id)).status == 422


@pytest.mark.asyncio
async def test_where_the_setting_allows_it_a_key_may_withdraw_and_is_warned_of(tmp_path: Path) -> None:
    async with playing(tmp_path, key(*WITHDRAW, ips=[HERE]), allow_withdraw_keys=True) as made:
        account_id = await connected(made)
        told = await permissions(made, account_id)
        assert (told["withdraw"], told["ip_bound"]) == (True, True)
        assert told["warnings"][0] == "The keys may withdraw: whoever gets hold of them can take everything."
        made.clock.step(DAY)
        assert sorted(await refresh_what_is_due(made)) == [False, True]
        assert (await made.load(account_id)).status == 201
        assert (await replace_keys(made, account_id)).status == 201


@pytest.mark.asyncio
async def test_an_exchange_that_does_not_tell_leaves_rights_unknown_and_is_not_asked(world: World) -> None:
    account_id = await world.connected()
    told = await permissions(world, account_id)
    assert told == {
        "read": True,
        **dict.fromkeys(("trade", "withdraw", "ip_bound"), "unknown"),
        "read_at": None,
        "warnings": [],
    }
    world.clock.step(DAY)
    assert await refresh_what_is_due(world) == [False]
    assert not any("sapi" in call.path for call in world.simulator.calls)


FAULTS: dict[str, dict[str, Any]] = {
    "down": {"kind": "status", "status": 503},
    "forbidden": {"kind": "error", "code": -2015, "msg": "Invalid API-key.", "status": 401},
    "refused": {"kind": "error", "code": -1002, "msg": "You are not authorized.", "status": 400},
    "empty": {"kind": "empty"},
    "a web page": {"kind": "html"},
    "slow": {"kind": "timeout"},
}


@pytest.mark.asyncio
@pytest.mark.parametrize("fault", FAULTS)
async def test_rights_that_cannot_be_read_are_unknown_and_never_fail_a_connect(
    tmp_path: Path, fault: str
) -> None:
    async with playing(tmp_path, key(*WITHDRAW), exchange_timeout_s=0.5) as made:
        made.patch("binance", faults=[{"path": RESTRICTIONS, **FAULTS[fault]}])
        account_id = await connected(made)
        told = await permissions(made, account_id)
        assert (told["read"], told["withdraw"], told["trade"]) == (True, "unknown", "unknown")
        assert (told["read_at"], told["warnings"]) == (None, [])
        assert (await made.call("GET", f"/accounts/{account_id}")).json["api_keys_state"] == "ok"


@pytest.mark.asyncio
async def test_rights_not_told_when_the_keys_were_tried_are_asked_for_at_once_and_then_daily(
    tmp_path: Path,
) -> None:
    async with playing(tmp_path, key(*WITHDRAW)) as made:
        made.patch("binance", faults=[{"path": RESTRICTIONS, **FAULTS["refused"]}])
        account_id = await connected(made)
        before = made.exchange_calls(RESTRICTIONS)
        assert await refresh_what_is_due(made) == [False, True]  # beside a new account's first control
        assert (made.exchange_calls(RESTRICTIONS), asked(made)) == (before + 1, 0)
        made.patch("binance", faults=[])
        made.clock.step(timedelta(hours=23))
        assert await refresh_what_is_due(made) == [False]
        made.clock.step(timedelta(hours=1))
        assert sorted(await refresh_what_is_due(made)) == [False, True]
        assert asked(made) == 1
        assert (await made.call("GET", f"/accounts/{account_id}")).json["is_locked"] is True


@pytest.mark.asyncio
async def test_rights_are_read_once_a_day_each_reading_on_record_and_a_load_never_asks(com: World) -> None:
    account_id = await connected(com)
    for _ in range(3):
        for _ in range(4):
            com.clock.step(DAY / 4)
            await refresh_what_is_due(com)
            await com.load(account_id)
    assert asked(com) == 1 + 3
    reading = [each for each in await events(com, account_id) if each[1] == "refresher reading rights"]
    assert [event for event, *_ in reading] == [Event.KEYS_USED] * 3
    com.clock.step(timedelta(seconds=2))
    before = com.exchange_calls(ACCOUNT), asked(com)
    await com.load(account_id)
    assert (com.exchange_calls(ACCOUNT), asked(com)) == (before[0] + 1, before[1])


@pytest.mark.asyncio
async def test_a_reading_that_fails_leaves_what_was_read_before(com: World) -> None:
    account_id = await connected(com)
    before = await permissions(com, account_id)
    com.patch("binance", faults=[{"path": RESTRICTIONS, **FAULTS["forbidden"]}])
    com.clock.step(DAY)
    assert sorted(await refresh_what_is_due(com)) == [False, True]
    assert await permissions(com, account_id) == before
    account = (await com.call("GET", f"/accounts/{account_id}")).json
    assert (account["is_locked"], account["api_keys_state"]) == (False, "ok")


@pytest.mark.asyncio
async def test_an_account_unlocked_by_hand_is_looked_at_at_once_and_locked_again(com: World) -> None:
    account_id = await connected(com)
    com.patch("binance", keys=[key(*WITHDRAW)])
    com.clock.step(DAY)
    await refresh_what_is_due(com)
    unlocked = await unlock_account(com.cambist.outside, await com.me(), account_id)
    assert unlocked.lock_reason is None
    assert await refresh_what_is_due(com) == [True]
    assert (await com.load(account_id)).json["error"] == "account_locked"

    com.patch("binance", keys=[key()])  # the right was taken away at the exchange
    await unlock_account(com.cambist.outside, await com.me(), account_id)
    await refresh_what_is_due(com)
    assert (await com.load(account_id)).status == 201


@pytest.mark.asyncio
async def test_rights_of_keys_that_were_replaced_meanwhile_are_not_taken_for_the_new_ones(com: World) -> None:
    account_id = await connected(com)
    rights, owner = com.cambist.outside.rights, (await com.me()).user_id
    bad = (await com.cambist.outside.accounts.get(owner, account_id)).rights
    before = await permissions(com, account_id)
    now = com.clock.now() + DAY
    await rights.keep(owner, account_id, "the key of before", bad, "test", now, lock_reason="too late")
    assert await permissions(com, account_id) == before
    assert (await com.load(account_id)).status == 201


@pytest.mark.asyncio
async def test_an_account_is_locked_with_a_reason_and_unlocked_by_the_api_each_on_record(com: World) -> None:
    account_id = await connected(com)
    path = f"/cambist/v1/accounts/{account_id}"
    locked = await com.call("POST", f"{path}/lock", {"reason": " On holiday. "})
    assert (locked.status, locked.json["is_locked"], locked.json["lock_reason"]) == (201, True, "On holiday.")
    refused = await com.load(account_id)
    assert (refused.status, refused.json["error_description"]) == (422, "On holiday.")
    unlocked = await com.call("POST", f"{path}/unlock")
    assert (unlocked.status, unlocked.json["is_locked"], unlocked.json["lock_reason"]) == (201, False, None)
    assert (await com.load(account_id)).status == 201
    by = com.key.api_key[:8]
    found = [each for each in await events(com, account_id) if "locked" in each[0]]
    assert [(event, about) for event, _, about in found] == [
        (Event.ACCOUNT_LOCKED, "On holiday."),
        (Event.ACCOUNT_UNLOCKED, ""),
    ]
    assert all(by in who for _, who, _ in found)
    await com.call("POST", f"{path}/unlock")
    assert len([each for each in await events(com, account_id) if "locked" in each[0]]) == 2


@pytest.mark.asyncio
@pytest.mark.parametrize("reason", ["", "  ", "a\nb", "x" * 201])
async def test_a_reason_that_cannot_be_shown_locks_nothing(com: World, reason: str) -> None:
    account_id = await connected(com)
    with pytest.raises(InvalidInput, match="reason"):
        await lock_account(com.cambist.outside, await com.me(), account_id, reason)
    with pytest.raises(NotFound):
        await lock_account(com.cambist.outside, await com.me(), account_id + 1)
    with pytest.raises(NotFound):
        await unlock_account(com.cambist.outside, await com.me(), account_id + 1)
    assert (await com.load(account_id)).status == 201
