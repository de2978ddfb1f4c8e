"""Coinbase's answers as it documents them, and recorded ones, read by its own readers."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest
import pytest_asyncio

from cambist.core.errors import (
    ExchangeLimiting,
    ExchangeRefused,
    ExchangeUnavailable,
    KeysRejected,
    LoadFailed,
    NotOffered,
)
from cambist.core.listings import Limits
from cambist.core.terms import Balance, Credentials, KeyState, Secret
from cambist.exchanges.catalogue import market_of
from cambist.exchanges.client import new_client
from cambist.exchanges.dialect import WalletAnswer
from cambist.exchanges.dialects.coinbase import accounts, tickers
from cambist.exchanges.dialects.coinbase.limits import limits_in
from cambist.exchanges.exchange import Exchange
from cambist.exchanges.failures import ClockSkewed
from cambist.exchanges.speaking import dialect_of
from cambist.outward.session import Session
from cambist.simulator.replay import Recording, Replay, read_recording
from cambist.wiring import WallClock
from tests.exchanges.bent import OpenGate
from tests.exchanges.recordings import KEYS
from tests.exchanges.recordings.coinbase import ACCOUNTS, PROFILE, account
from tests.exchanges.replayed import replayed
from tests.exchanges.scenarios import COINBASE_KEY, COINBASE_SECRET
from tests.exchanges.test_recorded import RECORDED

ADVANCED_KEYS = Credentials(COINBASE_KEY, Secret(COINBASE_SECRET))
ADVANCED, OLDER, FUTURES = "/brokerage/accounts", "/v2/accounts", "/cfm/balance_summary"
Row = dict[str, Any]


@dataclass
class Read:
    """Wallets of one exchange out of answers that may change."""

    replay: Replay
    exchange: Exchange
    keys: Credentials

    async def answer(self, wallet: str, recording: Recording) -> WalletAnswer:
        self.replay.recording = recording
        async with self.exchange.pool.borrow(self.keys) as client:
            client.gate, client.deadline = OpenGate(), 0
            return await self.exchange.dialect.wallets[wallet](client, market_of(self.exchange.id))

    async def __call__(self, wallet: str, routes: dict[str, Any]) -> dict[str, tuple[str, ...]]:
        """{code: free, locked and total}."""
        told = {part: json.dumps(answer).encode() for part, answer in routes.items()}
        return figures((await self.answer(wallet, Recording(b"", told))).balances)


@pytest_asyncio.fixture(name="read")
async def _read() -> AsyncIterator[Read]:
    async with replayed("coinbase") as (replay, exchange):
        yield Read(replay, exchange, ADVANCED_KEYS)


@pytest_asyncio.fixture(name="gdax")
async def _gdax() -> AsyncIterator[Read]:
    async with replayed("coinbaseexchange") as (replay, exchange):
        yield Read(replay, exchange, KEYS)


def figures(balances: tuple[Balance, ...]) -> dict[str, tuple[str, ...]]:
    assert len({each.code for each in balances}) == len(balances)
    return {each.code: (f"{each.free:f}", f"{each.locked:f}", f"{each.total:f}") for each in balances}


def row(id: str, code: str, free: str, hold: str = "0", **more: Any) -> Row:
    """As the reference of List Accounts has it (docs.cdp.coinbase.com), with its field types."""
    return {
        "uuid": id,
        "name": f"{code} Wallet",
        "currency": code,
        "available_balance": {"value": free, "currency": code},
        "default": False,
        "active": True,
        "created_at": "2021-05-31T09:59:59.000Z",
        "updated_at": "2021-05-31T09:59:59.000Z",
        "deleted_at": "2021-05-31T09:59:59.000Z",
        "type": "FIAT",
        "ready": True,
        "hold": {"value": hold, "currency": code},
        "retail_portfolio_id": "b87a2d3f-8a1e-49b3-a4ea-402d8c389aca",
        "platform": "ACCOUNT_PLATFORM_CONSUMER",
        **more,
    }


def page(*rows: Row, cursor: str = "") -> Row:
    return {"accounts": list(rows), "has_next": bool(cursor), "cursor": cursor, "size": len(rows)}


def older_row(id: str, code: str, amount: str, kind: str = "wallet") -> Row:
    """As the older API's documentation of the account resource has it."""
    return {
        "id": id,
        "name": f"{code} Wallet",
        "primary": False,
        "type": kind,
        "currency": {"code": code, "name": code, "exponent": 8, "type": "crypto"},
        "balance": {"amount": amount, "currency": code},
        "created_at": "2015-01-31T20:49:02Z",
        "updated_at": "2015-01-31T20:49:02Z",
        "resource": "account",
        "resource_path": f"/v2/accounts/{id}",
    }


