"""Connecting accounts and replacing their keys by pages: tried first, typed text stays, secrets never."""

from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from tests.web.browsers import Browser
from tests.web.reading import page, said, signed_in
from tests.worlds import EXCHANGE_KEY, EXCHANGE_SECRET, World, scenario, world

pytestmark = pytest.mark.asyncio
ACCOUNT = "/api/v3/account"
WRONG, PASSPHRASE = "a-secret-that-is-wrong", "a-passphrase-of-mine"
NEW = {"api_key": "newer-key-of-the-test", "secret": "newer-secret-of-the-test"}
FORM = {"name": "Long <term>", "api_key": EXCHANGE_KEY, "secret": EXCHANGE_SECRET}
EGRESS = [{"name": "a", "address": "127.0.0.2"}, {"name": "b", "address": "127.0.0.3"}]


async def accounts(made: World) -> list[Any]:
    listed: list[Any] = (await made.call("GET", "/accounts")).json
    return listed


@pytest.mark.parametrize(
    ("search", "found", "not_found"),
    [
        ("", ["/connect/binance?", "/connect/okex?", "/static/markets/hyperliquid.svg"], []),
        ("GATE btc", ["/connect/gate_io_btc_perpetual?", "1 that fits"], ["/connect/gate_io?", "Binance"]),
        ("OKX", ["/connect/okex?", "/connect/okex_futures?"], ["/connect/bybit?"]),
        ("Upbit", ["/connect/upbit?", "by the default rules of ccxt"], ["/connect/bybit?"]),
        ('"><b>', ["There is no exchange", "Show all"], ["/connect/bybit?", 'value=""><b>']),
    ],
)
async def test_the_picker_finds_markets_by_name_and_code_without_a_script(
    world: World, search: str, found: list[str], not_found: list[str]
) -> None:
    browser = await signed_in(world)
    raw = (await browser.ask("GET", f"/connect?q={quote(search)}")).raw.decode()
    assert [each for each in found if each not in raw] == []
    assert [each for each in not_found if each in raw] == []


@pytest.mark.parametrize(
    ("market", "fields", "told"),
    [
        (
            "kraken",
            ["api_key", "secret"],
            ["Query funds", "Query open orders & trades", "it refuses such a key"],
        ),
        ("binance_us", ["api_key", "secret"], ["Enable Reading", "does not tell what a key may do"]),
        ("okex", ["api_key", "secret", "passphrase"], ["wallet.funding", "dual investment and loans"[1:]]),
        ("hyperliquid", ["address"], ["It needs no key and opens nothing."]),
    ],
)
async def test_a_form_asks_for_what_its_market_needs_and_says_what_to_allow(
    world: World, market: str, fields: list[str], told: list[str]
) -> None:
    text = await page(await signed_in(world), f"/connect/{market}")
    asked = [each for each in ("api_key", "address", "secret", "passphrase") if f'name="{each}"' in text]
    assert asked == fields
    assert [each for each in told if each not in text] == []


async def test_wrong_keys_are_told_in_the_exchanges_words_and_right_ones_then_connect(world: World) -> None:
    browser = await signed_in(world)
    refused = await browser.post(
        "/connect/binance_us", **{**FORM, "api_key": " not-the-key ", "secret": WRONG}
    )
    text = said(refused)
    assert refused.status == 200
    assert "Binance US Spot does not take these keys." in text
    assert "Invalid API-key, IP, or permissions for action." in text
    assert "Copy the key and its secret from Binance US Spot once more" in text
    assert b'value="Long &lt;term&gt;"' in refused.raw
    assert 'value=" not-the-key "' in text
    assert WRONG not in text
    assert await accounts(world) == []
    done = await browser.post("/connect/binance_us", **FORM)
    [account] = await accounts(world)
    assert (done.status, done.headers["Location"]) == (303, f"/accounts/{account['id']}?range=30d&unit=USD")
    assert (account["name"], account["api_key"], account["api_keys_state"]) == (
        FORM["name"],
        EXCHANGE_KEY,
        "ok",
    )
    again = await browser.post("/connect/binance_us", **FORM)
    assert "This account is already connected!" in said(again)
    assert EXCHANGE_SECRET not in said(again)
    assert len(await accounts(world)) == 1


