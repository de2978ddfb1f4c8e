"""KuCoin: what each wallet holds to the digit, unified accounts too; what its codes mean; its prices."""

import json
from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path
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
from cambist.exchanges.dialects.kucoin import account
from cambist.exchanges.dialects.kucoin.dialect import KUCOIN
from cambist.exchanges.exchange import Exchange
from cambist.exchanges.failures import ClockSkewed
from cambist.simulator.replay import Recording, Replay, read_recording
from tests.exchanges.recordings import KEYS
from tests.exchanges.recordings.kucoin import ACCOUNTS, ANSWERS, HOLDINGS, UNIFIED, enveloped
from tests.exchanges.replayed import gateway, once, read_wallet, recording, refusal, replayed

RECORDED = Path(__file__).parents[3] / "shared" / "fixtures" / "fetch_balance" / "kucoin.json"
NOT_UNIFIED = {"msg": "Invalid Unified Account user.", "code": "112010"}
UNIFIED_CALL = "/api/ua/v1/unified/account/balance"
FUTURES_CALL = "/api/ua/v1/account/balance"
MODE_CALL = "/api/ua/v1/account/mode"

pytestmark = pytest.mark.asyncio


@pytest_asyncio.fixture(name="kucoin")
async def _kucoin() -> AsyncIterator[tuple[Replay, Exchange]]:
    async with replayed("kucoin", recording(ANSWERS)) as made:
        yield made


def figures(balances: dict[str, Any]) -> dict[str, tuple[str, ...]]:
    """{code: (free, locked, total, borrowed)}."""
    return {code: tuple(map(str, (b.free, b.locked, b.total, b.borrowed))) for code, b in balances.items()}


EXPECTED: dict[str, dict[str, tuple[str, ...]]] = {
    # funding and trading added up; what is of margin is told by the wallet of margin
    "spot": {
        "BTC": ("0.75", "0.135", "0.885", "0"),
        "KCS": ("12.25", "0", "12.25", "0"),
        "USDT": ("1000.50", "99.50", "1100.00", "0"),
    },
    "unified": {
        "USDT": ("90.5000000000", "7.4936711985", "97.9936711985", "0E-10"),
        "BTC": ("0.0000784000", "0E-10", "-0.0000216000", "0.0001000000"),
    },
    # what is owed is taken off once
    "cross_margin": {"USDT": ("180", "20", "99.8", "100.2"), "BTC": ("0.05", "0", "0.05", "0")},
    "isolated_margin": {
        "ETH": ("1", "0.5", "1.5", "0"),
        "USDT": ("10.75", "0", "-19.75", "30.5"),
        "BTC": ("0.0625", "0", "0.0625", "0"),
    },
    # what is being redeemed is in what is held
    "earn": {"KCS": ("0", "10.5", "10.5", "0"), "USDT": ("0", "250.375", "250.375", "0")},
    # the equity has the profit of open positions in it, which is not added
    "futures": {
        "USDT": ("650.5000000000000", "388.4908150812345", "1038.9908150812345", "0"),
        "XBT": ("0.5", "0.0", "0.5", "0"),
    },
}


@pytest.mark.parametrize("wallet", EXPECTED)
async def test_each_wallet_is_read_to_the_digit(kucoin: tuple[Replay, Exchange], wallet: str) -> None:
    assert figures(await read_wallet(kucoin[1], "kucoin", wallet)) == EXPECTED[wallet]


async def test_old_codes_are_the_assets_that_they_mean(kucoin: tuple[Replay, Exchange]) -> None:
    assert (await read_wallet(kucoin[1], "kucoin_futures", "futures"))["XBT"].asset == "BTC"


@pytest.mark.skipif(not RECORDED.exists(), reason="the recorded answers are no part of the repository")
@pytest.mark.parametrize(("number", "wallet"), [(1, "spot"), (2, "spot"), (3, "spot"), (4, "unified")])
async def test_a_recorded_answer_of_a_kind_of_account_comes_out_to_the_digit(
    number: int, wallet: str
) -> None:
    case = json.loads(RECORDED.read_bytes())["cases"][number - 1]
    async with replayed("kucoin", read_recording(RECORDED.read_bytes(), number)) as (_, exchange):
        told = await read_wallet(exchange, "kucoin", wallet)
    assert {each.asset: (each.free, each.locked, each.total) for each in told.values()} == {
        code: tuple(Decimal(parts[part]) for part in ("free", "used", "total"))
        for code, parts in case["expected"].items()
    }


