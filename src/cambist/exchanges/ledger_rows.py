"""What a row of an exchange's ledger comes to: times and amounts as exchanges write them, and entries."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal

import msgspec

from cambist.core.history import moment
from cambist.core.ledger import Entry, EntryKind
from cambist.core.terms import Market
from cambist.exchanges.guard import Unusable, number

_DIGITS = range(1, 15)
# Of milliseconds between 2001 and 2286: neither seconds nor microseconds.
THIRTEEN = range(13, 14)
# What a part of a row is that the exchange may leave out.
NOTHING = msgspec.Raw(b"0")


@dataclass(frozen=True, slots=True)
class Told:
    """A row as it was read. id: no other's of its answer. at: the time that windows go by, in ms."""

    id: str
    at: int
    entries: tuple[Entry, ...] = ()
    void: tuple[str, ...] = ()


def at_ms(told: str | int, digits: range = _DIGITS) -> int:
    """Milliseconds since 1970, told in digits alone. digits: how many there may be. Raises Unusable."""
    text = str(told)
    if not (text.isascii() and text.isdigit() and len(text) in digits):
        raise Unusable("the answer has a time that no clock shows")
    return int(text)


def utc(text: str) -> datetime:
    """A time as ISO 8601 writes it, UTC where it names no zone. Raises Unusable."""
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        raise Unusable("the answer has a time that is none") from None
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def written(at: int) -> str:
    """Milliseconds since 1970 as ISO 8601 writes a time."""
    return moment(at).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def or_nothing(part: msgspec.Raw) -> msgspec.Raw:
    """A number; nothing where it is null."""
    return NOTHING if bytes(part) == b"null" else part


def amount(text: str | None) -> Decimal:
    """Of a text that is empty where there is none. Raises Unusable."""
    return number(text or "0")


def came(text: str) -> Decimal:
    """An amount that came in, or was paid, as the exchange writes it: without a sign. Raises Unusable."""
    told = number(text)
    if told < 0:
        raise Unusable("the answer has an amount below nothing")
    return told


def went(text: str) -> Decimal:
    """An amount that went out, written without a sign, as the change that it was. Raises Unusable."""
    return came(text).copy_negate()


def asset_of(market: Market, code: str) -> str:
    """The asset of a code as the exchange writes it. Raises Unusable where it is none."""
    if not code:
        raise Unusable("the answer has an amount of no currency")
    return market.spellings.get(code, code)


def entry(
    market: Market,
    name: str,
    at: int,
    kind: EntryKind,
    code: str,
    change: Decimal,
    wallet: str = "",
    *,
    group: str = "",
    tx: str = "",
    quote: bool = False,
) -> tuple[Entry, ...]:
    """An entry of an amount that changed; none where it did not. at: in ms. Raises Unusable."""
    if not change:
        return ()
    try:
        time = moment(at)
    except OverflowError as wrong:
        raise Unusable("the answer has a time that no clock shows") from wrong
    return (Entry(name, time, kind, asset_of(market, code), change, wallet, group, tx, quote),)


def legs(
    market: Market, name: str, at: int, base: tuple[str, Decimal], quote: tuple[str, Decimal], wallet: str
) -> tuple[Entry, ...]:
    """The two legs of an exchange, each a coin and its signed amount; the quote is what it is measured in."""
    trade = EntryKind.TRADE
    one = entry(market, f"{name}:base", at, trade, *base, wallet, group=name)
    return one + entry(market, f"{name}:quote", at, trade, *quote, wallet, group=name, quote=True)


def measured(entries: Iterable[Entry], market: Market) -> list[Entry]:
    """The entries, with the leg that each trade is measured in, where rows name no pairs."""
    listed = list(entries)
    quotes = quotes_of(((each.group, each.asset) for each in listed if _is_leg(each)), market)
    return [
        replace(each, quote=True) if _is_leg(each) and quotes[each.group] == each.asset else each
        for each in listed
    ]


def quotes_of(legs_told: Iterable[tuple[str, str]], market: Market) -> Mapping[str, str]:
    """Which asset each trade is measured in, by its group; empty where it is none: money before coins.

    legs_told: group and asset of each leg.
    """
    money = [*(quote for quote in market.quotes if quote != "BTC"), "BTC"]
    assets: dict[str, set[str]] = defaultdict(set)
    for group, asset in legs_told:
        assets[group].add(asset)
    return {group: next((each for each in money if each in among), "") for group, among in assets.items()}


def _is_leg(each: Entry) -> bool:
    return each.kind is EntryKind.TRADE and bool(each.group)
