"""Binance's ledger: each source to the last digit, through windows, pages and syncs, by the real client."""

import json
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from cambist.core.errors import ExchangeLimiting, LoadFailed
from cambist.core.ledger import Asked, EntryKind
from cambist.exchanges.speaking import dialect_of
from cambist.simulator.binance.histories import HISTORIES
from tests.exchanges.bent import bent
from tests.exchanges.histories import HISTORIES as HISTORIES_OF
from tests.exchanges.ledgers import ago, flow, ledger, told, trade
from tests.worlds import scenario

D = Decimal
DEPOSIT, WITHDRAWAL, FEE = EntryKind.DEPOSIT, EntryKind.WITHDRAWAL, EntryKind.FEE
LONG = "0.123456789012345678901234567890123456789"

pytestmark = pytest.mark.asyncio


def account(*flows: dict[str, str], **changes: Any) -> dict[str, Any]:
    return scenario(exchange="binance", flows=list(flows), **changes)


async def test_deposits_count_when_credited_and_withdrawals_with_their_fee() -> None:
    flows = (
        flow("deposit", "BTC", LONG, 300, tx="0xin"),
        flow("deposit", "USDT", "250.00000000", 10, wallet="funding"),
        flow("deposit", "ETH", "3", 9, state="failed"),
        flow("withdrawal", "BTC", "1.5", 200, fee="0.0005", tx="0xout"),
        flow("withdrawal", "XRP", "40", 2, state="pending"),
    )
    async with ledger("binance", account(*flows)) as binance:
        deposits = await binance.entries("deposits")
        withdrawals = await binance.entries("withdrawals")
    assert told(deposits) == [
        (DEPOSIT, "BTC", D(LONG), "spot"),
        (DEPOSIT, "USDT", D("250"), "funding"),
    ]
    assert (deposits[0].at, deposits[0].tx) == (ago(300), "0xin")
    assert told(withdrawals) == [
        (WITHDRAWAL, "BTC", D("-1.5"), "spot"),
        (FEE, "BTC", D("-0.0005"), "spot"),
        (WITHDRAWAL, "XRP", D(-40), "spot"),
    ]
    assert [each.tx for each in withdrawals] == ["0xout", "", ""]


