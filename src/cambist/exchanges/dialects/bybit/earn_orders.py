"""What went into Bybit's earn products, what came back, and what they earned and kept."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Literal

import msgspec

from cambist.core.ledger import Entry, EntryKind, Terms
from cambist.core.terms import Market
from cambist.exchanges.dialect import LedgerSource
from cambist.exchanges.dialects.bybit.pages import History, Listed
from cambist.exchanges.ledger_rows import amount, at_ms, entry

_A_WEEK, _AGAIN = timedelta(days=7), timedelta(days=2)


class _Order(msgspec.Struct, rename="camel", gc=False):
    """swapOrderValue: the liquid staking token that came for it, which is in another wallet."""

    coin: str
    order_value: str
    order_type: Literal["Stake", "Redeem"]
    order_id: str
    status: Literal["Success", "Fail", "Pending"]
    created_at: str
    swap_order_value: str = ""


class _Yield(msgspec.Struct, rename="camel", gc=False):
    id: str
    coin: str
    amount: str
    distribution_mode: str
    status: Literal["Success", "Fail", "Pending"]
    created_at: str


class _Earned(msgspec.Struct, rename="camel", gc=False):
    coin: str
    amount: str
    status: str
    created_at: str


class _Fixed(msgspec.Struct, rename="camel", gc=False):
    """yieldInfoList: filled once it is settled."""

    order_id: str
    order_type: Literal["Stake", "Redeem", "Reinvest"]
    status: Literal["Processing", "Active", "Complete", "Failed"]
    coin: str
    amount: str
    settlement_time: str
    created_at: str
    yield_info_list: list[_Earned] | None = None


_orders = msgspec.json.Decoder(Listed[_Order])
_yields = msgspec.json.Decoder(Listed[_Yield])
_fixed = msgspec.json.Decoder(Listed[_Fixed])


def _put_in(wallet: str) -> Callable[[_Order, Market], Iterator[Entry]]:
    def entries(row: _Order, market: Market) -> Iterator[Entry]:
        """When it was ordered; one that fails comes to nothing. Liquid staking is not in this wallet."""
        value = amount(row.order_value)
        if row.status != "Fail" and not amount(row.swap_order_value):
            change = value if row.order_type == "Stake" else value.copy_negate()
            at, kind = at_ms(row.created_at), EntryKind.TRANSFER
            yield from entry(market, row.order_id, at, kind, row.coin, change, wallet)

    return entries


def _kept(wallet: str) -> Callable[[_Yield, Market], Iterator[Entry]]:
    def entries(row: _Yield, market: Market) -> Iterator[Entry]:
        """What is invested again; what is paid, the funding wallet tells."""
        if row.status == "Success" and row.distribution_mode == "Reinvest":
            at, what = at_ms(row.created_at), amount(row.amount)
            yield from entry(market, row.id, at, EntryKind.REWARD, row.coin, what, wallet)

    return entries


def _in_fixed(row: _Fixed, market: Market) -> Iterator[Entry]:
    """Put in when it was ordered, paid back when it was settled; one invested again stays in."""
    name, value, kind = row.order_id, amount(row.amount), EntryKind.TRANSFER
    if row.order_type == "Stake" and row.status != "Failed":
        yield from entry(market, name, at_ms(row.created_at), kind, row.coin, value, "earn_fixed")
    if row.order_type == "Redeem" and row.status == "Complete":
        at, less = at_ms(row.settlement_time), value.copy_negate()
        yield from entry(market, name, at, kind, row.coin, less, "earn_fixed")
    for number, earned in enumerate(row.yield_info_list or ()):
        if earned.status == "ReinvestSuccess":
            at, of_it = at_ms(earned.created_at), f"{name}:yield:{number}"
            kept = amount(earned.amount)
            yield from entry(market, of_it, at, EntryKind.REWARD, earned.coin, kept, "earn_fixed")


def _sources(wallet: str, category: str) -> tuple[LedgerSource, LedgerSource]:
    """GET /v5/earn/order and /v5/earn/yield of a kind of product, a week at a time."""
    orders = History(
        "private_get_v5_earn_order",
        _orders,
        "a list of orders in earn",
        lambda row: row.order_id,
        _put_in(wallet),
        longest=100,
        span=_A_WEEK,
        again=_AGAIN,
        void=lambda row: (row.order_id,) if row.status == "Fail" else (),
        asked=(("category", category),),
    )
    yields = History(
        "private_get_v5_earn_yield",
        _yields,
        "a list of yields",
        lambda row: row.id,
        _kept(wallet),
        longest=100,
        span=_A_WEEK,
        again=_AGAIN,
        asked=(("category", category),),
    )
    wallets = frozenset({wallet})
    return (
        LedgerSource(Terms(wallet, frozenset({EntryKind.TRANSFER}), wallets=wallets), orders.read),
        LedgerSource(Terms(f"{wallet}_yields", frozenset({EntryKind.REWARD}), wallets=wallets), yields.read),
    )


# GET /v5/earn/fixed-term/order; it names no longest window, so a week as its neighbours have.
_FIXED = History(
    "v5/earn/fixed-term/order",
    _fixed,
    "a list of orders in fixed savings",
    lambda row: row.order_id,
    _in_fixed,
    longest=50,
    span=_A_WEEK,
    again=_AGAIN,
    void=lambda row: (row.order_id,) if row.status == "Failed" else (),
)

EARN = (
    *_sources("earn_flexible", "FlexibleSaving"),
    *_sources("earn_onchain", "OnChain"),
    LedgerSource(
        Terms(
            "earn_fixed",
            frozenset({EntryKind.TRANSFER, EntryKind.REWARD}),
            wallets=frozenset({"earn_fixed"}),
        ),
        _FIXED.read,
    ),
)
