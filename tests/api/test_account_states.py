"""A strict client's model accepts the Account in every state that it can be in."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from sqlite3 import connect
from typing import Any

import msgspec
import pytest

from cambist.actions.load_balances import LoadBalances
from cambist.api.server import bound, serving
from tests.actions.scripted import ScriptedExchanges
from tests.api.account_model import StrictAccount, accepted
from tests.worlds import GOLDEN, World, scenario, world


async def _read(made: World, account_id: int | str) -> StrictAccount:
    """The account as it stands, which the list must tell byte for byte too."""
    one = await made.call("GET", f"/accounts/{account_id}")
    assert one.status == 200
    if account_id != "summary":
        assert one.raw in (await made.call("GET", "/accounts")).raw
    return accepted(one.raw)


def test_the_model_accepts_the_reference_answer_but_for_its_icon_and_nothing_bent() -> None:
    golden = (GOLDEN / "load_balances_201.json").read_bytes()
    ours = golden.replace(
        b"https://3commas.io/img/exchanges/dialects/binance.png", b"http://x/static/markets/binance_us.svg"
    )
    assert accepted(ours).usd_profit_percentage == "9.21"
    for good, bad in (
        (b'"id": 12345678', b'"id": 2147483648'),
        (b'"is_locked": false', b'"is_locked": null'),
        (b'"usd_profit_percentage": "9.21"', b'"usd_profit_percentage": "9.210"'),
        (b'"btc_amount": "0.0004', b'"btc_amount": "4E-4'),
        (b'"available_for_trading": {}', b'"available_for_trading": []'),
        (b'"name": "My Binance US"', b'"nom": "My Binance US"'),
        (b'"amount": 7.210986753244349', b'"amount": "7.210986753244349"'),
    ):
        assert good in ours
        with pytest.raises(msgspec.ValidationError):
            accepted(ours.replace(good, bad))


@pytest.mark.asyncio
async def test_new_loaded_emptied_and_rejected_accounts_fit_the_model(world: World) -> None:
    connected = await world.connect()
    new = accepted(connected.raw)
    assert (new.total_usd_profit, new.day_profit_usd, new.usd_profit_percentage) == ("0.0", "0.0", "0.0")
    world.clock.step(timedelta(days=1))
    world.patch(wallets={"spot": {"BTC": {"free": "0.1", "locked": "0.00000001"}}})
    assert accepted((await world.load(new.id)).raw).btc_amount == "0.10000001"
    world.clock.step(timedelta(days=31))
    world.patch(wallets={"spot": {}})
    emptied = accepted((await world.load(new.id)).raw)
    assert (emptied.usd_amount, emptied.usd_profit_percentage) == ("0.0", "-100.0")
    world.clock.step(timedelta(seconds=2))
    world.patch(keys=[{**scenario()["keys"][0], "secret": "changed at the exchange"}])
    assert (await world.load(new.id)).status == 422
    rejected = await _read(world, new.id)
    assert (rejected.api_keys_state, rejected.usd_amount) == ("invalid", "0.0")
    assert accepted((await world.call("GET", "/accounts/summary")).raw).api_keys_state == "ok"


@pytest.mark.asyncio
async def test_a_locked_account_fits_the_model(world: World) -> None:
    account_id = await world.connected()
    with connect(world.cambist.settings.database) as database:
        database.execute("UPDATE accounts SET lock_reason = 'its key may withdraw'")
    locked = await _read(world, account_id)
    assert (locked.is_locked, locked.lock_reason) == (True, "its key may withdraw")
    refused = await world.load(account_id)
    assert (refused.status, refused.json["error"]) == (422, "account_locked")


@pytest.mark.asyncio
@pytest.mark.parametrize("btc", ["9" * 40 + "." + "9" * 60, "0." + "0" * 59 + "1"], ids=["huge", "dust"])
async def test_huge_and_dusty_accounts_fit_the_model(tmp_path: Path, btc: str) -> None:
    async with world(tmp_path) as made:
        account_id = await made.connected()
        made.clock.step(timedelta(days=40))
        made.patch(wallets={"spot": {"BTC": {"free": btc, "locked": "0"}}})
        assert accepted((await made.load(account_id)).raw).btc_amount == btc
        assert (await _read(made, account_id)).btc_amount == btc
        assert (await _read(made, "summary")).btc_amount == btc
        made.clock.step(timedelta(days=40))
        made.patch(wallets={"spot": {"BTC": {"free": "0", "locked": "1"}}})
        accepted((await made.load(account_id)).raw)


@pytest.mark.asyncio
async def test_a_partial_account_fits_the_model(world: World) -> None:
    exchanges = ScriptedExchanges(world.clock, {"spot": "1", "funding": "2", "earn": "4"})
    outside = replace(world.cambist.outside, exchanges=exchanges)
    app = replace(world.cambist, outside=outside, load_balances=LoadBalances(outside)).app()
    listening = bound("127.0.0.1", 0)
    async with serving(app, listening):
        world.address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        account_id = await world.connected(type="binance")
        exchanges.failing = {"earn"}
        partial = await world.load(account_id)
        assert partial.headers["X-Cambist-Verdict"] == "partial"
        assert accepted(partial.raw).btc_amount == "7.0"
        assert (await _read(world, account_id)).btc_amount == "7.0"
        assert (await _read(world, "summary")).btc_amount == "7.0"


@pytest.mark.asyncio
async def test_the_summary_of_no_account_fits_the_model(tmp_path: Path) -> None:
    async with world(tmp_path, mask_api_keys=True) as made:
        nothing: Any = await _read(made, "summary")
    assert (nothing.id, nothing.name, nothing.api_key, nothing.usd_amount) == (0, "Summary", "", "0.0")
    flags = [name for name in StrictAccount.__struct_fields__ if getattr(nothing, name) is True]
    assert flags == []
