"""What moved to and from wallets of Bitget that have no bills: a classic account's funds, and savings."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

import msgspec

from cambist.core.ledger import Asked, Entry, EntryKind, Terms
from cambist.core.terms import Market
from cambist.exchanges.dialects.bitget.pages import (
    A_DAY,
    REACH,
    History,
    Params,
    Results,
)
from cambist.exchanges.ledger_rows import amount, at_ms, entry

_FUNDS = "p2p"
_ACCOUNTS = (
    *(_FUNDS, "spot", "crossed_margin", "isolated_margin"),
    *("usdt_futures", "usdc_futures", "coin_futures"),
)
_DONE = "successful"
# Interest is no move: Bitget pays it to spot, whose bills tell it.
_WAYS = {"subscribe": 1, "redeem": -1, "subscription": 1, "redemption": -1}


class _Transfer(msgspec.Struct, rename="camel", gc=False):
    transfer_id: str
    coin: str
    status: str
    from_type: str
    to_type: str
    size: str
    ts: str


class _Saved(msgspec.Struct, rename="camel", gc=False):
    order_id: str
    coin_name: str
    order_type: str
    amount: str
    ts: str


class _Ordered(msgspec.Struct, rename="camel", gc=False):
    """product: as USDT/BTC_20231013; what is put in comes first."""

    order_id: str
    product: str
    type: str
    amount: str
    ts: str


_transfers = msgspec.json.Decoder(list[_Transfer])
_saved = msgspec.json.Decoder(Results[_Saved])
_ordered = msgspec.json.Decoder(Results[_Ordered])


def _accounts(_: Market, asked: Asked) -> Mapping[str, Params]:
    """Currency by currency, and account by account that they may have left, as Bitget wants it."""
    return {
        f"{coin} {account}": {"coin": coin, "fromType": account}
        for coin in sorted(asked.assets)
        for account in _ACCOUNTS
    }


def transfers(rows: Sequence[_Transfer], market: Market, _: str) -> Iterator[Entry]:
    """The funds' half of what moved between them and another account, whose own bills tell the other."""
    for row in rows:
        ways = (row.to_type == _FUNDS) - (row.from_type == _FUNDS)
        if ways and row.status.lower() == _DONE:
            change, at = _signed(row.size, ways), at_ms(row.ts)
            yield from entry(market, row.transfer_id, at, EntryKind.TRANSFER, row.coin, change, "funding")


def savings(rows: Sequence[_Saved], market: Market, _: str) -> Iterator[Entry]:
    for row in rows:
        yield from _moved(row.order_id, row.order_type, row.amount, row.coin_name, row.ts, market)


def shark_fins(rows: Sequence[_Ordered], market: Market, _: str) -> Iterator[Entry]:
    for row in rows:
        coin = row.product.partition("/")[0]
        yield from _moved(row.order_id, row.type, row.amount, coin, row.ts, market)


def _moved(order: str, what: str, text: str, coin: str, ts: str, market: Market) -> Iterator[Entry]:
    """Earn's half of what is put into a product and taken out; the spot wallet's bills tell the other.

    What is taken out bit by bit may be of one order, so its time is in the id.
    """
    way = _WAYS.get(what.lower(), 0)
    if way:
        name = f"{order}:{what}" if way > 0 else f"{order}:{what}:{ts}"
        yield from entry(market, name, at_ms(ts), EntryKind.TRANSFER, coin, _signed(text, way), "earn")


def _signed(text: str, way: int) -> Decimal:
    size = amount(text)
    return size if way > 0 else size.copy_negate()


def _periods(_: Market, __: Asked) -> Mapping[str, Params]:
    return {period: {"periodType": period} for period in ("flexible", "fixed")}


def _types(_: Market, __: Asked) -> Mapping[str, Params]:
    return {what: {"type": what} for what in ("subscription", "redemption")}


_MOVES = frozenset({EntryKind.TRANSFER})
_IN_EARN = frozenset({"earn"})

# GET /api/v2/spot/account/transferRecords: five hundred at most.
TRANSFERS = History(
    "private_spot_get_v2_spot_account_transferrecords",
    _transfers,
    "a list of transfers",
    lambda row: row.transfer_id,
    lambda row: row.ts,
    transfers,
    longest=500,
    variants=_accounts,
    opened=True,
    again=A_DAY,
).source(Terms("transfers", _MOVES, REACH, frozenset({"funding"}), by_asset=True))
# GET /api/v2/earn/savings/records and sharkfin/records.
SAVINGS = History(
    "private_earn_get_v2_earn_savings_records",
    _saved,
    "records of savings",
    lambda row: f"{row.order_id}:{row.order_type}:{row.ts}",
    lambda row: row.ts,
    savings,
    longest=100,
    variants=_periods,
).source(Terms("savings", _MOVES, reach=REACH, wallets=_IN_EARN))
SHARK_FINS = History(
    "private_earn_get_v2_earn_sharkfin_records",
    _ordered,
    "records of shark fins",
    lambda row: f"{row.order_id}:{row.ts}",
    lambda row: row.ts,
    shark_fins,
    longest=100,
    variants=_types,
    opened=True,
).source(Terms("shark_fins", _MOVES, reach=REACH, wallets=_IN_EARN))
