"""Binance's wallets beside spot: the figures of its own documentation, every digit, nothing twice.

The examples are those of the exchange's documentation, as it stood when the test was written, of the page
that each names; fields that no balance needs are left out.
"""

import json
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cambist.core.terms import Balance, Market
from cambist.exchanges.catalogue import CATALOGUE
from cambist.exchanges.dialect import WalletAnswer
from cambist.exchanges.dialects.binance import earn
from cambist.exchanges.dialects.binance.futures import futures_answer
from cambist.exchanges.dialects.binance.margin import cross_answer, isolated_answer, portfolio_answer
from cambist.exchanges.dialects.binance.wallets import funding_answer
from cambist.exchanges.guard import Unusable

MARGIN = CATALOGUE["binance_margin"]
ZERO = "0.00000000"
Read = Callable[[bytes, Market], WalletAnswer]

# "Query Cross Margin Account Details": a debt in BNB.
CROSS = {
    "borrowEnabled": True,
    "totalLiabilityOfBtc": "0.58633215",
    "userAssets": [
        {"asset": "BTC", "borrowed": ZERO, "free": "0.00499500", "interest": ZERO, "locked": ZERO},
        {
            "asset": "BNB",
            "borrowed": "201.66666672",
            "free": "2346.50000000",
            "interest": ZERO,
            "locked": ZERO,
        },
        {"asset": "ETH", "borrowed": ZERO, "free": ZERO, "interest": ZERO, "locked": ZERO},
    ],
}

# "Account Information V3" of USD-M futures, single-asset mode: an open position in BTCUSDT. Its profit is
# nil there, so the second row tells of the same account after the price has moved; that one is our own.
FUTURE = {
    "asset": "USDT",
    "walletBalance": "23.72469206",
    "unrealizedProfit": ZERO,
    "marginBalance": "23.72469206",
    "maintMargin": ZERO,
    "initialMargin": ZERO,
    "positionInitialMargin": ZERO,
    "openOrderInitialMargin": ZERO,
    "availableBalance": "23.72469206",
}
POSITION = {"symbol": "BTCUSDT", "positionAmt": "1.000", "unrealizedProfit": ZERO, "initialMargin": "0"}
FUTURES = {"totalMarginBalance": "103.12345678", "assets": [FUTURE], "positions": [POSITION]}

# "Account Balance" of portfolio margin: a debt with interest, and the profit of an open USD-M position.
PORTFOLIO = [
    {
        "asset": "USDT",
        "totalWalletBalance": "122607.35137903",
        "crossMarginAsset": "92.27530794",
        "crossMarginBorrowed": "10.00000000",
        "crossMarginFree": "100.00000000",
        "crossMarginInterest": "0.72469206",
        "crossMarginLocked": "3.00000000",
        "umWalletBalance": ZERO,
        "umUnrealizedPNL": "23.72469206",
        "cmWalletBalance": "23.72469206",
        "cmUnrealizedPNL": "",
        "updateTime": 1617939110373,
        "negativeBalance": "0",
    }
]

LENT = {"borrowed": ZERO, "interest": ZERO, "locked": ZERO}
ISOLATED = {
    "assets": [
        {
            "symbol": "BTCUSDT",
            "baseAsset": {"asset": "BTC", **LENT, "free": "0.5", "borrowed": "0.2", "interest": "0.001"},
            "quoteAsset": {"asset": "USDT", **LENT, "free": "100.10"},
        },
        {
            "symbol": "ETHUSDT",
            "baseAsset": {"asset": "ETH", **LENT, "free": "2"},
            "quoteAsset": {"asset": "USDT", **LENT, "free": "1", "locked": "4", "borrowed": "30"},
        },
    ]
}
FUNDING = [
    {
        "asset": "ETH",
        "free": "1.5",
        "locked": "0.1",
        "freeze": "0.25",
        "withdrawing": "0.05",
        "btcValuation": "0",
    }
]
GOOD: dict[str, tuple[Read, Any]] = {
    "cross": (cross_answer, CROSS),
    "isolated": (isolated_answer, ISOLATED),
    "futures": (futures_answer, FUTURES),
    "portfolio": (portfolio_answer, PORTFOLIO),
    "funding": (funding_answer, FUNDING),
}


def told(read: Read, answer: Any) -> tuple[Balance, ...]:
    return read(json.dumps(answer).encode(), MARGIN).balances


def totals(balances: tuple[Balance, ...]) -> dict[str, Decimal]:
    return {each.code: each.total for each in balances}


# ── the exchange's own examples ──────────────────────────────────────────────────────────────────────


def test_cross_margin_is_what_is_held_less_what_is_owed() -> None:
    balances = told(cross_answer, CROSS)
    assert totals(balances) == {"BTC": Decimal("0.00499500"), "BNB": Decimal("2144.83333328")}
    bnb = balances[1]
    assert (bnb.free, bnb.borrowed) == (Decimal("2346.5"), Decimal("201.66666672"))