# By source: the market, what happened, and what it comes to: kind, asset, amount, wallet.
REWARD, MOVE, TRADE = EntryKind.REWARD, EntryKind.TRANSFER, EntryKind.TRADE
SOURCES: dict[str, tuple[str, dict[str, Any], list[Any]]] = {
    "fiat": (
        "binance",
        {
            "flows": [
                flow("deposit", "EUR", "15.00", 100),
                flow("deposit", "EUR", "99", 99, state="pending"),
                flow("withdrawal", "EUR", "28.49", 1, fee="1.50"),
                flow("withdrawal", "EUR", "5", 1, state="failed"),
            ]
        },
        [
            (DEPOSIT, "EUR", D(15), "spot"),
            (WITHDRAWAL, "EUR", D("-28.49"), "spot"),
            (FEE, "EUR", D("-1.50"), "spot"),
        ],
    ),
    "fiat_purchases": (
        "binance",
        {
            "prices": {"BTCEUR": "20000"},
            "trades": [
                trade("BTCEUR", "buy", "20000", "0.01", 3, way="card", fee="2"),
                trade("BTCEUR", "buy", "20000", "0.02", 2, way="cash", fee="4"),
                trade("BTCEUR", "sell", "20000", "0.005", 1, way="cash"),
            ],
        },
        [
            (DEPOSIT, "BTC", D("0.01"), "spot"),
            (TRADE, "BTC", D("0.02"), "spot"),
            (FEE, "EUR", D(-4), "spot"),
            (TRADE, "EUR", D(-396), "spot"),
            (TRADE, "BTC", D("-0.005"), "spot"),
            (TRADE, "EUR", D(100), "spot"),
        ],
    ),
    "p2p": (
        "binance",
        {
            "flows": [
                flow("deposit", "USDT", "500", 100, name="p2p"),
                flow("withdrawal", "USDT", "50", 2, name="p2p", fee="0.1"),
                flow("withdrawal", "USDT", "7", 1, name="p2p", state="pending"),
            ]
        },
        [
            (DEPOSIT, "USDT", D(500), "funding"),
            (WITHDRAWAL, "USDT", D(-50), "funding"),
            (FEE, "USDT", D("-0.1"), "funding"),
        ],
    ),
    "pay": (
        "binance",
        {
            "flows": [
                flow("transfer", "BNB", "23.72469206", 300, name="pay", tx="M_P_1"),
                flow("transfer", "USDT", "-1.2", 2, name="pay", wallet="spot"),
            ]
        },
        [(MOVE, "BNB", D("23.72469206"), "funding"), (MOVE, "USDT", D("-1.2"), "spot")],
    ),
    "transfers": (
        "binance",
        {
            "flows": [
                flow("transfer", "USDT", "10", 150, wallet="spot", to="funding"),
                flow("transfer", "USDT", "20", 120, wallet="spot", to="futures_usdm"),
                flow("transfer", "BTC", "0.3", 5, wallet="cross_margin", to="spot"),
                flow("transfer", "BTC", "9", 4, wallet="cross_margin", to="spot", state="failed"),
            ]
        },
        [
            (MOVE, "USDT", D(-10), "spot"),
            (MOVE, "USDT", D(10), "funding"),
            (MOVE, "USDT", D(-20), "spot"),
            (MOVE, "BTC", D("0.3"), "spot"),
        ],
    ),
    "distributions": (
        "binance",
        {
            "flows": [
                flow("reward", "BHFT", "10.00000000", 200),
                flow("reward", "BHFT", "-4", 100),
                flow("reward", "USDT", "0.7", 50, name="Flexible Savings"),
            ]
        },
        [(REWARD, "BHFT", D(10), "spot"), (REWARD, "BHFT", D(-4), "spot")],
    ),
    "flexible_rewards": (
        "binance",
        {
            "flows": [
                flow("reward", "LDUSDT", "0.00687654", 100, name="flexible", wallet="earn_flexible"),
                flow("reward", "BUSD", "0.00006408", 2, name="flexible"),
            ]
        },
        [(REWARD, "USDT", D("0.00687654"), "earn_flexible"), (REWARD, "BUSD", D("0.00006408"), "spot")],
    ),
    "locked_rewards": (
        "binance",
        {"flows": [flow("reward", "BNB", "21312.23223", 100, name="locked")]},
        [(REWARD, "BNB", D("21312.23223"), "spot")],
    ),
    "dust": (
        "binance",
        {
            "prices": {"USDTBNB": "0.0031"},
            "trades": [trade("USDTBNB", "sell", "0.0031", "0.009669", 40, way="dust", fee="0.00000059")],
        },
        [
            (TRADE, "USDT", D("-0.009669"), "spot"),
            (FEE, "BNB", D("-0.00000059"), "spot"),
            (TRADE, "BNB", D("0.0000299739"), "spot"),
        ],
    ),
    "conversions": (
        "binance",
        {"trades": [trade("BTCUSDT", "buy", "60000.5", "0.5", 40, way="convert")]},
        [(TRADE, "USDT", D("-30000.25"), ""), (TRADE, "BTC", D("0.5"), "")],
    ),
    "margin_interest": (
        "binance_margin",
        {
            "flows": [
                flow("interest", "USDT", "-0.00024995", 80, wallet="cross_margin"),
                flow("interest", "BTC", "-0.0000001", 2, wallet="isolated_margin"),
            ]
        },
        [
            (EntryKind.INTEREST, "USDT", D("-0.00024995"), "cross_margin"),
            (EntryKind.INTEREST, "BTC", D("-0.0000001"), "isolated_margin"),
        ],
    ),
    "futures_income": (
        "binance_futures",
        {
            "flows": [
                flow("transfer", "USDT", "100", 80, wallet="spot", to="futures_usdm"),
                flow("realised", "USDT", "-12.5", 70, wallet="futures_usdm"),
                flow("fee", "USDT", "0.01", 70, wallet="futures_usdm"),
                flow("funding", "USDT", "0.00134317", 60, wallet="futures_usdm"),
                flow("reward", "USDT", "3", 50, wallet="futures_usdm", name="WELCOME_BONUS"),
                flow("reward", "USDT", "2", 40, wallet="futures_usdm", name="NOBODY_KNOWS_IT"),
                flow("transfer", "USDT", "7", 30, wallet="futures_usdm", to="funding"),
            ]
        },
        [
            (MOVE, "USDT", D(100), "futures_usdm"),
            (FEE, "USDT", D("-0.01"), "futures_usdm"),
            (EntryKind.REALISED, "USDT", D("-12.5"), "futures_usdm"),
            (EntryKind.FUNDING, "USDT", D("0.00134317"), "futures_usdm"),
            (REWARD, "USDT", D(3), "futures_usdm"),
            (MOVE, "USDT", D(2), "futures_usdm"),
            (MOVE, "USDT", D(-7), "futures_usdm"),
        ],
    ),
    "coin_futures_income": (
        "binance_futures_coin",
        {"flows": [flow("funding", "BTC", "-0.00001", 300, wallet="futures_coinm")]},
        [(EntryKind.FUNDING, "BTC", D("-0.00001"), "futures_coinm")],
    ),
    "portfolio_income": (
        "binance_portfolio_margin",
        {
            "flows": [
                flow("realised", "USDT", "4.25", 70, wallet="portfolio_margin"),
                flow("transfer", "USDT", "4", 60, wallet="portfolio_margin", to="spot"),
            ]
        },
        [(EntryKind.REALISED, "USDT", D("4.25"), "portfolio_margin")],
    ),
    "portfolio_interest": (
        "binance_portfolio_margin",
        {"flows": [flow("interest", "USDT", "-0.1", 70, wallet="portfolio_margin")]},
        [(EntryKind.INTEREST, "USDT", D("-0.1"), "portfolio_margin")],
    ),
    "fiat_deposits": (
        "binance_us",
        {"flows": [flow("deposit", "USD", "100.5", 100), flow("deposit", "USD", "1", 2, state="pending")]},
        [(DEPOSIT, "USD", D("100.5"), "spot")],
    ),
    "fiat_withdrawals": (
        "binance_us",
        {"flows": [flow("withdrawal", "USD", "50", 100, fee="0.99")]},
        [(WITHDRAWAL, "USD", D(-50), "spot"), (FEE, "USD", D("-0.99"), "spot")],
    ),
}


