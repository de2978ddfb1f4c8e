"""Bitget's ledger: each wallet's own bills to the digit, classic or unified, page after page."""

import asyncio
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from cambist.actions.facts import BACKGROUND, Background, Priority
from cambist.core.errors import ExchangeRefused, KeysRejected, LoadFailed, NotOffered
from cambist.core.history import milliseconds
from cambist.core.ledger import Asked, EntryKind, Page
from cambist.core.terms import Coverage
from cambist.core.transfers import of_account
from cambist.exchanges.budget import Budgets, NotSent
from cambist.exchanges.catalogue import market_of
from cambist.exchanges.dialects.bitget.dialect import BITGET as BITGET_DIALECT
from cambist.exchanges.dialects.bitget.ledger import LEDGER
from cambist.exchanges.guard import Unusable
from cambist.exchanges.speaking import ledger_of
from cambist.exchanges.windows import Place, Window
from tests.exchanges.answering import NO_LEDGER, Says, answering, synced, without
from tests.exchanges.ledgers import brief
from tests.exchanges.recordings.bitget import UNIFIED_MODE, enveloped

K, D = EntryKind, Decimal
BITGET = market_of("bitget")
SOURCES = {each.terms.name: each.read for each in LEDGER}
NOW = datetime(2023, 6, 19, 16, tzinfo=UTC)
SINCE = NOW - timedelta(days=20)
AT = NOW - timedelta(hours=5)
TS = str(milliseconds(AT))

pytestmark = pytest.mark.asyncio


class Client:
    """A client of ccxt's that is answered by a script: by call, one answer after another."""

    def __init__(self, answers: Mapping[str, Any]) -> None:
        self.answers = {call: list(told) for call, told in answers.items()}
        self.asked: list[tuple[str, dict[str, str]]] = []

    def __getattr__(self, call: str) -> Any:
        async def answer(params: dict[str, str]) -> bytes:
            self.asked.append((call, params))
            data = self.answers[call].pop(0)
            return data if isinstance(data, bytes) else json.dumps(enveloped(data)).encode()

        return answer


SPOT = "private_spot_get_v2_spot_account_bills"
CAME = "private_spot_get_v2_spot_wallet_deposit_records"
WENT = "private_spot_get_v2_spot_wallet_withdrawal_records"
RECORDS = "private_uta_get_v3_account_financial_records"
FUNDS = "private_uta_get_v3_account_funding_financial_records"
FUTURES = "private_mix_get_v2_mix_account_bill"
CROSS = "private_margin_get_v2_margin_crossed_financial_records"


async def read(
    source: str, answers: Mapping[str, Any], cursor: str = "", assets: frozenset[str] = frozenset()
) -> Page:
    """A page of a source. answers: by call, what it is told."""
    client = Client(answers)
    return await SOURCES[source](client, BITGET, Asked(cursor, SINCE, NOW, assets))


def bill(number: int, group: str, business: str, coin: str, size: str, **more: str) -> dict[str, str]:
    told = {"billId": str(number), "coin": coin, "groupType": group, "businessType": business, "size": size}
    return {**told, "balance": "1", "fees": "0", "cTime": TS, "bizOrderId": f"7{number}", **more}


TRADE = [
    bill(9, "transaction", "SELL", "USDT", "-3112.180149", bizOrderId="71"),
    bill(8, "transaction", "BUY", "HNT", "845.931", fees="-0.845931", bizOrderId="71"),
    bill(7, "transaction", "DEDUCTION_HANDLING_FEE", "BGB", "0", fees="-0.04", bizOrderId="71"),
]


async def test_a_trade_in_spot_is_two_legs_and_what_was_charged_beside_them() -> None:
    earlier = bill(1, "transfer", "", "BTC", "1", cTime=str(milliseconds(SINCE) - 1))
    page = await read("spot", {SPOT: [[*TRADE, earlier]]})
    assert [
        (*row, each.group, each.quote) for row, each in zip(brief(page.entries), page.entries, strict=True)
    ] == [
        ("9", K.TRADE, "USDT", "-3112.180149", "spot", f"71:{TS}", True),
        ("8", K.TRADE, "HNT", "845.931", "spot", f"71:{TS}", False),
        ("8:fee", K.FEE, "HNT", "-0.845931", "spot", f"71:{TS}", False),
        ("7:fee", K.FEE, "BGB", "-0.04", "spot", "", False),
    ]
    assert {each.at for each in page.entries} == {AT}
    assert (page.more, page.until, page.known_from) == (False, NOW, SINCE)


