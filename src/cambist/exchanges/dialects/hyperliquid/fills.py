"""Hyperliquid's fills of an address: legs of trades in spot, realised profits of perpetuals, and fees."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from cambist.core.history import moment
from cambist.core.ledger import Asked, Entry, EntryKind, Page, Terms
from cambist.core.money import exact
from cambist.core.prices import Pair
from cambist.core.terms import Market
from cambist.exchanges.dialect import LedgerSource
from cambist.exchanges.dialects.hyperliquid.pages import each_by_name, kept, rows_from, stretch
from cambist.exchanges.dialects.hyperliquid.tickers import spot_meta
from cambist.exchanges.dialects.hyperliquid.wallets import COLLATERAL, is_in_spot
from cambist.exchanges.guard import Unusable, checked_json, number, shaped
from cambist.exchanges.windows import told

# Only 10,000 are to be had, the latest ones; those made since the sync began are among them, and not read.
REMEMBERED = 8_000
_OUTCOMES_IN = "USDH"
_SIGNS = {"B": 1, "A": -1}


class Fill(msgspec.Struct, rename="camel", gc=False):
    """coin: "BTC" of the first dex, "xyz:TSLA" of another; "PURR/USDC" and "@107" are pairs of spot, "#40" is
    the token "+40" of an outcome. closed_pnl: without the fee. fee: a builder's in it; a rebate is negative.
    """

    coin: str
    px: str
    sz: str
    side: str
    time: int
    oid: int
    tid: int
    closed_pnl: str
    fee: str
    fee_token: str = COLLATERAL


_fills = msgspec.json.Decoder(list[Fill])


async def page(client: Any, market: Market, asked: Asked) -> Page:
    """`userFillsByTime`. Where as many are read as may be all, what was before the first is not known.

    The next page goes on with where it begins, how many were read, when the first one was, and whether it has
    to begin with a row that this page has: where that is forgotten by then, others may be, and all before.
    """
    read = stretch(asked)
    if read.is_empty:
        return told(read, asked, ())
    start, count, first, is_seen = map(int, (read.at or f"{read.start} 0 0 0").split())
    rows = fills_in(await rows_from(client, "userFillsByTime", start, read))
    size, following = kept([row.time for row in rows], start, read.end)
    pairs = (await spot_meta(client))[1] if any(map(_is_of_a_pair, rows)) else {}
    whole = any(map(_is_of_another_dex, rows)) and await is_in_spot(client)
    is_gap = bool(is_seen) and (not rows or rows[0].time > start)
    if is_gap:
        first = rows[0].time if rows else read.end
    count, first = count + size, first or (rows[0].time if rows else 0)
    if is_gap or count >= REMEMBERED:
        read = msgspec.structs.replace(read, known_from=max(read.known_from, first))
    entries = fill_entries(rows[:size], pairs, market, whole=whole)
    if following is None:
        return told(read, asked, entries)
    return told(read, asked, entries, f"{following} {count} {first} {int(following == rows[-1].time)}")


def fills_in(raw: bytes) -> list[Fill]:
    """The rows of an answer. Raises Unusable."""
    checked_json(raw)
    return shaped(_fills, raw, "a list of fills")


def fill_entries(
    rows: Sequence[Fill], pairs: Mapping[str, Pair], market: Market, *, whole: bool
) -> Iterator[Entry]:
    """whole: perpetuals of all dexes are in the account's one balance; else those of the first are in `perp`,
    and the others' are not read. Raises Unusable."""
    names = each_by_name([f"{row.time}:{row.coin}:{row.tid}:{row.oid}" for row in rows])
    for row, name in zip(rows, names, strict=True):
        if _is_of_a_pair(row) or row.coin.startswith("#"):
            yield from _traded(row, name, _pair(row, pairs), market)
        elif whole or not _is_of_another_dex(row):
            yield from _realised(row, name, market)


def _traded(row: Fill, name: str, pair: Pair, market: Market) -> Iterator[Entry]:
    if row.side not in _SIGNS:
        raise Unusable("the answer has a fill of no side")
    with exact():
        size = number(row.sz) * _SIGNS[row.side]
        paid = -size * number(row.px)
    for part, asset, amount in (("base", pair[0], size), ("quote", pair[1], paid)):
        if amount:
            yield Entry(
                f"{name}:{part}",
                moment(row.time),
                EntryKind.TRADE,
                asset,
                amount,
                "spot",
                name,
                quote=part == "quote",
            )
    yield from _fee(row, name, "spot", market)


def _realised(row: Fill, name: str, market: Market) -> Iterator[Entry]:
    profit = number(row.closed_pnl)
    if profit:
        asset = _token(row.fee_token, market) if _is_of_another_dex(row) else COLLATERAL
        yield Entry(f"{name}:profit", moment(row.time), EntryKind.REALISED, asset, profit, "perp", name)
    yield from _fee(row, name, "perp", market)


def _fee(row: Fill, name: str, wallet: str, market: Market) -> Iterator[Entry]:
    fee = number(row.fee)
    if fee:
        asset = _token(row.fee_token, market)
        yield Entry(f"{name}:fee", moment(row.time), EntryKind.FEE, asset, fee.copy_negate(), wallet, name)


def _pair(row: Fill, pairs: Mapping[str, Pair]) -> Pair:
    if row.coin.startswith("#"):
        return f"+{row.coin[1:]}", _OUTCOMES_IN
    if row.coin not in pairs:
        raise Unusable("the answer has a fill of no pair there is")
    return pairs[row.coin]


def _is_of_a_pair(row: Fill) -> bool:
    return row.coin.startswith("@") or "/" in row.coin


def _is_of_another_dex(row: Fill) -> bool:
    return ":" in row.coin


def _token(code: str, market: Market) -> str:
    return market.spellings.get(code, code)


FILLS = LedgerSource(
    Terms("fills", frozenset({EntryKind.TRADE, EntryKind.REALISED, EntryKind.FEE})),
    page,
)
