"""What Binance gave an account and charged it for debt: distributions, rewards of earn, margin interest."""

from collections.abc import Iterator, Mapping

import msgspec
from msgspec import UNSET, UnsetType

from cambist.core.ledger import Asked, EntryKind
from cambist.core.terms import Market
from cambist.exchanges.dialects.binance.histories import Params, each_once
from cambist.exchanges.guard import shaped
from cambist.exchanges.ledger_rows import Told, came, entry, went

# Simple Earn tells its own rewards: distributions of these names would count them twice.
_TOLD_BY_EARN = ("flexible", "locked", "simple earn")
_PAID_TO = {"REALTIME": "earn_flexible", "BONUS": "spot", "REWARDS": "spot"}


class _Dividend(msgspec.Struct, rename="camel"):
    id: int
    amount: str
    asset: str
    div_time: int
    en_info: str
    direction: int | UnsetType = UNSET


class _Flexible(msgspec.Struct, rename="camel"):
    asset: str
    rewards: str
    project_id: str
    type: str
    time: int


class _Locked(msgspec.Struct, rename="camel"):
    position_id: int | str
    time: int
    asset: str
    amount: str
    type: str | UnsetType = UNSET


class _Interest(msgspec.Struct, rename="camel"):
    tx_id: int
    at: int = msgspec.field(name="interestAccuredTime")
    asset: str
    interest: str
    type: str
    isolated_symbol: str | UnsetType = UNSET


class _Dividends(msgspec.Struct):
    rows: list[_Dividend]
    total: int


class _Flexibles(msgspec.Struct):
    rows: list[_Flexible]
    total: int


class _Lockeds(msgspec.Struct):
    rows: list[_Locked]
    total: int


class _Interests(msgspec.Struct):
    rows: list[_Interest]
    total: int


_dividends = msgspec.json.Decoder(_Dividends)
_flexibles = msgspec.json.Decoder(_Flexibles)
_lockeds = msgspec.json.Decoder(_Lockeds)
_interests = msgspec.json.Decoder(_Interests)


def dividends(raw: bytes, market: Market, _: str) -> Iterator[Told]:
    """Airdrops, rebates, staking and whatever else is distributed; what was taken back has direction -1."""
    rows = shaped(_dividends, raw, "a list of distributions").rows
    each_once(raw, rows, rows=1, total=1)
    for row in rows:
        name = str(row.id)
        amount = went(row.amount) if row.direction == -1 else came(row.amount)
        told_by_earn = row.en_info.casefold().startswith(_TOLD_BY_EARN)
        entries = entry(market, name, row.div_time, EntryKind.REWARD, row.asset, amount, "spot")
        yield Told(name, row.div_time, () if told_by_earn else entries)


def all_kinds(_: Market, __: Asked) -> Mapping[str, Params]:
    return {"": {"type": "ALL"}}


def flexible(raw: bytes, market: Market, _: str) -> Iterator[Told]:
    """Rewards of flexible products: real-time ones stay in the product, bonuses go to spot."""
    rows = shaped(_flexibles, raw, "a list of rewards of flexible products").rows
    each_once(raw, rows, rows=1, total=1)
    for row in rows:
        name = f"{row.type}:{row.project_id}:{row.asset}:{row.time}:{row.rewards}"
        wallet = _PAID_TO.get(row.type, "")
        yield Told(
            name,
            row.time,
            entry(market, name, row.time, EntryKind.REWARD, row.asset, came(row.rewards), wallet),
        )


def locked(raw: bytes, market: Market, _: str) -> Iterator[Told]:
    rows = shaped(_lockeds, raw, "a list of rewards of locked products").rows
    each_once(raw, rows, rows=1, total=1)
    for row in rows:
        name = f"{row.type or ''}:{row.position_id}:{row.asset}:{row.time}:{row.amount}"
        yield Told(
            name,
            row.time,
            entry(market, name, row.time, EntryKind.REWARD, row.asset, came(row.amount), "spot"),
        )


def interest(raw: bytes, market: Market, wallet: str) -> Iterator[Told]:
    """Interest on what was borrowed, in the asset that it is charged in."""
    rows = shaped(_interests, raw, "a list of interest").rows
    each_once(raw, rows, rows=1, total=1)
    for row in rows:
        name, at = f"{row.tx_id}:{row.asset}", row.at
        lent_by = wallet or ("cross_margin" if row.isolated_symbol is UNSET else "isolated_margin")
        if row.type == "PORTFOLIO":
            lent_by = "portfolio_margin"
        owed = went(row.interest)
        yield Told(name, at, entry(market, name, at, EntryKind.INTEREST, row.asset, owed, lent_by))
