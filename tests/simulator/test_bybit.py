"""Bybit as it is played: independent clients take it for the exchange, and what it refuses, it refuses so."""

import asyncio
import hashlib
import hmac
import json
from datetime import timedelta
from decimal import Decimal
from typing import Any

import ccxt.async_support as ccxt
import pytest
from pybit.exceptions import InvalidRequestError
from pybit.unified_trading import HTTP

from cambist.simulator.bybit.wallets import total
from cambist.simulator.scenario import default_scenario, load_scenario
from cambist.simulator.server import Simulator
from tests.exchanges.scenarios import BYBIT
from tests.simulator.test_clients import wall_clock
from tests.simulator.worlds import START_MS, Seen, World, play
from tests.worlds import EXCHANGE_KEY, EXCHANGE_SECRET

WALLET = "/v5/account/wallet-balance"
UNIFIED = "accountType=UNIFIED"


def played(**changes: Any) -> Simulator:
    return Simulator([load_scenario(json.dumps(BYBIT | changes).encode())], now=wall_clock)


@pytest.mark.asyncio
async def test_ccxt_reads_markets_balances_and_tickers_with_the_exact_texts() -> None:
    async with played(halted=["ETHBTC"]) as simulator:
        client = ccxt.bybit({"apiKey": EXCHANGE_KEY, "secret": EXCHANGE_SECRET, "enableRateLimit": False})
        client.urls["api"] = dict.fromkeys(client.urls["api"], simulator.exchange_urls["bybit"])
        client.number, client.timeout_on_exit = str, 0
        client.options["fetchMarkets"] = {"types": ["spot"]}
        try:
            markets = await client.load_markets()
            unified = await client.fetch_balance({"type": "spot"})
            funding = await client.fetch_balance({"type": "funding"})
            tickers = await client.fetch_tickers(["BTC/USDT"])
            offset = await client.load_time_difference()
        finally:
            await client.close()
    assert (markets["BTC/USDT"]["active"], markets["ETH/BTC"]["active"]) == (True, False)
    assert (unified["USDT"]["total"], unified["USDT"]["debt"]) == ("120", "150.50056415")
    assert unified["BTC"]["total"] == "0.75"
    assert (funding["ETH"]["free"], funding["ETH"]["total"]) == ("1.5", "2.00000000")
    assert tickers["BTC/USDT"]["last"] == "60000"
    assert abs(offset) < 5000


@pytest.mark.asyncio
async def test_pybit_reads_every_wallet_prices_and_the_keys_rights() -> None:
    def ask(base: str) -> dict[str, Any]:
        session = HTTP(api_key=EXCHANGE_KEY, api_secret=EXCHANGE_SECRET)
        session.endpoint = base
        with session.client:
            return {
                "unified": session.get_wallet_balance(accountType="UNIFIED", coin="USDT,BTC"),
                "funding": session.get_coins_balance(accountType="FUND"),
                "key": session.get_api_key_information(),
                "tickers": session.get_tickers(category="spot", symbol="ETHBTC"),
                "pairs": session.get_instruments_info(category="spot"),
                "orders": session.get_open_orders(category="linear", settleCoin="USDT"),
                "flexible": session.get_staked_position(category="FlexibleSaving", coin="USDT"),
                "on-chain": session.get_staked_position(category="OnChain"),
                "fixed": session.get_fixed_term_position(),
            }

    async with played() as simulator:
        told = await asyncio.to_thread(ask, simulator.exchange_urls["bybit"])
    results = {name: answer["result"] for name, answer in told.items()}
    (account,) = results["unified"]["list"]
    tether = next(row for row in account["coin"] if row["coin"] == "USDT")
    assert {row["coin"] for row in account["coin"]} == {"BTC", "USDT"}
    assert (tether["walletBalance"], tether["equity"], tether["borrowAmount"]) == (
        "120",
        "-30.50000000",
        "150.5",
    )
    assert Decimal(tether["usdValue"]) == Decimal("-30.5")
    assert Decimal(account["totalEquity"]) == Decimal("0.75") * 60000 + Decimal("-33.95487861")
    assert Decimal(account["totalWalletBalance"]) == Decimal("0.75") * 60000 + 130
    assert Decimal(account["totalPerpUPL"]) == Decimal("-13.45487861")
    assert results["funding"]["memberId"] == "53888001"
    assert results["funding"]["balance"][0] | {"bonus": ""} == {
        "coin": "ETH",
        "walletBalance": "2.00000000",
        "transferBalance": "1.5",
        "bonus": "",
    }
    assert (results["key"]["userID"], results["key"]["readOnly"], results["key"]["ips"]) == (
        53888001,
        1,
        ["*"],
    )
    assert [row["lastPrice"] for row in results["tickers"]["list"]] == ["0.04"]
    assert len(results["pairs"]["list"]) == 4
    assert results["orders"]["list"] == []
    assert [
        (row["coin"], row["amount"], row["claimableYield"], row["availableAmount"], row["freezeDetails"])
        for row in results["flexible"]["list"]
    ] == [("USDT", "120", "0.0123", "100", [{"amount": "20", "description": "Locked in Fixed-Rate Loan"}])]
    assert [(row["coin"], row["amount"], row["status"]) for row in results["on-chain"]["list"]] == [
        ("BTC", "0.10000000", "Active"),
        ("BTC", "0.05", "Processing"),
    ]
    assert [(row["coin"], row["amount"], row["category"]) for row in results["fixed"]["list"]] == [
        ("USDC", "201.00000000", "FixedTermSaving")
    ]