@pytest.mark.parametrize("status", [200, 400])
async def test_of_an_account_that_is_not_unified_the_unified_wallet_holds_nothing(status: int) -> None:
    played = recording({UNIFIED_CALL: NOT_UNIFIED}, {UNIFIED_CALL: status})
    async with replayed("kucoin", played) as (_, exchange):
        assert await read_wallet(exchange, "kucoin", "unified") == {}


@pytest.mark.parametrize("wallet", ["unified", "cross_margin", "isolated_margin", "earn"])
async def test_a_wallet_beside_that_of_spot_is_not_offered_where_it_is_refused_for_good(wallet: str) -> None:
    played = recording({"/api/": {"code": "400303", "msg": "Please verify your identity."}})
    async with replayed("kucoin", played) as (_, exchange):
        with pytest.raises(NotOffered, match="Please verify your identity"):
            await read_wallet(exchange, "kucoin", wallet)
        with pytest.raises(ExchangeRefused) as refused:
            await read_wallet(exchange, "kucoin", "spot")
    assert not isinstance(refused.value, NotOffered)


@pytest.mark.parametrize("mode", ["CLASSIC", "UNIFIED"])
async def test_futures_that_hold_nothing_are_none_or_those_of_a_unified_account(mode: str) -> None:
    nothing = {"accountType": "FUTURES", "ts": 1, "accounts": []}
    told = {"accountMode": mode, "selfAccountMode": mode}
    played = recording({FUTURES_CALL: enveloped(nothing), MODE_CALL: enveloped(told)})
    async with replayed("kucoin", played) as (replay, exchange):
        if mode == "CLASSIC":
            assert await read_wallet(exchange, "kucoin_futures", "futures") == {}
        else:
            with pytest.raises(NotOffered, match="connect it as kucoin"):
                await read_wallet(exchange, "kucoin_futures", "futures")
    assert replay.paths == [FUTURES_CALL, MODE_CALL]


async def test_an_answer_of_another_account_is_refused() -> None:
    played = recording({UNIFIED_CALL: enveloped({**UNIFIED, "accountType": "SPOT"})})
    async with replayed("kucoin", played) as (_, exchange):
        with pytest.raises(ExchangeUnavailable, match="another account"):
            await read_wallet(exchange, "kucoin", "unified")


@pytest.mark.parametrize(
    "rows", [[{**ACCOUNTS[0], "type": "pool"}], [ACCOUNTS[0], ACCOUNTS[0]], [{"currency": "BTC"}]]
)
async def test_an_account_of_an_unknown_kind_or_told_twice_is_refused(rows: list[Any]) -> None:
    async with replayed("kucoin", recording({"/api/v1/accounts": enveloped(rows)})) as (_, exchange):
        with pytest.raises(ExchangeUnavailable):
            await read_wallet(exchange, "kucoin", "spot")


def page(number: int, of: int, *items: dict[str, Any], total: int) -> dict[str, Any]:
    told = {"currentPage": number, "totalPage": of, "totalNum": total, "pageSize": 500}
    return enveloped({**told, "items": list(items)})


async def test_what_is_in_earn_is_read_page_by_page_and_refused_where_a_page_is_missing() -> None:
    first, second, third = HOLDINGS
    pages = {
        "currentPage=1&": page(1, 2, first, second, total=3),
        "currentPage=2&": page(2, 2, third, total=3),
    }
    async with replayed("kucoin", recording(pages)) as (replay, exchange):
        assert figures(await read_wallet(exchange, "kucoin", "earn")) == EXPECTED["earn"]
        for wrong in (page(2, 2, first, total=3), page(1, 2, third, total=3), page(2, 2, total=3)):
            replay.recording = recording({**pages, "currentPage=2&": wrong})
            with pytest.raises(ExchangeUnavailable):
                await read_wallet(exchange, "kucoin", "earn")