@pytest.mark.parametrize(
    ("group", "business", "size", "kind"),
    [
        ("convert", "EXCHANGE_OUT", "-2", K.TRADE),
        ("fait", "FIAT_BANK_TRANSFER_DEPOSIT_SUCCESS_USER_IN_V2", "50", K.DEPOSIT),
        ("fait", "FIAT_BALANCE_BUY_OR_SELL_USER_OUT", "-50", K.WITHDRAWAL),
        ("c2c", "BUY", "5", K.DEPOSIT),
        ("financial", "BATCH_INTEREST_USER_IN", "0.000000015400", K.REWARD),
        ("financial", "FINANCIAL_LOCK_OUT", "-1", K.TRANSFER),
        ("loan", "LOAN_INTEREST_OUT", "-1", K.INTEREST),
        ("loan", "BORROW_IN", "9", K.TRANSFER),
        ("other", "REBATE_REWARDS", "0.5", K.REWARD),
        ("other", "airdrop rewards", "0.5", K.REWARD),
        ("transfer", "TRANSFER_IN", "3", K.TRANSFER),
        ("transaction", "SOMETHING", "3", K.TRANSFER),
        ("of tomorrow", "", "-3", K.TRANSFER),
    ],
)
async def test_each_bill_is_of_a_kind_and_what_nobody_knows_a_transfer(
    group: str, business: str, size: str, kind: EntryKind
) -> None:
    page = await read("spot", {SPOT: [[bill(1, group, business, "BTC", size)]]})
    assert brief(page.entries) == [("1", kind, "BTC", size, "spot")]


async def test_what_came_and_went_has_its_transaction_by_its_order_or_by_amount_and_time() -> None:
    rows = [
        bill(4, "deposit", "DEPOSIT", "BTC", "0.5", bizOrderId="11"),
        bill(3, "deposit", "DEPOSIT", "BTC", "2", bizOrderId=""),
        bill(2, "deposit", "DEPOSIT", "ETH", "3", bizOrderId=""),
        bill(1, "withdraw", "WITHDRAW", "USDT", "-9", fees="-1", bizOrderId="21"),
    ]
    times = {"cTime": str(int(TS) - 1000), "uTime": TS, "status": "success", "dest": "on_chain"}
    before = {"cTime": str(int(TS) - 20_000_000), "uTime": str(int(TS) - 19_000_000)}
    came = [
        {"orderId": "11", "tradeId": "0xa", "coin": "BTC", "size": "0.50", **times},
        {"orderId": "12", "tradeId": "0xb", "coin": "btc", "size": "2", **times},
        {"orderId": "13", "tradeId": "0xc", "coin": "ETH", "size": "3", **times},
        {"orderId": "14", "tradeId": "0xd", "coin": "ETH", "size": "3", **times},
        {"orderId": "15", "tradeId": "0xe", "coin": "BTC", "size": "0.5", **times},
        {"orderId": "16", "tradeId": "0xf", "coin": "BTC", "size": "2", **times, **before},
    ]
    went = [{"orderId": "21", "tradeId": None, "coin": "USDT", "size": "10", "fee": "-1", **times}]
    client = Client({SPOT: [rows], CAME: [came], WENT: [went]})
    page = await SOURCES["spot"](client, BITGET, Asked("", SINCE, NOW))
    assert [(each.kind, each.asset, str(each.amount), each.tx) for each in page.entries] == [
        (K.DEPOSIT, "BTC", "0.5", "0xa"),
        (K.DEPOSIT, "BTC", "2", "0xb"),
        (K.DEPOSIT, "ETH", "3", ""),  # two orders fit
        (K.WITHDRAWAL, "USDT", "-9", ""),  # not sent yet
        (K.FEE, "USDT", "-1", ""),
    ]
    day, hour = 86_400_000, 3_600_000
    bounds = {"startTime": str(int(TS) - day), "endTime": str(int(TS) + hour), "limit": "100"}
    assert client.asked[1:] == [(CAME, bounds), (WENT, bounds)]
    others = [{**came[0], "orderId": str(number)} for number in range(199, 99, -1)]
    client = Client({SPOT: [rows[:1]], CAME: [others, came]})
    page = await SOURCES["spot"](client, BITGET, Asked("", SINCE, NOW))
    assert [each.tx for each in page.entries] == ["0xa"]
    assert client.asked[2:] == [(CAME, {**bounds, "idLessThan": "100"})]


