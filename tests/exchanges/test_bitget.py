"""Bitget: what each wallet holds to the digit, classic or unified; what its codes mean; its prices."""

from collections.abc import AsyncIterator, Mapping
from decimal import Decimal
from typing import Any

import pytest
import pytest_asyncio

from cambist.core.errors import (
    ExchangeLimiting,
    ExchangeRefused,
    ExchangeTimedOut,
    ExchangeUnavailable,
    KeysRejected,
    LoadFailed,
    NotOffered,
)
from cambist.core.listings import DepositAddress
from cambist.core.rights import KeyRights
from cambist.core.terms import Stablecoins
from cambist.exchanges.catalogue import CATALOGUE
from cambist.exchanges.dialects.bitget.dialect import BITGET
from cambist.exchanges.exchange import Exchange
from cambist.exchanges.failures import ClockSkewed
from cambist.simulator.replay import Replay
from tests.exchanges.bent import bent
from tests.exchanges.recordings import KEYS, Recorded
from tests.exchanges.recordings.bitget import (
    ANSWERS,
    FUNDING,
    SPOT,
    UNIFIED,
    UNIFIED_ANSWERS,
    UNIFIED_MODE,
    enveloped,
    futures,
)
from tests.exchanges.replayed import gateway, once, read_wallet, recording, refusal, replayed
from tests.exchanges.test_broken_answers import BROKEN

REFUSES_CLASSIC = {"/api/v2/": 400}

pytestmark = pytest.mark.asyncio


@pytest_asyncio.fixture(name="bitget")
async def _bitget() -> AsyncIterator[tuple[Replay, Exchange]]:
    async with replayed("bitget", recording(ANSWERS)) as made:
        yield made


