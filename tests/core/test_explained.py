"""A change of worth in parts: they add up to the last digit, and are what fractions say they are."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cambist.core.explained import (
    NET_FLOWS,
    Explained,
    Part,
    Standing,
    Tally,
    Unvalued,
    explained,
    standing_between,
    total,
)
from cambist.core.flows import Change, Net, net
from cambist.core.history import Neighbours, Snapshot, value_at
from cambist.core.ledger import Booked, Entry, EntryKind
from cambist.core.money import exact
from cambist.core.terms import Worth
from tests.core.builders import HOUR, NOW, worth
from tests.core.oracles import decimals

ASSETS = ("BTC", "USDT", "DOGE")
UNITS = ("btc", "usd", "display")
NAMED = {
    EntryKind.DEPOSIT: Part.DEPOSITS,
    EntryKind.WITHDRAWAL: Part.WITHDRAWALS,
    EntryKind.TRANSFER: Part.TRANSFERS,
    EntryKind.REWARD: Part.REWARDS,
    EntryKind.FEE: Part.FEES,
    EntryKind.FUNDING: Part.FUNDING,
    EntryKind.INTEREST: Part.INTEREST,
    EntryKind.REALISED: Part.REALISED,
    EntryKind.COVERAGE: Part.COVERAGE,
}


@dataclass(frozen=True)
class Price:
    """Of one unit of an asset, BTC and USD for themselves, and R."""

    btc: Decimal
    usd: Decimal
    rate: Decimal

    def of(self, amount: Decimal) -> Worth:
        with exact():
            return Worth(amount * self.btc, amount * self.usd, self.rate)


@dataclass(frozen=True)
class Happening:
    """An amount that changed at a price of its own; told or not. paid: the other asset of a trade."""

    kind: EntryKind
    asset: str
    amount: Decimal
    price: Price
    is_told: bool = True
    paid: tuple[str, Decimal] | None = None


@dataclass(frozen=True)
class Known:
    """From which load on flows are known, and from which on what is left over may still be told of."""

    known_from: int = 0
    open_from: int = 9

    def left_over(self, number: int) -> tuple[Part, bool]:
        """How what is left over of a stretch counts, and whether it is known to be a flow."""
        is_known = number >= self.known_from
        is_open = is_known and number >= self.open_from
        return Part.PROVISIONAL if is_open else Part.UNEXPLAINED, is_known


@dataclass(frozen=True)
class Stretch:
    """What happened up to a load, and the prices of that load."""

    happened: tuple[Happening, ...]
    prices: dict[str, Price]


def parts_of(price: Price, unit: str) -> Fraction:
    """One unit's price in a currency, as a fraction."""
    return {
        "btc": Fraction(price.btc),
        "usd": Fraction(price.usd),
        "display": Fraction(price.usd) * Fraction(price.rate),
    }[unit]


def fraction(value: Net, unit: str) -> Fraction:
    return Fraction(getattr(value, unit))


# One rate a load, as an account has it.
def _prices(of: Sequence[tuple[Decimal, Decimal]], rate: Decimal) -> dict[str, Price]:
    return {asset: Price(*each, rate) for asset, each in zip(ASSETS, of, strict=True)}


SMALL = decimals(1, 10**9, 8)
AMOUNTS = decimals(-(10**9), 10**9, 8)
PRICE = st.builds(Price, SMALL, SMALL, SMALL)
PRICES = st.builds(_prices, st.lists(st.tuples(SMALL, SMALL), min_size=3, max_size=3), SMALL)
FLOW = st.builds(
    Happening, st.sampled_from(sorted(NAMED)), st.sampled_from(ASSETS), AMOUNTS, PRICE, st.booleans()
)
TRADE = st.builds(
    Happening,
    st.just(EntryKind.TRADE),
    st.sampled_from(ASSETS),
    AMOUNTS,
    PRICE,
    paid=st.tuples(st.sampled_from(ASSETS), AMOUNTS),
)
STRETCHES = st.lists(
    st.builds(Stretch, st.lists(FLOW | TRADE, max_size=4).map(tuple), PRICES),
    min_size=1,
    max_size=4,
)
HELD = st.fixed_dictionaries(dict.fromkeys(ASSETS, AMOUNTS))


def booked(happening: Happening, at: datetime) -> list[Booked]:
    """The entries of what happened: both legs of a trade are worth the same."""
    entry = Entry("1", at, happening.kind, happening.asset, happening.amount)
    its_worth = happening.price.of(happening.amount)
    legs = [Booked("test", entry, its_worth)]
    if happening.paid is not None:
        asset, amount = happening.paid
        other = replace(its_worth, btc=-its_worth.btc, usd=-its_worth.usd)
        legs.append(Booked("test", replace(entry, id="2", asset=asset, amount=amount), other))
    return legs


