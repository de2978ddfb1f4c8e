"""Balances by wallet and receipts over HTTP: exact, and enough to recompute the Account."""

import hmac
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from hashlib import sha256
from pathlib import Path
from sqlite3 import connect
from typing import Any

import pytest

from cambist.actions.facts import Thinned
from cambist.actions.roll_up_history import roll_up_account
from cambist.actions.verify_receipt import verify_receipt
from cambist.core.errors import ReceiptThinned
from tests.api.test_summary import SECOND_KEY
from tests.worlds import EXCHANGE_KEY, EXCHANGE_SECRET, World, scenario, world

WALLET = {
    "BTC": {"free": "0.40000000", "locked": "0.1"},
    "ETH": {"free": "2", "locked": "0"},
    "NOPRICE": {"free": "0.000000000000000001", "locked": "0"},
}


async def _get(world: World, path: str) -> Any:
    answer = await world.call("GET", f"/cambist/v1{path}")
    assert answer.status == 200, answer.raw
    return answer.json


@pytest.mark.asyncio
async def test_balances_tell_each_wallets_amounts_prices_routes_and_ages(world: World) -> None:
    world.patch(wallets={"spot": WALLET})
    account_id = await world.connected()
    told = await _get(world, f"/accounts/{account_id}/balances")
    assert (told["account_id"], told["verdict"], told["missing"]) == (account_id, "complete", [])
    assert (told["covered"], told["not_covered"], told["unpriced"]) == (["spot"], [], ["NOPRICE"])
    (spot,) = told["wallets"]
    assert (spot["wallet"], spot["stale"], spot["age_s"]) == ("spot", False, 2)
    btc, eth, unpriced = spot["balances"]
    assert (btc["free"], btc["locked"], btc["total"]) == ("0.40000000", "0.1", "0.50000000")
    assert (btc["price"], btc["price_btc"], btc["route"]["steps"]) == ("63722.1", "1.0", [])
    assert (eth["price"], eth["price_btc"], eth["usd"]) == ("2603.047785", "0.04085", "5206.09557")
    step = {"base": "ETH", "quote": "BTC", "price": "0.04085", "inverted": False}
    assert eth["route"] == {"quote": "BTC", "unit": "0.04085", "steps": [step], "carried_from": None}
    assert eth["source"] == btc["source"] != "carried"
    assert (unpriced["free"], unpriced["price"], unpriced["usd"]) == ("0.000000000000000001", None, None)
    assert (unpriced["route"], unpriced["source"]) == (None, None)


@pytest.mark.asyncio
async def test_the_account_is_recomputed_to_the_digit_from_its_receipt_alone(world: World) -> None:
    world.patch(wallets={"spot": {**WALLET, "USDT": {"free": "31.17895883163168", "locked": "0"}}})
    account_id = await world.connected()
    loaded = await world.load(account_id)
    told = await _get(world, f"/accounts/{account_id}/receipts/{loaded.headers['X-Cambist-Receipt']}")
    quotes = told["numeraire"]["quotes"]
    btc = Fraction(0)
    for wallet in told["wallets"]:
        for balance in wallet["balances"]:
            if balance["route"] is not None:
                quote = quotes[balance["route"]["quote"]]
                in_btc = Fraction(quote["numerator"]) / Fraction(quote["denominator"])
                btc += Fraction(balance["total"]) * Fraction(balance["route"]["unit"]) * in_btc
    usd = btc * Fraction(told["numeraire"]["btc_usd"])
    for name, worth in (("btc", btc), ("usd", usd)):
        assert abs(Fraction(loaded.json[f"{name}_amount"]) - worth) <= Fraction(1, 2 * 10**44)
        assert told["figures"][name] == loaded.json[f"{name}_amount"]
        for span, key in (("day", f"day_profit_{name}"), ("month", f"{name}_profit")):
            assert told["figures"][span][name]["amount"] == loaded.json[key]
            start = Fraction(told["starts"][span][name])
            assert Fraction(loaded.json[key]) == Fraction(loaded.json[f"{name}_amount"]) - start
    assert told["unpriced"] == ["NOPRICE"]
    assert loaded.headers["X-Cambist-Unpriced"] == "1"
    assert loaded.headers["X-Cambist-Missing"] == ""
    assert told["coverage"] == {"wallets": ["spot"], "not_covered": [], "came": []}
    (call,) = told["calls"]
    assert (call["path"].endswith("/api/v3/account"), call["status"]) == (True, 200)
    body = await _true_answer(world)
    assert (call["bytes"], call["weight"], call["sha256"]) == (len(body), 20, sha256(body).hexdigest())
    assert Decimal(told["numeraire"]["btc_usd"]) == Decimal("63722.1")
    assert EXCHANGE_SECRET not in str(told)


