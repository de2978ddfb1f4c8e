"""Coinbase's ledger through Cambist: transactions by account, fills as trades, each told once and exactly."""

import json
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from cambist.core.ledger import EntryKind
from cambist.exchanges.catalogue import market_of
from cambist.exchanges.dialects.coinbase.fills import fills_answer
from cambist.exchanges.dialects.coinbase.ledger import transactions_answer
from cambist.exchanges.dialects.coinbase.transactions import Row, entries_of
from cambist.exchanges.guard import Unusable
from tests.exchanges.ledgers import Ledger, ago, ledger
from tests.exchanges.paged import booked, flow, sums, trade
from tests.exchanges.scenarios import COINBASE

ADVANCED = market_of("coinbase_advanced")
DEPOSIT, WITHDRAWAL, TRANSFER = EntryKind.DEPOSIT, EntryKind.WITHDRAWAL, EntryKind.TRANSFER
FEE, TRADE, REWARD = EntryKind.FEE, EntryKind.TRADE, EntryKind.REWARD
NONE = {"free": "0"}
WALLETS = {
    "spot": {**COINBASE["wallets"]["spot"], "ADA": NONE, "SOL": NONE},
    "vault": COINBASE["wallets"]["vault"],
    "earn": COINBASE["wallets"]["earn"],
}
ASSETS = ("BTC", "USD", "CELO", "ADA", "SOL")


def coinbase(**changes: Any) -> dict[str, Any]:
    return {**COINBASE, "wallets": WALLETS, **changes}


FLOWS = [
    flow("deposit", "BTC", "0.412345678901234567890123456789", 90, tx="56222d86"),
    flow("deposit", "USD", "114.02", 80),
    flow("withdrawal", "SOL", "10.000000", 70, fee="4.008308", tx="2732bbcf"),
    flow("withdrawal", "USD", "11000.00", 60),
    flow("transfer", "ADA", "5", 50, to="earn"),
    flow("transfer", "BTC", "-0.25", 40),
    flow("reward", "ADA", "0.04716", 30, wallet="earn"),
    flow("reward", "CGLD", "12.5", 29, name="earn_payout"),
    flow("reward", "SOL", "1", 28, name="of a kind to come"),
    flow("fee", "USD", "-4.99", 27),
    flow("realised", "USD", "150.125", 26),
]


@pytest.mark.asyncio
async def test_every_transaction_is_told_to_the_digit_with_its_wallet_and_what_the_network_took() -> None:
    """Fills are no transactions: they are told by the source of their own."""
    filled = [trade("BTCUSD", "buy", "0.5", "60000", 5)]
    async with ledger("coinbase_advanced", coinbase(flows=FLOWS, trades=filled)) as account:
        told = await account.entries("transactions", assets=ASSETS)
    assert {(each.kind, each.asset, str(each.amount), each.wallet, each.tx) for each in told} == {
        (DEPOSIT, "BTC", "0.412345678901234567890123456789", "spot", "56222d86"),
        (DEPOSIT, "USD", "114.02", "spot", ""),
        (WITHDRAWAL, "SOL", "-10.000000", "spot", "2732bbcf"),
        (FEE, "SOL", "-4.008308", "spot", ""),
        (WITHDRAWAL, "USD", "-11000.00", "spot", ""),
        (TRANSFER, "ADA", "-5", "spot", ""),
        (TRANSFER, "ADA", "5", "vault", ""),
        (TRANSFER, "BTC", "-0.25", "spot", ""),
        (REWARD, "ADA", "0.04716", "vault", ""),
        (REWARD, "CELO", "12.5", "spot", ""),
        (TRANSFER, "SOL", "1", "spot", ""),
        (FEE, "USD", "-4.99", "spot", ""),
        (TRANSFER, "USD", "150.125", "spot", ""),
        (TRANSFER, "USD", "-150.125", "futures", ""),
    }
    assert len(told) == 14


