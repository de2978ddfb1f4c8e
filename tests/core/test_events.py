"""Events, thresholds and webhooks as words: what each says, when a figure has crossed, when to try again."""

import json
import re
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from cambist.core.events import CARRIES, Event, Kind, document, loaded, told, unexplained_change
from cambist.core.terms import Change, Figures, Profit
from cambist.core.thresholds import Measure, Side, Threshold
from cambist.core.webhooks import MOST_TRIES, Sent, Webhook, wait_after, why_disabled
from tests.worlds import START

LONG = Decimal("123456789012345678901.2345678901234567890123456789")
DAY = timedelta(days=1)


def test_a_load_is_told_with_all_its_digits_and_in_the_names_of_the_table() -> None:
    text = loaded("ab12", False, LONG, Decimal("1E-8"))
    told_of = {"load_id": "ab12", "complete": False, "usd": str(LONG), "btc": "0.00000001"}
    assert json.loads(text) == told_of
    assert tuple(told_of) == CARRIES[Kind.LOADED]
    assert document(Kind.LOADED, "ab12", False, str(LONG), "0.00000001") == text


def test_an_event_is_one_line_of_json_with_its_document_in_it() -> None:
    event = Event(7, START, 3, 12, Kind.KEY_OK, document(Kind.KEY_OK, 'a"b\n'))
    assert "\n" not in told(event)
    assert json.loads(told(event)) == {
        "id": 7,
        "type": "account.key_ok",
        "timestamp": "2023-06-19T16:50:57.303Z",
        "account_id": 12,
        "data": {"load_id": 'a"b\n'},
    }
    assert json.loads(told(Event(7, START, 3, None, Kind.KEY_OK, "{}")))["account_id"] is None
    assert event.name == "evt_3_7_1687193457303"


def test_an_unexplained_change_says_what_is_unknown() -> None:
    text = unexplained_change("ADA", Decimal("-2.50"), None, Decimal("-0.1"), START, START + DAY)
    assert json.loads(text) == {
        "asset": "ADA",
        "amount": "-2.5",
        "usd": None,
        "btc": "-0.1",
        "from": "2023-06-19T16:50:57.303Z",
        "until": "2023-06-20T16:50:57.303Z",
    }


def test_long_words_and_lists_are_cut_short_so_that_no_event_is_large() -> None:
    text = document(Kind.PARTIAL, "x" * 1_000, ["w" * 1_000] * 1_000)
    told_of = json.loads(text)
    assert (told_of["load_id"], len(told_of["missing"])) == ("x" * 299 + "…", 20)
    assert len(document(Kind.KEY_INVALID, "invalid", "w" * 10_000)) < 1_000
    with pytest.raises(ValueError, match="zip"):
        document(Kind.KEY_OK)


def test_the_page_on_events_says_what_each_kind_carries() -> None:
    page = (Path(__file__).parents[2] / "docs" / "events.md").read_text()
    rows = dict(re.findall(r"^\| `([a-z_.]+)` \| .+? \| (.+) \|$", page, re.MULTILINE))
    assert set(rows) == set(Kind)
    for kind, names in CARRIES.items():
        assert [name for name in names if f"`{name}`" not in rows[kind]] == []


def figures(usd: str, percent: str = "0") -> Figures:
    day = Profit(usd=Change(Decimal(1), Decimal(percent)))
    return Figures("USD", Decimal(1), Decimal(usd), Decimal(usd), day)


@pytest.mark.parametrize(
    ("measure", "side", "value", "before", "now", "crossed"),
    [
        (Measure.USD, Side.ABOVE, "100", ("99", "0"), ("101", "0"), True),
        (Measure.USD, Side.ABOVE, "100", ("100", "0"), ("100.01", "0"), True),
        (Measure.USD, Side.ABOVE, "100", ("99", "0"), ("100", "0"), False),
        (Measure.USD, Side.ABOVE, "100", ("101", "0"), ("102", "0"), False),
        (Measure.USD, Side.ABOVE, "100", ("101", "0"), ("99", "0"), False),
        (Measure.USD, Side.BELOW, "100", ("101", "0"), ("99", "0"), True),
        (Measure.USD, Side.BELOW, "100", ("99", "0"), ("98", "0"), False),
        (Measure.DAY_PROFIT_PERCENT, Side.BELOW, "-5", ("100", "-4.9"), ("90", "-5.1"), True),
        (Measure.DAY_PROFIT_PERCENT, Side.ABOVE, "5", ("100", "1"), ("200", "4.99"), False),
    ],
)
def test_a_threshold_is_crossed_once_when_the_figure_comes_to_its_side(
    measure: Measure, side: Side, value: str, before: tuple[str, str], now: tuple[str, str], crossed: bool
) -> None:
    threshold = Threshold(1, 1, None, measure, side, Decimal(value), START)
    assert threshold.is_crossed(figures(*before), figures(*now)) is crossed


def test_tries_are_drawn_out_over_a_day_and_then_given_up() -> None:
    failed = Sent(500)
    longest = [wait_after(tried, 0.999999, failed) for tried in range(1, MOST_TRIES)]
    assert sum((wait or timedelta() for wait in longest), timedelta()) > timedelta(hours=31)
    assert wait_after(1, 0.0, failed) == timedelta()
    assert wait_after(2, 0.5, failed) == timedelta(seconds=30)
    assert wait_after(MOST_TRIES, 0.5, failed) is None
    assert wait_after(1, 0.0, Sent(429, retry_after_s=120)) == timedelta(minutes=2)
    assert wait_after(1, 0.0, Sent(503, retry_after_s=999_999)) == timedelta(hours=1)


def test_what_is_a_success_and_what_is_said_of_a_failure() -> None:
    assert [Sent(status).is_success for status in (None, 199, 200, 299, 300, 410)] == [
        *(False, False, True, True, False, False),
    ]
    assert (Sent(500).why, Sent(None, "did not answer in time").why) == (
        "answered 500",
        "did not answer in time",
    )


@pytest.mark.parametrize(
    ("failing_for", "sent", "why"),
    [
        (None, Sent(500), None),
        (2.9, Sent(500), None),
        (3, Sent(500), "No delivery has succeeded for 3 days; the last try answered 500."),
        (None, Sent(410), "Its receiver answered 410: it wants no more."),
    ],
)
def test_a_webhook_is_disabled_when_its_receiver_is_gone(
    failing_for: float | None, sent: Sent, why: str | None
) -> None:
    since = None if failing_for is None else START - failing_for * DAY
    webhook = Webhook(1, 1, "https://example.com", (), START, b"", b"", failing_since=since)
    assert why_disabled(webhook, sent, START) == why
    assert webhook.record == "webhook:1"
