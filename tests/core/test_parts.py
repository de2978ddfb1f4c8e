"""The parts of a change of worth, by examples that can be followed by hand.

A BTC is 20,000 dollars throughout, and a dollar two of the display currency.
"""

from dataclasses import replace
from datetime import datetime
from decimal import Decimal

import pytest

from cambist.core.explained import ByAsset, Explained, Part, Standing, Tally, explained
from cambist.core.flows import NOTHING, Change, Net
from cambist.core.ledger import Booked, Entry, EntryKind
from cambist.core.terms import Worth
from tests.core.builders import HOUR, NOW, worth


def dollars(usd: int) -> Worth:
    return worth(str(usd), str(Decimal(usd) / 20_000), "2")


def flow(usd: int) -> Net:
    return Net(Decimal(usd) / 20_000, Decimal(usd), Decimal(2 * usd))


def entry(kind: EntryKind, asset: str, usd: int, at: datetime = NOW) -> Booked:
    return Booked("test", Entry("1", at, kind, asset, Decimal(usd)), dollars(usd))


def left_over(usd: int, at: datetime) -> Change:
    """So many dollars that came in the hour before a load, and no entry explains."""
    return Change("USDT", at - HOUR, at, Decimal(usd), dollars(1), residual=Decimal(usd))


def standing(**by_asset: int) -> Standing:
    return Standing(dollars(sum(by_asset.values())), flows(**by_asset))


def flows(**usd: int) -> ByAsset:
    return {asset: flow(each) for asset, each in usd.items()}


def parts(found: Explained) -> dict[str, Net]:
    """Those that are not nothing."""
    return {part.value: each for part, each in found.parts.items() if each != NOTHING}


def report(start: Standing, end: Standing, told: Tally) -> Explained:
    return explained(start.worth, start, end, told)


@pytest.mark.parametrize("known_from", [None, NOW, NOW + HOUR])
def test_a_transfer_before_flows_are_known_stays_in_profit_unexplained(known_from: datetime | None) -> None:
    told = Tally()
    told.add_entries([entry(EntryKind.TRANSFER, "USDT", 10)], known_from)
    found = report(standing(USDT=100), standing(USDT=110), told)
    assert parts(found) == flows(unexplained=10)
    assert (found.unknown, found.net_flows, found.profit) == (flow(10), NOTHING, flow(10))
    assert told.flows == []


def test_a_transfer_after_flows_are_known_is_no_profit() -> None:
    told = Tally()
    told.add_entries([entry(EntryKind.TRANSFER, "USDT", 10)], NOW - HOUR)
    found = report(standing(USDT=100), standing(USDT=110), told)
    assert parts(found) == flows(transfers=10)
    assert (found.unknown, found.net_flows, found.profit) == (NOTHING, flow(10), NOTHING)
    assert told.flows == [(NOW, flow(10))]


def test_a_deposit_is_no_profit_though_flows_are_not_known() -> None:
    told = Tally()
    told.add_entries([entry(EntryKind.DEPOSIT, "USDT", 10)], None)
    found = report(standing(USDT=100), standing(USDT=110), told)
    assert parts(found) == flows(deposits=10)
    assert (found.unknown, found.net_flows, found.profit) == (NOTHING, flow(10), NOTHING)


def test_a_trade_moves_worth_from_one_asset_to_another_and_is_no_part_itself() -> None:
    """Bought for 1,000 dollars, and worth 1,100 in the end."""
    told = Tally()
    told.add_entries([entry(EntryKind.TRADE, "DOGE", 1_000), entry(EntryKind.TRADE, "USDT", -1_000)], NOW)
    assert told.by_asset == flows(DOGE=1_000, USDT=-1_000)
    assert told.parts == {}
    found = report(standing(USDT=1_500), standing(USDT=500, DOGE=1_100), told)
    assert parts(found) == flows(price_effect=100)
    assert found.by_asset == flows(DOGE=100, USDT=0)
    assert (found.untold, found.net_flows, found.profit) == (NOTHING, NOTHING, flow(100))


