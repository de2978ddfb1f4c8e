"""Day, month and total profit: the reference's figures, and what a history without them gives."""

import json
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from cambist.core.flows import Net, net
from cambist.core.history import Baselines, Neighbours, Snapshot
from cambist.core.money import plain_text
from cambist.core.profit import DAY, MONTH, Starts, counts_as_start, figures, starts
from cambist.core.terms import Change, Figures, Profit, Worth
from tests.core.builders import HOUR, NOW, profit, snapshot, worth

GOLDEN: dict[str, Any] = json.loads(
    (Path(__file__).parent.parent / "golden" / "load_balances_201.json").read_text()
)
CURRENT = worth(GOLDEN["usd_amount"], GOLDEN["btc_amount"])
# arithmetic.md, "Profit": the reference's baselines.
TOTAL_START = worth("24.0", "0.000828538740745395")
MONTH_START = worth("28.5794250298211", "0.000482851337250079")
DAY_START = worth(
    "31.8878505702029622763801621747685185187550208507093",
    "0.000492948251223141719538137913333333333331892763457088",
)
GOLDEN_STARTS = Starts(day=DAY_START, month=MONTH_START, total=TOTAL_START)


def texts(changed: Profit) -> list[tuple[str, str]]:
    """(amount, percentage) in BTC, USD and the display currency, as they are written."""
    return [
        (plain_text(change.amount), plain_text(change.percent))
        for change in (changed.btc, changed.usd, changed.display)
    ]


# ── the reference ────────────────────────────────────────────────────────────────────────────────────


def test_the_months_profit_is_the_references() -> None:
    month = figures(CURRENT, "USD", GOLDEN_STARTS).month
    usd = GOLDEN["usd_profit"]
    assert texts(month) == [(GOLDEN["btc_profit"], "1.44"), (usd, "9.21"), (usd, "9.21")]


def test_the_days_profit_is_the_references() -> None:
    day = figures(CURRENT, "USD", GOLDEN_STARTS).day
    usd = GOLDEN["day_profit_usd"]
    assert texts(day) == [(GOLDEN["day_profit_btc"], "-0.64"), (usd, "-2.12"), (usd, "-2.1226")]


def test_the_total_profit_is_the_references() -> None:
    total = figures(CURRENT, "USD", GOLDEN_STARTS).total
    assert repr(float(total.usd.amount)) == GOLDEN["total_usd_profit"] == "7.210986753244349"
    assert repr(float(total.btc.amount)) == GOLDEN["total_btc_profit"] == "-0.00033874027595461834"
    assert plain_text(total.usd.amount) == "7.210986753244348885262841890509448379906959328"


def test_figures_hold_the_amounts_as_they_are() -> None:
    found = figures(CURRENT, "USD", GOLDEN_STARTS)
    assert (found.currency, found.btc, found.usd, found.display) == (
        "USD",
        CURRENT.btc,
        CURRENT.usd,
        CURRENT.usd,
    )


# ── without a history ────────────────────────────────────────────────────────────────────────────────


def test_the_first_load_has_no_profit_at_all() -> None:
    own = Snapshot(NOW, CURRENT)
    found = figures(CURRENT, "USD", starts(NOW, Baselines(), own))
    assert [texts(each) for each in (found.day, found.month, found.total)] == [[("0.0", "0.0")] * 3] * 3


def test_a_partial_load_without_any_snapshot_has_no_profit_at_all() -> None:
    assert starts(NOW, Baselines(), None) == Starts(None, None, None)
    found = figures(CURRENT, "EUR", starts(NOW, Baselines(), None))
    assert found == Figures("EUR", CURRENT.btc, CURRENT.usd, CURRENT.usd, Profit(), Profit(), Profit())
    assert profit(CURRENT, None) == Profit()


@pytest.mark.parametrize(("usd", "btc"), [("0", "0"), ("-5", "-0.1")])
def test_a_baseline_that_is_not_positive_has_no_percentage(usd: str, btc: str) -> None:
    found = profit(worth("10", "1"), worth(usd, btc))
    assert [percent for _, percent in texts(found)] == ["0.0", "0.0", "0.0"]
    assert (found.usd.amount, found.btc.amount) == (10 - Decimal(usd), 1 - Decimal(btc))


def test_percentages_are_told_for_each_currency_by_its_own_baseline() -> None:
    assert texts(profit(worth("10", "1"), worth("-5", "2"))) == [
        ("-1.0", "-50.0"),
        ("15.0", "0.0"),
        ("15.0", "0.0"),
    ]


# ── flows, rates ─────────────────────────────────────────────────────────────────────────────────────