def figures(balances: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """{code: (free, locked, total, borrowed, interest)}."""
    return {
        code: tuple(map(str, (b.free, b.locked, b.total, b.borrowed, b.interest)))
        for code, b in balances.items()
    }


EXPECTED: dict[str, dict[str, tuple[str, ...]]] = {
    "spot": {
        "USDT": ("100.5", "20.50", "121.00", "0", "0"),
        "BTC": ("0.125", "0", "0.125", "0", "0"),
    },
    "funding": {"USDT": ("326", "0", "326", "0", "0"), "ETH": ("0.75", "0", "0.75", "0", "0")},
    "earn": {
        "BTC": ("0", "0.10000000", "0.10000000", "0", "0"),
        "USDT": ("0", "400.00000000", "400.00000000", "0", "0"),
    },
    # net is what is left of what is held after the debt and its interest
    "cross_margin": {
        "USDT": ("12", "2", "13.899999", "0.1", "0.000001"),
        "BTC": ("0.01", "0", "0.01", "0", "0"),
    },
    "isolated_margin": {
        "USDT": ("100.25", "0", "59.75", "40", "0.5"),
        "BTC": ("0.002", "0", "0.002", "0", "0"),
    },
    "bots_spot": {"USDT": ("4.0", "6.5", "10.5", "0", "0")},
    "bots_futures": {"USDT": ("84.61136285", "56.33800000", "140.94936285", "0", "0")},
    # the account of Bitget's own example: its equity has the profit of open positions in it
    "futures_usdt": {"USDT": ("10575.26735771", "7.63530000", "10582.90265771", "0", "0")},
    "futures_usdc": {"USDC": ("7.5", "0.0", "7.5", "0", "0")},
    "futures_coin": {
        "BTC": ("0.4000000", "0.1000125", "0.5000125", "0", "0"),
        "ETH": ("-0.25", "0", "-0.25", "0", "0"),
    },
}


@pytest.mark.parametrize("wallet", EXPECTED)
async def test_each_wallet_is_read_to_the_digit(bitget: tuple[Replay, Exchange], wallet: str) -> None:
    assert figures(await read_wallet(bitget[1], "bitget", wallet)) == EXPECTED[wallet]


async def test_what_is_frozen_of_funds_is_a_part_of_them() -> None:
    funds = {"/funding-assets": enveloped([{**FUNDING[0], "frozen": "1.5"}])}
    async with replayed("bitget", recording(funds)) as (_, exchange):
        (usdt,) = (await read_wallet(exchange, "bitget", "funding")).values()
    assert (usdt.free, usdt.locked, usdt.total) == (Decimal(326), Decimal("1.5"), Decimal("327.5"))


@pytest.mark.parametrize("statuses", [{}, REFUSES_CLASSIC])
async def test_a_unified_account_is_read_where_it_refuses_the_call_of_a_classic_one(
    statuses: dict[str, int],
) -> None:
    """ "You are in Unified Account mode, and the Classic Account API is not supported at this time"."""
    async with replayed("bitget", recording(UNIFIED_ANSWERS, statuses)) as (_, exchange):
        assert figures(await read_wallet(exchange, "bitget", "spot")) == {
            "USDT": ("4.5", "1", "5.69300826", "0", "0"),
            "BGB": ("0", "0", "-1.15582129", "1.15582129", "0"),
        }
        assert figures(await read_wallet(exchange, "bitget", "funding")) == {
            "BGB": ("0.01", "0.5", "0.51", "0", "0")
        }


@pytest.mark.parametrize("wallet", [each for each in EXPECTED if each not in ("spot", "funding")])
async def test_of_a_unified_account_every_other_wallet_says_where_it_is_read(wallet: str) -> None:
    async with replayed("bitget", recording(UNIFIED_ANSWERS, REFUSES_CLASSIC)) as (_, exchange):
        market = CATALOGUE["bitget"]
        with pytest.raises(LoadFailed, match="connect it as bitget") as failed:
            await exchange.ask(lambda client: BITGET.wallets[wallet](client, market), KEYS)
    assert type(failed.value) is NotOffered


@pytest.mark.parametrize("way", BROKEN)
async def test_no_broken_answer_passes_for_a_unified_account(way: str) -> None:
    async with bent("bitget", "spot", Recorded(UNIFIED_ANSWERS)) as wallet:
        with pytest.raises(LoadFailed):
            await wallet.read({"/bitget/api/v3/account/assets": BROKEN[way]})


@pytest.mark.parametrize(("equity", "is_empty"), [("0", True), ("0.5", False)])
async def test_a_unified_account_without_assets_is_empty_only_if_it_has_no_equity(
    equity: str, is_empty: bool
) -> None:
    answers = {**UNIFIED_ANSWERS, "/assets": enveloped({"accountEquity": equity, "assets": None})}
    answers = {"/api/v2/": UNIFIED_MODE, "/api/v3/": answers["/assets"]}
    async with replayed("bitget", recording(answers)) as (_, exchange):
        if is_empty:
            assert await read_wallet(exchange, "bitget", "spot") == {}
        else:
            with pytest.raises(ExchangeUnavailable):
                await read_wallet(exchange, "bitget", "spot")


async def test_what_is_only_for_copy_trading_is_refused_since_it_may_be_in_what_is_available() -> None:
    spot = {"/spot/account/assets": enveloped([{**SPOT[0], "limitAvailable": "5"}])}
    async with replayed("bitget", recording(spot)) as (_, exchange):
        with pytest.raises(ExchangeUnavailable, match="copy trading"):
            await read_wallet(exchange, "bitget", "spot")


@pytest.mark.parametrize(
    ("coin", "balance", "is_read"), [("BTC", "1.2", False), ("BTC", "0", True), ("USDT", "9", True)]
)
async def test_futures_with_other_coins_as_margin_are_refused_since_the_equity_may_hold_them(
    coin: str, balance: str, is_read: bool
) -> None:
    margin = [{"coin": coin, "balance": balance, "available": balance}]
    account = futures("USDT", "10582.5", "10000", assetMode="union", assetList=margin)
    async with replayed("bitget", recording({"productType=": enveloped([account])})) as (_, exchange):
        if is_read:
            told = await read_wallet(exchange, "bitget_usdt_futures", "futures_usdt")
            assert told["USDT"].total == Decimal("10582.5")
        else:
            with pytest.raises(ExchangeUnavailable, match="margin"):
                await read_wallet(exchange, "bitget_usdt_futures", "futures_usdt")


REFUSALS: list[tuple[int, str, type[LoadFailed], str | None]] = [
    (400, "40037", KeysRejected, "invalid"),
    (400, "40006", KeysRejected, "invalid"),
    (400, "40009", KeysRejected, "invalid"),
    (400, "40012", KeysRejected, "invalid"),
    (400, "40018", KeysRejected, "ip_not_allowed"),
    (400, "40014", KeysRejected, "no_permission"),
    (400, "40008", ClockSkewed, None),
    (429, "429", ExchangeLimiting, None),
    (200, "429", ExchangeLimiting, None),
    (400, "40010", ExchangeTimedOut, None),
    (200, "40015", ExchangeUnavailable, None),
    (400, "40200", ExchangeUnavailable, None),
    (400, "40013", ExchangeRefused, None),
    (400, "40084", NotOffered, None),
    (400, "43025", ExchangeRefused, None),
]


@pytest.mark.parametrize(("status", "code", "kind", "state"), REFUSALS)
async def test_what_a_code_means(status: int, code: str, kind: type[LoadFailed], state: str | None) -> None:
    failure = refusal(BITGET.errors, status, {"code": code, "msg": "words of the exchange", "data": None})
    assert type(failure) is kind
    assert failure.key_state == state


async def test_that_all_is_well_is_no_refusal() -> None:
    assert refusal(BITGET.errors, 200, enveloped({})) is None


async def test_a_refusal_of_keys_with_status_200_is_found_before_anything_is_believed() -> None:
    refused = enveloped(SPOT, "40037", "Apikey does not exist")
    async with replayed("bitget", recording({"/spot/account/assets": refused})) as (_, exchange):
        with pytest.raises(KeysRejected):
            await read_wallet(exchange, "bitget", "spot")


PAIRS = [
    {"symbol": "BTCUSDT", "baseCoin": "BTC", "quoteCoin": "USDT", "status": "online"},
    {"symbol": "OLDUSDT", "baseCoin": "OLD", "quoteCoin": "USDT", "status": "halt"},
]
TICKERS = [
    {"symbol": "BTCUSDT", "lastPr": "63722.1", "bidPr": "63722", "askPr": "63722.2"},
    {"symbol": "OLDUSDT", "lastPr": "0.5", "bidPr": "0", "askPr": "0"},
]
PUBLIC = {
    "/api/v2/spot/public/symbols": enveloped(PAIRS),
    "/api/v2/spot/market/tickers": enveloped(TICKERS),
}


async def test_pairs_that_trade_are_apart_from_those_halted_and_prices_are_last_or_middle() -> None:
    async with replayed("bitget", recording(PUBLIC)) as (_, exchange):
        listed = await exchange.ask(BITGET.prices.pairs)
        last, mid = await exchange.ask(BITGET.prices.last), await exchange.ask(BITGET.prices.mid)
    assert listed.symbols == {("BTC", "USDT"): "BTCUSDT"}
    assert listed.halted == {("OLD", "USDT"): "OLDUSDT"}
    assert last == {"BTCUSDT": ("63722.1",), "OLDUSDT": ("0.5",)}
    assert mid == {"BTCUSDT": ("63722", "63722.2"), "OLDUSDT": ("0", "0")}


@pytest.mark.parametrize("code", ["bitget", "bitget_usdt_futures", "bitget_futures"])
async def test_a_load_asks_each_wallet_one_call_and_the_prices_one(code: str) -> None:
    market = CATALOGUE[code]
    async with gateway("bitget", {**PUBLIC, **ANSWERS}) as (replay, made):
        listed = await made.price_list(market)
        reading = await made.read_wallets(market, KEYS, market.wallets)
    assert [wallet.wallet for wallet in reading.answered] == list(market.wallets)
    assert listed.priced(market, Stablecoins.REFERENCE).numeraire.btc_usd == Decimal("63722.1")
    assert len([path for path in replay.paths if path not in PUBLIC]) == len(market.wallets)
    assert all(call.weight == 1 for call in reading.calls)


KEY = {"userId": "1208456", "inviterId": "1", "ips": "", "authorities": ["stor", "coor"], "parentId": 1}
UNIFIED_KEY = {"userId": "1208456", "ips": "203.0.113.7", "permType": "read-only", "permissions": ["uta_mgt"]}


@pytest.mark.parametrize(
    ("told", "rights"),
    [
        ({}, KeyRights(read=True, trade=False, withdraw=False, ip_bound=False)),
        ({"ips": "203.0.113.7"}, KeyRights(True, False, False, True)),
        ({"authorities": ["readonly", "trade"]}, KeyRights(True, True, False, False)),
        ({"authorities": ["cpow"]}, KeyRights(True, True, False, False)),
        ({"authorities": ["stor", "wtow", "wwow"]}, KeyRights(True, False, True, False)),
    ],
)
async def test_rights_are_those_of_the_key_and_its_uid_is_the_accounts(
    told: dict[str, Any], rights: KeyRights
) -> None:
    async with gateway("bitget", {"/spot/account/info": enveloped({**KEY, **told})}) as (_, made):
        assert await made.rights(CATALOGUE["bitget"], KEYS) == rights
        assert await made.uid(CATALOGUE["bitget"], KEYS) == "1208456"


@pytest.mark.parametrize(
    ("told", "rights"),
    [
        ({}, KeyRights(True, False, False, True)),
        ({"permissions": ["uta_trade", "withdraw"]}, KeyRights(True, False, False, True)),
        ({"permType": "read-and-write", "permissions": ["uta_trade"]}, KeyRights(True, True, False, True)),
        ({"permType": "read-and-write", "permissions": ["withdraw"]}, KeyRights(True, False, True, True)),
    ],
)
async def test_rights_of_a_unified_account_are_those_of_its_own_call(
    told: dict[str, Any], rights: KeyRights
) -> None:
    answers = {"/api/v2/": UNIFIED_MODE, "/api/v3/account/info": enveloped({**UNIFIED_KEY, **told})}
    async with gateway("bitget", answers) as (_, made):
        assert await made.rights(CATALOGUE["bitget"], KEYS) == rights
        assert await made.uid(CATALOGUE["bitget"], KEYS) == "1208456"


async def test_open_orders_are_counted_page_by_page() -> None:
    orders = [{"orderId": str(number)} for number in range(102)]
    pages = {"idLessThan=99": enveloped(orders[100:]), "unfilled-orders": enveloped(orders[:100])}
    async with gateway("bitget", pages) as (_, made):
        assert await made.open_orders(CATALOGUE["bitget"], KEYS) == 102
        with pytest.raises(NotOffered):
            await made.open_orders(CATALOGUE["bitget_futures"], KEYS)


@pytest.mark.parametrize("is_unified", [False, True])
async def test_networks_and_addresses_are_told(is_unified: bool) -> None:
    chain = {
        "chain": "ERC20",
        "needTag": "false",
        "withdrawable": "false",
        "rechargeable": "true",
        "withdrawFee": "5.5",
        "minWithdrawAmount": "10",
        "withdrawStep": "0",
    }
    address = enveloped({"address": "0x0001", "chain": "ERC20", "coin": "USDT", "tag": None, "url": ""})
    answers = {
        "/spot/public/coins": enveloped([{"coinId": "2", "coin": "USDT", "chains": [chain]}]),
        "/spot/wallet/deposit-address": UNIFIED_MODE if is_unified else address,
        "/api/v3/account/deposit-address?chain=ERC20&coin=USDT": address,
    }
    async with replayed("bitget", recording(answers)) as (_, exchange):
        (told,) = await exchange.ask(BITGET.currencies)
        (network,) = told.networks
        assert (told.deposits, told.withdrawals, network.needs_tag) == (True, False, False)
        assert (network.withdrawal_fee, network.withdrawal_step) == (Decimal("5.5"), None)
        at = await once(exchange, lambda client: BITGET.deposit_address(client, "USDT", "ERC20"))
        assert at == DepositAddress("0x0001")


async def test_the_documented_unified_account_comes_out_to_the_digit() -> None:
    """The asset of Bitget's documentation of "Get Account Assets" of unified accounts."""
    usdt = {
        "coin": "USDT",
        "equity": "6.19300826",
        "usdValue": "6.19299777",
        "balance": "6.19300826",
        "available": "6.19300826",
        "debt": "0",
        "locked": "0",
    }
    answers = {**UNIFIED_ANSWERS, "/api/v3/account/assets": enveloped({**UNIFIED, "assets": [usdt]})}
    async with replayed("bitget", recording(answers)) as (_, exchange):
        told = await read_wallet(exchange, "bitget", "spot")
    assert figures(told) == {"USDT": ("6.19300826", "0", "6.19300826", "0", "0")}
