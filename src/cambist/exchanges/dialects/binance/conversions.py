"""What Binance exchanged for an account beside its order books: conversions, dust, coins bought with fiat."""

from collections.abc import Iterator

import msgspec
from msgspec import UNSET, UnsetType

from cambist.core.ledger import Entry, EntryKind
from cambist.core.money import exact
from cambist.core.terms import Market
from cambist.exchanges.dialects.binance.histories import each_once
from cambist.exchanges.guard import Unusable, shaped
from cambist.exchanges.ledger_rows import Told, came, entry, legs, went

MOST_CONVERSIONS = 1_000
_DUST_BECOMES = "BNB"
_BUY = "0"
_FROM_THE_ACCOUNT = "Cash Balance"


class _Conversion(msgspec.Struct, rename="camel"):
    order_id: int | str
    order_status: str
    from_asset: str
    from_amount: str
    to_asset: str
    to_amount: str
    create_time: int


class _Conversions(msgspec.Struct, rename="camel"):
    rows: list[_Conversion] = msgspec.field(name="list")
    more_data: bool


class _Dust(msgspec.Struct, rename="camel"):
    from_asset: str
    amount: str
    became: str = msgspec.field(name="transferedAmount")
    service_charge_amount: str


class _Sweep(msgspec.Struct, rename="camel"):
    operate_time: int
    trans_id: int
    user_asset_dribblet_details: list[_Dust]


class _Sweeps(msgspec.Struct, rename="camel"):
    total: int
    user_asset_dribblets: list[_Sweep]


class _Purchase(msgspec.Struct, rename="camel"):
    order_no: str
    source_amount: str
    fiat_currency: str
    obtain_amount: str
    crypto_currency: str
    total_fee: str
    status: str
    create_time: int
    payment_method: str | UnsetType | None = UNSET


class _Purchases(msgspec.Struct):
    data: list[_Purchase]


_conversions = msgspec.json.Decoder(_Conversions)
_sweeps = msgspec.json.Decoder(_Sweeps)
_purchases = msgspec.json.Decoder(_Purchases)


def conversions(raw: bytes, market: Market, _: str) -> Iterator[Told]:
    """Those that came about; of which wallet they were is not told."""
    page = shaped(_conversions, raw, "a list of conversions")
    each_once(raw, page.rows, list=1, moreData=1)
    if page.more_data and len(page.rows) < MOST_CONVERSIONS:
        raise Unusable("the answer has fewer conversions than were asked for")
    for row in page.rows:
        name = str(row.order_id)
        out, back = went(row.from_amount), came(row.to_amount)
        if row.order_status != "SUCCESS":
            yield Told(name, row.create_time, void=(f"{name}:base", f"{name}:quote"))
            continue
        pair = legs(market, name, row.create_time, (row.from_asset, out), (row.to_asset, back), "")
        yield Told(name, row.create_time, pair)


def dust(raw: bytes, market: Market, _: str) -> Iterator[Told]:
    """Small amounts turned into BNB: what each came to, and what was charged of that."""
    sweeps = shaped(_sweeps, raw, "a list of swept dust").user_asset_dribblets
    each_once(raw, sweeps, total=1)
    for sweep in sweeps:
        entries: tuple[Entry, ...] = ()
        for row in sweep.user_asset_dribblet_details:
            name, at = f"{sweep.trans_id}:{row.from_asset}", sweep.operate_time
            became, fee = came(row.became), went(row.service_charge_amount)
            swept = (row.from_asset, went(row.amount))
            entries += legs(market, name, at, swept, (_DUST_BECOMES, became), "spot")
            entries += entry(market, f"{name}:fee", at, EntryKind.FEE, _DUST_BECOMES, fee, "spot", group=name)
        yield Told(str(sweep.trans_id), sweep.operate_time, entries)


def purchases(raw: bytes, market: Market, way: str) -> Iterator[Told]:
    """Coins bought with fiat and sold for it. What no balance of the account paid for came from outside."""
    rows = shaped(_purchases, raw, "a list of purchases").data
    each_once(raw, rows, data=1)
    for row in rows:
        name, at = row.order_no, row.create_time
        if row.status != "Completed":
            yield Told(name, at, void=(name, f"{name}:base", f"{name}:quote", f"{name}:fee"))
            continue
        given, got = went(row.source_amount), came(row.obtain_amount)
        if way != _BUY:
            pair = legs(market, name, at, (row.crypto_currency, given), (row.fiat_currency, got), "spot")
            yield Told(name, at, pair)
        elif row.payment_method != _FROM_THE_ACCOUNT:
            bought = entry(market, name, at, EntryKind.DEPOSIT, row.crypto_currency, got, "spot")
            yield Told(name, at, bought)
        else:
            fee = went(row.total_fee)
            with exact():
                paid = given - fee
            pair = legs(market, name, at, (row.crypto_currency, got), (row.fiat_currency, paid), "spot")
            pair += entry(
                market, f"{name}:fee", at, EntryKind.FEE, row.fiat_currency, fee, "spot", group=name
            )
            yield Told(name, at, pair)
