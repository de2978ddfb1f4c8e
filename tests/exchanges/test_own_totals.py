"""What exchanges say that an account is worth: read exactly, or refused by name, whatever is broken in it.

Shapes are those of the exchanges' own pages: Binance "Query User Wallet Balance", OKX "Get account asset
valuation", Bybit "Asset Overview".
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from decimal import Decimal
from itertools import product
from typing import Any

import pytest
import pytest_asyncio

from cambist.core.control import OwnTotal
from cambist.core.errors import ExchangeUnavailable, LoadFailed, NotOffered
from cambist.exchanges.catalogue import CATALOGUE
from cambist.exchanges.dialects.binance import control as binance
from cambist.exchanges.dialects.bybit import control as bybit
from cambist.exchanges.dialects.okx import control as okx
from cambist.exchanges.gateway import Gateway
from cambist.exchanges.speaking import DIALECTS, dialect_of
from cambist.exchanges.tries import WaitsAlone
from cambist.wiring import WallClock
from tests.exchanges.bent import (
    AT_MOST_S,
    Bent,
    OpenGate,
    bent,
    parsed,
    with_leaf,
)
from tests.exchanges.test_broken_answers import BROKEN, LONG, OUT_OF_FORM, amounts, containers, doubled
from tests.exchanges.totals import BINANCE, BYBIT, OKX

HOLDS = {"binance": binance.HOLDS, "bybit": bybit.HOLDS, "okx": okx.HOLDS}

TOLD: dict[str, tuple[dict[str, Any], str, dict[str, str], str | None]] = {
    "binance": (
        BINANCE,
        "BTC",
        {
            "Spot": "0.6",
            "Funding": "0.02",
            "Cross Margin": "0",
            "Isolated Margin": "0",
            "USDⓈ-M Futures": "0.0152",
            "COIN-M Futures": "0",
            "Earn": "0.10064",
            "Options": "0",
            "Trading Bots": "0.002",
            "Copy Trading": "0",
        },
        None,
    ),
    "okex": (
        OKX,
        "BTC",
        {"classic": "0", "earn": "0.0002", "funding": "0.133", "trading": "0.736"},
        "0.8692",
    ),
    "bybit": (
        BYBIT,
        "USD",
        {"UnifiedTradingAccount": "46851", "FundingAccount": "6250", "CopyTrading": "1000"},
        "54101",
    ),
}
UNUSABLE = "The exchange's answer cannot be used"
# Times and codes, which are no figures.
OTHERS = {"ts", "time", "snapshotTime", "code", "retCode"}


@pytest_asyncio.fixture(name="own", params=TOLD)
async def _own(request: pytest.FixtureRequest) -> AsyncIterator[Bent]:
    code = request.param
    play = {**TOLD[code][0], "weight_limit": 100_000_000}  # that no test here meets
    async with bent(code, CATALOGUE[code].wallets[0], play) as made:
        yield made


async def read(own: Bent, bending: Mapping[str, Callable[[bytes], bytes]] | None = None) -> OwnTotal:
    """The total by the dialect's own reader, in one try. Raises LoadFailed."""
    own.bending = dict(bending or {})
    control = own.exchange.dialect.control
    assert control is not None
    async with asyncio.timeout(AT_MOST_S), own.exchange.pool.borrow(own.credentials) as client:
        client.gate, client.deadline = OpenGate(), 0
        return await control(client)


async def good(own: Bent) -> tuple[OwnTotal, str, bytes]:
    """What it truly tells, and the one call that it takes."""
    told = await read(own)
    ((path, raw),) = own.told.items()
    return told, path, raw


@pytest.mark.asyncio
async def test_each_wallet_is_told_by_its_own_name_to_the_digit(own: Bent) -> None:
    told, path, _ = await good(own)
    _, unit, wallets, total = TOLD[own.code]
    assert told.unit == unit
    assert told.wallets == {name: Decimal(worth) for name, worth in wallets.items()}
    assert told.total == (None if total is None else Decimal(total))
    assert own.exchange.dialect.weight_of(path.removeprefix(f"/{own.exchange.id}")) is not None