@pytest.mark.asyncio
async def test_pybit_reads_every_history() -> None:
    at = wall_clock() - timedelta(hours=2)

    def flow(kind: str, amount: str, **more: str) -> dict[str, str]:
        return {"kind": kind, "asset": "USDT", "amount": amount, "time": at.isoformat(), **more}

    flows = [
        flow("deposit", "5", wallet="funding", tx="0xin"),
        flow("deposit", "6", wallet="funding", name="internal"),
        flow("withdrawal", "7", wallet="funding", fee="1"),
        flow("transfer", "8", wallet="funding", to="earn_flexible"),
        flow("transfer", "9", wallet="funding", to="earn_fixed"),
        flow("reward", "0.1", wallet="earn_flexible"),
    ]
    bought = {"symbol": "BTCUSDT", "side": "buy", "price": "60000", "quantity": "0.1", "fee": "0.0001"}

    def ask(base: str) -> dict[str, Any]:
        session = HTTP(api_key=EXCHANGE_KEY, api_secret=EXCHANGE_SECRET)
        session.endpoint = base
        with session.client:
            return {
                "log": session.get_transaction_log(accountType="UNIFIED", limit=1),
                "deposits": session.get_deposit_records(),
                "internal": session.get_internal_deposit_records(),
                "on chain": session.get_withdrawal_records(coin="USDT"),
                "orders": session.get_stake_or_redemption_history(category="FlexibleSaving"),
                "yields": session.get_yield(category="FlexibleSaving"),
                "fixed": session.get_fixed_term_order(),
                "funding": session.get_funding_acc_history(limit="10"),
            }

    async with played(flows=flows, trades=[{**bought, "time": at.isoformat()}]) as simulator:
        told = await asyncio.to_thread(ask, simulator.exchange_urls["bybit"])
    results = {name: answer["result"] for name, answer in told.items()}
    (leg,) = results["log"]["list"]
    assert (leg["currency"], leg["change"], leg["type"], leg["category"]) == (
        "USDT",
        "-6000.0",
        "TRADE",
        "spot",
    )
    assert results["log"]["nextPageCursor"] == "1"
    assert [(row["amount"], row["status"], row["txID"]) for row in results["deposits"]["rows"]] == [
        ("5", 3, "0xin")
    ]
    assert [row["amount"] for row in results["internal"]["rows"]] == ["6"]
    assert [(row["amount"], row["withdrawFee"]) for row in results["on chain"]["rows"]] == [("7", "1")]
    assert [(row["orderType"], row["orderValue"]) for row in results["orders"]["list"]] == [("Stake", "8")]
    assert [row["amount"] for row in results["yields"]["list"]] == ["0.1"]
    assert [(row["orderType"], row["amount"]) for row in results["fixed"]["list"]] == [("Stake", "9")]
    assert sorted((row["ioDirection"], row["txnAmt"]) for row in results["funding"]["list"]) == [
        ("I", "5"),
        ("I", "6"),
        ("O", "8"),
        ("O", "8"),
        ("O", "9"),
    ]


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/v5/account/transaction-log", "accountType=SPOT"),
        ("/v5/account/transaction-log", "limit=51"),
        ("/v5/account/transaction-log", f"startTime={START_MS - 8 * 86_400_000}&endTime={START_MS}"),
        ("/v5/asset/deposit/query-record", f"startTime={START_MS - 30 * 86_400_000}&endTime={START_MS}"),
        ("/v5/asset/withdraw/query-record", "withdrawType=3"),
        ("/v5/earn/order", "category=Savings"),
        ("/v5/earn/yield", "category=FlexibleSaving&cursor=-1"),
    ],
)
@pytest.mark.asyncio
async def test_a_history_is_not_told_to_whom_asks_amiss(path: str, query: str) -> None:
    async with play(BYBIT) as world:
        assert (await asked(world, query, path=path)).json["retCode"] == 10001


@pytest.mark.asyncio
async def test_pybit_is_told_of_a_wrong_secret() -> None:
    def ask(base: str) -> None:
        session = HTTP(api_key=EXCHANGE_KEY, api_secret="wrong")
        session.endpoint = base
        with session.client:
            session.get_wallet_balance(accountType="UNIFIED")

    async with played() as simulator:
        with pytest.raises(InvalidRequestError) as refused:
            await asyncio.to_thread(ask, simulator.exchange_urls["bybit"])
    assert refused.value.status_code == 10004


