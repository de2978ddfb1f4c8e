"""An exchange without BTC in dollars: P is the median of those of others, asked for then and only then."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from cambist.actions.verify_receipt import verify_receipt
from cambist.core.errors import LoadFailed, NoPrices
from cambist.core.prices import PriceList
from cambist.core.terms import Stablecoins
from cambist.exchanges.catalogue import market_of
from cambist.exchanges.dialects.bitstamp import tickers as bitstamp
from cambist.exchanges.dialects.coinbase import tickers as coinbase
from cambist.exchanges.dialects.kraken import tickers as kraken
from cambist.exchanges.exchange import Exchange
from cambist.exchanges.foreign import SOURCES, WITHIN_S, ForeignPrices
from cambist.exchanges.gateway import Gateway
from cambist.exchanges.speaking import dialect_of
from cambist.exchanges.tickers import Ticker
from cambist.exchanges.tries import WaitsAlone
from cambist.outward.session import Session
from cambist.simulator.scenario import load_scenario
from cambist.simulator.server import Simulator
from tests.exchanges.bent import OpenGate
from tests.exchanges.scenarios import BYBIT, KRAKEN, KRAKEN_KEY, KRAKEN_SECRET, SCENARIOS
from tests.worlds import FixedClock, world

Play = dict[str, Any]

EUROS: Play = {"BTCEUR": "50000", "ETHEUR": "2000", "ETHBTC": "0.04"}
ACCOUNT: Play = {
    **BYBIT,
    "wallets": {"unified": {"BTC": {"free": "0.75"}, "EUR": {"free": "100"}, "ETH": {"free": "2"}}},
    "prices": EUROS,
}
TOLD = {"bitstamp": "63722.1", "coinbase": "64001.57", "kraken": "63000.123456789"}
# {ccxt id: the market code that plays it}.
PLAYED = {"bitstamp": "bitstamp", "coinbase": "coinbase_advanced", "kraken": "kraken"}
TICKERS = {
    "bitstamp": "/api/v2/ticker/btcusd/",
    "coinbase": "/api/v3/brokerage/market/products/BTC-USD/ticker",
    "kraken": "/0/public/Ticker",
}
# With 0.75 BTC, 100 / 50000 BTC of EUR and 2 · 2000 / 50000 BTC of ETH.
IN_BTC = Decimal("0.832")
ALL_THREE = "foreign: bitstamp, coinbase, kraken"


def sources(**changes: Play) -> list[Play]:
    """The three exchanges' scenarios; fields of each can be replaced."""
    return [
        {"exchange": PLAYED[name], "prices": {"BTCUSD": price}, **changes.get(name, {})}
        for name, price in TOLD.items()
    ]


def fault(name: str, kind: str, **more: Any) -> Play:
    return {"faults": [{"kind": kind, "path": TICKERS[name], **more}]}


@dataclass
class Scene:
    """A gateway whose exchanges are simulated."""

    gateway: Gateway
    simulator: Simulator
    clock: FixedClock

    async def listed(self, code: str = "bybit") -> PriceList:
        return await self.gateway.price_list(market_of(code))

    async def p(self, code: str = "bybit") -> tuple[Decimal, str]:
        """P and its source. Raises NoPrices."""
        known = (await self.listed(code)).priced(market_of(code), Stablecoins.REFERENCE).numeraire
        return known.btc_usd, known.source

    def asked(self) -> dict[str, int]:
        """How often each source was asked for anything."""
        asked = [call.exchange for call in self.simulator.calls]
        return {name: asked.count(PLAYED[name]) for name in SOURCES}


@asynccontextmanager
async def scene(
    *plays: Play,
    named: set[str] | None = None,
    price: str = "last",
    within_s: float = WITHIN_S,
    call_takes: timedelta = timedelta(),
) -> AsyncIterator[Scene]:
    """named: the ccxt ids that the setting EXCHANGE_URLS has; all that are played unless said.

    call_takes: how far the clock moves with each call.
    """
    clock = FixedClock()

    def moved() -> datetime:
        clock.step(call_takes)
        return clock.now()

    scenarios = [load_scenario(json.dumps(each).encode()) for each in plays]
    async with Simulator(scenarios, now=moved) as simulator:
        urls = {name: url for name, url in simulator.exchange_urls.items() if named is None or name in named}
        gateway = Gateway(clock.now, WaitsAlone({}), 10, urls, price, within_s)
        try:
            yield Scene(gateway, simulator, clock)
        finally:
            await gateway.close()


