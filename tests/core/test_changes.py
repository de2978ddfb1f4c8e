"""What a complete load counted, what changed since the one before, and what of it stays unexplained."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from cambist.core.changes import Totals, came_and_went, moved, totals_of, unexplained
from cambist.core.flows import Change
from cambist.core.money import ZERO
from cambist.core.terms import Balance, Worth
from tests.core.builders import NOW, balance, wallet, worth

MINUTE = timedelta(minutes=1)
ONE = Decimal(1)


def change(asset: str, minutes: int, left: int, long: int = 1) -> Change:
    at = NOW + minutes * MINUTE
    return Change(asset, at - long * MINUTE, at, Decimal(left), worth("1", "1"), residual=Decimal(left))


def test_totals_are_of_all_wallets_and_say_what_has_no_price_or_moves_by_itself() -> None:
    debt = Balance("D", "D", ONE, ONE, Decimal("0.5"), borrowed=ONE, interest=Decimal("0.5"))
    open_position = Balance("P", "P", ONE, ONE, Decimal(3))
    wallets = (
        wallet("empty"),
        wallet("spot", balance("A", "1"), balance("B", "2"), debt),
        wallet("earn", balance("A", "0.5"), open_position),
    )
    found = totals_of(NOW, wallets, {"A", "D", "P"})
    assert found == Totals(
        NOW,
        {"A": Decimal("1.5"), "B": Decimal(2), "D": Decimal("0.5"), "P": Decimal(3)},
        frozenset({"spot", "earn", "empty"}),
        frozenset({"B"}),
        frozenset({"P"}),
    )
    assert totals_of(NOW, (wallet("spot", balance("N", "0")),), ()).unpriced == frozenset()


@pytest.mark.parametrize(
    ("locked", "borrowed", "interest", "total", "moves"),
    [
        (0, 0, 0, 5, False),
        (0, 0, 0, 6, True),
        (1, 0, 0, 6, False),
        (1, 0, 0, 5, True),
        (1, 1, 0, 5, False),
        (0, 1, 0, 4, False),
        (0, 1, 0, 5, False),
        (0, 1, 0, 6, True),
        (1, 1, 0, 6, False),
        (1, 1, 0, 7, True),
        (0, 0, 1, 4, False),
        (0, 0, 1, 5, False),
        (0, 0, 1, 6, True),
    ],
)
def test_what_is_neither_free_and_locked_nor_that_less_debts_moves_by_itself(
    locked: int, borrowed: int, interest: int, total: int, moves: bool
) -> None:
    numbers = map(Decimal, (5, locked, total, borrowed, interest))
    held = (wallet("margin", Balance("A", "A", *numbers)),)
    assert totals_of(NOW, held, "A").marked_to_market == frozenset("A" if moves else "")


def test_what_is_held_in_a_wallet_of_positions_moves_by_itself() -> None:
    wallets = (
        wallet("spot", balance("A", "1"), balance("B", "1")),
        wallet("futures", balance("B", "1"), balance("C", "0")),
    )
    assert totals_of(NOW, wallets, "ABC", frozenset({"futures"})).marked_to_market == frozenset("B")
    assert totals_of(NOW, wallets, "ABC", frozenset({"margin"})).marked_to_market == frozenset()


def test_what_moved_is_told_by_asset_and_nothing_where_totals_are_the_same() -> None:
    one = Totals(NOW, {"A": ONE, "B": ONE, "Z": Decimal(0)})
    other = Totals(NOW, {"A": Decimal("1.0"), "B": Decimal(3), "C": ONE})
    assert moved(one, one) == {}
    assert moved(one, other) == {"B": 2, "C": 1}
    assert moved(other, one) == {"B": -2, "C": -1}


def test_a_wallet_comes_or_goes_with_what_it_holds_and_without_what_mirrored_it() -> None:
    spot = wallet("spot", balance("A", "1"), balance("A", "4", code="LDA"))
    plain = wallet("spot", balance("A", "1.5"))
    earn = wallet("earn", balance("A", "5"), balance("B", "0"))
    mirrors = {"LDA": "earn"}
    assert came_and_went((spot,), (plain, earn), mirrors) == {("earn", "A"): 5, ("spot", "A"): -4}
    assert came_and_went((plain, earn), (spot,), mirrors) == {("earn", "A"): -5, ("spot", "A"): 4}
    assert came_and_went((plain, earn), (spot, earn), mirrors) == {}


def test_what_adjoins_and_makes_up_for_each_other_is_explained() -> None:
    up, down = change("A", 1, 5), change("A", 2, -5)
    apart = change("A", 4, 5), change("A", 6, -5)
    late = NOW + 10 * MINUTE
    assert list(unexplained([(down, False), (up, False)], late)) == []
    found = list(unexplained([(each, False) for each in (*apart, change("B", 5, 1))], late))
    assert [(one.asset, one.residual) for one in found] == [("A", Decimal(5)), ("A", Decimal(-5)), ("B", ONE)]


def test_a_chain_is_told_as_one_but_for_what_is_told_or_too_young() -> None:
    chain = [(change("A", minute, minute), minute == 1) for minute in (1, 2, 3, 4)]
    (found,) = unexplained(chain, NOW + 3 * MINUTE)
    assert (found.since, found.at) == (NOW + MINUTE, NOW + 3 * MINUTE)
    assert found.residual == 5
    assert list(unexplained(chain, NOW + MINUTE)) == []
    assert list(unexplained([], NOW)) == []


def test_what_is_worth_less_than_a_dollar_is_told_once_it_adds_up_to_one() -> None:
    def bits(*amounts: str, price: str | None = "0.5") -> list[tuple[Change, bool]]:
        worth = None if price is None else Worth(ZERO, Decimal(price))
        made = [replace(change("A", n, 1), residual=Decimal(each)) for n, each in enumerate(amounts, start=1)]
        return [(replace(each, price=worth), False) for each in made]

    late = NOW + 10 * MINUTE
    assert list(unexplained(bits("-1.99"), late)) == []
    assert [one.residual for one in unexplained(bits("-1.99", "-0.01"), late)] == [-2]
    assert [one.residual for one in unexplained(bits("-0.01", price=None), late)] == [Decimal("-0.01")]