REFUSALS: list[tuple[int, str, type[LoadFailed], str | None]] = [
    (400, "400001", KeysRejected, "invalid"),
    (400, "400003", KeysRejected, "invalid"),
    (400, "400004", KeysRejected, "invalid"),
    (400, "400005", KeysRejected, "invalid"),
    (400, "400006", KeysRejected, "ip_not_allowed"),
    (400, "400007", KeysRejected, "no_permission"),
    (400, "400002", ClockSkewed, None),
    (429, "429000", ExchangeLimiting, None),
    (200, "429000", ExchangeLimiting, None),
    (500, "500000", ExchangeUnavailable, None),
    (200, "300000", ExchangeUnavailable, None),
    (200, "408000", ExchangeTimedOut, None),
    (200, "411100", ExchangeRefused, None),
    (200, "101030", NotOffered, None),
    (200, "400100", ExchangeRefused, None),
]


@pytest.mark.parametrize(("status", "code", "kind", "state"), REFUSALS)
async def test_what_a_code_means(status: int, code: str, kind: type[LoadFailed], state: str | None) -> None:
    failure = refusal(KUCOIN.errors, status, {"code": code, "msg": "words of the exchange"})
    assert type(failure) is kind
    assert failure.key_state == state


async def test_that_all_is_well_is_no_refusal() -> None:
    assert refusal(KUCOIN.errors, 200, {"code": "200000", "data": 1}) is None


async def test_a_refusal_of_keys_with_status_200_is_found_before_anything_is_believed() -> None:
    refused = {**enveloped(ACCOUNTS, code="400003"), "msg": "KC-API-KEY not exists"}
    async with replayed("kucoin", recording({"/api/v1/accounts": refused})) as (_, exchange):
        with pytest.raises(KeysRejected):
            await read_wallet(exchange, "kucoin", "spot")


PAIRS = [
    {"symbol": "BTC-USDT", "baseCurrency": "BTC", "quoteCurrency": "USDT", "enableTrading": True},
    {"symbol": "BCHSV-USDT", "baseCurrency": "BCHSV", "quoteCurrency": "USDT", "enableTrading": True},
    {"symbol": "OLD-BTC", "baseCurrency": "OLD", "quoteCurrency": "BTC", "enableTrading": False},
]
TICKERS = [
    {"symbol": "BTC-USDT", "buy": "11328.9", "sell": "11329.1", "last": "11328.95", "vol": "1"},
    {"symbol": "BCHSV-USDT", "buy": None, "sell": None, "last": None, "vol": "0"},
    {"symbol": "OLD-BTC", "buy": "1", "sell": "2", "last": "1.5", "vol": "0"},
]
PUBLIC = {
    "/api/v2/symbols": enveloped(PAIRS),
    "/api/v1/market/allTickers": enveloped({"time": 1602832092060, "ticker": TICKERS}),
}


async def test_pairs_that_trade_are_apart_from_those_halted_and_prices_are_last_or_middle() -> None:
    async with replayed("kucoin", recording(PUBLIC)) as (_, exchange):
        listed = await exchange.ask(KUCOIN.prices.pairs)
        last, mid = await exchange.ask(KUCOIN.prices.last), await exchange.ask(KUCOIN.prices.mid)
    assert listed.symbols == {("BTC", "USDT"): "BTC-USDT", ("BSV", "USDT"): "BCHSV-USDT"}
    assert listed.halted == {("OLD", "BTC"): "OLD-BTC"}
    assert (last["BTC-USDT"], last["BCHSV-USDT"]) == (("11328.95",), ("",))
    assert (mid["BTC-USDT"], mid["BCHSV-USDT"]) == (("11328.9", "11329.1"), ("", ""))


@pytest.mark.parametrize("code", ["kucoin", "kucoin_futures"])
async def test_a_load_asks_each_wallet_one_call_and_the_prices_one(code: str) -> None:
    market = CATALOGUE[code]
    async with gateway("kucoin", {**ANSWERS, **PUBLIC}) as (replay, made):
        listed = await made.price_list(market)
        reading = await made.read_wallets(market, KEYS, market.wallets)
    assert [wallet.wallet for wallet in reading.answered] == list(market.wallets)
    assert listed.priced(market, Stablecoins.REFERENCE).numeraire.btc_usd == Decimal("11328.95")
    private = [path for path in replay.paths if path not in PUBLIC]
    assert len(private) == len(set(private)) == len(market.wallets)
    assert all(call.weight is not None for call in reading.calls)