async def test_what_a_bot_gets_and_gives_back_is_told_for_both_and_no_flow_of_the_account() -> None:
    rows = [
        bill(2, "strategy", "STRATEGY_TRANSFER_IN", "USDT", "110"),
        bill(1, "strategy", "", "USDT", "-100"),
    ]
    page = await read("spot", {SPOT: [rows]})
    assert brief(page.entries) == [
        ("2", K.TRANSFER, "USDT", "110", "spot"),
        ("2:bot", K.TRANSFER, "USDT", "-110", "bots_spot"),
        ("1", K.TRANSFER, "USDT", "-100", "spot"),
        ("1:bot", K.TRANSFER, "USDT", "100", "bots_spot"),
    ]
    assert of_account(page.entries, Coverage(("spot", "bots_spot"))) == []
    assert len(of_account(page.entries, Coverage(("spot",)))) == 2


def record(number: int, of_type: str, coin: str, amount: str, **more: str) -> dict[str, str]:
    told = {"category": "Margin", "id": str(number), "symbol": "BTCUSDT", "coin": coin, "type": of_type}
    return {**told, "amount": amount, "fee": "0", "balance": "1", "ts": TS, **more}


async def test_a_unified_account_tells_one_product_after_another_by_a_cursor() -> None:
    spot = [
        record(5, "ORDER_DEALT_FROZEN_OUT", "USDT", "-500.25"),
        record(4, "ORDER_DEALT_IN", "BTC", "0.00531168", fee="-0.00000531"),
        record(3, "ORDER_PLF_FEE_OUT", "BGB", "-0.0004"),
        record(12, "ORDER_DEALT_IN", "T", "7", symbol="TUSDT"),
    ]
    nothing = {"list": None, "cursor": None}
    futures = [
        record(9, "CLOSE_LONG", "USDT", "12.5", fee="-0.1"),
        record(8, "CONTRACT_MAIN_SETTLE_FEE_USER_OUT", "USDT", "-0.3"),
        record(7, "INCREASE_MARGIN", "USDT", "-40"),
        record(6, "BORROW", "USDT", "40"),
        record(2, "INTEREST_SETTLEMENT_OUT", "USDT", "-0.02"),
        record(1, "SMALL_ASSET_TARGET_TOKEN_USER_IN", "BGB", "1", symbol=""),
    ]
    other = [
        record(10, "TRANSFER_IN", "USDT", "3", symbol=""),
        record(11, "CONFISCATE_TOKEN_USER_OUT", "USDT", "-1", symbol=""),
        record(13, "SMALL_ASSET_TARGET_TOKEN_SYS_OUT", "BGB", "-1", symbol=""),
    ]
    pages = [{"list": spot, "cursor": "3"}, nothing, nothing, {"list": futures, "cursor": ""}]
    client = Client({RECORDS: [*pages, nothing, nothing, {"list": other, "cursor": ""}]})
    told = await synced(lambda asked: SOURCES["unified"](client, BITGET, asked), Asked("", SINCE, NOW))
    assert [(params["category"], params.get("cursor")) for _, params in client.asked] == [
        ("SPOT", None),
        ("SPOT", "3"),
        ("MARGIN", None),
        ("USDT-FUTURES", None),
        ("COIN-FUTURES", None),
        ("USDC-FUTURES", None),
        ("OTHER", None),
    ]
    entries = [each for page in told for each in page.entries]
    assert brief(entries) == [
        ("5", K.TRADE, "USDT", "-500.25", "spot"),
        ("4", K.TRADE, "BTC", "0.00531168", "spot"),
        ("4:fee", K.FEE, "BTC", "-0.00000531", "spot"),
        ("3", K.FEE, "BGB", "-0.0004", "spot"),
        ("12", K.TRADE, "T", "7", "spot"),
        ("9", K.REALISED, "USDT", "12.5", "spot"),
        ("9:fee", K.FEE, "USDT", "-0.1", "spot"),
        ("8", K.FUNDING, "USDT", "-0.3", "spot"),
        ("2", K.INTEREST, "USDT", "-0.02", "spot"),
        ("1", K.TRADE, "BGB", "1", "spot"),
        ("10", K.TRANSFER, "USDT", "3", "spot"),
        ("11", K.TRANSFER, "USDT", "-1", "spot"),
    ]
    assert [(each.group, each.quote) for each in entries[:5]] == [
        (f"BTCUSDT:{TS}", True),
        (f"BTCUSDT:{TS}", False),
        (f"BTCUSDT:{TS}", False),
        ("", False),
        (f"TUSDT:{TS}", False),
    ]
    assert [page.until for page in told] == [SINCE] * 6 + [NOW]


