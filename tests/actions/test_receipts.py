"""Receipts: every load can be worked out again from what is kept of it, and a digit changed is named."""

import json
import sqlite3
import zlib
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest

from cambist.actions.add_user import add_user
from cambist.actions.connect_account import connect_account
from cambist.actions.facts import Caller
from cambist.actions.load_balances import LoadBalances
from cambist.actions.ports import Outside
from cambist.actions.show_receipt import shares
from cambist.actions.verify_receipt import Difference, Verified, verify_receipt
from cambist.core.credentials import GivenKeys
from cambist.core.currencies import Chosen, DayRates
from cambist.core.errors import NotFound, SetupError
from cambist.core.prices import Step
from cambist.core.terms import Secret, Stablecoins
from cambist.store.daily_rates import DailyRateStore
from cambist.store.dictionaries import RECEIPT, compressed, text_of
from cambist.store.opening import open_database
from cambist.store.receipts import decode_receipt
from cambist.wiring import running
from tests.actions.scripted import ScriptedExchanges
from tests.worlds import FixedClock, World, install, scenario, settings_in, world

FIGURES = 22  # currency, three amounts, three profits of three changes of an amount and a percentage
BESIDES = 12  # of the snapshot and the receipt, its sum too
OF_ACCOUNT = 2 + FIGURES

Change = Callable[[Any], None]


def _holding(**wallet: str) -> dict[str, dict[str, Any]]:
    return {"spot": {asset: {"free": free, "locked": "0"} for asset, free in wallet.items()}}


async def _verified(made: World, load_id: str | None = None) -> Verified:
    """The last load of account 1, or the one named, worked out again."""
    me = await made.me()
    account = await made.cambist.outside.accounts.get(me.user_id, 1)
    return await verify_receipt(made.cambist.outside, me, load_id or account.load_id)


def _write(database: Path, statement: str, *values: object) -> None:
    with closing(sqlite3.connect(database)) as opened:
        opened.execute(statement, values)
        opened.commit()


def _rewrite(database: Path, column: str, change: Change) -> None:
    """Changes the kept document: of the snapshots ("holdings"), or of the receipts ("document").

    That is kept as the first receipts were, with their profits and without a sum.
    """
    table = {"document": "receipts", "holdings": "snapshots"}[column]
    with closing(sqlite3.connect(database)) as opened:
        (packed,) = opened.execute(f"SELECT {column} FROM {table}").fetchone()
        text = text_of(packed)
        if column == "document":
            text = msgspec.json.Encoder(decimal_format="string").encode(decode_receipt(packed))
        document = json.loads(text)
        change(document)
        opened.execute(f"UPDATE {table} SET {column} = ?", (zlib.compress(json.dumps(document).encode()),))
        opened.commit()


@pytest.mark.asyncio
async def test_a_complete_load_agrees_and_so_does_the_next_one_with_its_profits(world: World) -> None:
    await world.connected()
    first = await _verified(world)
    assert (first.compared, first.differences) == (2 * 2 + BESIDES + FIGURES + OF_ACCOUNT, ())

    world.clock.step(timedelta(hours=25))
    world.patch(prices={"BTCUSD": "70001.37", "BTCUSDT": "69990.1", "ETHBTC": "0.04"})
    assert (await world.load(1)).status == 201
    second = await _verified(world)
    assert second.differences == ()
    assert second.receipt.figures.day.usd.amount > 0
    assert second.receipt.figures.total.usd.percent == Decimal("9.82")

    again = await _verified(world, first.receipt.load_id)
    assert (again.compared, again.differences) == (2 * 2 + BESIDES + FIGURES, ())


@pytest.mark.asyncio
async def test_inverse_and_two_step_routes_are_multiplied_out_again(tmp_path: Path) -> None:
    held = scenario(
        wallets=_holding(BRL="1234.56", SOL="3.3", BTC="0.1"),
        prices={
            "BTCUSD": "63722.1",
            "BTCUSDT": "63656.71",
            "USDTBRL": "5.43",
            "ETHBTC": "0.04085",
            "SOLETH": "0.057",
        },
    )
    async with world(tmp_path, held) as made:
        await made.connected()
        done = await _verified(made)
        kept = await made.cambist.outside.history.kept_load((await made.me()).user_id, done.receipt.load_id)

    assert done.differences == ()
    assert kept.read.routes["BRL"].steps == (Step("USDT", "BRL", Decimal("5.43"), inverted=True),)
    assert [(step.base, step.quote) for step in kept.read.routes["SOL"].steps] == [
        ("SOL", "ETH"),
        ("ETH", "BTC"),
    ]