KEY = {
    "remark": "account1",
    "apiVersion": 3,
    "permission": "General",
    "createdAt": 1728443843000,
    "uid": 165111215,
    "isMaster": True,
}


@pytest.mark.parametrize(
    ("told", "rights"),
    [
        ({}, KeyRights(read=True, trade=False, withdraw=False, ip_bound=False)),
        ({"ipWhitelist": "203.0.113.7"}, KeyRights(True, False, False, True)),
        ({"permission": "General,InnerTransfer"}, KeyRights(True, False, False, False)),
        ({"permission": "General,Spot"}, KeyRights(True, True, False, False)),
        ({"permission": "General,Futures,Transfer"}, KeyRights(True, True, True, False)),
        ({"permission": "Unified"}, KeyRights(False, True, False, False)),
    ],
)
async def test_rights_are_those_of_the_key_and_its_uid_is_the_accounts(
    told: dict[str, Any], rights: KeyRights
) -> None:
    async with gateway("kucoin", {"/api/v1/user/api-key": enveloped({**KEY, **told})}) as (_, made):
        assert await made.rights(CATALOGUE["kucoin"], KEYS) == rights
        assert await made.uid(CATALOGUE["kucoin"], KEYS) == "165111215"


async def test_a_right_told_twice_is_not_told() -> None:
    raw = json.dumps(enveloped(KEY)).replace('"permission"', '"permission": "General,Spot", "permission"')
    async with replayed("kucoin", Recording(raw.encode())) as (_, exchange):
        with pytest.raises(ExchangeUnavailable):
            await once(exchange, account.rights)


async def test_open_orders_are_counted_once_whichever_call_tells_them() -> None:
    orders = [{"id": f"order-{number}"} for number in range(3)]
    answers = {
        "/api/v1/hf/orders/active/symbols": enveloped({"symbols": ["BTC-USDT", "ETH-USDT"]}),
        "symbol=BTC-USDT": enveloped([orders[2], {"id": "order-9"}]),
        "symbol=ETH-USDT": enveloped([]),
        "status=active&currentPage=1&": page(1, 2, *orders[:2], total=3),
        "status=active&currentPage=2&": page(2, 2, orders[2], total=3),
    }
    async with gateway("kucoin", answers) as (_, made):
        assert await made.open_orders(CATALOGUE["kucoin"], KEYS) == 4
        with pytest.raises(NotOffered):
            await made.open_orders(CATALOGUE["kucoin_futures"], KEYS)


async def test_networks_and_addresses_are_told() -> None:
    chain = {
        "chainName": "ERC20",
        "chainId": "eth",
        "isDepositEnabled": True,
        "isWithdrawEnabled": False,
        "needTag": False,
        "withdrawalMinFee": "5.5",
        "withdrawalMinSize": "10",
    }
    listed = {"currency": "USDT", "name": "USDT", "fullName": "Tether", "chains": [chain]}
    address = {"address": "0x0001", "memo": "7", "chainId": "eth", "to": "MAIN", "currency": "USDT"}
    answers = {
        "/api/v3/currencies": enveloped([listed, {**listed, "currency": "NONE", "chains": None}]),
        "/api/v3/deposit-addresses?currency=USDT&chain=eth": enveloped([address]),
        "/api/v3/deposit-addresses": enveloped([]),
    }
    async with gateway("kucoin", answers) as (_, made):
        tether, none = await made.currencies(CATALOGUE["kucoin"], KEYS)
        (network,) = tether.networks
        assert (tether.deposits, tether.withdrawals, none.deposits, none.networks) == (True, False, False, ())
        assert (network.code, network.withdrawal_fee, network.min_withdrawal) == (
            "eth",
            Decimal("5.5"),
            Decimal(10),
        )
        told = await made.deposit_address(CATALOGUE["kucoin"], KEYS, "USDT", "eth")
        assert told == DepositAddress("0x0001", "7")
    async with replayed("kucoin", recording(answers)) as (_, exchange):
        with pytest.raises(ExchangeUnavailable):
            await once(exchange, lambda client: KUCOIN.deposit_address(client, "BTC", "btc"))