def test_a_futures_wallet_is_its_margin_balance_and_positions_add_nothing() -> None:
    assert totals(told(futures_answer, FUTURES)) == {"USDT": Decimal("23.72469206")}
    moved = {**FUTURE, "unrealizedProfit": "-3.5", "marginBalance": "20.22469206", "initialMargin": "8"}
    (balance,) = told(
        futures_answer, {"assets": [moved], "positions": [{**POSITION, "unrealizedProfit": "-3.5"}]}
    )
    assert (balance.total, balance.locked, balance.free) == (
        Decimal("20.22469206"),
        Decimal(8),
        Decimal("12.22469206"),
    )


def test_portfolio_margin_is_the_wallet_and_its_profits_less_what_is_owed() -> None:
    (balance,) = told(portfolio_answer, PORTFOLIO)
    assert balance.total == Decimal("122607.35137903") + Decimal("23.72469206") - Decimal("10.72469206")
    assert (balance.locked, balance.borrowed) == (Decimal(3), Decimal(10))
    assert balance.interest == Decimal("0.72469206")
    (other,) = told(portfolio_answer, [{**PORTFOLIO[0], "cmUnrealizedPNL": "-23.72469206"}])
    assert other.total == Decimal("122607.35137903") - Decimal("10.72469206")


def test_isolated_pairs_are_added_up_asset_by_asset() -> None:
    balances = told(isolated_answer, ISOLATED)
    assert totals(balances) == {"BTC": Decimal("0.299"), "USDT": Decimal("75.10"), "ETH": Decimal(2)}
    assert next(each for each in balances if each.code == "USDT") == Balance(
        "USDT", "USDT", Decimal("101.10"), Decimal(4), Decimal("75.10"), Decimal(30), Decimal(0)
    )


def test_all_of_a_funding_wallet_counts_also_what_is_frozen_or_leaving() -> None:
    (balance,) = told(funding_answer, FUNDING)
    assert (balance.free, balance.locked, balance.total) == (Decimal("1.5"), Decimal("0.40"), Decimal("1.90"))


# ── every digit, or no answer at all ─────────────────────────────────────────────────────────────────

NUMBERS = st.builds(
    lambda n, e: format(Decimal(f"{n}E-{e}"), "f"), st.integers(0, 10**38), st.integers(0, 38)
)


@given(st.lists(st.tuples(NUMBERS, NUMBERS, NUMBERS, NUMBERS), max_size=4))
def test_lent_amounts_of_any_length_come_back_exact(rows: list[tuple[str, str, str, str]]) -> None:
    names = ("free", "locked", "borrowed", "interest")
    answer = {
        "userAssets": [{"asset": f"A{n}", **dict(zip(names, row, strict=True))} for n, row in enumerate(rows)]
    }
    balances = told(cross_answer, answer)
    expected = [
        (f"A{n}", *map(Fraction, row), sum(map(Fraction, row[:2])) - sum(map(Fraction, row[2:])))
        for n, row in enumerate(rows)
        if any(map(Fraction, row))
    ]
    found = [
        (b.code, *(Fraction(part) for part in (b.free, b.locked, b.borrowed, b.interest, b.total)))
        for b in balances
    ]
    assert found == expected


@pytest.mark.parametrize("name", GOOD)
def test_an_answer_cut_anywhere_is_refused(name: str) -> None:
    read, good = GOOD[name]
    raw = json.dumps(good).encode()
    assert read(raw, MARGIN).balances
    for end in range(len(raw)):
        with pytest.raises(Unusable):
            read(raw[:end], MARGIN)


@pytest.mark.parametrize("name", GOOD)
@pytest.mark.parametrize(
    "raw", [b"", b"{}", b"null", b"<html>", b'"[]"', b'{"code":-3044,"msg":"busy"}', b"[[]]"]
)
def test_what_is_no_wallet_is_refused(name: str, raw: bytes) -> None:
    with pytest.raises(Unusable):
        GOOD[name][0](raw, MARGIN)


NUMERIC = {
    "cross": ("free", "locked", "borrowed", "interest"),
    "isolated": ("free", "locked", "borrowed", "interest"),
    "futures": ("marginBalance", "initialMargin"),
    "portfolio": (
        *("totalWalletBalance", "crossMarginLocked", "crossMarginBorrowed"),
        *("crossMarginInterest", "umUnrealizedPNL"),
    ),
    "funding": ("free", "locked", "freeze", "withdrawing"),
}


