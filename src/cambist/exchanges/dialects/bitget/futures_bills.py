"""Bitget's bills of futures, a product type in a call; with them, what bots get and give back."""

from collections.abc import Callable, Iterator, Mapping, Sequence

import msgspec

from cambist.core.ledger import Asked, Entry, EntryKind, Terms
from cambist.core.terms import Market
from cambist.exchanges.dialect import LedgerSource
from cambist.exchanges.dialects.bitget.pages import (
    REACH,
    Bills,
    History,
    Params,
)
from cambist.exchanges.ledger_rows import amount, at_ms, entry

_PRODUCTS = {
    "futures_usdt": "USDT-FUTURES",
    "futures_usdc": "USDC-FUTURES",
    "futures_coin": "COIN-FUTURES",
}
_BOTS = "bots_futures"
# What leaves the account for a bot, and what a bot brings back: its other half is the bots' own.
_OF_BOTS = frozenset({"trans_to_strategy", "trans_from_strategy", "user_grid_profit_in"})
# Margin moved between the account and a position, both of which its equity has.
_WITHIN = frozenset(
    {
        "append_margin",
        "adjust_down_lever_append_margin",
        "reduce_margin",
        "auto_append_margin",
        "adjust_margin_ifm",
    }
)
# By how the type begins and ends; the rest, and what comes to be, are transfers.
_KINDS = (
    ("", "settle_fee", EntryKind.FUNDING),
    *(
        (begins, "", EntryKind.REALISED)
        for begins in ("open_", "close_", "force_", "burst_", "buy", "sell", "delivery_", "offset_", "adl")
    ),
    ("risk_", "", EntryKind.REALISED),  # what is left of an account after its liquidation
    ("cash_gift_", "", EntryKind.REWARD),
    ("bonus_", "", EntryKind.REWARD),
    ("user_grants_", "", EntryKind.REWARD),
    ("tracking_trader_", "", EntryKind.REWARD),
    ("tracking_follow_", "", EntryKind.FEE),  # what who is followed takes of the profit, and gives back
)


class _Bill(msgspec.Struct, rename="camel", gc=False):
    """amount: signed, without the fee, which is signed too."""

    bill_id: str
    c_time: str
    coin: str
    business_type: str
    amount: str
    fee: str


_bills = msgspec.json.Decoder(Bills[_Bill])


def bills_of(wallet: str) -> Callable[[Sequence[_Bill], Market, str], Iterator[Entry]]:
    """The change of each bill and, apart, its fee: both together are what the balance changed by."""

    def entries(rows: Sequence[_Bill], market: Market, _: str) -> Iterator[Entry]:
        for row in rows:
            what, at = row.business_type.lower(), at_ms(row.c_time)
            change, fee = amount(row.amount), amount(row.fee)
            if what not in _WITHIN:
                yield from entry(market, row.bill_id, at, _kind(what), row.coin, change, wallet)
            yield from entry(market, f"{row.bill_id}:fee", at, EntryKind.FEE, row.coin, fee, wallet)

    return entries


def _kind(of_type: str) -> EntryKind:
    fits = (kind for begins, ends, kind in _KINDS if of_type.startswith(begins) and of_type.endswith(ends))
    return next(fits, EntryKind.TRANSFER)


def bots(rows: Sequence[_Bill], market: Market, _: str) -> Iterator[Entry]:
    """The bots' half of what moved between them and a futures account."""
    for row in rows:
        if row.business_type.lower() in _OF_BOTS:
            at, change = at_ms(row.c_time), amount(row.amount).copy_negate()
            yield from entry(market, row.bill_id, at, EntryKind.TRANSFER, row.coin, change, _BOTS)


def _of(wallet: str) -> Callable[[Market, Asked], Mapping[str, Params]]:
    products = _PRODUCTS.values() if wallet == _BOTS else (_PRODUCTS[wallet],)
    asks = {product: {"productType": product} for product in products}
    return lambda _, __: asks


def _source(wallet: str, entries: Callable[[Sequence[_Bill], Market, str], Iterator[Entry]]) -> LedgerSource:
    kinds = frozenset({EntryKind.TRANSFER, *(kind for _, _, kind in _KINDS)})
    told = frozenset({EntryKind.TRANSFER}) if wallet == _BOTS else kinds
    history: History[_Bill] = History(
        "private_mix_get_v2_mix_account_bill",
        _bills,
        "a list of futures bills",
        lambda row: row.bill_id,
        lambda row: row.c_time,
        entries,
        longest=100,
        variants=_of(wallet),
        opened=wallet == _BOTS,
    )
    return history.source(Terms(wallet, told, reach=REACH, wallets=frozenset({wallet})))


# GET /api/v2/mix/account/bill: of 30 days, a hundred at most.
FUTURES = (*(_source(wallet, bills_of(wallet)) for wallet in _PRODUCTS), _source(_BOTS, bots))