@pytest.mark.parametrize(
    ("known_from", "open_from", "part", "is_flow"),
    [
        (NOW - HOUR, NOW, Part.PROVISIONAL, True),
        (NOW - HOUR, NOW + HOUR, Part.UNEXPLAINED, True),
        (NOW, NOW, Part.UNEXPLAINED, False),
        (None, NOW, Part.UNEXPLAINED, False),
    ],
)
def test_what_no_entry_explains_is_a_flow_where_flows_are_known_and_provisional_while_one_may_come(
    known_from: datetime | None, open_from: datetime, part: Part, is_flow: bool
) -> None:
    told = Tally()
    told.add_changes([left_over(30, NOW)], known_from, open_from)
    found = report(standing(USDT=100), standing(USDT=130), told)
    assert parts(found) == {part: flow(30)}
    assert found.by_asset == flows(USDT=0)
    expected = (NOTHING, flow(30), NOTHING) if is_flow else (flow(30), NOTHING, flow(30))
    assert (found.unknown, found.net_flows, found.profit) == expected
    assert told.flows == ([(NOW, flow(30))] if is_flow else [])


def test_where_nobody_noted_what_changed_only_entries_are_told_from_the_rest() -> None:
    """Before: 40 dollars, 5 of them a reward, 20 deposited, 15 nobody knows how. Since: 7 by prices."""
    told = Tally()
    told.add_entries(
        [entry(EntryKind.REWARD, "DOGE", 5), entry(EntryKind.DEPOSIT, "USDT", 20)], known_from=None
    )
    noted = standing(USDT=120, DOGE=20)
    told.leave_unknown(flow(40))
    found = explained(dollars(100), noted, standing(USDT=120, DOGE=27), told)
    assert parts(found) == flows(rewards=5, deposits=20, unexplained=15, price_effect=7)
    assert found.by_asset == flows(DOGE=7, USDT=0)
    assert (found.unknown, found.net_flows, found.untold) == (flow(15), flow(20), NOTHING)
    assert (found.change, found.profit) == (flow(47), flow(27))


def test_all_parts_together_are_the_change_of_worth() -> None:
    told, kinds = Tally(), [kind for kind in EntryKind if kind is not EntryKind.TRADE]
    told.add_entries(
        [entry(kind, "USDT", 2**power, NOW + HOUR) for power, kind in enumerate(kinds)], known_from=NOW
    )
    told.add_changes([left_over(1_000, NOW + HOUR), left_over(3_000, NOW + 2 * HOUR)], NOW, NOW + 2 * HOUR)
    found = report(standing(USDT=100, DOGE=50), standing(USDT=4_611, DOGE=40), told)
    assert parts(found) == flows(
        deposits=1,
        withdrawals=2,
        transfers=4,
        rewards=8,
        fees=16,
        funding=32,
        interest=64,
        realised=128,
        coverage=256,
        unexplained=1_000,
        provisional=3_000,
        price_effect=-10,
    )
    assert found.by_asset == flows(DOGE=-10, USDT=0)
    assert (found.change, found.net_flows) == (flow(4_501), flow(1 + 2 + 4 + 256 + 4_000))
    assert found.profit == flow(8 + 16 + 32 + 64 + 128 - 10)


def test_the_display_currency_is_counted_at_the_price_a_dollar_had_in_each_ones_own_time() -> None:
    told = Tally()
    told.add_entries([replace(entry(EntryKind.DEPOSIT, "USDT", 10), worth=worth("10", "0.0005", "3"))], NOW)
    found = report(standing(USDT=100), standing(USDT=110), told)
    assert parts(found) == {
        "deposits": Net(Decimal("0.0005"), Decimal(10), Decimal(30)),
        "price_effect": Net(display=Decimal(-10)),
    }
    assert found.profit == Net(display=Decimal(-10))
