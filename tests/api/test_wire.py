"""The wire test: the running server gives back the golden Account to the digit."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from cambist.actions.import_history import import_history
from cambist.core.money import exact
from cambist.wiring import WallClock
from tests.worlds import GOLDEN, FixedClock, World, scenario, world

GOLDEN_TEXT = (GOLDEN / "load_balances_201.json").read_text()
GOLDEN_ACCOUNT: dict[str, Any] = json.loads(GOLDEN_TEXT)
LOADED_AT = datetime(2023, 6, 19, 17, 16, 29, 8_000, UTC)
# arithmetic.md, "Profit": the reference's baselines.
TOTAL = ("24.0", "0.000828538740745395")
MONTH = ("28.5794250298211", "0.000482851337250079")


def _day() -> tuple[str, str]:
    """The day's baselines: the reference's amounts less its day profits."""
    with exact():
        usd = Decimal(GOLDEN_ACCOUNT["usd_amount"]) - Decimal(GOLDEN_ACCOUNT["day_profit_usd"])
        btc = Decimal(GOLDEN_ACCOUNT["btc_amount"]) - Decimal(GOLDEN_ACCOUNT["day_profit_btc"])
    return f"{usd:f}", f"{btc:f}"


def _golden_scenario() -> dict[str, Any]:
    """The reference's account: its btc_amount in BTC, at the reference's P."""
    return scenario(
        keys=[{"api_key": GOLDEN_ACCOUNT["api_key"], "secret": "the-secret", "uid": "7"}],
        wallets={"spot": {"BTC": {"free": GOLDEN_ACCOUNT["btc_amount"], "locked": "0"}}},
        prices={"BTCUSD": "63722.1"},
    )


def _history(now: datetime) -> str:
    """Equal points around the month's and the day's baseline times, and the first of all."""
    points = [(now - timedelta(days=300), TOTAL)]
    for back, amounts in ((timedelta(days=30), MONTH), (timedelta(hours=24), _day())):
        points += [(now - back + timedelta(hours=hours), amounts) for hours in (-3, 3)]
    return "date,usd,btc\n" + "".join(f"{at.isoformat()},{usd},{btc}\n" for at, (usd, btc) in points)


async def _connected(made: World) -> int:
    answer = await made.connect(api_key=GOLDEN_ACCOUNT["api_key"], secret="the-secret")
    assert answer.status == 201, answer.raw
    return int(answer.json["id"])


def test_the_reference_baselines_are_those_of_the_arithmetic_page() -> None:
    assert _day()[0] == "31.8878505702029622763801621747685185187550208507093"
    assert [MONTH[0], TOTAL[0]] == ["28.5794250298211", "24.0"]


@pytest.mark.asyncio
async def test_with_a_fixed_clock_the_answer_is_the_golden_account_id_and_dates_included(
    tmp_path: Path,
) -> None:
    clock = FixedClock(datetime(2023, 6, 19, 16, 50, 57, 303_000, UTC))
    async with world(tmp_path, _golden_scenario(), clock=clock) as made:
        made.stored_ids_start_at(12345678)
        account_id = await _connected(made)
        await import_history(made.cambist.outside, await made.me(), account_id, _history(LOADED_AT))
        clock.set(LOADED_AT)
        answer = await made.load(account_id)

        assert answer.status == 201
        assert answer.headers["Content-Type"] == "application/json"
        assert list(answer.json) == list(GOLDEN_ACCOUNT)
        assert len(answer.json) == 61
        served = {**answer.json, "market_icon": GOLDEN_ACCOUNT["market_icon"]}
        assert served == GOLDEN_ACCOUNT
        # The very text, so that 7.210986753244349 and every quotation mark are the golden file's.
        assert json.dumps(served, indent=4) == json.dumps(GOLDEN_ACCOUNT, indent=4) == GOLDEN_TEXT.rstrip()
        assert answer.json["market_icon"] == f"{made.address}/static/markets/binance_us.svg"
        icon = await made.send("GET", "/static/markets/binance_us.svg")
        assert (icon.status, icon.headers["Content-Type"]) == (200, "image/svg+xml")


@pytest.mark.asyncio
async def test_with_the_real_clock_and_an_imported_history_only_id_dates_and_icon_may_differ(
    tmp_path: Path,
) -> None:
    clock = WallClock()
    async with world(tmp_path, _golden_scenario(), clock=clock) as made:
        account_id = await _connected(made)
        file = tmp_path / "history.csv"
        file.write_text(_history(clock.now()))
        imported = await made.by_command("history", "import", str(account_id), str(file))
        assert imported == (0, {"kept": 5, "left_out": 0})
        answer = await made.load(account_id)

    differing = {name for name in GOLDEN_ACCOUNT if answer.json[name] != GOLDEN_ACCOUNT[name]}
    assert answer.status == 201
    assert list(answer.json) == list(GOLDEN_ACCOUNT)
    assert differing == {"id", "created_at", "updated_at", "market_icon"}
