"""The page of one account: figures are the API's, its log tells of every load, it is renamed and removed."""

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from tests.exchanges.scenarios import SCENARIOS
from tests.ledgers import flows_known, loaded_at
from tests.web.browsers import Browser, give_password, told
from tests.web.pages import figures, location, page, text, within
from tests.worlds import START, World, scenario, world

pytestmark = pytest.mark.asyncio
SOON = timedelta(minutes=10)


async def signed_in(made: World) -> Browser:
    await give_password(made)
    return await Browser(made).signed_in()


async def test_wallets_and_holdings_are_those_of_the_last_load(world: World) -> None:
    wallets = {"spot": {"BTC": {"free": "0.5", "locked": "0.25"}, "XYZ": {"free": "7", "locked": "0"}}}
    account_id = await world.connected()
    world.patch(wallets=wallets)
    world.clock.step(timedelta(days=1) - timedelta(seconds=2))
    world.patch(prices={"BTCUSD": "60000"})
    assert (await world.load(account_id)).status == 201
    html = await page(await signed_in(world), f"/accounts/{account_id}")
    (wallet,) = (await world.call("GET", f"/cambist/v1/accounts/{account_id}/balances")).json["wallets"]
    bitcoin = next(each for each in wallet["balances"] if each["asset"] == "BTC")
    rows = within(html, 'class="held"', "</table>")
    assert figures(rows)[:4] == [bitcoin[name] for name in ("total", "locked", "price", "usd")]
    assert figures(rows)[4:6] == ["-5.8411", "100.0"]  # the change stands below the value on a phone
    assert "XYZ 7 no price no price" in text(rows)
    told_there = text(html)
    assert "No price XYZ: these add nothing" in told_there
    assert "unknown since" in told_there
    entity = (await world.call("GET", f"/accounts/{account_id}")).json
    hero = figures(within(html, 'class="hero"', "</dl>"))
    assert hero[:3] == [entity["usd_amount"], entity["btc_amount"], entity["day_profit_usd"]]
    in_bitcoin = await page(await signed_in(world), f"/accounts/{account_id}?unit=BTC")
    assert figures(within(in_bitcoin, 'class="held"', "</table>"))[2:4] == ["1.0", "0.75"]


async def test_the_refresh_log_tells_of_loads_and_failures_and_shows_receipts(world: World) -> None:
    account_id = await world.connected()
    browser = await signed_in(world)
    world.patch(keys=[])
    await browser.post(f"/accounts/{account_id}/load", next=f"/accounts/{account_id}")
    world.patch(keys=scenario()["keys"])
    world.clock.step(SOON)
    assert (await world.load(account_id)).status == 201
    html = await page(browser, f"/accounts/{account_id}")
    log = within(html, 'id="log-title"', "</section>")
    rows = [text(row) for row in log.split("<tr>")[2:]]
    assert rows[0].startswith("19 Jun, 17:00:59 just now complete api key")
    assert rows[1].startswith(
        "19 Jun, 16:50:59 10 min ago API keys are no longer valid or incorrect. session 1"
    )
    load_id = (await world.call("GET", f"/cambist/v1/accounts/{account_id}/balances")).json["load_id"]
    receipt = await page(browser, f"/accounts/{account_id}/receipts/{load_id}")
    kept = (await world.call("GET", f"/cambist/v1/accounts/{account_id}/receipts/{load_id}")).json
    assert figures(receipt) == [kept["figures"]["usd"], kept["figures"]["btc"], kept["numeraire"]["btc_usd"]]
    assert [f"{each['method']} {each['path']}" in receipt for each in kept["calls"]] == [True] * len(
        kept["calls"]
    )
    for path in ("/accounts/1/receipts/nothing", "/accounts/2/receipts/" + load_id):
        assert (await browser.ask("GET", path, Accept="text/html")).status == 404


