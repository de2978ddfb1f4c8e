"""Windows of a ledger's source: each moment is read, some again, none is promised before it has been told."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cambist.core.ledger import Asked, Page
from cambist.exchanges.guard import Unusable
from cambist.exchanges.windows import Place, Window, all_within, halved, place, told, window

NOW = datetime(2024, 6, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
SPAN = 30 * DAY


def asked(cursor: str = "", *, since: float = 100, now: datetime = NOW) -> Asked:
    return Asked(cursor, NOW - since * DAY, now)


def days(read: Window) -> tuple[float, float]:
    """Where a window begins and ends, in days before now."""
    now_ms = NOW.timestamp() * 1000
    return (now_ms - read.start) / 86_400_000, (now_ms - read.end) / 86_400_000


def sync(cursor: str = "", now: datetime = NOW, **more: timedelta) -> tuple[list[tuple[float, float]], Page]:
    """The windows of a sync, each told in one page, and the last page."""
    read = []
    while True:
        question = asked(cursor, now=now)
        one = window(question, SPAN, **more)
        read.append(days(one))
        page = told(one, question, ())
        cursor = page.cursor
        if not page.more:
            return read, page


def test_a_first_sync_goes_from_its_beginning_to_now_in_windows_as_long_as_allowed() -> None:
    windows, page = sync()
    assert windows == [(100, 70), (70, 40), (40, 10), (10, 0)]
    assert (page.until, page.known_from, page.more) == (NOW, NOW - 100 * DAY, False)


def test_a_later_sync_reads_a_part_again_but_windows_within_a_sync_do_not_overlap() -> None:
    windows, first = sync(again=2 * DAY)
    assert windows == [(100, 70), (70, 40), (40, 10), (10, 0)]
    windows, second = sync(first.cursor, NOW + DAY, again=2 * DAY)
    assert windows == [(2, -1)]
    assert (second.until, second.known_from) == (NOW + DAY, NOW - 100 * DAY)


def test_nothing_is_read_again_from_before_the_first_window() -> None:
    question = asked(since=1)
    first = told(window(question, SPAN), question, ())
    assert days(window(asked(first.cursor), SPAN, again=5 * DAY)) == (1, 0)


def test_what_the_exchange_does_not_tell_any_more_is_no_gap_until_a_sync_comes_too_late() -> None:
    windows, first = sync(reach=60 * DAY)
    assert windows == [(60, 30), (30, 0)]
    assert first.known_from == NOW - 60 * DAY
    windows, second = sync(first.cursor, NOW + 50 * DAY, reach=60 * DAY, again=20 * DAY)
    assert windows == [(10, -20), (-20, -50)]
    assert second.known_from == NOW - 60 * DAY
    windows, third = sync(second.cursor, NOW + 150 * DAY, reach=60 * DAY)
    assert windows == [(-90, -120), (-120, -150)]
    assert third.known_from == NOW + 90 * DAY


def test_a_page_in_a_window_is_gone_on_with_unless_the_exchange_has_forgotten_it() -> None:
    question = asked()
    read = window(question, SPAN, 60 * DAY)
    page = told(read, question, (), "7")
    assert (page.more, page.until) == (True, NOW - 60 * DAY)
    on = window(asked(page.cursor), SPAN, 60 * DAY)
    assert (on.at, on.start, on.end) == ("7", read.start, read.end)
    much_later = window(asked(page.cursor, now=NOW + 10 * DAY), SPAN, 60 * DAY)
    assert (much_later.at, days(much_later), much_later.known_from) == ("", (50, 20), much_later.start)


def test_what_was_told_stays_told_while_a_part_is_read_again() -> None:
    _, first = sync()
    question = asked(first.cursor, now=NOW + DAY)
    page = told(window(question, SPAN, again=5 * DAY), question, (), "2")
    assert (page.until, page.more) == (NOW, True)


def test_a_sync_that_goes_on_while_time_passes_comes_to_an_end() -> None:
    question = asked()
    first = told(window(question, 200 * DAY), question, (), "2")
    later = asked(first.cursor, now=NOW + DAY)
    last = told(window(later, 200 * DAY), later, ())
    assert (last.more, last.until) == (False, NOW)
    rest = asked(last.cursor, now=NOW + DAY)
    assert days(window(rest, 200 * DAY)) == (0, -1)


def test_nothing_is_asked_of_the_future_and_an_empty_window_is_known_as_one() -> None:
    assert window(asked(since=-1), SPAN).is_empty
    _, page = sync()
    assert window(asked(page.cursor), SPAN).is_empty


@given(st.sets(st.integers(0, 999), max_size=120), st.integers(1, 20))
def test_windows_that_hold_too_much_are_halved_until_every_row_is_told_once(
    rows: set[int], most: int
) -> None:
    now = NOW
    question = Asked("", now - timedelta(milliseconds=1_000), now)
    first = window(question, SPAN)
    found: list[int] = []
    cursor = ""
    for _ in range(5_000):
        question = Asked(cursor, question.since, now)
        read = window(question, SPAN)
        held = [row for row in rows if read.start <= first.start + row < read.end]
        page = halved(read, question, "1") if len(held) > most else told(read, question, ())
        found += [] if len(held) > most else held
        cursor = page.cursor
        if not page.more:
            break
    assert sorted(found) == sorted(rows)
    assert page.until == now


def test_a_millisecond_cannot_be_halved() -> None:
    read = Window(0, 5, 6)
    with pytest.raises(Unusable, match="one millisecond"):
        halved(read, asked(), "1")


def test_a_page_that_leads_to_itself_is_refused_but_half_of_a_window_may_begin_where_the_whole_did() -> None:
    read = Window(0, 0, 10, "7")
    with pytest.raises(Unusable, match="leads to itself"):
        told(read, asked(), (), "7")
    half = window(asked(halved(read, asked(), "7").cursor), SPAN)
    assert (half.end, half.at) == (5, "7")


def test_of_several_things_each_is_read_page_by_page_and_one_that_is_no_more_from_the_first_again() -> None:
    names = ("a b", "c")
    read = Window(0, 0, 10)
    first = place(read, names)
    assert first == Place("a b")
    later = place(Window(0, 0, 10, str(Place("c", "2", "row 9"))), names)
    assert later == Place("c", "2", "row 9")
    assert (first.following(names), later.following(names)) == (str(Place("c")), "")
    for gone in (str(Place("d", "2")), "c 2"):
        assert place(Window(0, 0, 10, gone), names) == first


def test_rows_may_be_of_a_border_beyond_the_window_and_of_no_other_time() -> None:
    read, border = Window(0, 5_000, 9_000), timedelta(seconds=1)
    all_within((4_001, 9_999), read, border)
    for at in (4_000, 10_000):
        with pytest.raises(Unusable, match="another time"):
            all_within((at,), read, border)