@pytest.mark.parametrize(
    ("market", "changes", "told"),
    [
        ("binance_us", {"secret": ""}, ["is missing"]),
        ("binance_us", {"api_key": "x"}, ["is too short (minimum is 5 characters)", 'value="x"']),
        ("binance_us", {"api_key": EXCHANGE_SECRET}, ["does not take these keys", 'value="Long']),
        ("binance_us", {"name": ""}, ["is too short (minimum is 2 characters)"]),
        ("binance_us", {"wallet.gold": "on"}, ["wallets must be of spot"]),
        ("binance_us", {"egress": "c"}, ["egress cannot be chosen"]),
        (
            "okex",
            {"passphrase": PASSPHRASE, "secret": "", "wallet.earn": "on"},
            ['name="wallet.earn" checked'],
        ),
        ("dydx", {"address": "dydx"}, ["is too short", 'value="dydx"']),
    ],
)
async def test_what_cannot_be_right_is_told_at_its_field_and_what_was_typed_stays(
    world: World, market: str, changes: dict[str, str], told: list[str]
) -> None:
    browser = await signed_in(world)
    text = said(await browser.post(f"/connect/{market}", **{**FORM, **changes}))
    assert [each for each in [*told, 'role="alert"'] if each not in text] == []
    assert not any(secret in text for secret in (EXCHANGE_SECRET, PASSPHRASE))
    assert await accounts(world) == []


async def test_an_exchange_that_does_not_answer_is_no_fault_of_the_keys(world: World) -> None:
    browser = await signed_in(world)
    world.patch(faults=[{"path": ACCOUNT, "kind": "status", "status": 503, "body": "down for today"}])
    text = said(await browser.post("/connect/binance_us", **FORM))
    assert "The exchange is not available" in text
    assert "That says nothing against the keys: try again in a few minutes." in text


async def test_a_key_that_may_withdraw_is_refused_at_its_field(tmp_path: Path) -> None:
    rights = {"permissions": ["read", "withdraw"], "ips": ["127.0.0.1"]}
    play = scenario(exchange="binance", keys=[{**scenario()["keys"][0], **rights}], prices={"BTCUSDT": "1"})
    async with world(tmp_path, play) as made:
        text = said(await (await signed_in(made)).post("/connect/binance", **FORM))
        assert "may withdraw: make one without that right" in text
        assert await accounts(made) == []


async def test_the_way_out_can_be_chosen_and_its_address_is_told(tmp_path: Path) -> None:
    keys = [{**scenario()["keys"][0], "ips": [EGRESS[1]["address"]]}]
    async with world(tmp_path, scenario(keys=keys), egress=EGRESS) as made:
        browser = await signed_in(made)
        text = await page(browser, "/connect/binance_us")
        assert [each["address"] for each in EGRESS if each["address"] not in text] == []
        refused = said(await browser.post("/connect/binance_us", **FORM, egress="a"))
        assert "refuses these keys from 127.0.0.2 (egress a): allow that address" in refused
        assert "Invalid API-key, IP, or permissions for action." in refused
        assert '<option value="a" selected>' in refused
        assert (await browser.post("/connect/binance_us", **FORM, egress="b")).status == 303
        assert '<option value="b" selected>' in await page(browser, "/accounts/1/keys")


async def test_keys_are_replaced_after_a_try_and_the_history_stays(tmp_path: Path) -> None:
    first = scenario()["keys"][0]
    async with world(tmp_path, scenario(keys=[first, {**NEW, "uid": first["uid"]}])) as made:
        account_id = await made.connected()
        browser, path = await signed_in(made), f"/accounts/{account_id}/keys"
        assert "Replace the keys of My Binance US" in await page(browser, path)
        calls = made.exchange_calls(ACCOUNT)
        blank = said(await browser.post(path, api_key="", secret=""))
        assert blank.count("is missing") == 2
        assert made.exchange_calls(ACCOUNT) == calls
        refused = said(await browser.post(path, api_key="not-the-key", secret=WRONG))
        assert "Invalid API-key, IP, or permissions for action." in refused
        assert 'value="not-the-key"' in refused
        assert WRONG not in refused
        assert (await accounts(made))[0]["api_key"] == EXCHANGE_KEY
        done = await browser.post(path, **NEW)
        assert (done.status, done.headers["Location"].partition("?")[0]) == (303, f"/accounts/{account_id}")
        [account] = await accounts(made)
        assert (account["id"], account["api_key"]) == (account_id, NEW["api_key"])
        history = (await made.call("GET", f"/cambist/v1/accounts/{account_id}/history")).json["points"]
        assert [point["keys_replaced"] for point in history] == [False, False]


async def test_pages_of_what_is_not_mine_or_is_not_are_404_alike_and_need_a_session(world: World) -> None:
    account_id = await world.connected()
    other = await signed_in(world, "Ada")
    for path in ("/accounts/{}/keys", "/connect/no_such_market"):
        unknown = said(await other.ask("GET", path.format("999")))
        for each in (account_id, "x", "9" * 30):
            for answer in (
                await other.ask("GET", path.format(each)),
                await other.post(path.format(each), **NEW),
            ):
                shown = said(answer).replace(path.format(each), path.format("999"))
                assert (answer.status, shown) == (404, unknown)
        out = await Browser(world).ask("GET", path.format(account_id))
        assert (out.status, out.headers["Location"].startswith("/sign-in?next=")) == (303, True)
    assert (await accounts(world))[0]["api_key"] == EXCHANGE_KEY