# ── the median ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.asyncio
async def test_an_account_is_valued_by_the_median_of_three_to_the_digit_and_its_receipt_says_so(
    tmp_path: Path,
) -> None:
    async with world(tmp_path, ACCOUNT, *sources()) as made:
        loaded = await made.load(await made.connected(type="bybit"))
        assert loaded.json["btc_amount"] == "0.832"
        assert Decimal(loaded.json["usd_amount"]) == IN_BTC * Decimal("63722.1") == Decimal("53016.7872")
        load_id = loaded.headers["X-Cambist-Receipt"]
        told = (await made.call("GET", f"/cambist/v1/accounts/1/receipts/{load_id}")).json["numeraire"]
        assert (told["btc_usd"], told["source"]) == ("63722.1", ALL_THREE)
        assert told["quotes"]["EUR"] == {"numerator": "1", "denominator": "50000"}
        verified = await verify_receipt(made.cambist.outside, await made.me(), load_id)
        assert verified.differences == ()
        code, shown = await made.by_command("receipt", "show", load_id)
        assert (code, shown["numeraire"]["source"]) == (0, ALL_THREE)


FAULTS: dict[str, Play] = {
    "status": {"status": 500},
    "html": {},
    "empty": {},
    "truncated": {},
    "reset": {},
    "redirect": {},
    "gzip_bomb": {},
    "bad_number": {"value": "NaN"},
    "duplicate_asset": {"key": True},
}


@pytest.mark.asyncio
async def test_however_one_of_three_fails_p_is_the_exact_middle_of_the_other_two() -> None:
    async def with_fault(kind: str, more: Play) -> tuple[Decimal, str]:
        async with scene(ACCOUNT, *sources(bitstamp=fault("bitstamp", kind, **more))) as made:
            return await made.p()

    found = await asyncio.gather(*(with_fault(kind, more) for kind, more in FAULTS.items()))
    middle = (Decimal("63500.8467283945"), "foreign: coinbase, kraken")
    assert dict(zip(FAULTS, found, strict=True)) == dict.fromkeys(FAULTS, middle)


@pytest.mark.parametrize(
    ("broken", "middle"),
    [
        ("coinbase", (Decimal("63361.1117283945"), "foreign: bitstamp, kraken")),
        ("kraken", (Decimal("63861.835"), "foreign: bitstamp, coinbase")),
    ],
)
@pytest.mark.asyncio
async def test_whichever_of_three_fails_the_others_do(broken: str, middle: tuple[Decimal, str]) -> None:
    async with scene(ACCOUNT, *sources(**{broken: fault(broken, "html")})) as made:
        assert await made.p() == middle


@pytest.mark.parametrize("value", ["0", "0.000", "-63722.1", "1e400", ""])
@pytest.mark.asyncio
async def test_a_price_that_is_not_positive_or_out_of_form_is_none(value: str) -> None:
    with capture_logs() as logged:
        async with scene(ACCOUNT, *sources(coinbase=fault("coinbase", "bad_number", value=value))) as made:
            assert await made.p() == (Decimal("63361.1117283945"), "foreign: bitstamp, kraken")
    assert [(line["exchange"], line["why"]) for line in logged] == [
        ("coinbase", "The exchange's answer has no usable price.")
    ]


@pytest.mark.parametrize("late", [{"kind": "timeout"}, {"kind": "slow", "delay_ms": 60_000}])
@pytest.mark.asyncio
async def test_who_answers_too_late_does_not_count(late: Play) -> None:
    async with scene(ACCOUNT, *sources(kraken=fault("kraken", **late)), within_s=1) as made:
        assert await made.p() == (Decimal("63861.835"), "foreign: bitstamp, coinbase")
    assert WITHIN_S == 3


@pytest.mark.asyncio
async def test_one_price_is_not_enough_the_load_fails_and_nothing_changes(tmp_path: Path) -> None:
    async with world(tmp_path, ACCOUNT, *sources()) as made:
        account = await made.connected(type="bybit")
        before = (await made.call("GET", f"/accounts/{account}")).json
        for name in ("bitstamp", "kraken"):
            made.patch(name, **fault(name, "html"))
        failed = await made.load(account)
        assert (failed.status, failed.json["error"]) == (503, "market_unavailable")
        assert failed.json["error_description"] == (
            "No BTC price was found: the exchange has no BTC/USD, BTC/USDC or BTC/USDT that trades."
        )
        after = (await made.call("GET", f"/accounts/{account}")).json
        assert [after[name] for name in ("btc_amount", "usd_amount")] == [
            before[name] for name in ("btc_amount", "usd_amount")
        ]
        made.patch("kraken", faults=[])
        made.clock.step(timedelta(seconds=2))
        assert (await made.load(account)).status == 201


