"""Bitfinex's ledger: kinds and wallets by description, page by page through the same millisecond."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from cambist.core.ledger import EntryKind
from cambist.exchanges.catalogue import market_of
from cambist.exchanges.dialects.bitfinex.ledger import PAGE, ledger_answer
from cambist.exchanges.guard import Unusable
from tests.exchanges.answering import NO_LEDGER, answering

BITFINEX = market_of("bitfinex")
NOW = datetime(2023, 6, 19, 16, tzinfo=UTC)
NOW_MS = int(NOW.timestamp()) * 1000
BOUGHT = "Exchange 343.73 UST for USD @ 0.9998 on wallet exchange"


def row(
    number: int, amount: Any, text: str, currency: str = "USD", mts: int = NOW_MS - 1, wallet: Any = None
) -> Any:
    return [number, currency, wallet, mts, None, amount, 0, None, text]


@pytest.mark.parametrize(
    ("text", "kind", "wallet"),
    [
        ("Deposit (BITCOIN) #614485 on wallet exchange", EntryKind.DEPOSIT, "exchange"),
        ("BITCOIN Withdrawal #123 on wallet exchange", EntryKind.WITHDRAWAL, "exchange"),
        ("Crypto Withdrawal fee on wallet exchange", EntryKind.FEE, "exchange"),
        (
            "Trading fees for 0.5 BTC (BTCUSD) @ 30000 on BFX (0.2%) on wallet Exchange",
            EntryKind.FEE,
            "exchange",
        ),
        (
            "Transfer of 184.3 USD from wallet Exchange to Deposit on wallet funding",
            EntryKind.TRANSFER,
            "funding",
        ),
        ("Margin Funding Payment on wallet funding", EntryKind.REWARD, "funding"),
        ("Position #142 funding cost on wallet margin", EntryKind.INTEREST, "margin"),
        ("Position closed @ 185.79 (TRADE) on wallet margin", EntryKind.REALISED, "margin"),
        ("Settlement @ 185.79 on wallet margin", EntryKind.REALISED, "margin"),
        ("Of a kind to come", EntryKind.TRANSFER, ""),
    ],
)
def test_a_description_tells_kind_and_wallet(text: str, kind: EntryKind, wallet: str) -> None:
    (entry,), _, _ = ledger_answer(json.dumps([row(1, -0.01644445, text)]).encode(), BITFINEX)
    assert (entry.kind, entry.wallet, entry.amount) == (kind, wallet, Decimal("-0.01644445"))


def test_both_legs_of_a_trade_are_one_group_measured_in_its_quote() -> None:
    """Figures come as numbers or as text, and the wallet in a place that is documented as empty."""
    legs = [row(2, "343.66370051", BOUGHT, wallet="exchange"), row(1, "-343.73", BOUGHT, "UST")]
    (paid, given), _, _ = ledger_answer(json.dumps(legs).encode(), BITFINEX)
    assert (paid.kind, paid.asset, paid.quote) == (EntryKind.TRADE, "USD", True)
    assert (given.asset, given.quote, given.group) == ("USDT", False, paid.group)
    assert {paid.wallet, given.wallet} == {"exchange"}


@pytest.mark.asyncio
async def test_a_full_page_goes_on_in_the_millisecond_of_its_last_row() -> None:
    last = NOW_MS - PAGE * 1000
    full = [
        row(PAGE - n, "0.5", "Rebate on wallet exchange", mts=NOW_MS - (n + 1) * 1000) for n in range(PAGE)
    ]
    rest = [full[-1], row(9_999, "1", "Rebate on wallet exchange", mts=last)]
    async with answering("bitfinex", {f'"end":{last},': rest, "ledgers/hist": full}) as asked:
        pages = await asked.pages("ledger", NOW - timedelta(days=9), NOW)
    told = {each.id: each.amount for page in pages for each in page.entries}
    assert (len(told), sum(told.values())) == (PAGE + 1, Decimal(PAGE) / 2 + 1)
    assert [page.until for page in pages] == [NOW - timedelta(days=9), NOW]


@pytest.mark.parametrize(
    "body",
    [
        *NO_LEDGER,
        '["error", 10100, "apikey: invalid"]',
        json.dumps([row(1, 1, ""), row(1, 1, "")]),
        json.dumps([row(1, "1_0", "")]),
        json.dumps([row(1, None, "")]),
        json.dumps([row(1, 1, "", mts=-1)]),
        json.dumps([row(1, 1, "")])[:-1],
    ],
)
def test_an_answer_that_is_no_ledger_is_refused(body: str) -> None:
    with pytest.raises(Unusable):
        ledger_answer(body.encode(), BITFINEX)
