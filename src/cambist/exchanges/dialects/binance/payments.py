"""What a Binance account paid and was paid otherwise: fiat, people (P2P), Pay, and its own other wallets."""

from collections.abc import Iterator, Mapping

import msgspec
from msgspec import UNSET, UnsetType

from cambist.core.ledger import Asked, Entry, EntryKind
from cambist.core.terms import Market
from cambist.exchanges.dialects.binance.histories import Params, each_once
from cambist.exchanges.guard import Unusable, number, shaped
from cambist.exchanges.ledger_rows import Told, came, entry, went

FIAT_IN, FIAT_OUT = "0", "1"
_CREDITED = ("Successful", "Finished")
_CAME_BACK = ("Failed", "Refunded", "Rejected", "Cancelled", "Expired")

# Binance's names of the wallets that transfers go between, and ours; options are read by none.
_PLACES = {
    "MAIN": "spot",
    "FUNDING": "funding",
    "MARGIN": "cross_margin",
    "PORTFOLIO_MARGIN": "portfolio_margin",
    "UMFUTURE": "futures_usdm",
    "CMFUTURE": "futures_coinm",
    "OPTION": "",
}
_BETWEEN = (
    *(
        ("MAIN", place)
        for place in ("UMFUTURE", "CMFUTURE", "MARGIN", "FUNDING", "OPTION", "PORTFOLIO_MARGIN")
    ),
    *(("FUNDING", place) for place in ("UMFUTURE", "CMFUTURE", "MARGIN", "OPTION")),
    *(("MARGIN", place) for place in ("UMFUTURE", "CMFUTURE", "OPTION")),
)
# Those to and from an isolated pair have to be asked pair by pair, and are not.
_TRANSFERS = {
    f"{one}_{other}": (_PLACES[one], _PLACES[other]) for pair in _BETWEEN for one, other in (pair, pair[::-1])
}
# Futures wallets tell their transfers themselves, in their income.
MOVED = frozenset({"spot", "funding", "cross_margin", "portfolio_margin"})

# Binance Pay's numbers of wallets; cards (4 and 6) are none.
_PURSES = {1: "funding", 2: "spot", 3: "spot", 5: "earn_flexible"}


class _FiatOrder(msgspec.Struct, rename="camel"):
    order_no: str
    fiat_currency: str
    amount: str
    total_fee: str
    status: str
    create_time: int
    update_time: int


class _Order(msgspec.Struct, rename="camel"):
    order_number: str
    trade_type: str
    asset: str
    amount: str
    order_status: str
    create_time: int
    commission: str | UnsetType = UNSET


class _Funds(msgspec.Struct, rename="camel"):
    currency: str
    amount: str
    wallet_asset_cost: list[dict[str, str]] | UnsetType = UNSET


class _Payment(msgspec.Struct, rename="camel"):
    order_type: str
    transaction_id: str
    transaction_time: int
    amount: str
    currency: str
    wallet_type: int
    funds_detail: list[_Funds]


class _Transfer(msgspec.Struct, rename="camel"):
    asset: str
    amount: str
    type: str
    status: str
    tran_id: int
    timestamp: int


class _FiatOrders(msgspec.Struct):
    data: list[_FiatOrder]


class _Orders(msgspec.Struct):
    data: list[_Order]


class _Payments(msgspec.Struct):
    data: list[_Payment]


class _Transfers(msgspec.Struct):
    total: int
    rows: list[_Transfer] | UnsetType = UNSET


_fiat_orders = msgspec.json.Decoder(_FiatOrders)
_orders = msgspec.json.Decoder(_Orders)
_payments = msgspec.json.Decoder(_Payments)
_transfers = msgspec.json.Decoder(_Transfers)


def fiat_ways(_: Market, __: Asked) -> Mapping[str, Params]:
    return {way: {"transactionType": way} for way in (FIAT_IN, FIAT_OUT)}


def fiat(raw: bytes, market: Market, way: str) -> Iterator[Told]:
    """Fiat orders: what came counts when it is credited, what goes when it is applied for."""
    rows = shaped(_fiat_orders, raw, "a list of fiat orders").data
    each_once(raw, rows, data=1)
    for row in rows:
        name, fee_name = row.order_no, f"{row.order_no}:fee"
        amount, fee = came(row.amount), went(row.total_fee)
        counts = row.status in _CREDITED if way == FIAT_IN else row.status not in _CAME_BACK
        if not counts:
            yield Told(name, row.create_time, void=(name, fee_name))
            continue
        if way == FIAT_IN:
            at = row.update_time or row.create_time
            entries = entry(market, name, at, EntryKind.DEPOSIT, row.fiat_currency, amount, "spot")
        else:
            out, at = amount.copy_negate(), row.create_time
            entries = entry(market, name, at, EntryKind.WITHDRAWAL, row.fiat_currency, out, "spot")
            entries += entry(market, fee_name, at, EntryKind.FEE, row.fiat_currency, fee, "spot")
        yield Told(name, row.create_time, entries)


