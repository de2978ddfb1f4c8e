"""Every wallet of every market against broken answers: exact or a named failure, never an empty wallet.

Which answers a wallet is read from is found by a good read; each of them is then broken in every way.
"""

import asyncio
import copy
import json
from collections.abc import AsyncIterator, Callable
from decimal import Decimal
from itertools import product
from typing import Any

import pytest
import pytest_asyncio

from cambist.core.errors import LoadFailed
from cambist.core.money import exact
from cambist.core.terms import Balance
from cambist.exchanges.catalogue import CATALOGUE
from cambist.exchanges.dialects.htx.wallets import OF_A_KIND
from cambist.simulator.kraken import checks
from tests.exchanges.bent import AT_MOST_S, Bent, bent, is_amount, parsed, places, with_leaf, written
from tests.exchanges.recordings import Recorded
from tests.exchanges.recordings.markets import RECORDINGS
from tests.exchanges.scenarios import SCENARIOS

PLAYED: dict[str, dict[str, Any] | Recorded] = {**SCENARIOS, **RECORDINGS}
# Accounts of further kinds, which are read as that of spot is.
ALIKE = {("huobi", each) for each in OF_A_KIND if each != "spot"}
# A wallet that several market codes share is read once.
WALLETS = {
    (CATALOGUE[code].ccxt_id, wallet): (code, wallet)
    for code in PLAYED
    for wallet in CATALOGUE[code].wallets
    if (code, wallet) not in ALIKE
}
LONG = "9" * 39 + "7." + "3" * 39 + "1"
OUT_OF_FORM = ("1e20000000", "1E-20000000", "NaN", "Infinity", "1" * 41, "0x1", "", "1_000", "１")
MOST_LEAVES = 24
MANY = 5_000

BROKEN: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda _: b"",
    "blank": lambda _: b" \n",
    "cut in half": lambda raw: raw[: len(raw) // 2],
    "cut by a byte": lambda raw: raw[:-1],
    "a page": lambda _: b"<!DOCTYPE html><html><body><h1>Please sign in</h1></body></html>",
    "{}": lambda _: b"{}",
    "[]": lambda _: b"[]",
    "null": lambda _: b"null",
    "an error object with 200": lambda _: b'{"code":-1000,"msg":"An unknown error occurred."}',
    "an error text with 200": lambda _: b'{"error":"internal"}',
    "an error list with 200": lambda _: b'{"error":["EGeneral:Internal error"]}',
    "NaN": lambda _: b"NaN",
    "two answers": lambda raw: raw + raw,
    "another encoding": lambda raw: raw.decode().encode("utf-16"),
}

pytestmark = pytest.mark.asyncio


@pytest_asyncio.fixture(name="wallet", params=WALLETS.values(), ids=map("-".join, WALLETS))
async def _wallet(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Bent]:
    """Kraken counts calls by the key, and would refuse most of these many, whatever else they are."""
    monkeypatch.setattr(checks, "MOST_COUNTED", 1_000_000)
    code, name = request.param
    async with bent(code, name, PLAYED[code]) as made:
        yield made


async def outcome(wallet: Bent, path: str, change: Callable[[bytes], bytes]) -> tuple[Balance, ...] | str:
    """What is read of an answer so changed, or the failure's words; a reader that stalls fails the test."""
    async with asyncio.timeout(AT_MOST_S):
        try:
            return await wallet.read({path: change})
        except LoadFailed as failure:
            return str(failure)


async def good(wallet: Bent) -> tuple[tuple[Balance, ...], dict[str, bytes]]:
    """What the wallet truly holds, and the answers that it is read from, by path."""
    balances = await wallet.read()
    assert any(balance.total for balance in balances), "the scenario holds nothing in this wallet"
    return balances, dict(wallet.told)


def total(balances: tuple[Balance, ...]) -> Decimal:
    with exact():
        return sum((balance.total for balance in balances), Decimal(0))


def totals(balances: tuple[Balance, ...]) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    with exact():
        for balance in balances:
            found[balance.code] = found.get(balance.code, Decimal(0)) + balance.total
    return found


# Wallets told in one asset, which the answer does not name, or by what is no asset.
WITHOUT_NAMES = {
    ("kraken", "margin"),
    ("bitfinex", "positions"),
    ("bitfinex", "derivatives"),
    ("dydx", "subaccount"),
    ("hyperliquid", "perp"),
    ("hyperliquid", "hype_staking"),
    ("whitebit", "collateral_profit"),
}
# What the exchanges themselves write empty where there is none of it (Bybit, OKX, Binance's own examples).
EMPTY_IS_NONE = {"interest", "liab", "umUnrealizedPNL", "cmUnrealizedPNL", "claimableYield", "totalPnl"}


async def test_every_market_of_the_catalogue_is_played_or_recorded() -> None:
    assert set(PLAYED) == set(CATALOGUE)


async def test_an_answer_that_is_none_is_a_named_failure(wallet: Bent) -> None:
    _, answers = await good(wallet)
    for path, raw in answers.items():
        for way, change in BROKEN.items():
            told = await outcome(wallet, path, change)
            holds_nothing = way == "[]" and isinstance(parsed(raw), list)
            if not holds_nothing:  # a list of no rows is how some exchanges say so
                assert isinstance(told, str), f"{path} {way}"
                assert told