async def test_the_funds_of_a_unified_account_have_transactions_by_amount_and_time() -> None:
    fund = {"coin": "USDT", "balance": "0", "ts": TS}
    rows = [
        {"id": "3", "groupType": "withdraw", "type": "withdraw", "amount": "-11", **fund},
        {"id": "2", "groupType": "transfer", "type": "transfer_out", "amount": "-30.00000000", **fund},
        {"id": "1", "groupType": "deposit", "type": "deposit", "amount": "30", **fund},
    ]
    order = {"coin": "USDT", "createdTime": TS, "updatedTime": TS}
    came = [{"orderId": "7", "recordId": "0xin", "size": "30", **order}]
    went = [{"orderId": "8", "recordId": "0xout", "size": "10", "fee": "1", **order}]
    calls = {"deposit": came, "withdrawal": went}
    lists = {f"private_uta_get_v3_account_{what}_records": [told] for what, told in calls.items()}
    page = await read("funding", {FUNDS: [{"list": rows, "cursor": ""}], **lists})
    assert [(each.kind, str(each.amount), each.wallet, each.tx) for each in page.entries] == [
        (K.WITHDRAWAL, "-11", "funding", "0xout"),
        (K.TRANSFER, "-30.00000000", "funding", ""),
        (K.DEPOSIT, "30", "funding", "0xin"),
    ]


def lent(number: int, of_type: str, coin: str, amount: str, **more: str) -> dict[str, str]:
    told = {"marginId": str(number), "coin": coin, "marginType": of_type, "amount": amount}
    return {**told, "balance": "1", "fee": "0", "cTime": TS, **more}


async def test_margin_tells_what_changed_its_equity_whichever_sign_amounts_have() -> None:
    rows = [
        lent(9, "transfer_in", "USDT", "10.12"),
        lent(8, "transfer_out", "USDT", "4"),
        lent(7, "borrow", "USDT", "50"),
        lent(6, "deal_out", "USDT", "60"),
        lent(5, "deal_in", "BTC", "0.001", fee="0.000001"),
        lent(4, "repay", "USDT", "-50.5"),
        lent(3, "liquidation_fee", "USDT", "-2"),
        lent(2, "confiscated", "USDT", "1"),
        lent(1, "of tomorrow", "USDT", "-0.5"),
    ]
    page = await read("cross_margin", {CROSS: [{"minId": "1", "maxId": "9", "resultList": rows}]})
    assert [(*row, each.quote) for row, each in zip(brief(page.entries), page.entries, strict=True)] == [
        ("9", K.TRANSFER, "USDT", "10.12", "cross_margin", False),
        ("8", K.TRANSFER, "USDT", "-4", "cross_margin", False),
        ("6", K.TRADE, "USDT", "-60", "cross_margin", True),
        ("5", K.TRADE, "BTC", "0.001", "cross_margin", False),
        ("5:fee", K.FEE, "BTC", "-0.000001", "cross_margin", False),
        ("3", K.FEE, "USDT", "-2", "cross_margin", False),
        ("2", K.REALISED, "USDT", "-1", "cross_margin", False),
        ("1", K.TRANSFER, "USDT", "-0.5", "cross_margin", False),
    ]
    due = {
        "interestId": "1",
        "interestCoin": "USDT",
        "loanCoin": "USDT",
        "interestAmount": "1.2",
        "cTime": TS,
    }
    call = CROSS.replace("financial_records", "interest_history")
    page = await read("cross_margin_interest", {call: [{"minId": "1", "resultList": [due]}]})
    assert brief(page.entries) == [("1", K.INTEREST, "USDT", "-1.2", "cross_margin")]


def futures(number: int, business: str, amount: str, fee: str = "0") -> dict[str, str]:
    told = {"billId": str(number), "symbol": "BTCUSDT", "amount": amount, "fee": fee, "feeByCoupon": ""}
    return {**told, "businessType": business, "coin": "USDT", "balance": "1", "cTime": TS}


