"""What an account covers is agreed anew: what comes and goes is no profit, and nothing is counted twice."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from cambist.actions.sync_flows import sync_flows
from cambist.core.audit import Event
from tests.worlds import START, Answer, PassingClock, World, scenario, world

pytestmark = pytest.mark.asyncio
HOUR = timedelta(hours=1)
FUNDING = "/sapi/v1/asset/get-funding-asset"


def play(**changes: Any) -> dict[str, Any]:
    held: dict[str, Any] = {
        "spot": {"BTC": {"free": "0.5"}},
        "funding": {"USDT": {"free": "2000"}},
        "earn_flexible": {"USDT": {"free": "300"}},
    }
    return scenario(exchange="binance", wallets=held, prices={"BTCUSDT": "60000"}, **changes)


async def cover(made: World, account_id: int, *wallets: str) -> Answer:
    given = {"wallets": list(wallets)} if wallets else {}
    return await made.call("POST", f"/cambist/v1/accounts/{account_id}/coverage", given)


async def told(made: World, account_id: int) -> tuple[str, ...]:
    """Worth, day profit and total profit in dollars."""
    account = (await made.call("GET", f"/accounts/{account_id}")).json
    return account["usd_amount"], account["day_profit_usd"], account["usd_profit"]


async def covering(made: World, *wallets: str) -> int:
    """An account that covers spot and these, an hour and a sync old."""
    account_id = await made.connected(type="binance")
    if wallets:
        assert (await cover(made, account_id, *wallets)).status == 201
    made.clock.step(HOUR)
    await sync_flows(made.cambist.outside, await made.me(), account_id)
    return account_id


async def test_a_wallet_that_comes_is_no_profit_and_what_it_did_before_is_told_of_nobody(
    tmp_path: Path,
) -> None:
    async with world(tmp_path, play(), clock=PassingClock()) as made:
        account_id = await covering(made, "spot")
        moved_at = (START + 50 * timedelta(minutes=1)).isoformat()
        from_spot = {"kind": "transfer", "asset": "BTC", "amount": "0.1", "time": moved_at}
        made.patch(
            "binance",
            wallets={
                "spot": {"BTC": {"free": "0.4"}},
                "funding": {"USDT": {"free": "2000"}, "BTC": {"free": "0.1"}},
                "earn_flexible": {"USDT": {"free": "300"}},
            },
            flows=[from_spot | {"wallet": "spot", "to": "funding"}],
        )
        made.clock.step(HOUR)
        answer = await cover(made, account_id, "funding")
        assert answer.status == 201
        assert answer.json["wallets"] == ["spot", "funding"]
        assert [each["wallet"] for each in answer.json["not_covered"]] == ["earn_flexible", "earn_locked"]
        assert [each["wallet"] for each in answer.json["came"]] == ["funding"]
        made.clock.step(HOUR)
        await sync_flows(made.cambist.outside, await made.me(), account_id, anew=True)
        assert (await made.load(account_id)).status == 201

        assert await told(made, account_id) == ("32000.0", "0.0", "0.0")
        report = (await made.call("GET", f"/cambist/v1/accounts/{account_id}/profit?range=total")).json
        parts = {name: part["usd"] for name, part in report["parts"].items() if part["usd"] != "0.0"}
        # What went with the two wallets that were left out, and what came with one of them.
        assert parts == {"transfers": "-6000.0", "coverage": "5700.0"}

        made.clock.step(HOUR)
        assert (await cover(made, account_id)).json["wallets"] == [
            *("spot", "funding", "earn_flexible", "earn_locked"),
        ]
        assert await told(made, account_id) == ("32300.0", "0.0", "0.0")
        events = [entry for entry in await made.audited() if entry.event is Event.COVERAGE_CHANGED]
        assert [entry.by.partition(" choosing")[1] for entry in events] == [" choosing"] * 3


@pytest.mark.parametrize(
    ("named", "fault", "status", "attributes"),
    [
        (("vault",), None, 400, {"wallets": ["must be of spot, funding, earn_flexible, earn_locked"]}),
        (("funding",), -2015, 422, None),
        ((), -2015, 422, None),  # it is covered already
    ],
)
async def test_what_is_refused_leaves_all_as_it_was(
    tmp_path: Path, named: tuple[str, ...], fault: int | None, status: int, attributes: Any
) -> None:
    async with world(tmp_path, play()) as made:
        account_id = await covering(made, "funding")
        before = (await made.cambist.outside.accounts.get((await made.owner()).id, account_id)).coverage
        if fault is not None:
            refused = {"kind": "error", "path": FUNDING, "status": 401, "code": fault, "msg": "No."}
            made.patch("binance", faults=[refused])
        answer = await cover(made, account_id, *named)
        assert (answer.status, answer.json.get("error_attributes")) == (status, attributes)
        after = (await made.cambist.outside.accounts.get((await made.owner()).id, account_id)).coverage
        assert after == before
        answer = await cover(made, account_id, "spot")
        assert answer.json["wallets"] == ["spot"]
        assert await told(made, account_id) == ("30000.0", "0.0", "0.0")


async def test_no_wallet_comes_that_another_account_covers(tmp_path: Path) -> None:
    """The part was there first, and may not become as large as what is connected beside it."""
    keys = [{"api_key": name, "secret": "other", "uid": "1001"} for name in ("first-key", "second-key")]
    async with world(tmp_path, play(keys=keys)) as made:
        part = await made.connected(type="binance", api_key="first-key", secret="other")
        assert (await cover(made, part, "spot")).status == 201
        again = await made.connect(type="binance", name="Again", api_key="first-key", secret="other")
        connected = {"api_key": ["This account is already connected!"]}
        assert (again.status, again.json["error_attributes"]) == (400, connected)
        await made.connected(type="binance", name="Whole", api_key="second-key", secret="other")
        assert (await cover(made, part)).json["error_attributes"] == connected