async def test_a_number_out_of_form_is_a_named_failure_or_is_not_read(wallet: Bent) -> None:
    true, answers = await good(wallet)
    refused = set()
    for path, raw in answers.items():
        for place, bad in product(amounts(raw), OUT_OF_FORM):
            told = await outcome(wallet, path, lambda raw, place=place, bad=bad: with_leaf(raw, place, bad))  # type: ignore[misc]
            if isinstance(told, str):
                refused.add(bad)
            elif bad or place[-1] not in EMPTY_IS_NONE:
                assert told == true, f"{path} {place} {bad}"
    assert refused == set(OUT_OF_FORM)


async def test_a_number_of_80_digits_counts_to_the_last_of_them(wallet: Bent) -> None:
    true, answers = await good(wallet)
    counted = 0
    for path, raw in answers.items():
        for place in amounts(raw):
            told = await outcome(wallet, path, lambda raw, place=place: with_leaf(raw, place, LONG))  # type: ignore[misc]
            if isinstance(told, str):
                continue
            with exact():
                more = Decimal(LONG) - Decimal(str(at(parsed(raw), place)))
                change = total(told) - total(true)
                assert change in (0, more, -more), f"{path} {place}"
            counted += change != 0
    assert counted


async def test_a_row_or_a_key_that_comes_twice_never_takes_anything_away(wallet: Bent) -> None:
    true, answers = await good(wallet)
    for path, raw in answers.items():
        for place in containers(parsed(raw)):
            told = await outcome(wallet, path, lambda raw, place=place: doubled(raw, place))  # type: ignore[misc]
            if not isinstance(told, str):
                found = totals(told)
                for code, held in totals(true).items():
                    assert abs(found.get(code, Decimal(0))) >= abs(held), f"{path} {place}"


async def test_an_asset_that_nobody_knows_is_kept_under_its_own_name(wallet: Bent) -> None:
    true, answers = await good(wallet)
    code = next(balance.code for balance in true if balance.total)
    # Of an exchange of several accounts in one wallet, the code names the account too.
    account, _, bare = code.rpartition(".")
    old = code if any(f'"{code}"'.encode() in raw for raw in answers.values()) else bare
    new = "ZZQX" if old == code else f"{account}.ZZQX"
    renamed = 0
    for path in answers:
        told = await outcome(wallet, path, lambda raw: written(_renamed(parsed(raw), old, "ZZQX")))
        if not isinstance(told, str) and new in totals(told):
            assert totals(told)[new] == totals(true)[code]
            renamed += 1
        else:
            assert isinstance(told, str) or totals(told) == totals(true)
    assert bool(renamed) is ((wallet.code, wallet.wallet) not in WITHOUT_NAMES)


async def test_five_thousand_assets_are_all_there_or_refused_by_name(wallet: Bent) -> None:
    true, answers = await good(wallet)
    code = next(balance.code for balance in true if balance.total)
    for path in answers:
        told = await outcome(wallet, path, lambda raw: written(_many(parsed(raw), code)))
        if not isinstance(told, str) and len(told) != len(true):
            found = totals(told)
            assert {f"ZZ{number}" for number in range(MANY)} <= set(found)
            assert found["ZZ4999"] == totals(true)[code]


def amounts(raw: bytes) -> list[Any]:
    """The ways to the answer's numbers, those of its first and last rows where it has too many."""
    found = [place for place, value in places(parsed(raw)) if is_amount(value)]
    half = MOST_LEAVES // 2
    return found if len(found) <= MOST_LEAVES else [*found[:half], *found[-half:]]


def containers(document: Any, here: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The ways to lists and objects that have something in them."""
    if not isinstance(document, dict | list) or not document:
        return []
    inner = document.items() if isinstance(document, dict) else list(enumerate(document))[:3]
    return [here, *(place for name, value in inner for place in containers(value, (*here, name)))]


def at(document: Any, place: tuple[Any, ...]) -> Any:
    for name in place:
        document = document[name]
    return document


def doubled(raw: bytes, place: tuple[Any, ...]) -> bytes:
    """The answer with the first row, or the first key, of what is there twice; a key's second value is 0."""
    document = parsed(raw)
    inner = at(document, place)
    if isinstance(inner, list):
        inner.insert(0, copy.deepcopy(inner[0]))
        return written(document)
    name = next(iter(inner))
    inner["twice upon a time"] = "0"
    return written(document).replace(b'"twice upon a time"', json.dumps(name).encode())


def _renamed(document: Any, old: str, new: str) -> Any:
    if isinstance(document, dict):
        return {new if name == old else name: _renamed(value, old, new) for name, value in document.items()}
    if isinstance(document, list):
        return [_renamed(value, old, new) for value in document]
    return new if document == old and type(document) is str else document


def _cells(row: Any) -> list[Any]:
    return list(row.values()) if isinstance(row, dict) else row if isinstance(row, list) else []


def _many(document: Any, code: str) -> Any:
    """With 5,000 rows more that are as the asset's, each of a name of its own."""
    if isinstance(document, dict):
        made = {name: _many(v, code) if isinstance(v, dict | list) else v for name, v in document.items()}
        more = [f"ZZ{number}" for number in range(MANY)] if code in document else []
        return {**made, **dict.fromkeys(more, document[code])}
    rows = [row for row in document if code in _cells(row)]
    more_rows = [_renamed(row, code, f"ZZ{number}") for row in rows[:1] for number in range(MANY)]
    return [*(_many(row, code) if isinstance(row, dict | list) else row for row in document), *more_rows]
