"""Every source of every ledger against broken answers: exact or a named failure, never "nothing happened".

Which answers a source is read from is found by a good read; each of them is then broken in every way.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio

from cambist.core.errors import LoadFailed
from cambist.core.ledger import Asked
from cambist.exchanges.catalogue import CATALOGUE
from cambist.exchanges.speaking import dialect_of
from cambist.simulator.kraken import checks
from tests.exchanges.bent import AT_MOST_S, Bent, bent, is_amount, parsed, places, with_leaf
from tests.exchanges.histories import DAYS, HISTORIES, NOT_PLAYED
from tests.exchanges.scenarios import SCENARIOS
from tests.exchanges.test_broken_answers import BROKEN, containers, doubled

MOST_PAGES = 100
MOST_LEAVES = 16
OUT_OF_FORM = ("1e20000000", "NaN", "1_000", "１")
# Numbers that are no amounts: what they are changed to may mean something else, and nothing broken.
# Rows without names, of which two that are the same may both be meant.
NAMELESS = ("/finance/savings/lending-history",)
NAMES = {"status", "state", "type", "walletType", "transferType", "direction"}


def _sources() -> dict[tuple[str, str], str]:
    """By ccxt id and source, a market whose account has it."""
    found: dict[tuple[str, str], str] = {}
    for code in HISTORIES:
        market = CATALOGUE[code]
        for source in dialect_of(market.ccxt_id).ledger:
            wallets = source.terms.wallets
            if not wallets or wallets & set(market.wallets):
                found.setdefault((market.ccxt_id, source.terms.name), code)
    return {each: code for each, code in found.items() if each not in NOT_PLAYED}


SOURCES = _sources()
Told = Counter[tuple[Any, ...]]

pytestmark = pytest.mark.asyncio


@pytest_asyncio.fixture(name="source", params=SOURCES.items(), ids=["-".join(each) for each in SOURCES])
async def _source(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Bent]:
    """Kraken counts calls by the key, and would refuse most of these many, whatever else they are."""
    monkeypatch.setattr(checks, "MOST_COUNTED", 1_000_000)
    (_, name), code = request.param
    async with bent(code, name, HISTORIES[code].scenario) as made:
        yield made


async def read(source: Bent, bending: dict[str, Callable[[bytes], bytes]] | None = None) -> Told | str:
    """Kind, asset, amount and wallet of what a whole sync tells, or the failure's words."""
    past, now = HISTORIES[source.code], source.exchange.now()
    asked = Asked("", now - timedelta(days=DAYS), now, past.assets, past.symbols)
    found = {}
    async with asyncio.timeout(AT_MOST_S):
        for _ in range(MOST_PAGES):
            try:
                page = await source.page(asked, bending)
            except LoadFailed as failure:
                return str(failure)
            found.update({each.id: each for each in page.entries})
            if not page.more:
                return Counter((each.kind, each.asset, each.amount, each.wallet) for each in found.values())
            asked = Asked(page.cursor, asked.since, now, past.assets, past.symbols)
    raise AssertionError("the pages have no end")


async def good(source: Bent) -> tuple[Told, dict[str, bytes]]:
    told = await read(source)
    assert isinstance(told, Counter), told
    assert told, "nothing that happened in the scenario is told by this source"
    return told, dict(source.longest)


async def test_every_simulated_market_with_a_ledger_has_a_past() -> None:
    assert {code for code in SCENARIOS if dialect_of(CATALOGUE[code].ccxt_id).ledger} <= set(HISTORIES)


async def test_a_broken_answer_is_a_named_failure_or_changes_nothing(source: Bent) -> None:
    true, answers = await good(source)
    counted = 0
    for path, raw in answers.items():
        await _what_is_no_answer_is_refused(source, path, raw)
        await _what_stands_twice_never_counts_twice(source, path, raw, true)
        counted += await _amounts_out_of_form_are_refused(source, path, raw, true)
    assert counted


async def _what_is_no_answer_is_refused(source: Bent, path: str, raw: bytes) -> None:
    for way, change in BROKEN.items():
        told = await read(source, {path: change})
        tells_nothing = way == "[]" and isinstance(parsed(raw), list)
        assert tells_nothing or isinstance(told, str), f"{path} {way}"


async def _what_stands_twice_never_counts_twice(source: Bent, path: str, raw: bytes, true: Told) -> None:
    if path.endswith(NAMELESS):
        return
    for place in containers(parsed(raw)):
        told = await read(source, {path: lambda raw, place=place: _twice(raw, place)})  # type: ignore[misc]
        assert isinstance(told, str) or told == true, f"{path} {place}"


async def _amounts_out_of_form_are_refused(source: Bent, path: str, raw: bytes, true: Told) -> int:
    """How many amounts the answer has: numbers that another one in their place changes what is told."""
    counted = 0
    leaves = [each for each, value in places(parsed(raw)) if is_amount(value) and each[-1] not in NAMES]
    for place in leaves[:MOST_LEAVES]:
        other = await read(source, {path: lambda raw, place=place: _leaf(raw, place, "7.25")})  # type: ignore[misc]
        if isinstance(other, str) or not set(other) - set(true):
            continue
        counted += 1
        for bad in OUT_OF_FORM:
            told = await read(source, {path: lambda raw, place=place, bad=bad: _leaf(raw, place, bad)})  # type: ignore[misc]
            assert isinstance(told, str), f"{path} {place} {bad}"
    return counted


def _leaf(raw: bytes, place: tuple[str | int, ...], text: str) -> bytes:
    """Other answers of the same path, to another question, may not have the place."""
    try:
        return with_leaf(raw, place, text)
    except (LookupError, TypeError):
        return raw


def _twice(raw: bytes, place: tuple[Any, ...]) -> bytes:
    try:
        return doubled(raw, place)
    except (LookupError, TypeError, StopIteration):
        return raw