@pytest.mark.parametrize("source", SOURCES)
async def test_each_source_tells_what_happened_to_the_digit(source: str) -> None:
    market, happened, expected = SOURCES[source]
    exchange = "binance_us" if market == "binance_us" else "binance"
    async with ledger(market, scenario(exchange=exchange, **happened)) as binance:
        entries = await binance.entries(source, days=365)
        terms = next(each for each in binance.gateway.sources(binance.market) if each.name == source)
    assert told(entries) == expected
    assert {each.kind for each in entries} <= terms.kinds
    assert {each.wallet for each in entries if each.wallet} <= (terms.wallets & set(binance.market.wallets))


async def test_a_pending_deposit_is_told_once_it_is_credited_and_a_withdrawal_that_fails_is_taken_back() -> (
    None
):
    coming = flow("deposit", "BTC", "0.5", 1, state="pending")
    going = flow("withdrawal", "BTC", "0.2", 1, state="pending", fee="0.001")
    async with ledger("binance", account(coming, going)) as binance:
        (first,) = await binance.pages("deposits", days=20)
        (applied,) = await binance.pages("withdrawals", days=20)
        assert first.entries == ()
        assert told(applied.entries) == [
            (WITHDRAWAL, "BTC", D("-0.2"), "spot"),
            (FEE, "BTC", D("-0.001"), "spot"),
        ]
        await binance.wait(timedelta(days=3))
        binance.change(flows=[coming | {"state": "done"}, going | {"state": "failed"}])
        (credited,) = await binance.pages("deposits", first.cursor)
        (failed,) = await binance.pages("withdrawals", applied.cursor)
    assert told(credited.entries) == [(DEPOSIT, "BTC", D("0.5"), "spot")]
    assert (failed.entries, set(failed.void)) == ((), {each.id for each in applied.entries})
    assert first.until == ago(0).replace(microsecond=303_000)
    assert (credited.until, credited.known_from) == (binance.clock.now(), ago(20))