@pytest.mark.asyncio
async def test_fills_are_told_page_by_page_as_legs_and_commissions() -> None:
    filled = [trade("BTCUSD", "sell", "0.001", "60000.5", number, fee="0.015") for number in range(1, 261)]
    async with ledger("coinbase_advanced", coinbase(trades=filled)) as account:
        pages = await account.pages("fills")
    assert [len(page.entries) for page in pages] == [750, 30]
    with_usd = 260 * (Decimal("0.001") * Decimal("60000.5") - Decimal("0.015"))
    assert sums(pages) == {"BTC": Decimal("-0.26"), "USD": with_usd}
    newest = [(each.id, each.kind, each.group, each.quote) for each in pages[0].entries[:3]]
    assert newest == [
        ("entry-260:base", TRADE, "entry-260", False),
        ("entry-260:quote", TRADE, "entry-260", True),
        ("entry-260:fee", FEE, "entry-260", False),
    ]


async def synced(account: Ledger, cursor: str = "", *assets: str) -> list[Any]:
    return await account.pages("transactions", cursor, assets=assets)


@pytest.mark.asyncio
async def test_accounts_are_read_page_by_page_back_to_where_each_was_read_before() -> None:
    """The deposit is listed a day before it changes an amount, when its account is not looked at."""
    flows = [flow("reward", "ADA", "0.001", 100 + number) for number in range(250)]
    async with ledger("coinbase_advanced", coinbase(flows=flows)) as account:
        first = await synced(account, "", "ADA")
        assert (len(first), sums(first)) == (4, {"ADA": Decimal("0.250")})
        assert [page.until for page in first] == [ago(365)] * 3 + [ago(0)]
        assert len(first[0].cursor) < 1_000
        before = account.asked()
        assert await synced(account, first[-1].cursor) == await synced(account, first[-1].cursor)
        assert account.asked() == before
        pending = flow("deposit", "SOL", "3", -1, state="pending")
        account.clock.step(timedelta(hours=2))
        account.change(flows=[*flows, pending])
        second = await synced(account, first[-1].cursor, "BTC")
        account.clock.step(timedelta(days=1))
        account.change(flows=[*flows, pending | {"state": "done"}])
        third = await synced(account, second[-1].cursor, "SOL")
    assert sums([*second, *third]) == {"SOL": Decimal(3)}


@pytest.mark.asyncio
async def test_what_was_pending_is_asked_for_again_until_it_is_there_or_has_failed() -> None:
    coming = flow("deposit", "BTC", "1", 0.1, state="pending", tx="in")
    going = flow("withdrawal", "SOL", "2", 0.1, fee="0.1", state="pending")
    async with ledger("coinbase_advanced", coinbase(flows=[coming, going])) as account:
        first = await synced(account, "", "BTC", "SOL")
        assert sums(first) == {"SOL": Decimal("-2.1")}
        account.clock.step(timedelta(hours=30))
        second = await synced(account, first[-1].cursor)
        assert sums(first + second) == {"SOL": Decimal("-2.1")}
        account.change(flows=[coming | {"state": "done"}, going | {"state": "failed"}])
        third = await synced(account, second[-1].cursor)
        (credited,) = booked(first + second + third).values()
        assert (credited.kind, credited.amount, credited.at) == (DEPOSIT, Decimal(1), account.clock.now())
        before = account.asked()
        assert sums(await synced(account, third[-1].cursor)) == {}
        assert account.asked() == before


# ── answers ──────────────────────────────────────────────────────────────────────────────────────────