@pytest.mark.asyncio
async def test_a_load_with_a_carried_price_and_an_unpriced_asset_agrees(tmp_path: Path) -> None:
    prices = {"BTCUSD": "63722.1", "BTCUSDT": "63656.71"}
    held = scenario(wallets=_holding(BTC="0.1", SOL="3.3", XYZ="7"), prices={**prices, "SOLUSD": "148.66"})
    async with world(tmp_path, held) as made:
        await made.connected()
        made.clock.step(timedelta(minutes=1))
        made.patch(prices=prices)
        await made.load(1)
        done = await _verified(made)
        kept = await made.cambist.outside.history.kept_load((await made.me()).user_id, done.receipt.load_id)

    assert kept.read.routes["SOL"].carried_from is not None
    assert (done.differences, done.receipt.unpriced) == ((), ("XYZ",))
    assert [(share.balance.asset, share.usd) for share in shares(kept)] == [
        ("BTC", Decimal("6372.21")),
        ("SOL", Decimal("490.578")),
        ("XYZ", None),
    ]
    assert [share.percent for share in shares(kept)] == [Decimal("92.85"), Decimal("7.15"), None]


@pytest.mark.asyncio
@pytest.mark.parametrize("stablecoins", ["reference", "par", "market"])
async def test_a_load_in_another_currency_agrees_however_dollar_coins_count(
    tmp_path: Path, stablecoins: str
) -> None:
    prices = {"BTCUSD": "63722.1", "BTCUSDT": "63656.71", "USDTUSD": "1.0003", "BTCEUR": "58001.7"}
    held = scenario(wallets=_holding(BTC="0.1", USDT="77.7"), prices=prices)
    async with world(tmp_path, held, display_currency="EUR", stablecoins=stablecoins) as made:
        await made.connected()
        done = await _verified(made)

    assert done.differences == ()
    assert done.receipt.figures.currency == "EUR"
    assert done.receipt.figures.display != done.receipt.figures.usd


@pytest.mark.asyncio
async def test_a_load_of_700_assets_agrees(tmp_path: Path) -> None:
    coins = {f"SIM{number}": f"{number + 1}.5" for number in range(700)}
    prices = {f"{coin}USD": f"{number + 1}.25" for number, coin in enumerate(coins)}
    held = scenario(wallets=_holding(**coins), prices={"BTCUSD": "50000", **prices}, symbols=2400)
    async with world(tmp_path, held) as made:
        await made.connected()
        done = await _verified(made)

    assert (done.compared, done.differences) == (2 * 700 + BESIDES + FIGURES + OF_ACCOUNT, ())


@pytest.mark.asyncio
async def test_a_partial_load_agrees(tmp_path: Path) -> None:
    clock = FixedClock()
    await install(tmp_path)
    async with running(settings_in(tmp_path), clock) as cambist:
        exchanges = ScriptedExchanges(clock, {"spot": "1", "funding": "2", "earn": "4"})
        outside: Outside = replace(cambist.outside, exchanges=exchanges)
        me = Caller((await outside.users.owner()).id, "test")
        await connect_account(
            outside, me, type="binance", name="three wallets", keys=GivenKeys("a-key", Secret("secret"))
        )
        clock.step(timedelta(hours=1))
        exchanges.failing = {"earn"}
        load_id = (await LoadBalances(outside)(me, 1)).load_id
        done = await verify_receipt(outside, me, load_id)
        assert done.differences == ()
        assert [gone.wallet for gone in done.receipt.missing] == ["earn"]

        _write(cambist.settings.database, "UPDATE snapshots SET kind = 'own' WHERE kind = 'partial'")
        done = await verify_receipt(outside, me, load_id)
        assert done.differences == (Difference("snapshot.complete", "True", "False"),)


