"""Several accounts as one: which of them count, their figures summed, their worth over time."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from cambist.core.history import milliseconds, moment
from cambist.core.money import FINE_PERCENT_PLACES, PERCENT_PLACES, ZERO, exact, percentage
from cambist.core.terms import Account, Change, Figures, Market, Profit

_DOLLAR = "USD"


class Point(NamedTuple):
    """What an account was worth at a time, in milliseconds since 1970."""

    at: int
    usd: Decimal
    btc: Decimal


def counted_once(accounts: Iterable[tuple[Account, Market]]) -> list[tuple[Account, Market]]:
    """The accounts without those whose wallets others hold already: one exchange account, connected twice.

    A wallet is named by exchange, uid and its own name. Where no uid is told, nothing is known to be twice.
    Those that cover more wallets go first, so that a part never hides the whole.
    """
    counted: list[tuple[Account, Market]] = []
    seen: set[tuple[str, str, str]] = set()
    for account, market in sorted(accounts, key=lambda pair: (-len(pair[0].coverage.wallets), pair[0].id)):
        covered = () if account.uid is None else account.coverage.wallets
        wallets = {(market.ccxt_id, str(account.uid), wallet) for wallet in covered}
        if not wallets or not wallets <= seen:
            counted.append((account, market))
            seen |= wallets
    return sorted(counted, key=lambda pair: pair[0].id)


def summed(parts: Sequence[Figures], currency: str) -> Figures:
    """Amounts and baselines added, percentages worked out again; a baseline is the amount less its profit.

    currency: that of a sum over nothing. Where the parts differ in theirs, the sum is in USD.
    """
    told = {part.currency for part in parts} or {currency}
    if len(told) > 1:
        return summed([_in_dollars(part) for part in parts], _DOLLAR)
    with exact():
        btc, usd, display = (
            sum(column, ZERO) for column in _columns((p.btc, p.usd, p.display) for p in parts)
        )
    now = (btc, usd, display)
    return Figures(
        told.pop(),
        *now,
        day=_profit(now, [part.day for part in parts], FINE_PERCENT_PLACES),
        month=_profit(now, [part.month for part in parts]),
        total=_profit(now, [part.total for part in parts]),
    )


def worth_over_time(series: Iterable[Sequence[Point]], since: int) -> list[Point]:
    """The accounts' worth together, from a time on: a point for each time that one of them has one.

    In between an account stands as it last was; before its first point it adds nothing. Points from before
    `since` only tell how the accounts stood then.
    """
    events = sorted((at, number, usd, btc) for number, each in enumerate(series) for at, usd, btc in each)
    last: dict[int, tuple[Decimal, Decimal]] = {}
    found: dict[int, Point] = {}
    usd, btc = ZERO, ZERO
    with exact():
        for at, number, its_usd, its_btc in events:
            before_usd, before_btc = last.get(number, (ZERO, ZERO))
            usd, btc = usd - before_usd + its_usd, btc - before_btc + its_btc
            last[number] = its_usd, its_btc
            found[at] = Point(at, usd, btc)
    return [point for point in found.values() if point.at >= since] or list(found.values())[-1:]


def times_between(since: datetime, until: datetime, count: int) -> Sequence[datetime]:
    """So many times, two at least, evenly spaced from one to the other, to the millisecond."""
    first, last = milliseconds(since), milliseconds(until)
    return [moment(first + (last - first) * number // (count - 1)) for number in range(count)]


def thinned(points: Iterable[Point], since: int, until: int, most: int) -> Sequence[Point]:
    """The last point of each of so many equal spans of time, so that each says how all stood at its end."""
    span = max(1, -(-(until - since + 1) // most))
    return [*{(point.at - since) // span: point for point in points}.values()]


def _columns(rows: Iterable[tuple[Decimal, Decimal, Decimal]]) -> Sequence[tuple[Decimal, ...]]:
    return tuple(zip(*rows, strict=True)) or ((), (), ())


def _profit(
    now: tuple[Decimal, Decimal, Decimal], parts: Sequence[Profit], display_places: int = PERCENT_PLACES
) -> Profit:
    gained = _columns((p.btc.amount, p.usd.amount, p.display.amount) for p in parts)
    places = (PERCENT_PLACES, PERCENT_PLACES, display_places)
    return Profit(*map(_change, now, gained, places))


def _change(now: Decimal, gains: Sequence[Decimal], places: int) -> Change:
    with exact():
        gained = sum(gains, ZERO)
        start = now - gained
    return Change(gained, percentage(gained, start, places))


def _in_dollars(part: Figures) -> Figures:
    day, month, total = (Profit(p.btc, p.usd, p.usd) for p in (part.day, part.month, part.total))
    return Figures(_DOLLAR, part.btc, part.usd, part.usd, day, month, total)