# Those of a closed position have its profit, those of an opened one its fee alone.
BILLS = [
    futures(14, "close_short", "-14.7", "-0.71919"),
    futures(13, "open_long", "0", "-3.74793868"),
    futures(12, "contract_settle_fee", "-0.30289587"),
    futures(11, "contract_margin_settle_fee", "0.1"),
    futures(10, "burst_long_loss_query", "-396.16940001", "-7.21515168"),
    futures(9, "risk_captital_user_transfer", "-222"),
    futures(8, "append_margin", "-5"),
    futures(7, "trans_from_exchange", "1323.98667337"),
    futures(6, "trans_to_strategy", "-249.59902416"),
    futures(5, "user_grid_profit_in", "1.5"),
    futures(4, "bonus_issue", "20"),
    futures(3, "tracking_follow_pay", "-1"),
    futures(2, "delivery_long", "2"),
    futures(1, "of tomorrow", "3"),
]


async def test_futures_tell_profit_fee_and_funding_apart_and_transfers_what_they_are() -> None:
    page = await read("futures_usdt", {FUTURES: [{"bills": BILLS, "endId": "1"}]})
    assert [(each.id, each.kind, str(each.amount)) for each in page.entries] == [
        ("14", K.REALISED, "-14.7"),
        ("14:fee", K.FEE, "-0.71919"),
        ("13:fee", K.FEE, "-3.74793868"),
        ("12", K.FUNDING, "-0.30289587"),
        ("11", K.FUNDING, "0.1"),
        ("10", K.REALISED, "-396.16940001"),
        ("10:fee", K.FEE, "-7.21515168"),
        ("9", K.REALISED, "-222"),
        ("7", K.TRANSFER, "1323.98667337"),
        ("6", K.TRANSFER, "-249.59902416"),
        ("5", K.TRANSFER, "1.5"),
        ("4", K.REWARD, "20"),
        ("3", K.FEE, "-1"),
        ("2", K.REALISED, "2"),
        ("1", K.TRANSFER, "3"),
    ]
    assert {(each.asset, each.wallet) for each in page.entries} == {("USDT", "futures_usdt")}


async def test_futures_bots_have_the_other_half_of_what_futures_gave_them() -> None:
    page = await read("bots_futures", {FUTURES: [{"bills": BILLS, "endId": None}]})
    assert brief(page.entries) == [
        ("6", K.TRANSFER, "USDT", "249.59902416", "bots_futures"),
        ("5", K.TRANSFER, "USDT", "-1.5", "bots_futures"),
    ]
    assert page.more  # the other product types