@pytest.mark.asyncio
async def test_a_receipt_is_found_by_its_owner_only(world: World) -> None:
    await world.connected()
    done, outside = await _verified(world), world.cambist.outside
    other = await add_user(outside, "somebody", "test")
    for user_id, load_id in ((other.id, done.receipt.load_id), ((await world.me()).user_id, "nope")):
        with pytest.raises(NotFound, match="There is no receipt of a load"):
            await verify_receipt(outside, Caller(user_id, "test"), load_id)
    await outside.accounts.remove((await world.me()).user_id, 1, "test", outside.clock.now())
    with pytest.raises(NotFound, match="There is no receipt of a load"):
        await verify_receipt(outside, await world.me(), done.receipt.load_id)


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("statement", "field", "kept", "recomputed"),
    [
        ("UPDATE snapshots SET usd = '31961.15272382' || substr(usd, 15)", "snapshot.usd", None, None),
        ("UPDATE snapshots SET btc = btc || '1'", "snapshot.btc", None, None),
        ("UPDATE snapshots SET rate = '1.01'", "snapshot.rate", "1.01", "1"),
        ("UPDATE snapshots SET btc_usd = '63722.2'", "snapshot.btc_usd", "63722.2", "63722.1"),
        ("UPDATE snapshots SET kind = 'partial'", "snapshot.complete", "False", "True"),
        ("UPDATE accounts SET complete = 0", "account.complete", "False", "True"),
        ("UPDATE accounts SET market = 'binance'", "receipt.market", "binance_us", "binance"),
        (
            'UPDATE accounts SET figures = replace(figures, \'"currency":"USD"\', \'"currency":"EUR"\')',
            "account.currency",
            "EUR",
            "USD",
        ),
    ],
)
async def test_a_changed_column_is_the_one_difference(
    world: World, statement: str, field: str, kept: str | None, recomputed: str | None
) -> None:
    await world.connected()
    _write(world.cambist.settings.database, statement)
    done = await _verified(world)
    assert [each.field for each in done.differences] == [field]
    assert kept is None or done.differences == (Difference(field, kept, str(recomputed)),)


def _bump(text: str) -> str:
    """The number with its last digit that is not zero changed by one."""
    digits = text.rstrip("0")
    return digits[:-1] + str((int(digits[-1]) + 1) % 10) + text[len(digits) :]


def _amount(where: Any, key: Any) -> None:
    where[key] = _bump(where[key])


def _first_amount(where: Any, key: Any) -> None:
    """Of a column."""
    first, *others = where[key].split()
    where[key] = " ".join((_bump(first), *others))


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("column", "change", "fields"),
    [
        ("document", lambda d: _amount(d["figures"], "usd"), ["receipt.usd"]),
        ("document", lambda d: _amount(d["figures"], "btc"), ["receipt.btc"]),
        (
            "document",
            lambda d: d["figures"]["day"]["usd"].update(percent="0.01"),
            ["receipt.day.usd.percent"],
        ),
        ("document", lambda d: d["figures"]["total"]["btc"].update(amount="1"), ["receipt.total.btc"]),
        ("document", lambda d: d.update(load_id="other"), ["receipt.load_id"]),
        ("document", lambda d: d.update(at="2023-06-19T16:50:58Z"), ["snapshot.at", "account.loaded_at"]),
        ("document", lambda d: d.update(unpriced=["XYZ"]), ["receipt.unpriced"]),
        (
            "document",
            lambda d: _amount(d["starts"]["total"], "usd"),
            ["receipt.total.usd", "account.total.usd"],
        ),
        (
            "document",
            lambda d: _amount(d["numeraire"], "btc_usd"),
            ["snapshot.usd", "snapshot.btc_usd", "receipt.usd", "account.usd"],
        ),
        (
            "holdings",
            lambda d: _first_amount(d[0][0], 4),
            ["snapshot.btc", "snapshot.usd", "receipt.btc", "account.usd"],
        ),
        ("holdings", lambda d: d[2].update(USDT=["BTC", "1"]), ["routes.USDT.quote"]),
        ("holdings", lambda d: d[2].update(USDT=["USDT", "1.1"]), ["routes.USDT.unit"]),
        (
            "holdings",
            lambda d: d[2].pop("USDT"),
            ["snapshot.btc", "snapshot.usd", "receipt.unpriced", "receipt.btc"],
        ),
        (
            "holdings",
            lambda d: d[2].update(USDT=["BTC", "0.04085", [["ETH", "BTC", "0.04085"]]]),
            ["routes.USDT.quote"],
        ),
    ],
)
async def test_a_changed_digit_of_a_document_is_named(
    world: World, column: str, change: Change, fields: list[str]
) -> None:
    await world.connected()
    load_id = (await _verified(world)).receipt.load_id
    _rewrite(world.cambist.settings.database, column, change)
    done = await _verified(world, load_id)
    named = [each.field for each in done.differences]
    assert set(fields) <= set(named)
    assert len(fields) > 1 or named[0] == fields[0]
    assert all(each.kept != each.recomputed for each in done.differences)


@pytest.mark.asyncio
async def test_a_digit_that_kept_profits_follow_from_is_found_out_by_the_sum(world: World) -> None:
    await world.connected()
    load_id, database = (await _verified(world)).receipt.load_id, world.cambist.settings.database
    with closing(sqlite3.connect(database)) as opened:
        (packed,) = opened.execute("SELECT document FROM receipts").fetchone()
    text = text_of(packed)
    start = b'"total":{"btc":"0.5015709'
    assert text.count(start) == 1
    changed = text.replace(start, start[:-1] + b"8")
    _write(database, "UPDATE receipts SET document = ?", compressed(changed, RECEIPT, 6))
    done = await _verified(world, load_id)
    assert [each.field for each in done.differences] == ["account.total.btc", "receipt.sum"]


