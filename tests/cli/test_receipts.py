"""receipt show and verify: a page to read, and whether the figures come out again."""

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cambist.actions.connect_account import connect_account
from cambist.actions.facts import Caller
from cambist.actions.load_balances import LoadBalances
from cambist.core.credentials import GivenKeys
from cambist.core.terms import Secret
from cambist.wiring import running
from tests.actions.scripted import ScriptedExchanges
from tests.cli.plays import played
from tests.cli.terminals import Terminal, simulated
from tests.worlds import EXCHANGE_KEY, EXCHANGE_SECRET, FixedClock, install, settings_in

BTC = "0.50157092630140640318986011058378606120234615"
USD = "31961.15272287084896470458495263107377054202141455"


@pytest.fixture(name="exchange")
def _exchange() -> Iterator[str]:
    """An exchange of each test's own: the weight that other tests have used does not count here."""
    with simulated() as url:
        yield url


def _load_id(terminal: Terminal) -> str:
    terminal.add()
    with closing(sqlite3.connect(terminal.data / "cambist.sqlite3")) as opened:
        return str(opened.execute("SELECT load_id FROM accounts").fetchone()[0])


def _write(terminal: Terminal, statement: str) -> None:
    with closing(sqlite3.connect(terminal.data / "cambist.sqlite3")) as opened:
        opened.execute(statement)
        opened.commit()


def test_a_load_is_shown_on_a_readable_page(terminal: Terminal) -> None:
    load_id = _load_id(terminal)
    ran = terminal.run("receipt", "show", load_id, COLUMNS="20")
    assert (ran.code, ran.err) == (0, "")
    lines = [" ".join(line.split()) for line in ran.out.splitlines()]
    assert lines[0] == f"Load {load_id}"
    for line in (
        "cause command line",
        "account 1 “Mine”",
        "market binance_us",
        "verdict complete",
        "BTC/USD 63722.1 by BTC/USD",
        "spot BTC 0.5 × 1 BTC = 31,861.05 USD 99.69 %",
        "spot USDT 100.0 × 1 USDT = 100.10 USD 0.31 %",
        f"amount {BTC} {USD}",
        "day profit 0.0 (0.0 %) 0.0 (0.0 %)",
    ):
        assert line in lines
    assert any(line.startswith("GET /api/v3/account 200 ") for line in lines)
    assert any(line.startswith("prices binanceus 2") for line in lines)


def test_a_load_is_shown_as_json_with_amounts_as_text(terminal: Terminal) -> None:
    load_id = _load_id(terminal)
    told = terminal.here("receipt", "show", load_id, "--json").json
    assert (told["load_id"], told["verdict"], told["missing"]) == (load_id, "complete", [])
    assert told["numeraire"]["btc_usd"] == "63722.1"
    assert told["numeraire"]["quotes"]["USDT"] == {"numerator": "1", "denominator": "63656.71"}
    assert [(asset["asset"], asset["total"]) for asset in told["assets"]] == [("BTC", "0.5"), ("USDT", "100")]
    assert told["assets"][0]["usd"] == "31861.05"
    assert told["assets"][0]["route"] == {"quote": "BTC", "unit": "1", "steps": [], "carried_from": None}
    assert told["figures"]["btc"] == BTC
    assert told["figures"]["day"]["usd"] == {"amount": "0.0", "percent": "0.0"}
    assert [(call["method"], call["status"]) for call in told["calls"]] == [("GET", 200)]


def test_a_load_that_agrees_says_how_many_figures_do(terminal: Terminal) -> None:
    load_id = _load_id(terminal)
    ran = terminal.run("receipt", "verify", load_id)
    assert (ran.code, ran.out, ran.err) == (0, f"All 62 figures of load {load_id} agree.\n", "")
    assert terminal.here("receipt", "verify", load_id, "--json").json == {
        "load_id": load_id,
        "compared": 62,
        "agree": 62,
        "answers": None,
        "differences": [],
    }


