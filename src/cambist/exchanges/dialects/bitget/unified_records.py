"""Bitget's records of a unified account, one product after another, and of the funds beside it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from cambist.core.errors import ExchangeRefused, KeysRejected, LoadFailed, NotOffered
from cambist.core.ledger import Asked, Entry, EntryKind, Page, Terms
from cambist.core.terms import Market
from cambist.exchanges.dialect import LedgerSource
from cambist.exchanges.dialects.bitget import transactions
from cambist.exchanges.dialects.bitget.envelope import data_of
from cambist.exchanges.dialects.bitget.kinds import KINDS, kind_of, on_a_network
from cambist.exchanges.dialects.bitget.pages import (
    REACH,
    History,
    Listed,
    Params,
)
from cambist.exchanges.guard import Unusable
from cambist.exchanges.ledger_rows import amount, at_ms, entry

_PRODUCTS = ("SPOT", "MARGIN", "USDT-FUTURES", "COIN-FUTURES", "USDC-FUTURES", "OTHER")
# Within the account, whose equity is net of debts and has the margin of positions: what is borrowed and paid
# back, margin set aside and given back.
_WITHIN = frozenset(
    {
        "BORROW",
        "REPAYMENT",
        "LIQ_REPAYMENT",
        "INCREASE_MARGIN",
        "REDUCE_MARGIN",
        "MARGIN_BACK",
        "MARGIN_LEVER_ORDER_FROZEN",
        "MARGIN_LEVER_ORDER_REFROZEN",
        "MARGIN_LEVER_POS_IN",
        "FIXED_BACK",
        "FIXED_INCREASE_MARGIN",
        "FIXED_REDUCE_MARGIN",
        "FIXED_LEVER_POS_IN",
        "FIXED_ORDER_PLACE_FROZEN",
        "FIXED_ORDER_FROZEN_RETURN",
    }
)
# The exchange's own side of what happened is none of the account's.
_OF_THE_EXCHANGE = ("_SYS_", "_SYSTEM_")
# By a part of the type, the first that fits; the rest, and what comes to be, are transfers.
_PARTS = (
    ("CONFISCATE", EntryKind.TRANSFER),
    ("SETTLE_FEE", EntryKind.FUNDING),
    ("INTEREST", EntryKind.INTEREST),
    ("SHARE_BENEFIT_USER_IN", EntryKind.REWARD),
    ("SHARE_BENEFIT_USER_OUT", EntryKind.FEE),
    ("ORDER_DEALT", EntryKind.TRADE),
    ("_TOKEN_", EntryKind.TRADE),  # from one currency into another: exchanged, delisted, small
    ("LIQ_CONVERT", EntryKind.TRADE),
    ("CONVERT_TRANSFER", EntryKind.TRADE),
    ("CONVERSION", EntryKind.TRADE),
    ("REPAY_SOURCE", EntryKind.TRADE),
    ("REPAY_TARGET", EntryKind.TRADE),
    ("RISK_SOURCE", EntryKind.TRADE),
    ("RISK_TARGET", EntryKind.TRADE),
    ("FEE", EntryKind.FEE),
    *(
        (part, EntryKind.REALISED)
        for part in ("OPEN_", "CLOSE_", "_DEAL", "BUY", "SELL", "OFFSET", "RISK_LIQ", "LIQ_FUND", "DELIVERY")
    ),
)


class _Record(msgspec.Struct, gc=False):
    """amount: signed, without the fee, which is signed too."""

    id: str
    coin: str
    type: str
    amount: str
    ts: str
    fee: str | None = None
    symbol: str | None = None


class _Fund(msgspec.Struct, rename="camel", gc=False):
    id: str
    coin: str
    group_type: str
    type: str
    amount: str
    ts: str


_records = msgspec.json.Decoder(Listed[_Record])
_funds = msgspec.json.Decoder(Listed[_Fund])
_assets = msgspec.json.Decoder(list[msgspec.Raw])


def _products(_: Market, __: Asked) -> Mapping[str, Params]:
    return {product: {"category": product} for product in _PRODUCTS}


def records(rows: Sequence[_Record], market: Market, _: str) -> Iterator[Entry]:
    """The change of each record and, apart, its fee; both legs of a trade are of one pair and one time."""
    for row in rows:
        of_type = row.type.upper()
        if of_type in _WITHIN or any(part in of_type for part in _OF_THE_EXCHANGE):
            continue
        at, kind, symbol = at_ms(row.ts), _kind(of_type), row.symbol or ""
        trade = kind is EntryKind.TRADE
        group = f"{symbol}:{row.ts}" if trade and symbol else ""
        quote = trade and _is_quote(row.coin, symbol)
        change, fee = amount(row.amount), amount(row.fee)
        yield from entry(market, row.id, at, kind, row.coin, change, "spot", group=group, quote=quote)
        yield from entry(market, f"{row.id}:fee", at, EntryKind.FEE, row.coin, fee, "spot", group=group)


def _kind(of_type: str) -> EntryKind:
    return next((kind for part, kind in _PARTS if part in of_type), EntryKind.TRANSFER)


def _is_quote(coin: str, symbol: str) -> bool:
    return symbol.endswith(coin) and not symbol.startswith(coin)


def funds(rows: Sequence[_Fund], market: Market, _: str) -> Iterator[Entry]:
    """What each record of the funds changed; the fee of a withdrawal is in it."""
    for row in rows:
        change = amount(row.amount)
        kind = kind_of(row.group_type, row.type, change)
        yield from entry(market, row.id, at_ms(row.ts), kind, row.coin, change, "funding")


async def _finish(client: Any, rows: Sequence[_Fund], entries: Sequence[Entry]) -> Sequence[Entry]:
    orders = {row.id: "" for row in rows if on_a_network(row.group_type)}
    return await transactions.with_transactions(client, entries, transactions.UNIFIED, "cursor", orders)


def _unless_classic(source: LedgerSource) -> LedgerSource:
    """The source, which is not offered to a classic account, in whatever words Bitget refuses it.

    An account is taken for classic where it tells its assets as one, and by no other answer.
    """

    async def read(client: Any, market: Market, asked: Asked) -> Page:
        try:
            return await source.read(client, market, asked)
        except NotOffered:
            raise
        except (KeysRejected, ExchangeRefused) as refused:
            try:
                raw = await client.private_spot_get_v2_spot_account_assets({"coin": "USDT"})
                data_of(client, raw, _assets, "a list of assets")
            except (LoadFailed, Unusable):
                raise refused from None
        raise NotOffered("It is a classic account.")

    return LedgerSource(source.terms, read)


# GET /api/v3/account/financial-records, which wants a product named.
_UNIFIED = History(
    "private_uta_get_v3_account_financial_records",
    _records,
    "a list of records",
    lambda row: row.id,
    lambda row: row.ts,
    records,
    longest=100,
    variants=_products,
    by_id=False,
).source(
    Terms(
        "unified",
        frozenset({EntryKind.TRANSFER, *(kind for _, kind in _PARTS)}),
        reach=REACH,
        wallets=frozenset({"spot"}),
    )
)
# GET /api/v3/account/funding-financial-records.
_FUNDS = History(
    "private_uta_get_v3_account_funding_financial_records",
    _funds,
    "a list of records of funds",
    lambda row: row.id,
    lambda row: row.ts,
    funds,
    longest=100,
    by_id=False,
    finish=_finish,
).source(Terms("funding", KINDS, reach=REACH, wallets=frozenset({"funding"})))

UNIFIED, FUNDS = map(_unless_classic, (_UNIFIED, _FUNDS))