def _in_dollars(document: Any) -> None:
    document["display"]["currency"] = "USD"


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("chosen", "changes"),
    [
        (
            Chosen("ETH"),
            {
                "receipt.display.rate": lambda d: _amount(d["display"], "rate"),
                "receipt.display.currency": _in_dollars,
                "snapshot.rate": lambda d: _amount(d["display"]["route"][2][0], 2),
                "routes.GBP.unit": lambda d: _amount(d["daily"]["rates"], "GBP"),
                "receipt.valued_daily": lambda d: d.update(daily=None),
            },
        ),
        (
            Chosen("GBP", Stablecoins.PAR),
            {
                "receipt.display.rate": lambda d: _amount(d["daily"]["rates"], "GBP"),
                "snapshot.rate": lambda d: d.update(daily=None),
                "numeraire.USDT": lambda d: _amount(d["numeraire"]["quotes"]["USDT"], "denominator"),
            },
        ),
    ],
)
async def test_what_the_display_currency_daily_rates_and_par_say_is_worked_out_again(
    tmp_path: Path, chosen: Chosen, changes: dict[str, Change]
) -> None:
    async with world(tmp_path, scenario(wallets=_holding(GBP="100", BTC="0.1", USDT="7"))) as made:
        outside, owner, file = made.cambist.outside, await made.owner(), made.cambist.settings.database
        day = DayRates(made.clock.now().date(), {"USD": Decimal("1.0966"), "GBP": Decimal("0.85518")})
        with closing(open_database(file)) as database:
            await DailyRateStore(database).keep([day], made.clock.now())
        await outside.users.set_preferences(owner.id, chosen, "test", made.clock.now())
        await made.connected()
        done = await _verified(made)
        assert (done.differences, done.receipt.unpriced) == ((), ())
        assert done.receipt.valued_daily == ("GBP",)
        with closing(sqlite3.connect(file)) as opened:
            (kept,) = opened.execute("SELECT document FROM receipts").fetchone()
        for field, change in changes.items():
            _rewrite(file, "document", change)
            again = await _verified(made, done.receipt.load_id)
            assert field in [each.field for each in again.differences]
            _write(file, "UPDATE receipts SET document = ?", kept)


@pytest.mark.asyncio
async def test_a_changed_price_of_an_asset_is_seen_in_what_follows_from_it(tmp_path: Path) -> None:
    held = scenario(wallets=_holding(SOL="3.3"), prices={"BTCUSD": "63722.1", "SOLUSD": "148.66"})
    async with world(tmp_path, held) as made:
        await made.connected()
        load_id = (await _verified(made)).receipt.load_id
        _rewrite(made.cambist.settings.database, "holdings", lambda d: _first_amount(d[1]["USD"], 1))
        done = await _verified(made, load_id)
    named = [each.field for each in done.differences]
    assert {"snapshot.btc", "snapshot.usd", "receipt.usd", "account.usd"} <= set(named)


@pytest.mark.asyncio
async def test_what_cannot_be_read_or_calculated_with_is_one_sentence(world: World) -> None:
    await world.connected()
    load_id = (await _verified(world)).receipt.load_id
    database = world.cambist.settings.database

    _rewrite(database, "holdings", lambda d: d[0][0][3].append("XYZ"))
    with pytest.raises(SetupError, match=f"What is kept of load {load_id} cannot be read"):
        await _verified(world, load_id)
    _rewrite(database, "holdings", lambda d: d[0][0][3].pop())
    _rewrite(database, "document", lambda d: d["numeraire"]["quotes"]["USDT"].update(denominator="0"))
    with pytest.raises(SetupError, match="cannot be worked out again: the database was changed"):
        await _verified(world, load_id)
    _write(database, "UPDATE receipts SET document = ?", b"nonsense")
    with pytest.raises(SetupError, match=f"What is kept of load {load_id} cannot be read"):
        await _verified(world, load_id)


@pytest.mark.asyncio
async def test_a_load_whose_balances_are_gone_is_shown_but_not_verified(world: World) -> None:
    await world.connected()
    load_id = (await _verified(world)).receipt.load_id
    _write(world.cambist.settings.database, "DELETE FROM snapshots")
    with pytest.raises(NotFound, match="are no longer kept"):
        await _verified(world, load_id)
    kept = await world.cambist.outside.history.kept_load((await world.me()).user_id, load_id)
    assert (kept.snapshot, list(shares(kept)), kept.receipt.load_id) == (None, [], load_id)