def fill(**changes: Any) -> bytes:
    told = {
        "entry_id": "E",
        "trade_time": "2023-01-18T01:37:38.091377090Z",
        "trade_type": "FILL",
        "price": "2975.32",
        "size": "2.6399716828",
        "commission": "0.0316796601936",
        "product_id": "ETH-USD",
        "side": "BUY",
        "size_in_quote": True,
        **changes,
    }
    return json.dumps({"fills": [told], "cursor": "C"}).encode()


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"price": "2000"}, {"base": "0.0013199858414", "quote": "-2.6399716828", "fee": "-0.0316796601936"}),
        (
            {"size_in_quote": False, "side": "SELL", "size": "2", "commission": "0"},
            {"base": "-2", "quote": "5950.64"},
        ),
        (
            {"size_in_quote": False, "size": "1", "trade_type": "REVERSAL", "commission": "0"},
            {"base": "-1", "quote": "2975.32"},
        ),
        ({"product_id": "BIT-28JUL23-CDE"}, {"fee": "-0.0316796601936"}),
        ({"product_id": "BTC-PERP-INTX"}, {}),
    ],
)
def test_a_fill_is_what_its_size_product_and_side_make_of_it(changes: Any, told: dict[str, str]) -> None:
    entries, cursor = fills_answer(fill(**changes), ADVANCED)
    assert {each.id.removeprefix("E:"): each.amount for each in entries} == {
        name: Decimal(text) for name, text in told.items()
    }
    assert cursor == "C"


def row(**changes: Any) -> dict[str, Any]:
    return {
        "id": "T",
        "type": "send",
        "status": "completed",
        "amount": {"amount": "1.5", "currency": "BTC"},
        "created_at": "2023-03-20T08:37:07Z",
        **changes,
    }


def rows(*told: dict[str, Any], **pagination: Any) -> bytes:
    return json.dumps({"pagination": {"limit": 100, "next_uri": None, **pagination}, "data": told}).encode()


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"type": "receive"}, DEPOSIT),
        ({"type": "tx"}, TRANSFER),
        ({"type": "buy", "buy": {"id": "B", "payment_method_name": "USD Wallet"}}, TRADE),
        ({"type": "buy", "buy": {"id": "B", "payment_method_name": "VISA debit"}}, DEPOSIT),
        ({"type": "trade", "trade": {"id": "B"}}, TRADE),
        ({"type": "interest"}, REWARD),
        ({"type": "unstaking_transfer"}, TRANSFER),
        ({"type": "advanced_trade_fill"}, None),
        ({"status": "expired"}, None),
        ({"status": "waiting_for_clearing"}, None),
    ],
)
def test_a_transaction_is_told_by_its_type_and_state(changes: Any, kind: EntryKind | None) -> None:
    (told,), _ = transactions_answer(rows(row(**changes)))
    entries = list(entries_of(told, "spot", ADVANCED))
    assert [each.kind for each in entries] == ([] if kind is None else [kind])
    assert [each.group for each in entries if kind is TRADE] == ["B"] * (kind is TRADE)
    assert isinstance(told, Row)


BROKEN = [b"", b"{}", b"null", b"[]", b"<html>sign in</html>", b'{"fills": {}, "data": {}, "pagination": {}}']


@pytest.mark.parametrize(
    ("read", "body"),
    [
        *((lambda raw: fills_answer(raw, ADVANCED), body) for body in BROKEN),
        *((transactions_answer, body) for body in BROKEN),
        (lambda raw: fills_answer(raw, ADVANCED), fill()[:-2]),
        (lambda raw: fills_answer(raw, ADVANCED), fill(size="1_0")),
        (lambda raw: fills_answer(raw, ADVANCED), fill(price="0")),
        (lambda raw: fills_answer(raw, ADVANCED), fill(side="?")),
        (lambda raw: fills_answer(raw, ADVANCED), fill(product_id="BTCUSD")),
        (transactions_answer, rows(row(), row())),
        (transactions_answer, rows(row(), next_uri="/v2/accounts?limit=1")),
        (transactions_answer, rows(row(created_at="some day"))),
        (transactions_answer, rows(row(amount=None))),
        (
            lambda raw: list(entries_of(transactions_answer(raw)[0][0], "spot", ADVANCED)),
            rows(row(amount={"amount": "NaN", "currency": "BTC"})),
        ),
    ],
)
def test_an_answer_that_is_no_ledger_is_refused(read: Callable[[bytes], Any], body: bytes) -> None:
    with pytest.raises(Unusable):
        read(body)