def p2p_sides(_: Market, __: Asked) -> Mapping[str, Params]:
    return {side: {"tradeType": side} for side in ("BUY", "SELL")}


def p2p(raw: bytes, market: Market, side: str) -> Iterator[Told]:
    """Coins bought of people and sold to them, for money that Binance never holds; once all is done."""
    rows = shaped(_orders, raw, "a list of orders between people").data
    each_once(raw, rows, data=1)
    for row in rows:
        if row.trade_type != side:
            raise Unusable("the answer has an order of the other side")
        name, fee_name = row.order_number, f"{row.order_number}:fee"
        if row.order_status != "COMPLETED":
            yield Told(name, row.create_time, void=(name, fee_name))
            continue
        kind = EntryKind.DEPOSIT if side == "BUY" else EntryKind.WITHDRAWAL
        amount = came(row.amount) if side == "BUY" else went(row.amount)
        fee = went(row.commission or "0")
        entries = entry(market, name, row.create_time, kind, row.asset, amount, "funding")
        entries += entry(market, fee_name, row.create_time, EntryKind.FEE, row.asset, fee, "funding")
        yield Told(name, row.create_time, entries)


def pay(raw: bytes, market: Market, _: str) -> Iterator[Told]:
    """Binance Pay: what went by coin and wallet that it was paid from, what came as it is told."""
    rows = shaped(_payments, raw, "a list of payments").data
    each_once(raw, rows, data=1)
    for row in rows:
        went_out = number(row.amount).is_signed()
        name = f"{row.transaction_id}:{row.order_type}"
        parts = list(_spent(row)) if went_out else [(row.currency, row.wallet_type, row.amount)]
        entries: tuple[Entry, ...] = ()
        for code, purse, text in parts:
            wallet = _PURSES.get(purse, "")
            amount = number(text).copy_abs()
            entries += entry(
                market,
                f"{name}:{code}:{wallet}",
                row.transaction_time,
                EntryKind.TRANSFER,
                code,
                amount.copy_negate() if went_out else amount,
                wallet,
                tx=row.transaction_id,
            )
        yield Told(f"{name}:{went_out}", row.transaction_time, entries)


def _spent(row: _Payment) -> Iterator[tuple[str, int, str]]:
    """Coin, wallet and amount of each part of a payment; what a card paid was never in the account."""
    for funds in row.funds_detail:
        costs = [(purse, cost) for part in funds.wallet_asset_cost or [] for purse, cost in part.items()]
        for purse, cost in costs or [(str(row.wallet_type), funds.amount)]:
            if purse not in ("4", "6"):
                yield funds.currency, int(purse) if purse.isdecimal() else 0, cost
    if not row.funds_detail and row.wallet_type not in (4, 6):
        yield row.currency, row.wallet_type, row.amount


def ways_of(market: Market, _: Asked) -> Mapping[str, Params]:
    """Each kind of transfer that a wallet of the market is an end of."""
    wallets = MOVED & set(market.wallets)
    return {name: {"type": name} for name, ends in _TRANSFERS.items() if wallets & set(ends)}


def transfers(raw: bytes, market: Market, way: str) -> Iterator[Told]:
    """Transfers between wallets: two entries with one `tx`, of those wallets that do not tell their own."""
    page = shaped(_transfers, raw, "a list of transfers")
    rows = page.rows or []
    if page.total and page.rows is UNSET:
        raise Unusable("the answer has not the transfers that it counts")
    each_once(raw, rows, total=1, rows=int(page.rows is not UNSET))
    for row in rows:
        if row.type != way:
            raise Unusable("the answer has a transfer of another kind")
        names = tuple(f"{row.tran_id}:{row.asset}:{end}" for end in ("from", "to"))
        if row.status != "CONFIRMED":
            yield Told(names[0], row.timestamp, void=names)
            continue
        ends = zip(names, _TRANSFERS[way], (went(row.amount), came(row.amount)), strict=True)
        entries: tuple[Entry, ...] = ()
        for name, wallet, amount in ends:
            if wallet in MOVED and wallet in market.wallets:
                entries += entry(
                    market,
                    name,
                    row.timestamp,
                    EntryKind.TRANSFER,
                    row.asset,
                    amount,
                    wallet,
                    tx=str(row.tran_id),
                )
        yield Told(names[0], row.timestamp, entries)