def standing(held: dict[str, Decimal], prices: dict[str, Price]) -> Standing:
    by_asset = {asset: net(prices[asset].of(held[asset])) for asset in ASSETS}
    whole = total(by_asset.values())
    return Standing(Worth(whole.btc, whole.usd, prices["BTC"].rate), by_asset)


def standing_of(each: Standing) -> list[Net]:
    return [] if each.by_asset is None else list(each.by_asset.values())


def played(
    held: dict[str, Decimal],
    prices: dict[str, Price],
    stretches: Sequence[Stretch],
    known: Known = Known(),
) -> tuple[Explained, dict[tuple[str, str], Fraction]]:
    """The account's report over all stretches, and {(part or asset, currency): what fractions say}.

    By the fractions an asset's price effect is what was held times the price's move, and what came since
    then, from its own price to the load's. What nobody told has none.
    """
    told, now, at = Tally(), dict(held), NOW
    expected: dict[tuple[str, str], Fraction] = {}
    start = standing(held, prices)
    for number, stretch in enumerate(stretches):
        at += HOUR
        left = dict.fromkeys(ASSETS, Decimal(0))
        for unit, asset in product(UNITS, ASSETS):
            move = parts_of(stretch.prices[asset], unit) - parts_of(prices[asset], unit)
            _more(expected, asset, unit, Fraction(now[asset]) * move)
        for each in stretch.happened:
            legs = booked(each, at - HOUR / 2)
            for leg in legs:
                with exact():
                    now[leg.entry.asset] += leg.entry.amount
                    left[leg.entry.asset] += Decimal(0) if each.is_told else leg.entry.amount
            if each.is_told:
                told.add_entries(legs, NOW + known.known_from * HOUR)
                _expect(expected, each, stretch, is_known=known.left_over(number)[1])
        _leave_over(told, expected, left, stretch, at, known.left_over(number), known)
        prices = stretch.prices
    return explained(start.worth, start, standing(now, prices), told), expected


def _leave_over(
    told: Tally,
    expected: dict[tuple[str, str], Fraction],
    left: dict[str, Decimal],
    stretch: Stretch,
    at: datetime,
    counts_as: tuple[Part, bool],
    known: Known,
) -> None:
    part, is_known = counts_as
    changes = [
        Change(asset, at - HOUR, at, amount, stretch.prices[asset].of(Decimal(1)), residual=amount)
        for asset, amount in left.items()
    ]
    told.add_changes(changes, NOW + known.known_from * HOUR, NOW + (known.open_from + 1) * HOUR)
    for unit, asset in product(UNITS, ASSETS):
        its_worth = Fraction(left[asset]) * parts_of(stretch.prices[asset], unit)
        _more(expected, part, unit, its_worth)
        _more(expected, "unknown", unit, Fraction(0) if is_known else its_worth)


def _expect(
    expected: dict[tuple[str, str], Fraction], each: Happening, stretch: Stretch, *, is_known: bool
) -> None:
    """Of a transfer before flows are known nobody can tell whether it left the account."""
    may_be_half = each.kind is EntryKind.TRANSFER and not is_known
    for unit in UNITS:
        its_worth = Fraction(each.amount) * parts_of(each.price, unit)
        then = parts_of(stretch.prices[each.asset], unit)
        _more(expected, each.asset, unit, Fraction(each.amount) * then - its_worth)
        if each.paid is None:
            _more(expected, Part.UNEXPLAINED if may_be_half else NAMED[each.kind], unit, its_worth)
            _more(expected, "unknown", unit, its_worth if may_be_half else Fraction(0))
        else:
            asset, amount = each.paid
            later = parts_of(stretch.prices[asset], unit)
            _more(expected, asset, unit, Fraction(amount) * later + its_worth)


def _more(sums: dict[tuple[str, str], Fraction], name: str, unit: str, by: Fraction) -> None:
    sums[name, unit] = sums.get((name, unit), Fraction(0)) + by