@pytest.mark.asyncio
async def test_an_answer_that_is_none_is_a_named_failure(own: Bent) -> None:
    _, path, _ = await good(own)
    for way, change in BROKEN.items():
        with pytest.raises(LoadFailed) as failed:
            await read(own, {path: change})
        assert str(failed.value), way


@pytest.mark.asyncio
async def test_an_answer_without_wallets_is_no_account_that_is_worth_nothing(own: Bent) -> None:
    _, path, raw = await good(own)
    for place in containers(json.loads(raw)):
        document = json.loads(raw)
        inner = document
        for name in place:
            inner = inner[name]
        inner.clear()
        with pytest.raises(LoadFailed, match=UNUSABLE):
            await read(own, {path: lambda _, document=document: json.dumps(document).encode()})  # type: ignore[misc]


@pytest.mark.asyncio
async def test_a_number_out_of_form_is_refused_and_one_of_80_digits_is_exact(own: Bent) -> None:
    true, path, raw = await good(own)
    read_ones = [place for place in amounts(raw) if place[-1] not in OTHERS]
    assert len(read_ones) >= len(true.wallets)
    for place, bad in product(read_ones, OUT_OF_FORM):
        with pytest.raises(LoadFailed, match=UNUSABLE):
            await read(own, {path: lambda raw, place=place, bad=bad: with_leaf(raw, place, bad)})  # type: ignore[misc]
    exact = 0
    for place in read_ones:
        told = await read(own, {path: lambda raw, place=place: with_leaf(raw, place, LONG)})  # type: ignore[misc]
        exact += Decimal(LONG) in (*told.wallets.values(), told.total)
    assert exact == len(true.wallets) + (true.total is not None)


@pytest.mark.asyncio
async def test_a_wallet_told_twice_is_not_told(own: Bent) -> None:
    _, path, raw = await good(own)
    for place in containers(parsed(raw)):
        if place and isinstance(place[-1], int) and own.code == "okex":
            continue  # a row of an answer that has exactly one
        with pytest.raises(LoadFailed, match=UNUSABLE):
            await read(own, {path: lambda raw, place=place: doubled(raw, place)})  # type: ignore[misc]


@pytest.mark.asyncio
async def test_figures_in_another_currency_than_was_asked_for_are_refused() -> None:
    async with bent("bybit", "unified", BYBIT) as own:
        _, path, _ = await good(own)
        with pytest.raises(ExchangeUnavailable, match="not in USD"):
            await read(own, {path: lambda raw: raw.replace(b'"USD"', b'"EUR"', 1)})


@pytest.mark.asyncio
async def test_in_portfolio_margin_mode_binance_names_its_wallets_otherwise() -> None:
    wallets = {"spot": {"BTC": {"free": "1"}}, "portfolio_margin": {"USDT": {"free": "625"}}}
    async with bent("binance", "spot", {**BINANCE, "wallets": wallets}) as own:
        told, _, _ = await good(own)
    named = {name: str(worth) for name, worth in told.wallets.items() if "(PM)" in name}
    assert named == {"Cross Margin (PM)": "0.01", "USDⓈ-M Futures (PM)": "0", "COIN-M Futures (PM)": "0"}
    assert all(told.holds[name] == ("portfolio_margin",) for name in named)


def test_the_catalogue_says_which_exchanges_tell_and_each_wallet_is_in_one_of_theirs() -> None:
    for market in CATALOGUE.values():
        assert market.tells_total is (dialect_of(market.ccxt_id).control is not None), market.code
        if market.tells_total:
            held = {wallet for wallets in HOLDS[market.ccxt_id].values() for wallet in wallets}
            assert set(market.wallets) <= held, market.code
    assert set(HOLDS) == {name for name in DIALECTS if dialect_of(name).control is not None}


@pytest.mark.asyncio
async def test_an_exchange_without_a_total_says_so_and_is_not_asked() -> None:
    gateway = Gateway(WallClock().now, WaitsAlone({}), 1, {}, "last")
    async with bent("binance", "spot", BINANCE) as own:
        with pytest.raises(NotOffered, match="Binance US Spot tells no total of its own"):
            await gateway.own_total(CATALOGUE["binance_us"], own.credentials)
    await gateway.close()
