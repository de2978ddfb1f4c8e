"""Gemini's trades of an account: both legs and the fee of each; those that were broken came to nothing."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import msgspec

from cambist.core.errors import ExchangeRefused
from cambist.core.ledger import Asked, Entry, EntryKind, Page, Terms
from cambist.core.money import exact
from cambist.core.terms import Market
from cambist.exchanges.dialect import LedgerSource
from cambist.exchanges.dialects.gemini.keys import check_keys
from cambist.exchanges.dialects.gemini.pages import ALL_AT_ONCE, following
from cambist.exchanges.dialects.gemini.tickers import QUOTES
from cambist.exchanges.guard import Unusable, all_differ, checked_json, figures, shaped
from cambist.exchanges.ledger_rows import THIRTEEN, at_ms, entry, legs
from cambist.exchanges.windows import told, window

AGAIN = timedelta(hours=1)
PAGE = 500
_SIGNS = {"Buy": 1, "Sell": -1}
_PARTS = ("base", "quote", "fee")


class _Trade(msgspec.Struct):
    """breaks: "full" of what is as if it had not happened; what was reversed by hand ("manual") counts.

    That reversal is a transfer of its own.
    """

    tid: int
    order_id: str
    symbol: str
    type: str
    timestampms: int
    price: msgspec.Raw
    amount: msgspec.Raw
    fee_amount: msgspec.Raw
    fee_currency: str
    breaks: str | None = msgspec.field(name="break", default=None)

    @property
    def name(self) -> str:
        return f"{self.tid}-{self.order_id}"


_trades = msgspec.json.Decoder(list[_Trade])


async def page(client: Any, market: Market, asked: Asked) -> Page:
    """POST /v1/mytrades of all pairs, from a time on; clearing and auctions among them."""
    check_keys(client)
    read = window(asked, ALL_AT_ONCE, again=AGAIN)
    start = int(read.at) if read.at else read.start
    client.raw = client.large = True
    raw = await client.private_post_v1_mytrades({"timestamp": start, "limit_trades": PAGE})
    entries, void, times = trades_answer(raw, market)
    return told(read, asked, entries, following(times, start, PAGE), void)


def trades_answer(raw: bytes, market: Market) -> tuple[list[Entry], list[str], list[int]]:
    """The entries of an answer, which of them came to nothing, and its rows' times in ms.

    Raises Unusable, and ExchangeRefused for trades of what is no pair.
    """
    checked_json(raw)
    rows = shaped(_trades, raw, "a list of trades")
    all_differ([row.name for row in rows], "a trade")
    times = [at_ms(row.timestampms, THIRTEEN) for row in rows]
    entries = [each for row in rows if row.breaks != "full" for each in _entries(row, market)]
    void = [f"{row.name}:{part}" for row in rows if row.breaks == "full" for part in _PARTS]
    return entries, void, times


def _entries(row: _Trade, market: Market) -> Iterator[Entry]:
    base, quote = _pair(row)
    sign = _SIGNS.get(row.type)
    if sign is None:
        raise Unusable("the answer has a trade that neither buys nor sells")
    amount, price, fee = figures([row.amount, row.price, row.fee_amount])
    with exact():
        bought, paid, charged = sign * amount, -sign * amount * price, -fee
    name, at = row.name, row.timestampms
    yield from legs(market, name, at, (base, bought), (quote, paid), "spot")
    code = row.fee_currency.upper()
    yield from entry(market, f"{name}:fee", at, EntryKind.FEE, code, charged, "spot", group=name)


def _pair(row: _Trade) -> tuple[str, str]:
    """Base and quote. PAXGUSD is in USD, BTCGUSD in GUSD: the fee, which is paid in the quote, tells."""
    symbol = row.symbol.upper()
    for quote in (row.fee_currency.upper(), *QUOTES):
        base = symbol.removesuffix(quote)
        if quote and base and base != symbol:
            return base, quote
    raise ExchangeRefused(
        "Gemini does not tell what perpetuals and other contracts have gained, so the flows of an account "
        "that trades them stay unknown."
    )


TRADES = LedgerSource(Terms("trades", frozenset({EntryKind.TRADE, EntryKind.FEE})), page)
