"""Accounts that go by several egresses: each stays on its own, which the exchange counts and bans apart.

Here egresses are addresses of loopback, and the simulated exchange sees them: keys are bound to them.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from datetime import timedelta
from pathlib import Path
from sqlite3 import connect
from typing import Any

import pytest

from cambist.actions.add_user import add_user
from cambist.actions.facts import Due
from cambist.actions.refresh_accounts import RefreshAccounts
from cambist.core.audit import Event
from cambist.core.errors import AddressRefused, EgressUnknown, ExchangeLimiting, LoadFailed
from cambist.settings import changed
from cambist.wiring import Cambist, running
from tests.exchanges.scenarios import SCENARIOS
from tests.outward.proxies import PASSWORD, proxying
from tests.worlds import EXCHANGE_KEY, EXCHANGE_SECRET, Answer, World, due_but_flows, scenario, world

A, B, ELSEWHERE = "127.0.0.2", "127.0.0.3", "127.0.0.4"
EGRESS = [{"name": "a", "address": A}, {"name": "b", "address": B}]
ACCOUNT = "/api/v3/account"


def key(number: int, *ips: str) -> dict[str, Any]:
    return {"api_key": f"key-{number}", "secret": f"secret-{number}", "uid": str(number), "ips": ips}


@asynccontextmanager
async def two_ways(folder: Path, *keys: dict[str, Any], **changes: Any) -> AsyncIterator[World]:
    """A world with both egresses and these keys at the exchange."""
    async with world(folder, scenario(keys=keys, **changes), egress=EGRESS) as made:
        yield made


@asynccontextmanager
async def restarted(made: World, *egress: dict[str, str]) -> AsyncIterator[Cambist]:
    """Another process on the same installation, whose settings name these egresses."""
    async with running(changed(made.cambist.settings, egress=egress), made.clock) as other:
        yield other


async def added(made: World, number: int, **given: Any) -> int:
    """The id of an account connected with the key of this number, its one fresh second over."""
    return await made.connected(api_key=f"key-{number}", secret=f"secret-{number}", **given)


async def move(made: World, account_id: int, egress: str, **given: Any) -> Any:
    answer = await made.call(
        "POST", "/accounts/update", {"account_id": account_id, "egress": egress, **given}
    )
    await made.clock.sleep(2)
    return answer


def refusal(answer: Answer) -> tuple[int, str]:
    return answer.status, answer.json["error"]


async def egress_of(made: World, account_id: int) -> Any:
    return (await made.call("GET", f"/cambist/v1/accounts/{account_id}/egress")).json


async def state_of(made: World, account_id: int) -> str:
    return str((await made.call("GET", f"/accounts/{account_id}")).json["api_keys_state"])


async def failure_of(cambist: Cambist, made: World, account_id: int) -> LoadFailed:
    with pytest.raises(LoadFailed) as failed:
        await cambist.load_balances(await made.me(), account_id)
    return failed.value


def rows(made: World, statement: str) -> list[tuple[Any, ...]]:
    with closing(connect(made.cambist.settings.database)) as database:
        return database.execute(statement).fetchall()


def remotes(made: World, path: str = ACCOUNT) -> Counter[str]:
    """From where the exchange was asked for a path with success, and how often."""
    return Counter(call.remote for call in made.simulator.calls if (call.path, call.status) == (path, 200))


# ── which egress ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.asyncio
async def test_new_accounts_go_by_the_least_used_egress_and_every_call_with_their_keys_by_that(
    tmp_path: Path,
) -> None:
    async with two_ways(tmp_path, key(1, A), key(2, B), key(3, A), key(4, B)) as made:
        ids = [await added(made, number) for number in (1, 2, 3, 4)]
        for account_id in ids:
            assert (await made.load(account_id)).status == 201
        told = [await egress_of(made, account_id) for account_id in ids]
        networks = await made.call("GET", f"/accounts/{ids[1]}/networks_info")
        for call in made.simulator.calls:
            assert call.api_key_present or call.remote == A  # what is public goes by the first
        assert remotes(made) == {A: 4, B: 4}
    assert networks.status == 200
    assert told == [{"name": "a", "address": A}, {"name": "b", "address": B}] * 2


@pytest.mark.asyncio
async def test_an_egress_is_chosen_by_name_and_default_is_the_first(tmp_path: Path) -> None:
    async with two_ways(tmp_path, key(1, B), key(2, B), key(3, A)) as made:
        for number, name in ((1, "b"), (2, "b"), (3, "default")):
            account_id = await added(made, number, egress=name)
            assert (await egress_of(made, account_id))["name"] == name.replace("default", "a")
        calls = len(made.simulator.calls)
        unknown = await made.connect(api_key="key-9", egress="c")
        assert len(made.simulator.calls) == calls
    assert refusal(unknown) == (400, "record_invalid")
    assert unknown.json["error_attributes"] == {"egress": ["must be one of a, b"]}


@pytest.mark.asyncio
async def test_a_second_account_with_the_same_keys_goes_where_they_are_allowed_already(
    tmp_path: Path,
) -> None:
    bound = [{"api_key": EXCHANGE_KEY, "secret": EXCHANGE_SECRET, "uid": "1", "ips": [B]}]
    wallets = {**SCENARIOS["binance_margin"]["wallets"], "spot": {"BTC": {"free": "1"}}}
    plays = {**SCENARIOS["binance"], "keys": bound, "wallets": wallets}
    async with world(tmp_path, plays, egress=EGRESS) as made:
        first = await made.connected(type="binance", egress="b")
        second = await made.connected(type="binance_margin")
        assert [await egress_of(made, each) for each in (first, second)] == [{"name": "b", "address": B}] * 2


@pytest.mark.asyncio
async def test_accounts_of_others_and_of_before_count_but_their_keys_are_not_mine(tmp_path: Path) -> None:
    async with two_ways(tmp_path, key(1), key(2), key(3)) as made:
        other = await add_user(made.cambist.outside, "other", "test")
        theirs = await made.new_key(user=other)
        given = {"type": "binance_us", "name": "Theirs", "api_key": "key-1", "secret": "secret-1"}
        first = await made.call("POST", "/accounts/new", {**given, "egress": "b"}, theirs)
        assert first.status == 201
        mine = await added(made, 1)
        assert (await egress_of(made, mine))["name"] == "a"
        with closing(connect(made.cambist.settings.database)) as database:
            database.execute("UPDATE accounts SET egress = NULL WHERE id = ?", (mine,))
            database.commit()
        assert (await egress_of(made, mine))["name"] == "a"
        hidden = await made.call("GET", f"/cambist/v1/accounts/{first.json['id']}/egress")
        assert refusal(hidden) == (404, "not_found")
        await move(made, mine, "b")
        assert (await egress_of(made, await added(made, 2)))["name"] == "a"


@pytest.mark.asyncio
async def test_the_addresses_to_allow_are_told_before_an_account_is_connected(
    tmp_path: Path, world: World
) -> None:
    assert (await world.send("GET", "/ver1/accounts/market_list")).json[0]["trusted_ips"] == []
    assert (await world.call("GET", "/cambist/v1/egresses")).json == []
    account_id = await world.connected()
    assert await egress_of(world, account_id) == {"name": None, "address": None}
    refused = await move(world, account_id, "a")
    assert refused.json["error_attributes"] == {"egress": ["cannot be chosen: CAMBIST_EGRESS names none"]}
    assert (await move(world, account_id, "default")).status == 201

    async with two_ways(tmp_path / "other", key(1)) as made:
        listed = (await made.send("GET", "/ver1/accounts/market_list")).json
        assert [market["trusted_ips"] for market in listed] == [[A, B]] * len(listed)
        told = (await made.call("GET", "/cambist/v1/egresses")).json
    assert told == [{"name": "a", "address": A}, {"name": "b", "address": B}]


# ── budgets, waits ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.asyncio
async def test_each_egress_has_a_budget_of_its_own_at_the_exchange(tmp_path: Path) -> None:
    async with two_ways(tmp_path, key(1, A), key(2, B), weight_limit=200) as made:  # 120 a minute
        first, second = await added(made, 1), await added(made, 2)
        while (answer := await made.load(first)).status == 201:
            await made.clock.sleep(2)
        assert refusal(answer) == (503, "market_rate_limited")

        before = remotes(made)
        assert (await made.load(second)).status == 201
        assert remotes(made) - before == {B: 1}
        used = Counter[str]()
        for call in made.simulator.calls:
            used[call.remote] += call.weight
        assert {call.status for call in made.simulator.calls} <= {200, 400}  # 400: the clock, measured once
    assert 100 <= used[A] <= 120
    assert used[B] <= 120


@pytest.mark.asyncio
async def test_a_wait_told_to_one_address_holds_for_it_in_all_processes_and_for_no_other(
    tmp_path: Path,
) -> None:
    async with two_ways(tmp_path, key(1, A), key(2, B)) as made:
        first, second = await added(made, 1), await added(made, 2)
        limited = {"kind": "status", "status": 429, "retry_after_s": 590, "path": ACCOUNT, "api_key": "key-1"}
        made.patch(faults=[{**limited, "times": 1}])
        assert refusal(await made.load(first)) == (503, "market_rate_limited")
        assert [row[:2] for row in rows(made, "SELECT * FROM waits")] == [("binanceus", A)]
        calls = len(made.simulator.calls)

        async with restarted(made, *EGRESS) as other:
            failure = await failure_of(other, made, first)
            assert isinstance(failure, ExchangeLimiting)
            assert (failure.retry_after_s, len(made.simulator.calls)) == (590, calls)
            await other.load_balances(await made.me(), second)
        await made.clock.sleep(5)
        assert (await made.load(second)).status == 201
        since = made.simulator.calls[calls:]
        assert {call.remote for call in since} == {B}  # prices too, for nobody stands behind these
        assert {call.status for call in since} <= {200, 400}
        await made.clock.sleep(590)
        assert (await made.load(first)).status == 201


@pytest.mark.asyncio
async def test_an_egress_that_is_broken_stops_its_own_accounts_and_no_others(tmp_path: Path) -> None:
    async with two_ways(tmp_path, key(1), key(2)) as made:
        first, second = await added(made, 1), await added(made, 2)
        lost = {"name": "a", "address": "192.0.2.7"}
        async with restarted(made, lost, EGRESS[1]) as other:
            failure = await failure_of(other, made, first)
            assert str(failure) == (
                "The exchange could not be reached: 192.0.2.7 of the egress a is not this machine's."
            )
            for _ in range(5):
                await other.load_balances(await made.me(), second)
                await made.clock.sleep(3)


@pytest.mark.asyncio
async def test_accounts_of_an_egress_that_was_told_to_wait_rest_and_those_of_the_others_are_refreshed(
    tmp_path: Path,
) -> None:
    async with two_ways(tmp_path, key(1, A), key(2, B), key(3, A)) as made:
        first, second, third = [await added(made, number) for number in (1, 2, 3)]
        refresh = RefreshAccounts(made.cambist.outside, made.cambist.load_balances, timedelta(seconds=300))
        user_id = (await made.owner()).id
        await made.clock.sleep(400)
        made.patch(
            faults=[
                {"kind": "status", "status": 429, "retry_after_s": 900, "path": ACCOUNT, "api_key": "key-1"}
            ]
        )
        due = {each.account_id: each for each in await due_but_flows(refresh) if not each.rights}
        assert due[first] == Due(user_id, first, "binance_us", egress="a")
        await refresh(due[first])
        assert [each.account_id for each in await due_but_flows(refresh)] == [second]
        calls = len(made.simulator.calls)
        await refresh(due[third])
        assert len(made.simulator.calls) == calls
        await refresh(due[second])
        assert remotes(made)[B] == 2


# ── refusals ─────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.asyncio
async def test_keys_refused_from_an_address_are_told_with_it_when_they_are_connected(tmp_path: Path) -> None:
    async with two_ways(tmp_path, key(1, B)) as made:
        refused = await made.connect(api_key="key-1", secret="secret-1", egress="a")
        assert (await added(made, 1, egress="b")) > 0
    assert refusal(refused) == (422, "invalid_api_key")
    assert refused.json["error_description"] == (
        f"The exchange refuses these keys from {A} (egress a): allow that address for them at the exchange, "
        "or see that the keys are right."
    )


@pytest.mark.asyncio
async def test_keys_are_called_invalid_only_from_the_address_where_they_worked_last(tmp_path: Path) -> None:
    async with two_ways(tmp_path, key(1, B)) as made:
        account_id = await added(made, 1, egress="b")
        async with restarted(made, EGRESS[0], {"name": "b", "address": ELSEWHERE}) as other:
            failure = await failure_of(other, made, account_id)
        assert isinstance(failure, AddressRefused)
        assert str(failure).startswith(f"The exchange refuses these keys from {ELSEWHERE} (egress b): allow")
        assert await state_of(made, account_id) == "ip_not_allowed"
        assert (await made.load(account_id)).json["api_keys_state"] == "ok"

        await made.clock.sleep(2)
        made.patch(keys=[])
        answer = await made.load(account_id)
        assert refusal(answer) == (422, "invalid_api_key")
        assert answer.json["error_description"] == "API keys are no longer valid or incorrect."
        assert await state_of(made, account_id) == "invalid"


@pytest.mark.asyncio
async def test_an_exchange_that_names_the_address_as_the_reason_is_believed_from_anywhere(
    tmp_path: Path,
) -> None:
    plays = SCENARIOS["okex"]
    (bound,) = plays["keys"]
    async with world(tmp_path, {**plays, "keys": [{**bound, "ips": [A]}]}, egress=EGRESS) as made:
        account_id = await made.connected(type="okex", passphrase=bound["passphrase"])
        made.patch("okex", keys=[{**bound, "ips": [ELSEWHERE]}])
        answer = await made.load(account_id)
        assert await state_of(made, account_id) == "ip_not_allowed"
    assert refusal(answer) == (422, "invalid_api_key")
    assert answer.json["error_description"] == (
        f"The exchange refuses these keys from {A} (egress a): allow that address for them at the exchange."
    )


@pytest.mark.asyncio
async def test_an_account_whose_egress_is_no_longer_named_goes_by_no_other(tmp_path: Path) -> None:
    async with two_ways(tmp_path, key(1), key(2)) as made:
        first, second = await added(made, 1), await added(made, 2)
        for left in ([EGRESS[0]], []):
            before = remotes(made)
            async with restarted(made, *left) as other:
                failure = await failure_of(other, made, second)
                if left:
                    await other.load_balances(await made.me(), first)
            assert isinstance(failure, EgressUnknown)
            assert str(failure) == (
                "The account goes by the egress b, which CAMBIST_EGRESS does not name: name it there again, "
                "or move the account with 'cambist accounts update ID --egress NAME'."
            )
            assert remotes(made) - before == ({A: 1} if left else {})
            await made.clock.sleep(2)
        assert await state_of(made, second) == "ok"
        assert (await made.load(second)).status == 201


@pytest.mark.asyncio
async def test_an_account_from_before_goes_by_the_first_egress_and_stays_there_once_its_keys_worked(
    tmp_path: Path,
) -> None:
    async with world(tmp_path, scenario(keys=[key(1, "127.0.0.1")])) as made:
        account_id = await added(made, 1)
        stands = "SELECT egress, worked_from, key_state FROM accounts"
        assert rows(made, stands) == [(None, None, "ok")]
        async with restarted(made, *EGRESS) as other:
            assert isinstance(await failure_of(other, made, account_id), AddressRefused)
            assert rows(made, stands) == [(None, None, "ip_not_allowed")]
            made.patch(keys=[key(1, A)])
            await other.load_balances(await made.me(), account_id)
        assert rows(made, stands) == [("a", A, "ok")]
        made.patch(keys=[key(1, A, B)])
        await made.clock.sleep(2)
        async with restarted(made, *reversed(EGRESS)) as other:
            await other.load_balances(await made.me(), account_id)
        assert rows(made, stands) == [("a", A, "ok")]
        await made.clock.sleep(2)
        assert isinstance(await failure_of(made.cambist, made, account_id), EgressUnknown)
        made.patch(keys=[key(1)])
        assert (await move(made, account_id, "default")).status == 201
        assert rows(made, stands) == [(None, None, "ok")]


# ── moving ───────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.asyncio
async def test_an_account_moves_when_it_is_told_to_and_its_keys_work_from_there(tmp_path: Path) -> None:
    async with two_ways(tmp_path, key(1, A)) as made:
        account_id = await added(made, 1)
        refused = await move(made, account_id, "b")
        assert refusal(refused) == (422, "invalid_api_key")
        assert f"from {B} (egress b)" in refused.json["error_description"]
        assert (await egress_of(made, account_id), await state_of(made, account_id)) == (EGRESS_A, "ok")
        assert (await made.load(account_id)).status == 201

        made.patch(keys=[key(1, B)])
        moved = await move(made, account_id, "b", name="Moved")
        assert (moved.status, moved.json["name"], moved.json["api_key"]) == (201, "Moved", "key-1")
        assert await egress_of(made, account_id) == {"name": "b", "address": B}
        assert (await made.load(account_id)).status == 201
        calls = len(made.simulator.calls)
        assert (await move(made, account_id, "b")).status == 201
        assert len(made.simulator.calls) == calls
        entries = [entry for entry in await made.audited() if "moving" in entry.by]
    assert [entry.event for entry in entries] == [
        Event.KEYS_USED,
        Event.KEYS_REFUSED,
        Event.KEYS_USED,
        Event.KEYS_MOVED,
    ]


EGRESS_A = {"name": "a", "address": A}


@pytest.mark.asyncio
async def test_new_keys_are_tried_from_the_accounts_egress_or_from_the_one_given_with_them(
    tmp_path: Path,
) -> None:
    async with two_ways(tmp_path, key(1, A)) as made:
        account_id = await added(made, 1)
        again = {**key(2, A), "uid": "1"}, {**key(3, B), "uid": "1"}
        made.patch(keys=again)
        given = {"account_id": account_id, "api_key": "key-2", "secret": "secret-2"}
        assert (await made.call("POST", "/accounts/update", given)).status == 201
        assert await egress_of(made, account_id) == EGRESS_A
        moved = await move(made, account_id, "b", api_key="key-3", secret="secret-3")
        assert moved.status == 201
        assert await egress_of(made, account_id) == {"name": "b", "address": B}
        assert (await made.load(account_id)).status == 201


@pytest.mark.asyncio
async def test_an_account_that_is_locked_is_not_moved_and_its_keys_stay_shut(tmp_path: Path) -> None:
    async with two_ways(tmp_path, key(1)) as made:
        account_id = await added(made, 1)
        await made.call("POST", f"/cambist/v1/accounts/{account_id}/lock")
        calls = len(made.simulator.calls)
        assert refusal(await move(made, account_id, "b")) == (422, "account_locked")
        assert (len(made.simulator.calls), await egress_of(made, account_id)) == (calls, EGRESS_A)


@pytest.mark.asyncio
@pytest.mark.parametrize("meanwhile", ["replaced", "erased"])
async def test_keys_that_were_replaced_or_erased_while_they_were_moved_do_not_come_back(
    tmp_path: Path, meanwhile: str
) -> None:
    async with two_ways(tmp_path, key(1), {**key(2), "uid": "1"}) as made:
        account_id = await added(made, 1)
        made.patch(faults=[{"kind": "slow", "path": ACCOUNT, "delay_ms": 300, "api_key": "key-1"}])
        moving = asyncio.create_task(move(made, account_id, "b"))
        while not any(call.remote == B for call in made.simulator.calls):
            await asyncio.sleep(0.01)
        if meanwhile == "replaced":
            given = {"account_id": account_id, "api_key": "key-2", "secret": "secret-2"}
            assert (await made.call("POST", "/accounts/update", given)).status == 201
        else:
            await made.cambist.outside.revocation.everything(None, True, "test", made.clock.now())
        secret = rows(made, "SELECT secret FROM accounts")
        assert refusal(await moving) == (503, "market_unavailable")
        assert rows(made, "SELECT egress FROM accounts") == [("a",)]
        assert rows(made, "SELECT secret FROM accounts") == secret
    assert (secret == [(None,)]) is (meanwhile == "erased")


# ── proxies ──────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.asyncio
async def test_an_account_behind_a_proxy_is_seen_at_the_address_of_the_proxy_alone(tmp_path: Path) -> None:
    async with proxying(B) as proxied:
        by_proxy = {"name": "p", "proxy": proxied.url, "shows": B}
        plays = scenario(keys=[key(1, B), key(2, B)])
        async with world(tmp_path, plays, egress=[EGRESS[0], by_proxy]) as made:
            account_id = await added(made, 1, egress="p")
            assert (await made.load(account_id)).status == 201
            assert await egress_of(made, account_id) == {"name": "p", "address": B}
            assert remotes(made) == {B: 2}
            public = {
                call.path for call in made.simulator.calls if not call.api_key_present and call.remote == B
            }
            assert public == {"/api/v3/time"}  # asked by the account's own client, whose clock was off
            assert len(proxied.heads) >= 3

            await made.clock.sleep(2)
            wrong = {**by_proxy, "proxy": proxied.url.replace("someone", "nobody")}
            async with restarted(made, EGRESS[0], wrong) as other:
                failure = await failure_of(other, made, account_id)
            assert remotes(made) == {B: 2}
    assert str(failure) == "The exchange could not be reached: the proxy of the egress p answered 407."
    assert PASSWORD not in repr(made.cambist.settings)
