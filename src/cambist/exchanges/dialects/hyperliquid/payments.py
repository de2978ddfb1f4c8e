"""What an address at Hyperliquid pays and is paid in time: funding, interest, and what is staked earns."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

import msgspec

from cambist.core.history import milliseconds, moment
from cambist.core.ledger import Asked, Entry, EntryKind, Page, Terms
from cambist.core.terms import Market
from cambist.exchanges.dialect import LedgerSource
from cambist.exchanges.dialects.hyperliquid import asking
from cambist.exchanges.dialects.hyperliquid.pages import FULL, each_by_name, kept, rows_from, stretch
from cambist.exchanges.dialects.hyperliquid.tickers import spot_meta
from cambist.exchanges.dialects.hyperliquid.wallets import COLLATERAL, STAKED, is_in_spot
from cambist.exchanges.guard import Unusable, checked_json, number, shaped
from cambist.exchanges.windows import told

# Rewards are told day by day.
_REWARDS_AGAIN = timedelta(days=2)
_DAY_MS = 86_400_000


class _Paid(msgspec.Struct):
    coin: str
    usdc: str


class Funding(msgspec.Struct):
    """What is older is told by the day, at its beginning."""

    time: int
    delta: _Paid


class Interest(msgspec.Struct):
    """borrow: what was charged; supply: what was paid."""

    time: int
    token: str
    borrow: str
    supply: str


class Reward(msgspec.Struct, rename="camel"):
    time: int
    source: str
    total_amount: str


class _Dex(msgspec.Struct, rename="camel"):
    collateral_token: int


_funding = msgspec.json.Decoder(list[Funding])
_interest = msgspec.json.Decoder(list[Interest])
_rewards = msgspec.json.Decoder(list[Reward])
_dex = msgspec.json.Decoder(_Dex)


async def funding_page(client: Any, market: Market, asked: Asked) -> Page:
    """`userFunding`: less than nothing where it was paid. A day that began before the stretch is left out."""
    read = stretch(asked)
    if read.is_empty:
        return told(read, asked, ())
    start = int(read.at or read.start)
    raw = await rows_from(client, "userFunding", start, read)
    checked_json(raw)
    rows = shaped(_funding, raw, "a list of funding payments")
    if any(row.time < start - _DAY_MS for row in rows):
        raise Unusable("the answer has a row of another time than was asked for")
    size, following = kept([max(row.time, start) for row in rows], start, read.end)
    dexes = {_dex_of(row) for row in rows} - {""}
    assets = {"": COLLATERAL}
    if dexes and await is_in_spot(client):
        assets |= await _collateral(client, dexes)
    entries = funding_entries([row for row in rows[:size] if row.time >= start], assets)
    return told(read, asked, entries, "" if following is None else str(following))


def funding_entries(rows: Sequence[Funding], assets: Mapping[str, str]) -> Iterator[Entry]:
    """assets: what is paid in, by dex; those of other dexes are not read. Raises Unusable."""
    names = each_by_name([f"{row.time}:{row.delta.coin}" for row in rows])
    for row, name in zip(rows, names, strict=True):
        amount, asset = number(row.delta.usdc), assets.get(_dex_of(row))
        if amount and asset is not None:
            yield Entry(name, moment(row.time), EntryKind.FUNDING, asset, amount, "perp")


async def _collateral(client: Any, dexes: Collection[str]) -> Mapping[str, str]:
    """`meta` of each dex, and the names of tokens: what each settles perpetuals in. Raises Unusable."""
    tokens, _ = await spot_meta(client)
    assets = {}
    for dex in sorted(dexes):
        client.raw = client.large = True
        raw = await client.public_post_info({"type": "meta", "dex": dex})
        checked_json(raw)
        asset = tokens.get(shaped(_dex, raw, "a list of perpetuals").collateral_token)
        if asset is None:
            raise Unusable("the answer has a collateral that is no token")
        assets[dex] = asset
    return assets


def _dex_of(row: Funding) -> str:
    return row.delta.coin.partition(":")[0] if ":" in row.delta.coin else ""


async def interest_page(client: Any, market: Market, asked: Asked) -> Page:
    """`userBorrowLendInterest`: of what is borrowed and of what is supplied, hour by hour."""
    read = stretch(asked)
    if read.is_empty:
        return told(read, asked, ())
    start = int(read.at or read.start)
    raw = await rows_from(client, "userBorrowLendInterest", start, read)
    checked_json(raw)
    rows = shaped(_interest, raw, "a list of interest")
    size, following = kept([row.time for row in rows], start, read.end)
    entries = interest_entries(rows[:size], market)
    return told(read, asked, entries, "" if following is None else str(following))


def interest_entries(rows: Sequence[Interest], market: Market) -> Iterator[Entry]:
    """Raises Unusable."""
    names = each_by_name([f"{row.time}:{row.token}" for row in rows])
    for row, name in zip(rows, names, strict=True):
        asset, at = market.spellings.get(row.token, row.token), moment(row.time)
        charged, paid = number(row.borrow), number(row.supply)
        if charged:
            yield Entry(f"{name}:borrow", at, EntryKind.INTEREST, asset, charged.copy_negate(), "spot")
        if paid:
            yield Entry(f"{name}:supply", at, EntryKind.REWARD, asset, paid, "spot")


async def rewards_page(client: Any, _: Market, asked: Asked) -> Page:
    """`delegatorRewards`: all at once, without times; what is told of the stretch is kept.

    Rewards are staked again by themselves, so they are in the wallet when they are told.
    """
    read = stretch(asked, _REWARDS_AGAIN)
    raw = await asking.told(client, "delegatorRewards")
    checked_json(raw)
    rows = shaped(_rewards, raw, "a list of rewards")
    oldest = min((row.time for row in rows), default=0)
    if len(rows) >= FULL and oldest > read.start:
        first = min(oldest, milliseconds(asked.now))
        read = msgspec.structs.replace(read, known_from=max(read.known_from, first))
    return told(read, asked, reward_entries([row for row in rows if read.start <= row.time < read.end]))


def reward_entries(rows: Sequence[Reward]) -> Iterator[Entry]:
    """Raises Unusable."""
    names = each_by_name([f"{row.time}:{row.source}" for row in rows])
    for row, name in zip(rows, names, strict=True):
        amount = number(row.total_amount)
        if amount:
            yield Entry(name, moment(row.time), EntryKind.REWARD, STAKED, amount, "hype_staking")


SOURCES = (
    LedgerSource(Terms("funding", frozenset({EntryKind.FUNDING})), funding_page),
    LedgerSource(Terms("interest", frozenset({EntryKind.INTEREST, EntryKind.REWARD})), interest_page),
    LedgerSource(
        Terms("rewards", frozenset({EntryKind.REWARD}), wallets=frozenset({"hype_staking"})), rewards_page
    ),
)
