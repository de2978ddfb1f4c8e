"""Drawings as numbers: paths, ticks, boxes whose areas are the values'."""

import re
from decimal import Decimal

import pytest

from cambist.web.drawing import line, squarified, ticks


@pytest.mark.parametrize(
    ("points", "bounds", "path"),
    [
        ([], None, ""),
        ([(0, 0), (5, 10), (10, 5)], (0, 10, 0, 10), "M0 50L50 0L100 25"),
        ([(3, 7)], (0, 10, 0, 10), "M0 15L100 15"),
        ([(3, 7)], None, "M0 25L100 25"),
        ([(0, 7), (1, 7)], None, "M0 25L100 25"),
        ([(0, -5), (1, 5)], (0, 1, -5, 5), "M0 50L100 0"),
    ],
)
def test_a_line_fills_its_box_from_left_to_right_the_highest_on_top(
    points: list[tuple[float, float]], bounds: tuple[float, float, float, float] | None, path: str
) -> None:
    assert line(points, 100, 50, bounds) == path


def test_without_bounds_a_line_leaves_room_above_and_below() -> None:
    numbers = [float(each) for each in re.findall(r"[\d.]+", line([(0, 1), (1, 2)], 96, 28))]
    assert numbers == pytest.approx([0, 26.5, 96, 1.5], abs=0.06)


@pytest.mark.parametrize(
    ("low", "high", "most", "expected"),
    [
        ("0", "10", 5, ["0", "2", "4", "6", "8", "10"]),
        ("1733445.8", "2496039.5", 5, ["1800000", "2000000", "2200000", "2400000"]),
        ("0.1171", "0.1312", 5, ["0.120", "0.125", "0.130"]),
        ("-30", "20", 4, ["-20", "0", "20"]),
        ("5", "5", 5, ["5"]),
    ],
)
def test_ticks_are_round_and_within_the_span(low: str, high: str, most: int, expected: list[str]) -> None:
    found = ticks(Decimal(low), Decimal(high), most)
    assert found == [Decimal(each) for each in expected]


def test_the_squarified_example_of_the_paper() -> None:
    boxes = squarified([6, 6, 4, 3, 2, 2, 1], 6, 4)
    assert boxes[0] == pytest.approx((0, 0, 3, 2))
    assert boxes[1] == pytest.approx((0, 2, 3, 2))
    assert boxes[2] == pytest.approx((3, 0, 12 / 7, 7 / 3))
    assert boxes[3] == pytest.approx((3 + 12 / 7, 0, 9 / 7, 7 / 3))


@pytest.mark.parametrize("values", [[1.0], [9.0] * 25, [2.0**-n for n in range(24)], [1e12, 1, 1e-6]])
def test_boxes_have_the_values_areas_and_fill_the_space_without_overlap(values: list[float]) -> None:
    boxes = squarified(values, 800, 425)
    for value, box in zip(values, boxes, strict=True):
        assert box.width * box.height == pytest.approx(800 * 425 * value / sum(values), rel=1e-6)
        assert -1e-6 <= box.x <= box.x + box.width <= 800 + 1e-6
        assert -1e-6 <= box.y <= box.y + box.height <= 425 + 1e-6
    for number, one in enumerate(boxes):
        for other in boxes[:number]:
            across = min(one.x + one.width, other.x + other.width) - max(one.x, other.x)
            down = min(one.y + one.height, other.y + other.height) - max(one.y, other.y)
            assert min(across, down) < 1e-6


def test_nothing_has_no_boxes() -> None:
    assert squarified([], 800, 425) == []