async def test_windows_follow_each_other_over_years_and_are_told_as_far_as_they_were_read() -> None:
    flows = [flow("deposit", "BTC", f"0.{number}", 89 * number) for number in range(1, 9)]
    async with ledger("binance", account(*flows)) as binance:
        pages = await binance.pages("deposits", days=89 * 8)
        again = await binance.pages("deposits", pages[-1].cursor)
    assert [each.amount for page in pages for each in page.entries] == [
        D(f"0.{number}") for number in range(8, 0, -1)
    ]
    assert len(pages) == 8
    assert [page.until for page in pages] == [ago(89 * number) for number in range(7, -1, -1)]
    assert {page.known_from for page in (*pages, *again)} == {ago(89 * 8)}
    assert [page.more for page in pages] == [True] * 7 + [False]
    assert (len(again), again[0].entries) == (1, ())


async def test_a_full_page_goes_on_at_its_offset_where_a_process_left_off() -> None:
    flows = [flow("withdrawal", "BTC", "0.001", 1 + n / 10_000) for n in range(1_500)]
    async with ledger("binance", account(*flows)) as binance:
        first = await binance.page("withdrawals", days=30)
        second = await binance.page("withdrawals", first.cursor)
    assert (len(first.entries), first.more, first.until) == (1_000, True, ago(30))
    assert (len(second.entries), second.more, second.until) == (500, False, ago(0))
    assert len({each.id for each in (*first.entries, *second.entries)}) == 1_500


async def test_the_simulator_refuses_a_window_of_more_than_90_days() -> None:
    async with ledger("binance", account()) as binance:
        exchange = binance.gateway._exchange(binance.market)
        for days, refused in ((89, False), (91, True)):
            asked = {
                "startTime": int(ago(days).timestamp() * 1000),
                "endTime": int(ago(0).timestamp() * 1000),
            }

            async def question(client: Any, asked: dict[str, int] = asked) -> Any:
                return await client.sapi_get_capital_deposit_hisrec(asked)

            if refused:
                with pytest.raises(LoadFailed, match="90 days"):
                    await exchange.ask(question, binance.credentials)
            else:
                assert await exchange.ask(question, binance.credentials) == []