def test_profit_is_net_of_what_flowed_in_since() -> None:
    deposited = Net(Decimal("0.5"), Decimal(50), Decimal(50))
    found = profit(worth("160", "1.65"), worth("100", "1"), deposited)
    assert texts(found) == [("0.15", "10.0"), ("10.0", "6.67"), ("10.0", "6.67")]
    withdrawn = Net(Decimal("-0.5"), Decimal(-50), Decimal(-50))
    assert texts(profit(worth("60", "0.6"), worth("100", "1"), withdrawn))[:2] == [
        ("0.1", "20.0"),
        ("10.0", "20.0"),
    ]


def test_flows_count_at_the_rate_of_their_own_time() -> None:
    found = profit(worth("160", "1", "2"), worth("100", "1", "3"), net(worth("10", "0", "7")))
    assert found.display == Change(160 * 2 - (100 * 3 + Decimal(10) * 7), Decimal("-13.51"))


def test_in_another_currency_each_amount_counts_at_the_rate_of_its_own_time() -> None:
    current, start = worth("110", "1.1", "0.9"), worth("100", "1", "0.8")
    found = figures(current, "EUR", Starts(day=start, month=start, total=None))
    assert (found.currency, found.display) == ("EUR", Decimal("99.0"))
    assert texts(found.month) == [("0.1", "10.0"), ("10.0", "10.0"), ("19.0", "23.75")]
    assert found.day.display == Change(Decimal("19.0"), Decimal("23.75"))
    assert found.total == Profit()


def test_only_the_days_display_percentage_has_four_places() -> None:
    start = worth("3", "3")
    found = figures(worth("4", "4"), "USD", Starts(start, start, start))
    assert [percent for _, percent in texts(found.day)] == ["33.33", "33.33", "33.3333"]
    for other in (found.month, found.total):
        assert [percent for _, percent in texts(other)] == ["33.33"] * 3


def test_profit_loses_no_digit_of_long_amounts() -> None:
    found = profit(Worth(Decimal("1E-44"), Decimal("1E+30")), Worth(Decimal("1E-99"), Decimal("1E-99")))
    assert plain_text(found.btc.amount) == "0." + "0" * 44 + "9" * 55
    assert plain_text(found.usd.amount) == "9" * 30 + "." + "9" * 99


# ── where profit starts ──────────────────────────────────────────────────────────────────────────────


def test_the_day_is_24_hours_and_the_month_30_days() -> None:
    assert (timedelta(hours=24), timedelta(days=30)) == (DAY, MONTH)


def test_baselines_lie_between_the_snapshots_around_their_times() -> None:
    past = Baselines(
        day=Neighbours(snapshot(NOW - DAY - HOUR, "10", "1"), snapshot(NOW - DAY + HOUR, "20", "2")),
        month=Neighbours(
            snapshot(NOW - MONTH - HOUR, "30", "3"), snapshot(NOW - MONTH + 3 * HOUR, "70", "7")
        ),
        first=snapshot(NOW - 2 * MONTH, "5", "0.5"),
    )
    since = starts(NOW, past, snapshot(NOW, "1000", "1000"))
    assert since == Starts(day=worth("15", "1.5"), month=worth("40", "4"), total=worth("5", "0.5"))


def test_a_load_is_the_snapshot_after_where_the_history_has_none() -> None:
    past = Baselines(
        day=Neighbours(before=snapshot(NOW - 2 * DAY, "10", "1")),
        month=Neighbours(after=snapshot(NOW - 2 * DAY, "10", "1")),
        first=snapshot(NOW - 2 * DAY, "10", "1"),
    )
    since = starts(NOW, past, snapshot(NOW, "20", "2"))
    assert since == Starts(day=worth("15", "1.5"), month=worth("10", "1"), total=worth("10", "1"))


def test_a_partial_load_never_shapes_a_baseline() -> None:
    past = Baselines(
        day=Neighbours(before=snapshot(NOW - 2 * DAY, "10", "1")),
        month=Neighbours(after=snapshot(NOW - 2 * DAY, "10", "1")),
    )
    assert starts(NOW, past, None) == Starts(day=worth("10", "1"), month=worth("10", "1"), total=None)


def test_total_profit_starts_at_the_first_load_if_nothing_came_before() -> None:
    own = snapshot(NOW, "20", "2")
    assert starts(NOW, Baselines(), own) == Starts(own.worth, own.worth, own.worth)


@pytest.mark.parametrize(
    ("usd", "btc", "counts"),
    [
        ("1", "1", True),
        ("0", "1", False),
        ("1", "0", False),
        ("-1", "1", False),
        ("1", "-1", False),
        ("0", "0", False),
    ],
)
def test_total_profit_starts_only_where_both_amounts_are_positive(usd: str, btc: str, counts: bool) -> None:
    assert counts_as_start(worth(usd, btc)) is counts
    total = starts(NOW, Baselines(), snapshot(NOW, usd, btc)).total
    assert total == (worth(usd, btc) if counts else None)