def test_a_changed_digit_ends_with_1_and_names_the_figure(terminal: Terminal) -> None:
    load_id = _load_id(terminal)
    _write(terminal, "UPDATE snapshots SET btc_usd = '63722.2'")
    ran = terminal.run("receipt", "verify", load_id)
    assert ran.refusal == f"1 of 62 figures of load {load_id} do not agree: snapshot.btc_usd."
    assert ran.out.split() == ["snapshot.btc_usd", "kept", "63722.2", "recomputed", "63722.1"]
    ran = terminal.here("receipt", "verify", load_id, "--json")
    assert ran.refusal.endswith("snapshot.btc_usd.")
    assert (ran.json["compared"], ran.json["agree"]) == (62, 61)
    assert ran.json["differences"] == [
        {"field": "snapshot.btc_usd", "kept": "63722.2", "recomputed": "63722.1"}
    ]


def test_a_receipt_that_is_not_there_or_not_theirs_is_one_sentence(terminal: Terminal) -> None:
    load_id = _load_id(terminal)
    assert terminal.here("users", "add", "somebody").code == 0
    for words in (("show", "nope"), ("verify", "nope")):
        assert terminal.here("receipt", *words).refusal == "There is no receipt of a load 'nope'."
    refused = terminal.here("receipt", "show", load_id, "--user", "somebody", "--json")
    assert refused.refusal == f"There is no receipt of a load {load_id!r}."
    assert refused.json["error"] == "NotFound"


def test_a_load_whose_balances_are_no_longer_kept_is_still_shown(terminal: Terminal) -> None:
    load_id = _load_id(terminal)
    _write(terminal, "DELETE FROM snapshots")
    shown = terminal.here("receipt", "show", load_id)
    assert "The balances of this load are no longer kept." in shown.out
    assert "are no longer kept" in terminal.here("receipt", "verify", load_id).refusal


def test_routes_unpriced_assets_and_another_currency_are_shown(tmp_path: Path) -> None:
    asyncio.run(install(tmp_path))
    terminal = Terminal(tmp_path)
    amounts = {"BRL": "1086", "SOL": "2", "[red]": "5", "XYZ": "7"}
    prices = {
        "BTCUSD": "60000",
        "BTCUSDT": "60000",
        "BTCEUR": "54000",
        "USDTBRL": "5.43",
        "ETHBTC": "0.05",
        "SOLETH": "0.06",
    }
    held = {"spot": {asset: {"free": free} for asset, free in amounts.items()}}
    with played(tmp_path, wallets=held, prices=prices) as urls:
        settings = {"CAMBIST_EXCHANGE_URLS": urls, "CAMBIST_DISPLAY_CURRENCY": "EUR"}
        words = ("accounts", "add", "binance_us", "--name", "Mine", "--api-key", EXCHANGE_KEY)
        assert terminal.here(*words, CAMBIST_SECRET=EXCHANGE_SECRET, **settings).code == 0
    with closing(sqlite3.connect(terminal.data / "cambist.sqlite3")) as opened:
        (load_id,) = opened.execute("SELECT load_id FROM accounts").fetchone()
    shown = terminal.here("receipt", "show", load_id)
    lines = [" ".join(line.split()) for line in shown.out.splitlines()]
    for line in (
        "spot SOL 2.0 × 0.06 SOL/ETH × 0.05 ETH/BTC = 360.00 USD 64.29 %",
        "spot BRL 1086.0 ÷ 5.43 USDT/BRL = 200.00 USD 35.71 %",
        "Without a price, worth nothing here: XYZ, [red]",
        "BTC USD EUR",
        "total profit 0.0 (0.0 %) 0.0 (0.0 %) 0.0 (0.0 %)",
    ):
        assert line in lines
    assert terminal.here("receipt", "verify", load_id).code == 0