async def test_a_trade_is_two_legs_and_a_fee_and_only_pairs_of_changed_assets_are_asked() -> None:
    trades = [
        trade("BTCUSDT", "buy", "30000.5", "0.125", 30, fee="0.0001"),
        trade("BTCUSDT", "sell", "31000", "0.5", 20, fee="0.002", fee_asset="BNB"),
        trade("BTCUSDT", "buy", "20000", "9", 400),
        trade("ETHBTC", "sell", "0.05", "2", 10),
        trade("BTCUSDT", "buy", "1", "1", 5, wallet="cross_margin"),
    ]
    prices = {"BTCUSDT": "30000", "ETHBTC": "0.05", "ETHUSDT": "1900"}
    async with ledger("binance", account(trades=trades, prices=prices, halted=["ETHBTC"])) as binance:
        assert await binance.entries("trades") == []
        assert binance.asked("/myTrades") == 0
        pages = await binance.pages("trades", assets=("BTC", "USDT"))
        assert binance.asked("/myTrades") == 1
        rest = await binance.pages("trades", pages[-1].cursor, assets=("BTC", "USDT", "ETH"))
        assert binance.asked("/myTrades") == 4
    (page,) = pages
    assert told(page.entries) == [
        (TRADE, "BTC", D("0.125"), "spot"),
        (TRADE, "USDT", D("-3750.0625"), "spot"),
        (FEE, "BTC", D("-0.0001"), "spot"),
        (TRADE, "BTC", D("-0.5"), "spot"),
        (TRADE, "USDT", D(15500), "spot"),
        (FEE, "BNB", D("-0.002"), "spot"),
    ]
    assert [each.quote for each in page.entries] == [False, True, False] * 2
    assert [each.group for each in page.entries] == ["BTCUSDT:2"] * 3 + ["BTCUSDT:3"] * 3
    assert (page.known_from, page.until, page.more) == (ago(365), ago(0), False)
    assert [told(page.entries) for page in rest if page.entries] == [
        [(TRADE, "ETH", D(-2), "spot"), (TRADE, "BTC", D("0.1"), "spot")]
    ]


@pytest.mark.parametrize(
    ("market", "source", "wallet"),
    [
        ("binance_margin", "cross_margin_trades", "cross_margin"),
        ("binance_margin", "isolated_margin_trades", "isolated_margin"),
        ("binance_portfolio_margin", "portfolio_trades", "portfolio_margin"),
        ("binance_us", "trades", "spot"),
    ],
)
async def test_trades_of_other_wallets_are_theirs_alone(market: str, source: str, wallet: str) -> None:
    wallets = ("spot", "cross_margin", "isolated_margin", "portfolio_margin")
    trades = [trade("BTCUSDT", "buy", "2", "3", 9, wallet=each) for each in wallets]
    exchange = "binance_us" if market == "binance_us" else "binance"
    async with ledger(market, scenario(exchange=exchange, trades=trades)) as binance:
        entries = await binance.entries(source, assets=("BTC", "USDT"))
    assert told(entries) == [(TRADE, "BTC", D(3), wallet), (TRADE, "USDT", D(-6), wallet)]


async def test_ten_thousand_trades_take_eleven_calls_and_later_ones_one_each() -> None:
    trades = [trade("BTCUSDT", "buy", "2", f"0.{n:05d}1", 300 - n / 100) for n in range(10_000)]
    async with ledger("binance", account(trades=trades)) as binance:
        pages = await binance.pages("trades", assets=("BTC", "USDT"))
        assert binance.asked("/myTrades") == 11
        ids = [each.id for page in pages for each in page.entries]
        assert len(set(ids)) == len(ids) == 20_000
        assert {page.until for page in pages[:-1]} == {ago(365)}
        assert max(len(page.cursor) for page in pages) < 200
        binance.change(trades=[*trades, trade("BTCUSDT", "sell", "2", "1", 0)])
        (more,) = await binance.pages("trades", pages[-1].cursor, assets=("BTC", "USDT"))
        assert binance.asked("/myTrades") == 12
    assert told(more.entries) == [(TRADE, "BTC", D(-1), "spot"), (TRADE, "USDT", D(2), "spot")]


async def test_binance_us_is_asked_coin_by_coin() -> None:
    flows = (
        flow("deposit", "BTC", "0.5", 100),
        flow("deposit", "ETH", "3", 2),
        flow("withdrawal", "BTC", "0.1", 1, fee="0.001"),
    )
    trades = [trade("ETHUSD", "sell", "2000", "1.5", 4, way="convert")]
    world = scenario(flows=list(flows), trades=trades, prices={"ETHUSD": "2000", "BTCUSD": "30000"})
    async with ledger("binance_us", world) as binance:
        assert await binance.entries("deposits") == []
        assert told(await binance.entries("deposits", assets=("BTC", "ETH"))) == [
            (DEPOSIT, "BTC", D("0.5"), "spot"),
            (DEPOSIT, "ETH", D(3), "spot"),
        ]
        assert told(await binance.entries("withdrawals", assets=("BTC",))) == [
            (WITHDRAWAL, "BTC", D("-0.1"), "spot"),
            (FEE, "BTC", D("-0.001"), "spot"),
        ]
        assert told(await binance.entries("conversions")) == [
            (TRADE, "ETH", D("-1.5"), "spot"),
            (TRADE, "USD", D(3000), "spot"),
        ]


