"""Binance US's own histories: fiat, distributions and over-the-counter trades, under paths of its own."""

from collections.abc import Iterator

import msgspec
from msgspec import UNSET, UnsetType

from cambist.core.ledger import EntryKind
from cambist.core.terms import Market
from cambist.exchanges.dialects.binance.histories import each_once
from cambist.exchanges.guard import shaped
from cambist.exchanges.ledger_rows import Told, came, entry, legs, went

_DONE = "Successful"
_CAME_BACK = ("Failed", "Refunded", "Rejected", "Cancelled", "Expired")


class _Fiat(msgspec.Struct, rename="camel"):
    order_id: str
    order_status: str
    fiat_currency: str
    amount: str
    create_time: int
    transaction_fee: str | UnsetType | None = UNSET


class _Fiats(msgspec.Struct, rename="camel"):
    asset_log_record_list: list[_Fiat]


class _Distribution(msgspec.Struct, rename="camel"):
    asset: str
    amount: str
    div_time: int
    tran_id: int | str
    category: str


class _Distributions(msgspec.Struct):
    rows: list[_Distribution]
    total: int


class _Trade(msgspec.Struct, rename="camel"):
    order_id: int | str
    order_status: str
    from_coin: str
    from_amount: str
    to_coin: str
    to_amount: str
    create_time: int


class _Trades(msgspec.Struct):
    rows: list[_Trade]
    total: int


_fiats = msgspec.json.Decoder(_Fiats)
_distributions = msgspec.json.Decoder(_Distributions)
_trades = msgspec.json.Decoder(_Trades)


def fiat_deposits(raw: bytes, market: Market, _: str) -> Iterator[Told]:
    for row in _fiat_rows(raw):
        amount = came(row.amount)
        if row.order_status != _DONE:
            yield Told(row.order_id, row.create_time, void=(row.order_id,))
            continue
        kind = EntryKind.DEPOSIT
        entries = entry(market, row.order_id, row.create_time, kind, row.fiat_currency, amount, "spot")
        yield Told(row.order_id, row.create_time, entries)


def fiat_withdrawals(raw: bytes, market: Market, _: str) -> Iterator[Told]:
    for row in _fiat_rows(raw):
        name, at, fee_name = row.order_id, row.create_time, f"{row.order_id}:fee"
        amount, fee = went(row.amount), went(row.transaction_fee or "0")
        if row.order_status in _CAME_BACK:
            yield Told(name, at, void=(name, fee_name))
            continue
        entries = entry(market, name, at, EntryKind.WITHDRAWAL, row.fiat_currency, amount, "spot")
        entries += entry(market, fee_name, at, EntryKind.FEE, row.fiat_currency, fee, "spot")
        yield Told(name, at, entries)


def distributions(raw: bytes, market: Market, _: str) -> Iterator[Told]:
    """Airdrops, rebates and other distributions."""
    rows = shaped(_distributions, raw, "a list of distributions").rows
    each_once(raw, rows, rows=1, total=1)
    for row in rows:
        name = f"{row.tran_id}:{row.asset}:{row.category}:{row.div_time}"
        amount = came(row.amount)
        yield Told(
            name, row.div_time, entry(market, name, row.div_time, EntryKind.REWARD, row.asset, amount, "spot")
        )


def otc(raw: bytes, market: Market, _: str) -> Iterator[Told]:
    """Conversions and other trades beside the order books, once they are done."""
    rows = shaped(_trades, raw, "a list of trades over the counter").rows
    each_once(raw, rows, rows=1, total=1)
    for row in rows:
        name = str(row.order_id)
        given, got = went(row.from_amount), came(row.to_amount)
        if row.order_status != "SUCCESS":
            yield Told(name, row.create_time, void=(f"{name}:base", f"{name}:quote"))
            continue
        sides = (row.from_coin, given), (row.to_coin, got)
        yield Told(name, row.create_time, legs(market, name, row.create_time, *sides, "spot"))


def _fiat_rows(raw: bytes) -> list[_Fiat]:
    rows = shaped(_fiats, raw, "a list of fiat orders").asset_log_record_list
    each_once(raw, rows, assetLogRecordList=1)
    return rows