async def asked(
    made: World, query: str = UNIFIED, *, path: str = WALLET, key: str = EXCHANGE_KEY, **changes: str
) -> Seen:
    """A call signed apart from the product's code; `changes` are headers, and what is signed instead."""
    secret, signed = changes.pop("secret", EXCHANGE_SECRET), changes.pop("signed", query)
    stamp, window = changes.pop("stamp", str(START_MS)), changes.pop("window", "5000")
    text = f"{stamp}{key}{window}{signed}"
    headers = {
        "X-BAPI-API-KEY": key,
        "X-BAPI-TIMESTAMP": stamp,
        "X-BAPI-RECV-WINDOW": window,
        "X-BAPI-SIGN": hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest(),
    }
    return await made.get(f"{path}?{query}", headers=headers)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({}, 0),
        ({"secret": "wrong"}, 10004),
        ({"signed": "accountType=FUND"}, 10004),
        ({"key": "unknown"}, 10003),
        ({"stamp": str(START_MS - 5000)}, 0),
        ({"stamp": str(START_MS - 5001)}, 10002),
        ({"stamp": str(START_MS - 5001), "window": "6000"}, 0),
        ({"stamp": str(START_MS + 999)}, 0),
        ({"stamp": str(START_MS + 1000)}, 10002),
        ({"stamp": ""}, 10001),
        ({"query": "accountType=CONTRACT"}, 10001),
        ({"path": "/v5/account/unheard-of"}, 10017),
    ],
)
@pytest.mark.asyncio
async def test_a_call_is_checked_as_the_exchange_checks_it_and_errors_have_status_200(
    changes: dict[str, str], code: int
) -> None:
    async with play(BYBIT) as made:
        answer = await asked(made, **changes)
    assert (answer.status, answer.json["retCode"]) == (200, code)


@pytest.mark.parametrize(
    ("of_key", "code"), [({"ips": ["203.0.113.9"]}, 10010), ({"permissions": ["trade"]}, 10005)]
)
@pytest.mark.asyncio
async def test_a_key_is_bound_to_its_addresses_and_to_what_it_may(of_key: dict[str, Any], code: int) -> None:
    async with play(BYBIT | {"keys": [BYBIT["keys"][0] | of_key]}) as made:
        assert (await asked(made)).json["retCode"] == code


@pytest.mark.asyncio
async def test_an_address_that_asks_too_often_is_shut_out_without_a_code() -> None:
    async with play(BYBIT | {"weight_limit": 1}) as made:
        first, *others = [await asked(made) for _ in range(3)]
    assert first.json["retCode"] == 0
    assert [(each.status, each.body) for each in others] == [(403, b"403, access too frequent")] * 2


@pytest.mark.asyncio
async def test_a_user_that_asks_a_path_too_often_is_told_when_to_come_back_and_others_go_on() -> None:
    same, other = (
        {"api_key": name, "secret": EXCHANGE_SECRET, "uid": uid}
        for name, uid in (("same-user", BYBIT["keys"][0]["uid"]), ("other-user", "2"))
    )
    path, fund = "/v5/asset/transfer/query-account-coins-balance", "accountType=FUND"
    async with play(BYBIT | {"keys": [*BYBIT["keys"], same, other], "path_limits": True}) as made:
        seen = [await asked(made, fund, path=path) for _ in range(6)]
        seen += [await asked(made, fund, path=path, key=key) for key in ("same-user", "other-user")]
        wallet = await asked(made)
        made.clock.advance(seconds=1)
        later = await asked(made, fund, path=path)
    assert [each.json["retCode"] for each in seen] == [0] * 5 + [10006, 10006, 0]
    assert {each.status for each in seen} == {200}
    assert seen[5].headers["X-Bapi-Limit-Reset-Timestamp"] == str(START_MS + 1_000)
    assert wallet.json["retCode"] == later.json["retCode"] == 0


@pytest.mark.asyncio
async def test_positions_of_no_category_are_refused() -> None:
    async with play(BYBIT) as made:
        assert (await asked(made, "category=Dual", path="/v5/earn/position")).json["retCode"] == 10001


def test_sums_are_exact_at_any_length_and_sign() -> None:
    assert total("0.1", "0.25") == "0.35"
    assert total("1", "-0.05", less="2.5") == "-1.55"
    assert total("0.5", less="0.50") == "0.00"
    assert total("-0.3", less="-0.1") == "-0.2"
    assert total("9" * 60 + "." + "9" * 60, "0." + "0" * 59 + "1") == "1" + "0" * 60 + "." + "0" * 60


def test_the_default_scenario_has_its_assets_in_the_unified_wallet() -> None:
    made = default_scenario("bybit")
    assert list(made.wallets) == ["unified"]
    assert sorted(made.wallets["unified"]) == ["BTC", "ETH", "USDT"]
    assert made.ccxt_id == "bybit"