async def test_a_partial_account_says_what_did_not_answer_and_what_stands_in(tmp_path: Path) -> None:
    async with world(tmp_path, SCENARIOS["binance"]) as made:
        account_id = await made.connected(type="binance")
        refusal = {"kind": "error", "status": 401, "code": -2015, "msg": "Invalid API-key, IP, or …"}
        made.patch("binance", faults=[{"path": "/sapi/v1/simple-earn/flexible/position", **refusal}])
        made.clock.step(SOON)
        assert (await made.load(account_id)).headers["X-Cambist-Verdict"] == "partial"
        browser = await signed_in(made)
        html = await page(browser, f"/accounts/{account_id}")
        assert 'class="total old"' in html
        assert "Did not answer earn_flexible: " in text(html)
        assert "last good reading, read 10 min ago" in text(html)
        assert "partial" in text(within(html, 'id="log-title"', "</section>"))
        overview = await page(browser, "/")
        assert ('class="total old"' in overview, "1 account partial" in text(overview)) == (True, True)
        assert "1 of 1 account needs attention" in text(overview)


async def test_a_change_that_nothing_explains_is_told(ledgered: World) -> None:
    account_id = await ledgered.connected()
    flows_known(ledgered, account_id, START - timedelta(days=40))
    await loaded_at(ledgered, account_id, START + SOON, {"BTC": "0.9", "USDT": "100"}, "60000")
    ledgered.clock.set(START + 5 * SOON)
    browser = await signed_in(ledgered)
    for path in (f"/accounts/{account_id}", "/", "/log"):
        html = await page(browser, path)
        assert "What changed of BTC follows from no deposit, withdrawal or trade" in text(html), path


async def test_renaming_keeps_what_was_typed_where_it_is_refused(world: World) -> None:
    account_id = await world.connected()
    browser = await signed_in(world)
    refused = await browser.post(f"/accounts/{account_id}/rename", name="x")
    assert refused.status == 400
    assert "is too short (minimum is" in refused.raw.decode()
    assert 'name="name" type="text" value="x"' in refused.raw.decode()
    named = await browser.post(f"/accounts/{account_id}/rename", name="<i>Mine</i> & yours")
    assert location(named) == f"/accounts/{account_id}"
    for path in ("/", f"/accounts/{account_id}"):
        html = await page(browser, path)
        assert ("&lt;i&gt;Mine&lt;/i&gt; &amp; yours" in html, "<i>" in html) == (True, False)


async def test_an_account_left_out_of_the_total_stays_and_counts_again(world: World) -> None:
    account_id = await world.connected()
    browser = await signed_in(world)
    left_out = await browser.post(f"/accounts/{account_id}/summary", include="no")
    assert location(left_out) == f"/accounts/{account_id}"
    html = await page(browser, "/")
    assert "not in total" in html
    assert Decimal(figures(within(html, 'class="hero"', "</dl>"))[0]) == 0
    await browser.post(f"/accounts/{account_id}/summary", include="yes")
    assert "not in total" not in await page(browser, "/")


async def test_removing_asks_first_and_then_erases_the_keys(world: World) -> None:
    account_id = await world.connected()
    browser = await signed_in(world)
    assert "Its keys are erased here" in await page(browser, f"/accounts/{account_id}/remove")
    assert (await world.call("GET", f"/accounts/{account_id}")).status == 200
    assert location(await browser.post(f"/accounts/{account_id}/remove")) == "/"
    assert (await browser.ask("GET", f"/accounts/{account_id}", Accept="text/html")).status == 404
    assert [by for _, by, _, _ in await told(world, "exchange keys erased")] == ["session 1"]


async def test_what_is_no_account_is_not_found(world: World) -> None:
    await world.connected()
    browser = await signed_in(world)
    for number in ("0", "2", "x", "-1", "²", "9" * 18, "9" * 40):
        answer = await browser.ask("GET", f"/accounts/{number}", Accept="text/html")
        assert (answer.status, b"That did not work" in answer.raw) == (404, True), number