async def test_wallets_without_bills_are_told_by_what_moved() -> None:
    moved = {"coin": "USDT", "status": "Successful", "ts": TS, "clientOid": "1"}
    rows = [
        {"transferId": "4", "fromType": "spot", "toType": "p2p", "size": "7.5", **moved},
        {"transferId": "3", "fromType": "p2p", "toType": "crossed_margin", "size": "2", **moved},
        {"transferId": "2", "fromType": "spot", "toType": "usdt_futures", "size": "1", **moved},
        {"transferId": "1", "fromType": "spot", "toType": "p2p", "size": "9", **moved, "status": "Failed"},
    ]
    call = "private_spot_get_v2_spot_account_transferrecords"
    page = await read("transfers", {call: [rows]}, assets=frozenset({"USDT"}))
    assert brief(page.entries) == [
        ("4", K.TRANSFER, "USDT", "7.5", "funding"),
        ("3", K.TRANSFER, "USDT", "-2", "funding"),
    ]
    saved = {"coinName": "BGB", "settleCoinName": "BGB", "productType": "flexible", "ts": TS}
    later = str(int(TS) + 86_400_000 // 2)
    rows = [
        {"orderId": "2", "orderType": "pay_interest", "amount": "0.1", **saved, "ts": later},
        {"orderId": "2", "orderType": "pay_interest", "amount": "0.1", **saved},
        {"orderId": "2", "orderType": "redeem", "amount": "50", **saved, "ts": later},
        {"orderId": "2", "orderType": "redeem", "amount": "200.000000", **saved},
        {"orderId": "2", "orderType": "subscribe", "amount": "250", **saved},
    ]
    records = {"resultList": rows, "endId": "2"}
    page = await read("savings", {"private_earn_get_v2_earn_savings_records": [records]})
    assert brief(page.entries) == [
        (f"2:redeem:{later}", K.TRANSFER, "BGB", "-50", "earn"),
        (f"2:redeem:{TS}", K.TRANSFER, "BGB", "-200.000000", "earn"),
        ("2:subscribe", K.TRANSFER, "BGB", "250", "earn"),
    ]
    order = {"orderId": "5", "product": "USDT/BTC_20231013", "period": "7", "amount": "100", "ts": TS}
    back = [{**order, "type": "redemption", "amount": "60", "ts": ts} for ts in (later, TS)]
    data = {"resultList": [*back, {**order, "orderId": "6", "type": "subscription"}], "endId": "5"}
    page = await read("shark_fins", {"private_earn_get_v2_earn_sharkfin_records": [data]})
    assert brief(page.entries) == [
        (f"5:redemption:{later}", K.TRANSFER, "USDT", "-60", "earn"),
        (f"5:redemption:{TS}", K.TRANSFER, "USDT", "-60", "earn"),
        ("6:subscription", K.TRANSFER, "USDT", "100", "earn"),
    ]


async def test_no_rows_may_be_written_as_null_and_a_full_page_goes_on_without_the_id_that_ends_it() -> None:
    page = await read("futures_usdt", {FUTURES: [{"bills": None, "endId": None}]})
    assert (page.entries, page.more) == ((), False)
    page = await read("cross_margin", {CROSS: [{"resultList": None, "minId": None, "maxId": None}]})
    assert (page.entries, page.more) == ((), False)
    order = {"coinName": "BGB", "orderType": "pay_interest", "amount": "1", "ts": TS}
    full = {"resultList": [{**order, "orderId": str(number)} for number in range(300, 200, -1)]}
    page = await read("savings", {"private_earn_get_v2_earn_savings_records": [full]})
    assert msgspec.json.decode(page.cursor, type=Window).at == str(Place("flexible", "201"))


def of_pair(pair: str, coin: str, held: str, owed: str = "0") -> dict[str, str]:
    told = {"symbol": pair, "coin": coin, "available": held, "frozen": "0", "borrow": owed, "interest": "0"}
    return {**told, "net": "1", "totalAmount": held, "coupon": "0"}


async def test_isolated_margin_is_asked_for_each_of_its_pairs_with_an_asset_that_changed() -> None:
    """A transfer of USDT alone is of a pair whose other asset did not change, or is not listed at all."""
    account = [
        of_pair("XRPUSDT", "XRP", "0"),
        of_pair("ETHUSDT", "ETH", "2"),
        of_pair("BTCUSDT", "USDT", "0", "7"),
        of_pair("ETHBTC", "ETH", "1"),
    ]
    listed = [
        {"symbol": f"{base}USDT", "baseCoin": base, "quoteCoin": "USDT", "status": "online"}
        for base in ("BTC", "ETH", "XRP", "SOL")
    ]
    due = {"interestId": "9", "interestCoin": "USDT", "loanCoin": "USDT", "interestAmount": "1.2"}
    answers = {
        "isolated/account/assets": enveloped(account),
        "symbol=BTCUSDT": enveloped({"resultList": [{**due, "cTime": TS}], "minId": "9"}),
        "symbol=": enveloped({"resultList": [], "minId": None}),
        "public/symbols": enveloped(listed),
    }
    async with answering("bitget", answers) as scripted:
        pages = await scripted.pages("isolated_margin_interest", SINCE, NOW, assets=["USDT", "SOL"])
        asked = [request.partition("symbol=")[2] for request in scripted.requests if "history" in request]
        accounts = [request for request in scripted.requests if "account/assets" in request]
    assert brief([each for page in pages for each in page.entries]) == [
        ("9", K.INTEREST, "USDT", "-1.2", "isolated_margin")
    ]
    assert asked == ["BTCUSDT", "ETHUSDT", "SOLUSDT", "XRPUSDT"]
    assert (len(accounts), pages[-1].until, len(pages[0].cursor) < 1_000) == (1, NOW, True)


async def test_a_user_has_a_pace_for_each_path_and_a_sync_less_of_it() -> None:
    weights = BITGET_DIALECT.key_weights
    assert weights is not None
    budgets = Budgets(weights, lambda: NOW)
    soon = asyncio.get_running_loop().time() + 0.05
    room = {"/api/v2/spot/account/transferRecords": 6, "/api/v2/margin/isolated/financial-records": 3}
    token = BACKGROUND.set(Background(Priority.FLOWS))
    try:
        for path, calls in room.items():
            for _ in range(calls):
                await budgets.of(path).spend(path, soon)
            with pytest.raises(NotSent):
                await budgets.of(path).spend(path, soon)
    finally:
        BACKGROUND.reset(token)


async def test_entries_of_a_wallet_add_up_to_what_its_balances_say() -> None:
    """Each bill tells the balance after it: bought, charged, sold and sent on, from 1,000 USDT to 0.05."""
    rows = [
        bill(4, "transfer", "TRANSFER_OUT", "USDT", "-1049.899", balance="0.05"),
        bill(3, "transaction", "SELL", "USDT", "551", fees="-0.551", balance="1049.949"),
        bill(2, "transaction", "BUY", "USDT", "-500.5", balance="499.5"),
        bill(1, "deposit", "DEPOSIT", "USDT", "1000", balance="1000"),
    ]
    page = await read("spot", {SPOT: [rows], CAME: [[]]})
    assert sum(each.amount for each in page.entries) == D(rows[0]["balance"])
    series = ["778.03365835", "762.61446835", "758.86652967", "758.5636338"]
    bills = [BILLS[0], BILLS[1], BILLS[2]]  # oldest first: -15.41919, -3.74793868, -0.30289587
    page = await read("futures_usdt", {FUTURES: [{"bills": bills, "endId": "1"}]})
    assert D(series[0]) + sum(each.amount for each in page.entries) == D(series[-1])


async def test_pages_go_back_by_id_and_the_next_sync_reads_the_last_hour_again() -> None:
    full = [bill(2000 - n, "transfer", "", "BTC", "0.001", cTime=str(int(TS) - n // 2)) for n in range(500)]
    late = bill(1500, "transfer", "", "BTC", "1", cTime=full[-1]["cTime"])  # of the last one's millisecond
    new = bill(2001, "transfer", "", "BTC", "2", cTime=str(milliseconds(NOW)))
    answers = {
        "idLessThan=1501": enveloped([late]),
        "startTime=1687186800000": enveloped([new]),  # an hour before the first sync's end
        "/api/v2/spot/account/bills": enveloped(full),
    }
    async with answering("bitget", answers) as scripted:
        pages = await scripted.pages("spot", SINCE, NOW)
        again = await scripted.pages("spot", SINCE, NOW + timedelta(days=1), pages[-1].cursor)
    assert [(len(page.entries), page.more, page.until) for page in pages] == [
        (500, True, SINCE),
        (1, False, NOW),
    ]
    assert sum(each.amount for page in pages for each in page.entries) == D("1.5")
    assert [(each.id, each.amount) for page in again for each in page.entries] == [("2001", D(2))]
    asked = [request.partition("/api")[2] for request in scripted.requests if "/bills" in request]
    bounds, start = f"endTime={milliseconds(NOW)}", f"limit=500&startTime={milliseconds(SINCE)}"
    assert asked[:2] == [
        f"/v2/spot/account/bills?{bounds}&{start}",
        f"/v2/spot/account/bills?{bounds}&idLessThan=1501&{start}",
    ]


@pytest.mark.parametrize(
    ("assets", "refusal"),
    [
        (enveloped([]), NotOffered),
        (Says(400, UNIFIED_MODE), KeysRejected),
        (Says(200, UNIFIED_MODE), KeysRejected),
        (enveloped(None), KeysRejected),
    ],
)
async def test_what_is_refused_is_a_failure_unless_the_account_has_no_such_thing(
    assets: Any, refusal: type[LoadFailed]
) -> None:
    """An account of the other kind is not offered it; of pairs and products, an account has not all."""
    lent_once = {"resultList": [lent(1, "transfer_in", "BTC", "1")], "minId": "1"}
    denied = Says(400, enveloped(None, "40014", "Incorrect permissions"))
    not_opened = Says(400, enveloped(None, "50001", "You have no such account"))
    answers = {
        "/api/v2/spot/account/bills": Says(400, UNIFIED_MODE),
        "/api/v3/account/financial-records": Says(400, enveloped(None, "40084", "classic")),
        "/api/v3/account/funding-financial-records": denied,
        "/api/v2/spot/account/assets": assets,  # which a classic account alone is told
        "/api/v2/margin/crossed": denied,
        "symbol=ETHUSDT": not_opened,
        "/api/v2/mix/account/bill": not_opened,
        "/api/v2/earn/": not_opened,
        "/api/v2/margin/isolated/account/assets": not_opened,
        "/api/v2/margin/isolated/financial-records": enveloped(lent_once),
    }
    pairs = {("ETH", "USDT"): "ETHUSDT", ("XRP", "USDT"): "XRPUSDT"}
    async with answering("bitget", answers) as scripted:
        refusals: dict[str, type[LoadFailed]] = {
            "spot": NotOffered,
            "unified": NotOffered,
            "funding": refusal,
            "cross_margin": KeysRejected,
            "savings": ExchangeRefused,
        }
        for source, failure in refusals.items():
            with pytest.raises(failure):
                await scripted.pages(source, SINCE, NOW)
        for source, times in {"shark_fins": 2, "bots_futures": 3}.items():
            pages = await scripted.pages(source, SINCE, NOW)
            assert [page.entries for page in pages] == [()] * times
        pages = await scripted.pages("isolated_margin", SINCE, NOW, symbols=pairs)
    assert [brief(page.entries) for page in pages] == [
        [],
        [("1", K.TRANSFER, "BTC", "1", "isolated_margin")],
    ]


NO_BILLS: list[Any] = [
    None,
    {},
    [TRADE[0], TRADE[0]],
    [bill(1, "transfer", "", "BTC", "1_0")],
    [bill(1, "transfer", "", "BTC", "1", fees="NaN")],
    [bill(1, "transfer", "", "", "1")],
    [bill(1, "transfer", "", "BTC", "1", billId="")],
    [bill(1, "transfer", "", "BTC", "1", cTime="some day")],
    [bill(1, "transfer", "", "BTC", "1", cTime="1622697148")],  # in seconds
    [without(TRADE[0], "size")],
    [bill(number, "transfer", "", "BTC", "1") for number in range(501)],
]
BODIES = [
    *NO_LEDGER,
    *(json.dumps(enveloped(data)) for data in NO_BILLS),
    json.dumps(enveloped([TRADE[0]]))[:-1],
    json.dumps(enveloped([TRADE[0]])).replace('"size"', '"size": "1", "size"'),
]


@pytest.mark.parametrize("body", BODIES)
async def test_an_answer_that_is_no_list_of_bills_is_refused(body: str) -> None:
    with pytest.raises(Unusable):
        await read("spot", {SPOT: [body.encode()]})


@pytest.mark.parametrize(
    ("source", "call", "data", "at"),
    [
        *(
            (
                "spot",
                SPOT,
                [bill(n, "transfer", "", "BTC", "1") for n in range(600, 100, -1)],
                str(Place("", begins)),
            )
            for begins in ("101", "100")  # itself, and back to what was told
        ),
        ("unified", RECORDS, {"list": [record(1, "X", "BTC", "1")], "cursor": "7"}, str(Place("SPOT", "7"))),
        ("unified", RECORDS, {"list": [record(n, "X", "BTC", "1") for n in range(100)], "cursor": ""}, ""),
        ("unified", RECORDS, {"cursor": ""}, ""),
        ("futures_usdt", FUTURES, {"endId": None}, ""),
    ],
)
async def test_a_page_that_leads_nowhere_or_to_itself_is_refused(
    source: str, call: str, data: Any, at: str
) -> None:
    start, end = milliseconds(SINCE), milliseconds(NOW)
    cursor = msgspec.json.encode(Window(start, start, end, at, until=start)).decode() if at else ""
    with pytest.raises(Unusable):
        await read(source, {call: [data]}, cursor)


async def test_each_market_has_the_sources_of_its_wallets_and_says_which_move_by_themselves() -> None:
    named = {
        code: [each.name for each in ledger_of(market_of(code))] for code in ("bitget", "bitget_futures")
    }
    assert named["bitget_futures"] == ["futures_usdt", "futures_usdc", "futures_coin"]
    assert set(named["bitget"]) == set(SOURCES) - set(named["bitget_futures"])
    assert BITGET.positions == {"bots_spot", "bots_futures"}
    assert market_of("bitget_futures").positions == set(named["bitget_futures"])
    assert market_of("bitget_usdt_futures").positions == {"futures_usdt"}