@given(HELD, PRICES, STRETCHES, st.builds(Known, st.integers(0, 4), st.integers(0, 4)))
def test_the_parts_are_what_fractions_say_and_add_up_to_the_change_exactly(
    held: dict[str, Decimal], prices: dict[str, Price], stretches: list[Stretch], known: Known
) -> None:
    found, expected = played(held, prices, stretches, known)
    for unit in UNITS:
        parts = {part: fraction(found.parts[part], unit) for part in Part}
        assert sum(parts.values()) == fraction(found.change, unit)
        for part in set(Part) - {Part.PRICE_EFFECT}:
            assert parts[part] == expected.get((part, unit), 0), part
        for asset in ASSETS:
            assert fraction(found.by_asset[asset], unit) == expected[asset, unit], asset
        assert parts[Part.PRICE_EFFECT] == sum(expected[asset, unit] for asset in ASSETS)
        assert fraction(found.untold, unit) == 0
        unknown = fraction(found.unknown, unit)
        assert unknown == expected.get(("unknown", unit), 0)
        net_flows = sum(parts[part] for part in NET_FLOWS) - unknown
        assert fraction(found.net_flows, unit) == net_flows
        assert fraction(found.profit, unit) == fraction(found.change, unit) - net_flows


@given(HELD, PRICES, PRICES, st.lists(FLOW | TRADE, max_size=4), st.integers(0, 3_600_000))
def test_from_between_two_loads_on_the_parts_add_up_exactly_as_well(
    held: dict[str, Decimal],
    prices: dict[str, Price],
    later: dict[str, Price],
    happened: list[Happening],
    elapsed: int,
) -> None:
    first, second = standing(held, prices), standing(held, later)
    around = Neighbours(Snapshot(NOW, first.worth), Snapshot(NOW + HOUR, second.worth))
    at = NOW + timedelta(milliseconds=elapsed)
    between = value_at(at, around)
    assert between is not None
    told = Tally()
    for each in happened:
        told.add_entries(booked(each, NOW + 2 * HOUR), NOW)
    begun = standing_between(at, around, between, first.by_asset, second.by_asset)
    found = explained(between, begun, second, told)
    for unit in UNITS:
        assert sum(fraction(value, unit) for value in found.parts.values()) == fraction(found.change, unit)
        by_asset = sum(fraction(value, unit) for value in found.by_asset.values())
        assert by_asset + fraction(found.untold, unit) == fraction(found.parts[Part.PRICE_EFFECT], unit)
        ends = (*standing_of(first), *standing_of(second))
        scale = sum((abs(fraction(value, unit)) for value in ends), Fraction(1))
        assert abs(fraction(found.untold, unit)) <= scale * Fraction(1, 10**60)


@given(HELD, HELD, PRICES, STRETCHES, st.sampled_from(ASSETS), decimals(1, 10**9, 8), PRICE)
def test_a_transfer_between_own_accounts_changes_no_total_of_both(
    first: dict[str, Decimal],
    second: dict[str, Decimal],
    prices: dict[str, Price],
    stretches: list[Stretch],
    asset: str,
    amount: Decimal,
    price: Price,
) -> None:
    """It leaves in the first stretch and arrives in the last; meanwhile prices went wherever they did."""
    leaves = Happening(EntryKind.TRANSFER, asset, -amount, price)
    arrives = Happening(EntryKind.TRANSFER, asset, amount, price)
    giver, taker = list(stretches), [replace(each, happened=()) for each in stretches]
    before = played(first, prices, giver)[0], played(second, prices, taker)[0]
    giver[0] = replace(giver[0], happened=(*giver[0].happened, leaves))
    taker[0] = replace(taker[0], happened=(arrives,))
    after = played(first, prices, giver)[0], played(second, prices, taker)[0]
    for unit in UNITS:
        for of in ("change", "net_flows", "profit"):
            now, then = (sum(fraction(getattr(each, of), unit) for each in both) for both in (after, before))
            assert now == then, of


@given(HELD, PRICES, STRETCHES, FLOW)
def test_a_late_flow_changes_past_profit_by_itself_only(
    held: dict[str, Decimal], prices: dict[str, Price], stretches: list[Stretch], flow: Happening
) -> None:
    first = stretches[0]
    late, told = (
        [replace(first, happened=(*first.happened, replace(flow, is_told=is_told))), *stretches[1:]]
        for is_told in (False, True)
    )
    (before, _), (after, _) = played(held, prices, late), played(held, prices, told)
    part = NAMED[flow.kind]
    for unit in UNITS:
        by_load = Fraction(flow.amount) * parts_of(first.prices[flow.asset], unit)
        by_itself = Fraction(flow.amount) * parts_of(flow.price, unit)
        moved = {part: by_itself, Part.UNEXPLAINED: -by_load, Part.PRICE_EFFECT: by_load - by_itself}
        for each in Part:
            was, is_now = fraction(before.parts[each], unit), fraction(after.parts[each], unit)
            assert is_now - was == moved.get(each, 0), each
        gained = fraction(after.profit, unit) - fraction(before.profit, unit)
        assert gained == (by_load - by_itself if part in NET_FLOWS else by_load)