def older_page(*rows: Row, limit: Any = 25, following: str | None = None) -> Row:
    uri = following and f"/v2/accounts?limit={limit}&starting_after={following}"
    pagination = {
        "ending_before": None,
        "starting_after": None,
        "limit": limit,
        "order": "desc",
        "next_uri": uri,
    }
    return {"pagination": pagination, "data": list(rows)}


# ── the list of Advanced ─────────────────────────────────────────────────────────────────────────────


@pytest.mark.asyncio
async def test_the_documented_list_is_read_with_what_is_held_in_the_total(read: Read) -> None:
    told = await read("spot", {ADVANCED: page(row("8bfc20d7", "BTC", "1.23", "1.23"))})
    assert told == {"BTC": ("1.23", "1.23", "2.46")}


@pytest.mark.asyncio
async def test_no_kind_of_account_is_left_out_of_the_two_wallets(read: Read) -> None:
    """ccxt drops every kind but two; a vault is of the other wallet, all else of this one."""
    vault = row("b", "BTC", "4", "0.5", type="ACCOUNT_TYPE_VAULT")
    older = older_page(older_row("a", "BTC", "1.5"), older_row("b", "BTC", "4.5", "vault"))
    for kind in ("UNSPECIFIED", "CRYPTO", "FIAT", "PERP_FUTURES", "OF_A_KIND_TO_COME"):
        other = row("a", "BTC", "1.5", type=f"ACCOUNT_TYPE_{kind}")
        lists = {ADVANCED: page(other, vault), OLDER: older}
        assert await read("spot", lists) == {"BTC": ("1.5", "0", "1.5")}, kind
        assert await read("vault", lists) == {"BTC": ("0", "4.5", "4.5")}, kind


@pytest.mark.asyncio
async def test_accounts_of_one_currency_are_summed_and_those_of_us_futures_are_left_to_their_wallet(
    read: Read,
) -> None:
    rows = [
        row("a", "USDC", "1.000000000000000000000000000001", "2"),
        row("b", "USDC", "10", "20", platform="ACCOUNT_PLATFORM_INTX", type="ACCOUNT_TYPE_PERP_FUTURES"),
        row("c", "USD", "500", platform="ACCOUNT_PLATFORM_CFM_CONSUMER"),
    ]
    told = await read("spot", {ADVANCED: page(*rows)})
    assert told == {"USDC": ("11.000000000000000000000000000001", "22", "33.000000000000000000000000000001")}


@pytest.mark.asyncio
async def test_a_list_of_several_pages_is_read_to_its_end_and_a_portfolio_without_accounts_is_empty(
    read: Read,
) -> None:
    pages = {
        "cursor=789100": page(row("b", "ETH", "2"), cursor="789101"),
        "cursor=789101": page(row("c", "BTC", "0.25", "0.25")),
        ADVANCED: page(row("a", "BTC", "1"), cursor="789100"),
    }
    assert await read("spot", pages) == {"BTC": ("1.25", "0.25", "1.50"), "ETH": ("2", "0", "2")}
    assert await read("spot", {ADVANCED: page()}) == {}


TWICE = page(row("a", "BTC", "1"), row("a", "BTC", "1"))
NOT_WHOLE = [
    TWICE,
    page(row("a", "BTC", "1"), cursor="the same again"),
    {**page(row("a", "BTC", "1")), "data": []},
    {**page(row("a", "BTC", "1")), "errors": []},
    {"accounts": [row("a", "BTC", "1")]},
    {"data": [older_row("a", "BTC", "1")]},
    page(row("a", "BTC", "1") | {"hold": {"value": "0", "currency": "ETH"}}),
    page(row("a", "BTC", "")),
    older_page(older_row("a", "BTC", "1"), older_row("a", "BTC", "1")),
    older_page(older_row("a", "BTC", "1"), limit=1, following="a"),
]
LOST = [
    {**page(row("a", "BTC", "1")), "has_next": True},
    {**older_page(older_row("a", "BTC", "1")), "pagination": {"limit": 1, "next_uri": "/v2/accounts"}},
    older_page(older_row("a", "BTC", "1"), limit="many", following="a"),
]