@pytest.mark.parametrize(("price", "middle"), [("last", "63722.1"), ("mid", "63000.5")])
@pytest.mark.asyncio
async def test_prices_are_last_or_the_middle_of_bid_and_ask_as_the_setting_says(
    price: str, middle: str
) -> None:
    body = '{"last":"63722.1","bid":"63000","ask":"63001"}'
    play = fault("bitstamp", "status", status=200, body=body)
    async with scene(ACCOUNT, *sources(bitstamp=play), price=price) as made:
        assert (await made.p())[0] == (Decimal("63722.1") if price == "last" else Decimal(middle))


@pytest.mark.asyncio
async def test_a_jump_is_quarantined_beside_a_foreign_p(tmp_path: Path) -> None:
    async with world(tmp_path, ACCOUNT, *sources()) as made:
        account = await made.connected(type="bybit")
        before = await made.load(account)
        made.clock.step(timedelta(seconds=5))
        made.patch("bybit", prices={**EUROS, "BTCEUR": "4999"})
        made.patch("coinbase_advanced", prices={"BTCUSD": "6400157"})
        jumped = await made.load(account)
        assert jumped.json["btc_amount"] == before.json["btc_amount"] == "0.832"
        assert jumped.json["usd_amount"] == before.json["usd_amount"]
        path = f"/cambist/v1/accounts/{account}/receipts/{jumped.headers['X-Cambist-Receipt']}"
        receipt = (await made.call("GET", path)).json
    (shown,) = receipt["quarantined"]
    assert [shown[name] for name in ("base", "quote", "told", "used")] == ["BTC", "EUR", "4999", "50000"]
    assert receipt["numeraire"]["source"] == ALL_THREE


# ── who is asked, and when ───────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("dollar", ["BTCUSD", "BTCUSDC", "BTCUSDT"])
@pytest.mark.asyncio
async def test_nobody_else_is_asked_where_the_exchange_has_dollars(tmp_path: Path, dollar: str) -> None:
    play = {**ACCOUNT, "prices": {**EUROS, dollar: "60000"}}
    async with world(tmp_path, play, *sources()) as made:
        loaded = await made.load(await made.connected(type="bybit"))
        assert loaded.status == 201
        assert {call.exchange for call in made.simulator.calls} == {"bybit"}


@pytest.mark.parametrize("named", [set(), {"kraken"}])
@pytest.mark.asyncio
async def test_with_other_addresses_set_nobody_is_asked_whom_they_do_not_name(named: set[str]) -> None:
    with capture_logs() as logged:
        async with scene(ACCOUNT, *sources(), named={"bybit", *named}) as made:
            with pytest.raises(NoPrices, match="No BTC price was found"):
                await made.p()
            assert made.asked() == {"bitstamp": 0, "coinbase": 0, "kraken": 0}
    assert logged == []


@pytest.mark.asyncio
async def test_of_the_three_only_those_named_are_asked() -> None:
    with capture_logs() as logged:
        async with scene(ACCOUNT, *sources(), named={"bybit", "bitstamp", "kraken"}) as made:
            assert await made.p() == (Decimal("63361.1117283945"), "foreign: bitstamp, kraken")
            assert made.asked() == {"bitstamp": 1, "coinbase": 0, "kraken": 1}
    assert logged == []


@pytest.mark.asyncio
async def test_without_other_addresses_all_three_are_asked_each_for_one_pair() -> None:
    async with simulated() as (exchanges, simulator):
        clock = FixedClock()
        prices = ForeignPrices(exchanges.__getitem__, lambda _: None, clock.now, "last", {}, WITHIN_S)
        assert await prices.prices() == {name: Decimal(price) for name, price in TOLD.items()}
        assert sorted(call.path for call in simulator.calls) == sorted(TICKERS.values())


@pytest.mark.asyncio
async def test_all_who_ask_share_one_reading_for_two_seconds() -> None:
    okx = {**SCENARIOS["okex"], "prices": EUROS}
    async with scene(ACCOUNT, okx, *sources()) as made:
        at_once = await asyncio.gather(*(made.p(code) for code in ("bybit", "okex", "bybit_spot", "okex")))
        assert at_once == [(Decimal("63722.1"), ALL_THREE)] * 4
        assert made.asked() == {"bitstamp": 1, "coinbase": 1, "kraken": 1}
        assert await made.listed("bybit") is await made.listed("bybit_spot")
        made.clock.step(timedelta(seconds=1.9))
        await made.p("okex")
        assert made.asked() == {"bitstamp": 1, "coinbase": 1, "kraken": 1}
        made.clock.step(timedelta(seconds=0.1))
        await made.p("okex")
        assert made.asked() == {"bitstamp": 2, "coinbase": 2, "kraken": 2}


