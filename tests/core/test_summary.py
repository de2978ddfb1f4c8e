"""Several accounts as one: which count, and how they stood together over time."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from cambist.core.history import milliseconds
from cambist.core.summary import Point, counted_once, thinned, times_between, worth_over_time
from cambist.core.terms import Account, Coverage, Figures, KeyState, Market
from tests.core.builders import NOW, market

NOTHING = Figures("USD", Decimal(0), Decimal(0), Decimal(0))
SPOT = market(code="spot", wallets=("spot",))
UNIFIED = replace(SPOT, code="unified", wallets=("spot", "funding"))
ELSEWHERE = replace(SPOT, code="elsewhere", ccxt_id="another")


def _account(id: int, uid: str | None, *wallets: str) -> Account:
    covered = Coverage(wallets)
    return Account(id, 1, "x", "x", "x", KeyState.OK, NOW, NOW, NOTHING, NOW, "x", uid=uid, coverage=covered)


def _ids(*accounts: tuple[int, str | None, Market]) -> list[int]:
    counted = counted_once((_account(number, uid, *place.wallets), place) for number, uid, place in accounts)
    return [account.id for account, _ in counted]


def _points(*worths: tuple[int, str]) -> list[Point]:
    return [Point(at, Decimal(usd), Decimal(usd) / 2) for at, usd in worths]


def test_one_uid_under_two_market_codes_counts_once_the_one_with_more_wallets() -> None:
    assert _ids((1, "7", SPOT), (2, "7", UNIFIED), (3, "8", SPOT)) == [2, 3]
    assert _ids((1, "7", UNIFIED), (2, "7", SPOT)) == [1]
    assert _ids((1, "7", SPOT), (2, "7", SPOT)) == [1]


def test_a_wallet_that_an_account_does_not_cover_is_not_taken_for_counted() -> None:
    first, second = _account(1, "7", "spot"), _account(2, "7", "spot", "funding")
    everywhere = [(first, UNIFIED), (second, UNIFIED)]
    assert [account.id for account, _ in counted_once(everywhere)] == [2]
    apart = [(_account(1, "7", "spot"), UNIFIED), (_account(2, "7", "funding"), UNIFIED)]
    assert [account.id for account, _ in counted_once(apart)] == [1, 2]


def test_one_uid_on_two_exchanges_and_accounts_without_one_all_count() -> None:
    assert _ids((1, "7", SPOT), (2, "7", ELSEWHERE), (3, None, SPOT), (4, None, SPOT)) == [1, 2, 3, 4]


def test_in_between_its_points_an_account_stands_as_it_last_was() -> None:
    first, second = _points((10, "1"), (30, "3")), _points((20, "0.1"), (30, "0.2"), (40, "0"))
    found = worth_over_time([first, second], since=0)
    assert found == _points((10, "1"), (20, "1.1"), (30, "3.2"), (40, "3"))


def test_points_from_before_only_tell_how_accounts_stood() -> None:
    series = [_points((10, "1"), (50, "5")), _points((20, "2"))]
    assert worth_over_time(series, since=30) == _points((50, "7"))
    assert worth_over_time(series, since=60) == _points((50, "7"))
    assert worth_over_time([], since=0) == []
    assert worth_over_time([[], []], since=0) == []


def test_digits_neither_vanish_nor_appear_over_many_points() -> None:
    dust = "0.000000000000000000000000000000000000000001"
    huge = [(at, "9" * 40) for at in range(0, 2000, 2)]
    found = worth_over_time([_points(*huge), [Point(1, Decimal(dust), Decimal(0))]], since=0)
    assert len(found) == 1001
    assert found[-1].usd == Decimal("9" * 40 + dust[1:])


def test_times_between_two_are_evenly_spaced_to_the_millisecond() -> None:
    found = times_between(NOW, NOW + timedelta(milliseconds=10), 4)
    assert [milliseconds(each) - milliseconds(NOW) for each in found] == [0, 3, 6, 10]
    assert times_between(NOW, NOW, 2) == [NOW, NOW]


def test_thinned_points_are_the_last_of_each_span() -> None:
    points = _points((0, "1"), (4, "2"), (5, "3"), (9, "4"), (10, "5"))
    assert thinned(points, 0, 10, 2) == _points((5, "3"), (10, "5"))
    assert thinned(points, 0, 10, 100) == points
    assert thinned(points[:1], 0, 0, 5) == points[:1]
    assert thinned([], 0, 10, 2) == []