async def _true_answer(world: World) -> bytes:
    """What the exchange says of the account's wallet, asked for past the product."""
    stamped = f"omitZeroBalances=true&timestamp={int(world.clock.now().timestamp() * 1000)}"
    signature = hmac.new(EXCHANGE_SECRET.encode(), stamped.encode(), "sha256").hexdigest()
    url = f"{world.simulator.base_url}/api/v3/account?{stamped}&signature={signature}"
    async with world.http.get(url, headers={"X-MBX-APIKEY": EXCHANGE_KEY}) as answer:
        assert answer.status == 200
        return await answer.read()


@pytest.mark.asyncio
async def test_a_receipt_is_found_with_its_own_account_only(tmp_path: Path) -> None:
    async with world(tmp_path, scenario(keys=[scenario()["keys"][0], {**SECOND_KEY, "uid": "1002"}])) as made:
        first = await made.connected()
        second = await made.connected(name="Second", **SECOND_KEY)
        load_id = (await made.load(first)).headers["X-Cambist-Receipt"]
        assert (await _get(made, f"/accounts/{first}/receipts/{load_id}"))["account_id"] == first
        for wrong in (f"{second}/receipts/{load_id}", f"{first}/receipts/none", f"{first}/receipts/%00"):
            answer = await made.call("GET", f"/cambist/v1/accounts/{wrong}")
            assert (answer.status, answer.json.get("error")) == (404, "not_found")


@pytest.mark.asyncio
async def test_a_receipt_whose_balances_are_no_longer_kept_says_so(world: World) -> None:
    account_id = await world.connected()
    load_id = (await world.load(account_id)).headers["X-Cambist-Receipt"]
    with connect(world.cambist.settings.database) as database:
        database.execute("UPDATE snapshots SET holdings = NULL")
    told = await _get(world, f"/accounts/{account_id}/receipts/{load_id}")
    assert told["wallets"] is None
    assert told["figures"]["currency"] == "USD"


@pytest.mark.asyncio
async def test_what_is_ours_answers_at_its_own_path_only(world: World) -> None:
    account_id = await world.connected()
    path = f"/cambist/v1/accounts/{account_id}/balances"
    assert (await world.call("GET", path)).status == 200
    for other in (f"/public/api{path}", f"/public/api/ver1{path}", f"/ver1{path}"):
        answer = await world.send("GET", other)
        assert (answer.status, answer.json["error"]) == (404, "not_found")


async def no_rest(_: Thinned) -> None: ...


@pytest.mark.asyncio
async def test_a_receipt_that_is_only_a_digest_any_more_says_so_in_one_sentence(world: World) -> None:
    account_id = await world.connected()
    load_id = (await world.load(account_id)).headers["X-Cambist-Receipt"]
    world.clock.step(timedelta(days=1))
    last = (await world.load(account_id)).headers["X-Cambist-Receipt"]
    for _ in range(2):
        await roll_up_account(world.cambist.outside, account_id, no_rest)
        world.clock.step(timedelta(days=8))
    path = f"/cambist/v1/accounts/{account_id}/receipts"
    answer = await world.call("GET", f"{path}/{load_id}")
    assert (answer.status, answer.json["error"]) == (404, "not_found")
    assert answer.json["error_description"].startswith(
        f"Only a digest is kept of the receipt of load {load_id}"
    )
    with pytest.raises(ReceiptThinned, match="Only a digest is kept"):
        await verify_receipt(world.cambist.outside, await world.me(), load_id)
    assert (await world.call("GET", f"{path}/{last}")).status == 200
    assert (await world.call("GET", f"/cambist/v1/accounts/{account_id}/balances")).status == 200