@pytest.mark.parametrize("bad", ["1e20000000", "NaN", "Infinity", "1" * 41, "1,5", " 1"])
@pytest.mark.parametrize(
    ("name", "field"), [(name, field) for name, fields in NUMERIC.items() for field in fields]
)
def test_a_malformed_number_is_refused_in_every_field_that_counts(name: str, field: str, bad: str) -> None:
    read, good = GOOD[name]
    raw = json.dumps(good)
    start = raw.index(f'"{field}": "') + len(field) + 5
    broken = raw[:start] + bad + raw[raw.index('"', start) :]
    with pytest.raises(Unusable):
        read(broken.encode(), MARGIN)


@pytest.mark.parametrize(
    ("name", "field"), [(name, field) for name, fields in NUMERIC.items() for field in ("asset", *fields)]
)
def test_a_key_that_comes_twice_is_refused_and_one_that_is_gone_too(name: str, field: str) -> None:
    read, good = GOOD[name]
    raw = json.dumps(good)
    for changed in (f'"{field}": "7", "{field}": ', f'"{field}x": '):
        with pytest.raises(Unusable):
            read(raw.replace(f'"{field}": ', changed, 1).encode(), MARGIN)


@pytest.mark.parametrize(
    ("name", "rows"),
    [
        ("cross", "userAssets"),
        ("isolated", "assets"),
        ("futures", "assets"),
        ("portfolio", ""),
        ("funding", ""),
    ],
)
def test_a_row_that_comes_twice_is_refused(name: str, rows: str) -> None:
    read, good = GOOD[name]
    twice = {**good, rows: good[rows] + good[rows][:1]} if rows else good + good[:1]
    with pytest.raises(Unusable, match="twice"):
        told(read, twice)


# ── earn, page by page ───────────────────────────────────────────────────────────────────────────────


class Client:
    """Answers pages of so many flexible positions; only the exchange's words are scripted."""

    raw = False

    def __init__(self, *pages: dict[str, Any]) -> None:
        self._pages = [json.dumps(page).encode() for page in pages]
        self.asked: list[dict[str, int]] = []

    def bend(self, good: str, bad: str) -> None:
        self._pages = [page.replace(good.encode(), bad.encode(), 1) for page in self._pages]

    async def sapi_get_simple_earn_flexible_position(self, params: dict[str, int]) -> bytes:
        self.asked.append(params)
        return self._pages[params["current"] - 1]


def page(start: int, stop: int, total: int) -> dict[str, Any]:
    rows = [{"asset": "BTC", "productId": f"BTC{n}", "totalAmount": "0.1"} for n in range(start, stop)]
    return {"rows": rows, "total": total}


@pytest.mark.asyncio
async def test_positions_of_all_pages_are_added_up_and_one_page_is_one_call() -> None:
    paged = Client(page(0, 100, 230), page(100, 200, 230), page(200, 230, 230))
    (balance,) = (await earn.flexible(paged, CATALOGUE["binance"])).balances
    assert (balance.total, [asked["current"] for asked in paged.asked]) == (Decimal("23.0"), [1, 2, 3])
    single = Client(page(0, 100, 100))
    assert totals((await earn.flexible(single, CATALOGUE["binance"])).balances) == {"BTC": Decimal("10.0")}
    assert len(single.asked) == 1
    assert (await earn.flexible(Client(page(0, 0, 0)), CATALOGUE["binance"])).balances == ()


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "pages",
    [
        (page(0, 99, 150),),
        (page(0, 100, 150), page(100, 149, 150)),
        (page(0, 100, 99),),
        (page(0, 100, 150), page(50, 100, 150)),
        (page(0, 0, 1),),
    ],
    ids=["short", "short later", "more than told", "the same again", "none of one"],
)
async def test_pages_that_do_not_add_up_are_refused(pages: tuple[dict[str, Any], ...]) -> None:
    with pytest.raises(Unusable):
        await earn.flexible(Client(*pages), CATALOGUE["binance"])


@pytest.mark.asyncio
async def test_pages_without_an_end_are_refused_after_fifty() -> None:
    endless = Client(*(page(100 * n, 100 * n + 100, 1_000_000) for n in range(earn.MOST_PAGES + 5)))
    with pytest.raises(Unusable, match="more than 5000 positions"):
        await earn.flexible(endless, CATALOGUE["binance"])
    assert len(endless.asked) == earn.MOST_PAGES


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "changed",
    [
        ('"total": 1', '"total": 1, "total": 1'),
        ('"totalAmount": ', '"totalAmount": "7", "totalAmount": '),
        ('"asset": ', '"asset": "ETH", "asset": '),
        ('"totalAmount": "0.1"', '"totalAmount": "1e20000000"'),
        ('"total": 1', '"total": "1"'),
        ('"rows"', '"row"'),
    ],
)
async def test_a_page_that_is_not_plain_is_refused(changed: tuple[str, str]) -> None:
    client = Client(page(0, 1, 1))
    client.bend(*changed)
    with pytest.raises(Unusable):
        await earn.flexible(client, CATALOGUE["binance"])
