"""Our total against the exchange's own: half a percent to the digit, dust, what is not read or unknown."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cambist.core.control import IN_THE_TOTAL_ONLY, Control, CoveredBy, OwnTotal, State, held_against
from cambist.core.money import ONE, ZERO, exact
from cambist.core.terms import Account, Coverage, Figures, Gaps, KeyState, MissingWallet, Worth
from tests.core.builders import NOW

P = Decimal(62500)
HOLDS = {
    "Spot": ("spot",),
    "Earn": ("flexible", "locked"),
    "Cross (PM)": ("portfolio",),
    "Futures (PM)": ("portfolio",),
}
NOTHING = Figures("USD", Decimal(0), Decimal(0), Decimal(0))
SPOT = "spot"
AMOUNTS = st.decimals(0, 10**9, places=9)


def account(*wallets: str, id: int = 1, complete: bool = True, gaps: Gaps | None = None) -> Account:
    return Account(
        id,
        1,
        "x",
        "x",
        "x",
        KeyState.OK,
        NOW,
        NOW,
        NOTHING,
        NOW,
        "the load",
        complete=complete,
        uid="7",
        coverage=Coverage(wallets or (SPOT,)),
        gaps=gaps or Gaps(),
    )


def told(unit: str = "BTC", total: str | None = None, **wallets: str) -> OwnTotal:
    worth = {name.replace("_", " "): Decimal(text) for name, text in wallets.items()}
    assert unit in ("BTC", "USD")
    return OwnTotal(
        "BTC" if unit == "BTC" else "USD", worth, HOLDS, None if total is None else Decimal(total)
    )


def taken(
    own: OwnTotal, ours: Mapping[str, str | Decimal], mine: Account | None = None, *others: Account
) -> Control:
    """ours: what each of our wallets is worth, in the exchange's unit."""
    held = mine or account()

    def worth_of(names: Collection[str]) -> Worth:
        with exact():
            amount = sum((Decimal(worth) for name, worth in ours.items() if name in names), Decimal(0))
            return Worth(amount, amount * P) if own.unit == "BTC" else Worth(amount * 0, amount)

    return held_against(own, held, [held, *others], worth_of, P, NOW)


def test_equal_totals_are_reconciled_to_the_digit() -> None:
    long = "0.00048979846479077665182507861307944101622368"
    control = taken(told(Spot=long), {SPOT: long})
    assert (control.state, control.reason, control.at) == (State.RECONCILED, None, NOW)
    assert control.load_id == "the load"
    assert control.totals is not None
    assert (control.totals.difference, control.totals.percent) == (ZERO, ZERO)
    assert control.totals.theirs == Decimal(long)


@pytest.mark.parametrize(
    ("theirs", "ours", "state"),
    [
        ("1", "0.995", State.RECONCILED),
        ("1", "0.99499999999999999999999999999999999999999999", State.UNRECONCILED),
        ("0.995", "1", State.RECONCILED),
        ("0.99499999999999999999999999999999999999999999", "1", State.UNRECONCILED),
        ("-1", "-0.995", State.RECONCILED),
        ("-1", "-0.9949999", State.UNRECONCILED),
        ("1", "-1", State.UNRECONCILED),
        ("0", "0", State.RECONCILED),
        ("0", "1", State.UNRECONCILED),
        ("1", "0", State.UNRECONCILED),
    ],
)
def test_over_half_a_percent_of_the_larger_is_off_and_half_a_percent_is_not(
    theirs: str, ours: str, state: State
) -> None:
    assert taken(told(Spot=theirs), {SPOT: ours}).state is state


@given(theirs=AMOUNTS, ours=AMOUNTS)
def test_the_boundary_is_where_fractions_have_it(theirs: Decimal, ours: Decimal) -> None:
    difference, larger = abs(Fraction(ours) - Fraction(theirs)), max(Fraction(ours), Fraction(theirs))
    is_off = difference > larger / 200 and difference >= 1
    control = taken(told("USD", Spot=str(theirs)), {SPOT: ours})
    assert (control.state is State.UNRECONCILED) is is_off


@pytest.mark.parametrize(
    ("unit", "theirs", "ours", "state"),
    [
        ("USD", "3", "2.01", State.RECONCILED),
        ("USD", "3", "2", State.UNRECONCILED),
        ("BTC", "0.000048", "0.000032000000000000001", State.RECONCILED),
        ("BTC", "0.000048", "0.000032", State.UNRECONCILED),
    ],
)
def test_less_than_a_dollar_is_dust_whatever_part_it_is(
    unit: str, theirs: str, ours: str, state: State
) -> None:
    assert taken(told(unit, Spot=theirs), {SPOT: ours}).state is state


@pytest.mark.parametrize(
    ("bots", "state"),
    [
        ("0.005", State.RECONCILED),
        ("0.00500000000000000000000001", State.UNRECONCILED),
        ("-0.006", State.UNRECONCILED),
        ("0", State.RECONCILED),
    ],
)
def test_wallets_that_nobody_reads_are_named_and_matter_from_half_a_percent_of_all(
    bots: str, state: State
) -> None:
    spot = str(Decimal(1) - abs(Decimal(bots)))
    control = taken(told(Spot=spot, Bots=bots), {SPOT: spot})
    assert control.totals is not None
    assert control.state is state
    assert control.totals.difference == 0
    named = [(each.name, each.theirs) for each in control.totals.not_read]
    assert named == ([("Bots", Decimal(bots))] if Decimal(bots) else [])
    assert control.reason == ("Not read: Bots." if state is State.UNRECONCILED else None)