@pytest.mark.asyncio
async def test_a_list_that_is_not_whole_or_tells_something_twice_is_refused(read: Read) -> None:
    for told in NOT_WHOLE:
        with pytest.raises(ExchangeUnavailable):
            await read("spot", {ADVANCED: told})


@pytest.mark.asyncio
async def test_a_page_that_does_not_say_where_the_next_one_is_is_refused(read: Read) -> None:
    for told in LOST:
        with pytest.raises(ExchangeUnavailable, match="does not say where"):
            await read("spot", {ADVANCED: told})


@pytest.mark.asyncio
async def test_a_list_without_an_end_is_refused(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(accounts, "MOST_PAGES", 3)
    pages = {
        f"cursor={number}": page(row(str(number), "A", "1"), cursor=str(number + 1)) for number in range(1, 5)
    }
    with pytest.raises(ExchangeUnavailable, match="more than 750 accounts"):
        await read("spot", {**pages, ADVANCED: page(cursor="1")})


# ── the older list beside it ─────────────────────────────────────────────────────────────────────────


@pytest.mark.asyncio
async def test_what_only_the_older_list_has_is_staked_or_in_vaults_and_counts_once(read: Read) -> None:
    lists = {
        ADVANCED: page(row("ada", "ADA", "22.314018"), row("v1", "BTC", "4", type="ACCOUNT_TYPE_VAULT")),
        OLDER: older_page(
            older_row("ada", "ADA", "22.314018"),
            older_row("staked ada", "ADA", "5.047160"),
            older_row("v1", "BTC", "4.00000000", "vault"),
            older_row("v2", "BTC", "1.230000000", "vault"),
            older_row("XLM", "XLM", "0.0000000"),
        ),
    }
    assert await read("spot", lists) == {"ADA": ("22.314018", "0", "22.314018")}
    assert await read("vault", lists) == {
        "BTC": ("0", "5.230000000", "5.230000000"),
        "ADA": ("0", "5.047160", "5.047160"),
    }


@pytest.mark.asyncio
async def test_an_older_list_of_another_portfolio_is_not_counted(read: Read) -> None:
    other = older_page(older_row("x", "BTC", "100"))
    with pytest.raises(NotOffered, match="another portfolio"):
        await read("vault", {ADVANCED: page(row("a", "BTC", "1")), OLDER: other})
    with pytest.raises(NotOffered, match="another portfolio"):
        await read("vault", {ADVANCED: page(), OLDER: other})
    nothing = older_page(older_row("x", "BTC", "0.00000000"))
    assert await read("vault", {ADVANCED: page(row("a", "BTC", "1")), OLDER: nothing}) == {}


@pytest.mark.asyncio
async def test_the_older_list_is_read_to_its_end_by_the_address_of_its_next_page(read: Read) -> None:
    lists = {
        ADVANCED: page(row("a", "ETH", "0")),
        "starting_after=b": older_page(older_row("c", "SOL", "3"), limit="2"),
        OLDER: older_page(older_row("a", "ETH", "0"), older_row("b", "ADA", "2"), limit="2", following="b"),
    }
    assert await read("vault", lists) == {"ADA": ("0", "2", "2"), "SOL": ("0", "3", "3")}


# ── recorded answers of calls that are not ccxt's default ones ───────────────────────────────────────


@pytest.mark.skipif(not RECORDED.exists(), reason="the recorded answers are no part of the repository")
@pytest.mark.parametrize(
    ("number", "wallets", "calls"),
    [(1, ["spot"], 1), (2, ["spot", "vault"], 3), (3, ["spot"], 1), (4, ["spot"], 1)],
    ids=["by default", "vaults too", "with what is staked", "Advanced"],
)
@pytest.mark.asyncio
async def test_recorded_answers_come_out_to_the_digit_vaults_as_a_wallet_beside(
    read: Read, number: int, wallets: list[str], calls: int
) -> None:
    document = (RECORDED / "coinbase.json").read_bytes()
    found: dict[str, dict[str, Decimal]] = {}
    for wallet in wallets:
        told = await read.answer(wallet, read_recording(document, number))
        assert not found.keys() & {each.code for each in told.balances}
        found |= {
            each.code: {"free": each.free, "used": each.locked, "total": each.total} for each in told.balances
        }
    expected = json.loads(document)["cases"][number - 1]["expected"]
    held = {code: parts for code, parts in expected.items() if Decimal(parts["total"])}
    assert found.keys() == held.keys()
    for code, parts in held.items():
        assert {part: found[code][part] for part in parts} == {
            part: Decimal(text) for part, text in parts.items()
        }
    assert len(read.replay.paths) == calls


# ── US futures ───────────────────────────────────────────────────────────────────────────────────────


def summary(cash: str, profit: str, margin: str, **more: Any) -> Row:
    """As the reference of the balance summary has it; `total_usd_balance` has the spot account's in it."""
    figures = {
        "futures_buying_power": "5000.00",
        "total_usd_balance": "10000.00",
        "cbi_usd_balance": "2000.00",
        "cfm_usd_balance": cash,
        "total_open_orders_hold_amount": "500.00",
        "unrealized_pnl": profit,
        "daily_realized_pnl": "25.00",
        "initial_margin": margin,
        "available_margin": "7500.00",
        **more,
    }
    return {"balance_summary": {name: {"value": text, "currency": "USD"} for name, text in figures.items()}}


@pytest.mark.asyncio
async def test_us_futures_are_their_cash_with_open_profit_once_and_without_the_spot_dollars(
    read: Read,
) -> None:
    for told, held in (
        (summary("8000.00", "150.00", "1000.00"), {"USD": ("7150.00", "1000.00", "8150.00")}),
        (summary("100.00", "-150.25", "1000.00"), {"USD": ("-50.25", "0", "-50.25")}),
        (summary("100.00", "0", "250"), {"USD": ("0.00", "100.00", "100.00")}),
        (summary("0.00", "0", "0"), {}),
    ):
        assert await read("futures", {FUTURES: told}) == held


@pytest.mark.asyncio
async def test_an_account_of_us_futures_that_is_none_or_unclear_is_told_apart(read: Read) -> None:
    with pytest.raises(NotOffered):
        await read("futures", {FUTURES: {"balance_summary": None}})
    mixed = summary("1", "1", "1")
    mixed["balance_summary"]["unrealized_pnl"]["currency"] = "EUR"
    unclear: Row
    for unclear in (mixed, {"balance_summary": {}}, {}):
        with pytest.raises(ExchangeUnavailable):
            await read("futures", {FUTURES: unclear})


# ── prices ───────────────────────────────────────────────────────────────────────────────────────────


def product(symbol: str, price: str, **more: Any) -> Row:
    """As the reference of List Public Products has it; in a recorded one bid and ask are empty."""
    base, quote = symbol.split("-")
    return {
        "product_id": symbol,
        "price": price,
        "price_percentage_change_24h": "-0.28225832119521",
        "base_increment": "0.00000001",
        "quote_increment": "0.01",
        "quote_min_size": "1",
        "quote_max_size": "150000000",
        "base_min_size": "0.00000001",
        "base_max_size": "3400",
        "is_disabled": False,
        "cancel_only": False,
        "trading_disabled": False,
        "product_type": "SPOT",
        "quote_currency_id": quote,
        "base_currency_id": base,
        "fcm_trading_session_details": None,
        "mid_market_price": "",
        "quote_display_symbol": "USD",
        "view_only": False,
        "price_increment": "0.01",
        "best_bid_price": "",
        "best_ask_price": "",
        **more,
    }


PRODUCTS = [
    product("BTC-USD", "68925.98", best_bid_price="68925.97", best_ask_price="68925.99"),
    product("BTC-USDC", "68923.67", alias="BTC-USD"),
    product("CGLD-USD", "0.8"),
    product("OLD-USD", "1", trading_disabled=True),
    product("SHUT-USD", "1", is_disabled=True),
    product("SEEN-USD", "1", view_only=True),
    product("OUT-USD", "1", cancel_only=True),
    product("NEW-USD", ""),
]


async def prices(products: list[Row]) -> Any:
    recording = Recording(json.dumps({"products": products, "num_products": len(products)}).encode())
    async with replayed("coinbase", recording) as (replay, exchange), exchange.pool.borrow() as client:
        client.gate, client.deadline = OpenGate(), 0
        told = await tickers.listed(client), await tickers.last(client), await tickers.mid(client)
        assert set(replay.paths) == {"/api/v3/brokerage/market/products"}
        return told


@pytest.mark.asyncio
async def test_pairs_that_take_orders_and_last_prices_are_read_from_the_list_of_products() -> None:
    listed, last, mid = await prices(PRODUCTS)
    assert listed.symbols == {
        ("BTC", "USD"): "BTC-USD",
        ("BTC", "USDC"): "BTC-USDC",
        ("CELO", "USD"): "CGLD-USD",
        ("NEW", "USD"): "NEW-USD",
    }
    assert set(listed.halted.values()) == {"OLD-USD", "SHUT-USD", "SEEN-USD", "OUT-USD"}
    assert (last["BTC-USD"], last["NEW-USD"]) == (("68925.98",), ("",))
    assert (mid["BTC-USD"], mid["BTC-USDC"]) == (("68925.97", "68925.99"), ("", ""))
    assert limits_in(listed.filters["BTC-USD"]) == Limits(
        price_step=Decimal("0.01"),
        min_amount=Decimal("0.00000001"),
        max_amount=Decimal(3400),
        amount_step=Decimal("0.00000001"),
        min_total=Decimal(1),
        max_total=Decimal(150_000_000),
    )


@pytest.mark.asyncio
async def test_products_that_are_none_or_told_twice_are_unusable() -> None:
    for products in ([], [PRODUCTS[0], PRODUCTS[0]], [{"product_id": "BTC-USD"}]):
        with pytest.raises(ExchangeUnavailable):
            await prices(products)


def test_a_limit_out_of_form_is_a_named_failure_and_none_is_none() -> None:
    with pytest.raises(ExchangeUnavailable):
        limits_in(b'{"price_increment":"1e999"}')
    assert limits_in(b"{}") == Limits()


# ── Coinbase Exchange ────────────────────────────────────────────────────────────────────────────────


def told(answer: Any) -> Recording:
    return Recording(json.dumps(answer).encode())


@pytest.mark.asyncio
async def test_a_profile_of_coinbase_exchange_is_read_by_one_call_and_told_by_its_id(gdax: Read) -> None:
    profile = await gdax.answer("spot", told(ACCOUNTS))
    assert gdax.replay.paths == ["/accounts"]
    assert profile.uid == PROFILE
    assert figures(profile.balances) == {
        "BTC": ("0.5012345678901234", "0.2500000000000000", "0.7512345678901234"),
        "USD": ("1000", "200.2500000000000000", "1200.2500000000000000"),
        "CGLD": ("3.5", "0.0000000000000000", "3.5000000000000000"),
    }
    assert {each.code: each.asset for each in profile.balances}["CGLD"] == "CELO"
    assert market_of("gdax").prices_from == "coinbase"


@pytest.mark.asyncio
async def test_what_is_no_profile_is_refused(gdax: Read) -> None:
    for answer in (
        [],
        [ACCOUNTS[0], ACCOUNTS[0]],
        [ACCOUNTS[0], account("ETH", "1", "0", "1", profile="another")],
        [{**ACCOUNTS[0], "balance": "1e999"}],
        {"message": "something"},
    ):
        with pytest.raises(LoadFailed):
            await gdax.answer("spot", told(answer))


@pytest.mark.asyncio
async def test_what_coinbase_exchange_says_instead(gdax: Read) -> None:
    """The words of its documentation of errors, and those that ccxt knows of it."""
    for words, kind, state in (
        ("Invalid API Key", KeysRejected, KeyState.INVALID),
        ("invalid signature", KeysRejected, KeyState.INVALID),
        ("Invalid Passphrase", KeysRejected, KeyState.INVALID),
        ("IP does not match IP whitelist", KeysRejected, KeyState.IP_NOT_ALLOWED),
        ("Forbidden", KeysRejected, KeyState.NO_PERMISSION),
        ("request timestamp expired", ClockSkewed, None),
        ("Private rate limit exceeded", ExchangeLimiting, None),
        ("System is under maintenance", ExchangeUnavailable, None),
        ("something else", ExchangeRefused, None),
    ):
        with pytest.raises(LoadFailed) as failed:
            await gdax.answer("spot", told({"message": words}))
        assert (type(failed.value), failed.value.key_state) == (kind, state), words


# ── ccxt's options ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.asyncio
async def test_ccxt_keeps_the_method_that_it_reads_coinbases_pairs_by() -> None:
    session = Session(1, [])
    made = {
        ccxt_id: new_client(market_of(ccxt_id), dialect_of(ccxt_id), session, WallClock().now, None)
        for ccxt_id in ("coinbase", "bybit")
    }
    await session.close()
    assert made["coinbase"].options["fetchMarkets"] == "fetchMarketsV3"
    assert made["bybit"].options["fetchMarkets"]["types"] == ["spot"]