@pytest.mark.asyncio
async def test_a_reading_of_an_exchanges_own_prices_serves_as_long_as_it_is_fresh_and_no_longer() -> None:
    """Kraken lets 36 of our calls through a minute, and those for its own accounts take 30 of them."""
    async with scene(ACCOUNT, *sources()) as made:
        assert await made.p("kraken") == (Decimal(TOLD["kraken"]), "BTC/USD")
        assert made.asked() == {"bitstamp": 0, "coinbase": 0, "kraken": 2}
        made.clock.step(timedelta(seconds=1.5))
        assert await made.p() == (Decimal("63722.1"), ALL_THREE)
        assert made.asked() == {"bitstamp": 1, "coinbase": 1, "kraken": 2}
        made.clock.step(timedelta(seconds=0.5))
        assert await made.p() == (Decimal("63722.1"), ALL_THREE)
        assert made.asked() == {"bitstamp": 2, "coinbase": 2, "kraken": 3}


@pytest.mark.parametrize(("seconds", "reads"), [(0.4, 1), (0.5, 2)])
@pytest.mark.asyncio
async def test_the_exchanges_own_prices_are_read_again_where_the_others_took_too_long(
    seconds: float, reads: int
) -> None:
    """Four calls: for its own prices and to the three."""
    async with scene(ACCOUNT, *sources(), call_takes=timedelta(seconds=seconds)) as made:
        await made.gateway.pairs(market_of("bybit"))
        assert await made.p() == (Decimal("63722.1"), ALL_THREE)
        assert [call.path for call in made.simulator.calls].count("/v5/market/tickers") == reads


@pytest.mark.parametrize("code", ["kraken", "kraken_futures"])
@pytest.mark.parametrize("seconds", [0, 2])
@pytest.mark.asyncio
async def test_an_exchange_whose_dollars_are_halted_does_not_count_whether_or_not_its_reading_is_fresh(
    code: str, seconds: int
) -> None:
    own = {"prices": {**EUROS, "BTCUSD": "63800"}, "halted": ["BTCUSD"]}
    plays = (*sources(kraken=own), {"exchange": "kraken_futures"})
    async with scene(*plays, call_takes=timedelta(seconds=seconds)) as made:
        assert await made.p(code) == (Decimal("63861.835"), "foreign: bitstamp, coinbase")


@pytest.mark.asyncio
async def test_a_kraken_account_in_euros_is_valued_by_the_others(tmp_path: Path) -> None:
    play = {"kraken": {**KRAKEN, "prices": EUROS, "wallets": {"spot": {"BTC": {"free": "0.5"}}}}}
    async with world(tmp_path, *sources(**play)) as made:
        account = await made.connected(type="kraken", api_key=KRAKEN_KEY, secret=KRAKEN_SECRET)
        loaded = await made.load(account)
        assert loaded.json["usd_amount"] == "31930.9175"


@pytest.mark.asyncio
async def test_a_source_that_fails_thrice_is_left_alone_for_ten_seconds_and_still_serves_its_own() -> None:
    late = sources(bitstamp=fault("bitstamp", "timeout"))
    async with scene(ACCOUNT, *late, within_s=0.5) as made:
        for _ in range(3):
            await made.listed()
            made.clock.step(timedelta(seconds=2))
        asked = made.asked()["bitstamp"]
        with capture_logs() as logged:
            await made.listed()
        assert made.asked()["bitstamp"] == asked
        assert ("bitstamp", True) in [(line["exchange"], "tried again in" in line["why"]) for line in logged]
        assert ("BTC", "USD") in await made.gateway.pairs(market_of("bitstamp"))
        made.clock.step(timedelta(seconds=10))
        made.simulator.patch("bitstamp", b'{"faults": []}')
        await made.listed()
        assert made.asked()["bitstamp"] == asked + 2


# ── what is read of their answers ────────────────────────────────────────────────────────────────────


@asynccontextmanager
async def simulated(**changes: Play) -> AsyncIterator[tuple[Mapping[str, Exchange], Simulator]]:
    """The three exchanges as they are spoken to, by ccxt id."""
    clock = FixedClock()
    scenarios = [load_scenario(json.dumps(each).encode()) for each in sources(**changes)]
    async with Simulator(scenarios, now=clock.now) as simulator:
        session = Session(10, list(simulator.exchange_urls.values()))
        made = {
            name: Exchange(market_of(name), dialect_of(name), session, clock.now, WaitsAlone({}), url)
            for name, url in simulator.exchange_urls.items()
        }
        try:
            yield made, simulator
        finally:
            await session.close()