async def test_a_window_that_holds_more_than_is_told_at_once_is_halved_until_all_is_told() -> None:
    flows = [flow("reward", "BNB", "0.1", 2 + n / 1_000) for n in range(1_200)]
    async with ledger("binance", account(*flows)) as binance:
        pages = await binance.pages("distributions", days=20)
        entries = {each.id for page in pages for each in page.entries}
        again = await binance.pages("distributions", pages[-1].cursor)
    assert len(entries) == 1_200
    assert [page.until for page in pages] == sorted(page.until for page in pages)
    assert (pages[-1].until, again[-1].entries) == (ago(0), ())


async def test_withdrawals_keep_to_what_a_user_may_ask_in_a_minute() -> None:
    """18,000 of 180,000 a minute, of which we take 60 %: six calls, and the simulator never refuses one."""
    async with ledger("binance", account(path_limits=True)) as binance:
        for _ in range(6):
            await binance.page("withdrawals", days=1)
        with pytest.raises(ExchangeLimiting):
            await binance.page("withdrawals", days=1)
        assert binance.asked("withdraw/history") == 6
        await binance.wait(timedelta(seconds=61))
        await binance.page("withdrawals", days=1)
    assert not [call for call in binance.simulator.calls if call.status == 429]


async def test_every_market_is_told_by_the_sources_of_its_own_wallets() -> None:
    async with ledger("binance", account()) as binance:
        sources = {
            code: {terms.name for terms in binance.gateway.sources(binance.gateway.market(code))}
            for code in ("binance_margin", "binance_futures", "binance_futures_coin", "binance_us")
        }
    assert sources == {
        "binance_margin": {
            "transfers",
            "cross_margin_trades",
            "isolated_margin_trades",
            "margin_interest",
        },
        "binance_futures": {"futures_income"},
        "binance_futures_coin": {"coin_futures_income"},
        "binance_us": {
            *("deposits", "withdrawals", "fiat_deposits", "fiat_withdrawals"),
            *("distributions", "conversions", "trades"),
        },
    }


async def test_what_calls_weigh_is_what_the_simulator_counts() -> None:
    dialect = dialect_of("binance")
    for (_, path), history in HISTORIES.items():
        if "binance" in history.exchanges:
            weight = dialect.weight_of(path)
            assert weight == (history.weight or 60 // (history.a_minute or 1)), path
            assert history.a_minute is None or dialect.weights.of(path) == 0, path


def _moved(raw: bytes, by: timedelta) -> bytes:
    rows = json.loads(raw)
    for row in rows:
        row["insertTime"] += by // timedelta(milliseconds=1)
    return json.dumps(rows).encode()


@pytest.mark.parametrize(("days", "refused"), [(0, False), (-15, True), (15, True)])
async def test_a_row_of_another_time_than_was_asked_for_is_refused(days: int, refused: bool) -> None:
    past = HISTORIES_OF["binance"]
    async with bent("binance", "deposits", past.scenario) as source:
        now = source.exchange.now()
        asked = Asked("", now - timedelta(days=20), now)
        path = "/binance/sapi/v1/capital/deposit/hisrec"
        bending = {path: lambda raw: _moved(raw, timedelta(days=days))}
        if refused:
            with pytest.raises(LoadFailed, match="another time"):
                await source.page(asked, bending)
        else:
            assert len((await source.page(asked, bending)).entries) == 2