def test_a_wallet_that_is_not_read_and_worth_less_than_a_dollar_is_no_alarm() -> None:
    control = taken(told("USD", Spot="1", Bots="0.99"), {SPOT: "1"})
    assert control.state is State.RECONCILED
    assert control.totals is not None
    assert [each.name for each in control.totals.not_read] == ["Bots"]


def test_a_wallet_of_another_account_is_read_and_not_compared_with_this_ones_total() -> None:
    own = told(Spot="1", Earn="0.5")
    control = taken(own, {SPOT: "1"}, account(), account("flexible", id=2))
    assert control.state is State.RECONCILED
    assert control.totals is not None
    spot, earn = control.totals.wallets
    assert (spot.covered_by, earn.covered_by) == (
        (CoveredBy(1, ("spot",)),),
        (CoveredBy(2, ("flexible",)),),
    )
    assert (spot.ours, earn.ours, control.totals.theirs) == (ONE, None, ONE)
    assert control.totals.not_read == ()


def test_a_wallet_that_another_account_covers_more_of_is_that_ones_to_compare() -> None:
    own, ours = told(Spot="1", Earn="0.5"), {SPOT: "1", "flexible": "0.1", "locked": "0.4"}
    part, whole = account(SPOT, "flexible"), account(SPOT, "flexible", "locked", id=2)
    of_the_part, of_the_whole = taken(own, ours, part, whole), taken(own, ours, whole, part)
    assert (of_the_part.state, of_the_whole.state) == (State.RECONCILED, State.RECONCILED)
    assert of_the_part.totals is not None
    assert of_the_whole.totals is not None
    assert (of_the_part.totals.theirs, of_the_whole.totals.theirs) == (ONE, Decimal("1.5"))
    alone = taken(own, ours, part)
    assert (alone.state, alone.reason) == (
        State.UNRECONCILED,
        "Ours is 26.6667 % less than the exchange's own.",
    )


def test_what_the_exchange_splits_and_we_read_as_one_is_compared_as_one() -> None:
    own = OwnTotal("BTC", {"Cross (PM)": Decimal(2), "Futures (PM)": Decimal(1)}, HOLDS)
    control = taken(own, {"portfolio": "3"}, account("portfolio"))
    assert control.state is State.RECONCILED
    assert control.totals is not None
    assert [each.ours for each in control.totals.wallets] == [None, None]
    assert control.totals.ours == Worth(Decimal(3), 3 * P)


def test_a_covered_wallet_that_the_exchange_leaves_out_is_worth_nothing_to_it() -> None:
    mine = account(SPOT, "flexible")
    assert taken(told(Spot="1"), {SPOT: "1"}, mine).state is State.RECONCILED
    control = taken(told(Spot="1"), {SPOT: "1", "flexible": "0.25"}, mine)
    assert control.reason == "Ours is 20.0 % more than the exchange's own."
    assert control.totals is not None
    assert [(each.name, each.theirs, each.ours) for each in control.totals.wallets] == [
        ("Spot", ONE, ONE),
        ("Earn", ZERO, Decimal("0.25")),
    ]


@pytest.mark.parametrize(
    ("total", "rest"), [("101.99", None), ("102", "1"), ("0", None), ("250.5", "149.5"), (None, None)]
)
def test_what_only_the_exchanges_own_sum_has_is_a_wallet_not_read(
    total: str | None, rest: str | None
) -> None:
    control = taken(told("USD", total, Spot="101"), {SPOT: "101"})
    assert control.totals is not None
    named = [(each.name, str(each.theirs)) for each in control.totals.not_read]
    assert named == ([] if rest is None else [(IN_THE_TOTAL_ONLY, rest)])
    assert (control.state is State.UNRECONCILED) is (rest is not None)


def test_after_a_partial_load_only_what_is_not_read_at_all_can_be_told() -> None:
    gone = Gaps(missing=(MissingWallet("flexible", "is down"),))
    mine = account(SPOT, "flexible", complete=False, gaps=gone)
    control = taken(told(Spot="1", Earn="0.5"), {SPOT: "1"}, mine)
    assert (control.state, control.reason) == (State.UNKNOWN, "The load before it lacks flexible.")
    assert control.totals is not None
    assert (control.totals.ours, control.totals.difference, control.totals.percent) == (None, None, None)
    control = taken(told(Spot="1", Earn="0.5", Bots="1"), {SPOT: "1"}, mine)
    assert (control.state, control.reason) == (
        State.UNRECONCILED,
        "Not read: Bots. The load before it lacks flexible.",
    )


def test_what_has_no_price_is_named_beside_the_difference_that_it_may_explain() -> None:
    mine = replace(account(), gaps=Gaps(unpriced=("ABC", "XYZ")))
    control = taken(told(Spot="1"), {SPOT: "0.8765"}, mine)
    assert control.reason == "Ours is 12.35 % less than the exchange's own; without a price: ABC, XYZ."
    assert taken(told(Spot="1"), {SPOT: "0.999"}, mine).reason is None


def test_an_account_of_which_the_exchange_tells_nothing_is_not_reconciled_by_that() -> None:
    control = taken(told(Spot="1"), {"elsewhere": "5"}, account("elsewhere"), account(SPOT, id=2))
    assert (control.state, control.reason) == (
        State.UNKNOWN,
        "The exchange's total has nothing that this account covers.",
    )


def test_a_figure_in_dollars_is_told_in_bitcoin_by_the_loads_own_price() -> None:
    control = taken(told("USD", Spot="125000"), {SPOT: "125000"})
    assert control.totals is not None
    assert control.totals.worth(control.totals.theirs) == Worth(Decimal(2), Decimal(125000))
    control = taken(told(Spot="2"), {SPOT: "2"})
    assert control.totals is not None
    assert control.totals.worth(control.totals.theirs) == Worth(Decimal(2), Decimal(125000))