async def read(name: str, body: str) -> Ticker:
    """What is read of such an answer, in one try. Raises LoadFailed."""
    play = {name: fault(name, "status", status=200, body=body)}
    async with simulated(**play) as (exchanges, _), exchanges[name].pool.borrow() as client:
        client.gate, client.deadline = OpenGate(), 0
        return await SOURCES[name](client)


BITSTAMP = '{"timestamp":"1723398353","last":"60192","bid":"60173","ask":"60175","side":"1"}'
COINBASE = (
    '{"trades":[{"trade_id":"1","price":"28208.1","bid":""}],"best_bid":"28208.61","best_ask":"28208.62"}'
)
KRAKEN_ROW = '"XXBTZUSD":{"a":["30300.1","1","1.0"],"b":["30300.0","1","1.0"],"c":["30303.2","0.00067643"]}'


@pytest.mark.parametrize(
    ("name", "body", "ticker"),
    [
        ("bitstamp", BITSTAMP, Ticker("60192", "60173", "60175")),
        ("coinbase", COINBASE, Ticker("28208.1", "28208.61", "28208.62")),
        (
            "kraken",
            '{"error":["WDatabase:Late"],"result":{' + KRAKEN_ROW + "}}",
            Ticker("30303.2", "30300.0", "30300.1"),
        ),
        ("coinbase", '{"trades":[],"best_bid":"","best_ask":""}', Ticker("", "", "")),
        ("kraken", '{"error":[],"result":{"XXBTZUSD":{"a":[],"b":[],"c":[]}}}', Ticker("", "", "")),
    ],
)
@pytest.mark.asyncio
async def test_the_last_trade_and_the_best_bid_and_ask_are_read(name: str, body: str, ticker: Ticker) -> None:
    """Shapes: Bitstamp's GetMarketTicker, Coinbase's GetPublicMarketTrades, Kraken's getTickerInformation."""
    assert await read(name, body) == ticker


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("bitstamp", BITSTAMP.replace('"60192"', "60192")),
        ("bitstamp", BITSTAMP.replace('"last"', '"price"')),
        ("bitstamp", BITSTAMP.replace('"side":"1"', '"last":"1"')),
        ("bitstamp", BITSTAMP.replace('"side":"1"', '"\\u006cast":"1"')),
        ("bitstamp", f"[{BITSTAMP}]"),
        ("bitstamp", '{"status":"error","reason":"Request rate limit exceeded.","code":"400.002"}'),
        ("coinbase", COINBASE.replace('"bid":""', '"price":"1"')),
        ("coinbase", COINBASE.replace('"bid":""', '"bid":"' + "[" * 70 + '","price":1')),
        ("coinbase", COINBASE.replace('"best_bid"', '"trades":[],"best_bid"')),
        ("coinbase", COINBASE.replace('"28208.1"', "null")),
        ("coinbase", '{"error":"NOT_FOUND","error_details":"","message":""}'),
        ("kraken", '{"error":[],"result":{}}'),
        ("kraken", '{"error":[],"result":{' + KRAKEN_ROW + "," + KRAKEN_ROW.replace("XXBT", "XETH") + "}}"),
        ("kraken", '{"error":[],"result":{' + KRAKEN_ROW.replace('"b"', '"c":["1"],"b"') + "}}"),
        ("kraken", '{"error":["EQuery:Unknown asset pair"]}'),
        *((name, body) for name in SOURCES for body in ("", "null", "{}", "[]", "{", "<html>", '"x"')),
    ],
)
@pytest.mark.asyncio
async def test_an_answer_of_another_shape_or_with_a_key_twice_is_refused(name: str, body: str) -> None:
    with pytest.raises(LoadFailed):
        await read(name, body)


def test_the_sources_are_the_three_that_the_rule_names() -> None:
    readers = {"bitstamp": bitstamp.btc_usd, "coinbase": coinbase.btc_usd, "kraken": kraken.btc_usd}
    assert readers == SOURCES


def test_a_price_of_a_ticker_is_the_last_or_the_middle_where_both_are_usable() -> None:
    assert Ticker("3", "1", "2").price("last") == Decimal(3)
    assert Ticker("", "1", "2").price("mid") == Decimal("1.5")
    assert [Ticker("3", *sides).price("mid") for sides in (("", "2"), ("1", "0"))] == [None, None]