async def _partial_load(folder: Path) -> str:
    clock = FixedClock()
    await install(folder)
    async with running(settings_in(folder), clock) as cambist:
        exchanges = ScriptedExchanges(clock, {"spot": "1", "funding": "2", "earn": "4"})
        outside = replace(cambist.outside, exchanges=exchanges)
        me = Caller((await outside.users.owner()).id, "test")
        await connect_account(
            outside, me, type="binance", name="Mine", keys=GivenKeys("a-key", Secret("secret"))
        )
        clock.step(timedelta(hours=1))
        exchanges.failing = {"earn"}
        return (await LoadBalances(outside)(me, 1)).load_id


def test_a_partial_load_names_the_missing_wallet_and_its_stand_in(bare: Terminal) -> None:
    load_id = asyncio.run(_partial_load(bare.folder))
    shown = bare.here("receipt", "show", load_id)
    lines = [" ".join(line.split()) for line in shown.out.splitlines()]
    assert "verdict partial" in lines
    assert "missing earn: is down" in lines
    assert "earn (last good reading) BTC 4.0 × 1 BTC = 200,000.00 USD 57.14 %" in lines
    assert bare.here("receipt", "verify", load_id).code == 0
    told = bare.here("receipt", "show", load_id, "--json").json
    assert told["missing"] == [{"wallet": "earn", "reason": "is down"}]
    assert [asset["stale"] for asset in told["assets"]] == [True, False, False]


def _page(terminal: Terminal) -> list[str]:
    """Loads account 1, and shows that load."""
    assert terminal.here("load", "1").code == 0
    with closing(sqlite3.connect(terminal.data / "cambist.sqlite3")) as opened:
        load_id = str(opened.execute("SELECT load_id FROM accounts").fetchone()[0])
    assert terminal.here("receipt", "verify", load_id).code == 0
    return [" ".join(line.split()) for line in terminal.here("receipt", "show", load_id).out.splitlines()]


def test_a_page_says_by_what_the_display_currency_is_told(terminal: Terminal) -> None:
    def choose(*words: str) -> str:
        return terminal.here("users", "set", "owner", *words).out

    _load_id(terminal)
    assert choose() == "owner: figures in USD, dollar coins by reference, dust below 5 USD.\n"
    chosen = choose("--display-currency", "eth", "--stablecoins", "par")
    assert chosen == "owner: figures in ETH, dollar coins by par, dust below 5 USD.\n"
    page = _page(terminal)
    (display, assumed) = [line for line in page if line.startswith("display ")]
    assert display.startswith("display 1 USD is 0.00038")
    assert display.endswith(" ETH (× 0.04085 ETH/BTC)")
    assert assumed == "display at this rate for want of an older one: day, month, total"
    assert any(line.endswith(", dollar coins by par") for line in page)
    assert any(line.startswith("amount ") and len(line.split()) == 4 for line in page)

    assert terminal.here("users", "set", "owner", "--display-currency", "GBP", "--json").json == {
        "display_currency": "GBP",
        "stablecoins": "par",
        "dust_usd": "5",
    }
    assert "display USD, since nothing tells a rate of GBP" in _page(terminal)
    today = datetime.now(UTC).date()
    rates = '{"USD":"1.25","GBP":"0.8","CHF":"0.9"}'
    _write(terminal, f"INSERT INTO daily_rates VALUES ('{today}', 'ecb', '{rates}', 0)")
    choose("--stablecoins", "default")  # which ends the second for which the last load counts as fresh
    page = _page(terminal)
    assert "display 1 USD is 0.64 GBP (by daily rates)" in page
    assert f"daily rates 1 EUR is 1.25 USD, 0.8 GBP by ecb, {today}" in page
    refusal = terminal.here("users", "set", "owner", "--stablecoins", "peg").refusal
    assert refusal == "stablecoins does not have a valid value: it is one of reference, par, market"