@given(HELD, PRICES, PRICES, st.lists(FLOW, max_size=4), st.builds(Worth, SMALL, SMALL, SMALL))
def test_what_nobody_noted_is_unknown_but_for_what_entries_tell(
    held: dict[str, Decimal],
    prices: dict[str, Price],
    later: dict[str, Price],
    flows: list[Happening],
    first: Worth,
) -> None:
    """Before the first load that notes changes there are an older worth, and entries that reach back."""
    told, noted = Tally(), standing(held, prices)
    for each in flows:
        told.add_entries(booked(each, NOW), NOW - HOUR)
    told.leave_unknown(net(noted.worth) - net(first))
    end = standing(held, later)
    found = explained(first, noted, end, told)
    assert total(flow for _, flow in told.flows) == found.net_flows
    for unit in UNITS:
        of_entries = sum(Fraction(each.amount) * parts_of(each.price, unit) for each in flows)
        unknown = fraction(net(noted.worth) - net(first), unit) - of_entries
        assert fraction(found.unknown, unit) == fraction(found.parts[Part.UNEXPLAINED], unit) == unknown
        assert sum(fraction(value, unit) for value in found.parts.values()) == fraction(found.change, unit)
        flowed = sum((fraction(found.parts[part], unit) for part in NET_FLOWS), -unknown)
        assert fraction(found.profit, unit) == fraction(found.change, unit) - flowed
        assert fraction(found.untold, unit) == 0
        for asset in ASSETS:
            move = parts_of(later[asset], unit) - parts_of(prices[asset], unit)
            assert fraction(found.by_asset[asset], unit) == Fraction(held[asset]) * move


def test_what_nobody_can_value_is_listed_and_adds_nothing() -> None:
    told = Tally()
    entry = Entry("1", NOW, EntryKind.DEPOSIT, "NOPRICE", Decimal(5))
    told.add_entries([Booked("test", entry, None), Booked("test", replace(entry, id="2"), None)], None)
    told.add_changes([Change("ALSO", NOW, NOW, Decimal(1), None, residual=Decimal(1))], NOW, NOW - HOUR)
    found = explained(worth("10", "1"), Standing(worth("10", "1")), Standing(worth("12", "1")), told)
    assert found.unvalued == (Unvalued("ALSO", "provisional", 1), Unvalued("NOPRICE", "deposit", 2))
    assert found.parts[Part.DEPOSITS].usd == 0
    assert (found.profit.usd, found.untold.usd, found.by_asset) == (Decimal(2), Decimal(2), {})


def test_a_transfer_from_before_flows_are_known_is_unexplained() -> None:
    told = Tally()
    sent = Entry("1", NOW, EntryKind.TRANSFER, "X", Decimal(-5))
    told.add_entries([Booked("test", sent, worth("-10", "-1"))], None)
    found = explained(worth("20", "2"), Standing(worth("20", "2")), Standing(worth("10", "1")), told)
    assert found.parts[Part.UNEXPLAINED].usd == found.unknown.usd == -10


A_DOLLAR = {"USD": Net(Decimal(1), Decimal(2), Decimal(2))}
ANOTHER = {"USD": Net(Decimal(3), Decimal(4), Decimal(4)), "BTC": Net(Decimal(2), Decimal(2), Decimal(2))}
FIRST, SECOND = Snapshot(NOW, worth("2", "1")), Snapshot(NOW + HOUR, worth("6", "5"))


@pytest.mark.parametrize(
    ("around", "before", "after", "found"),
    [
        (Neighbours(FIRST, FIRST), A_DOLLAR, A_DOLLAR, A_DOLLAR),
        (Neighbours(FIRST, None), A_DOLLAR, None, A_DOLLAR),
        (Neighbours(None, SECOND), None, ANOTHER, ANOTHER),
        (Neighbours(FIRST, SECOND), A_DOLLAR, None, None),
        (Neighbours(FIRST, SECOND), None, ANOTHER, None),
        (
            Neighbours(FIRST, SECOND),
            A_DOLLAR,
            ANOTHER,
            {
                "USD": Net(Decimal(2), Decimal(3), Decimal(3)),
                "BTC": Net(Decimal(1), Decimal(1), Decimal(1)),
            },
        ),
    ],
)
def test_assets_stand_on_the_line_where_both_ends_of_it_are_known(
    around: Neighbours, before: Any, after: Any, found: Any
) -> None:
    whole = worth("4", "3")
    assert standing_between(NOW + HOUR / 2, around, whole, before, after) == Standing(whole, found)
