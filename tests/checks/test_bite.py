"""Every bite still has something to bite into, and only a test that is red for what it asserts counts."""

from collections import Counter

import pytest
from checks.bite import SEEN, taken_out, verdict
from checks.bites import BITES, Bite
from checks.release import ROOT


@pytest.mark.parametrize("bite", BITES, ids=lambda bite: bite.protection)
def test_a_bite_takes_out_what_stands_once_and_names_tests_that_exist(bite: Bite) -> None:
    source = (ROOT / bite.file).read_text()
    bent = taken_out(source, bite)
    assert bent is not None, f"the old text stands {source.count(bite.old)} times in {bite.file}"
    assert bent != source
    assert bite.tests
    for test in bite.tests:
        file, _, function = test.partition("::")
        assert f"def {function.partition('[')[0]}(" in (ROOT / file).read_text()


def test_no_two_bites_have_one_name() -> None:
    assert [name for name, times in Counter(bite.protection for bite in BITES).items() if times > 1] == []


@pytest.mark.parametrize(
    ("code", "output", "expected"),
    [
        (0, "3 passed", "SURVIVED"),
        (1, "FAILED tests/a.py::b - AssertionError: assert 1 == 2\n", SEEN),
        (1, "FAILED tests/a.py::b - assert 1 == 2\n", SEEN),
        (1, "FAILED tests/a.py::b - Failed: DID NOT RAISE <class 'ValueError'>\n", SEEN),
        (
            1,
            "FAILED tests/a.py::b - NameError: name 'x'\n",
            "NO VERDICT (1): FAILED tests/a.py::b - NameError: name 'x'",
        ),
        (1, "ERROR tests/a.py::b - AssertionError\n", "NO VERDICT (1): ERROR tests/a.py::b - AssertionError"),
        (2, "ERROR tests/a.py - ImportError\n", "NO VERDICT (2): ERROR tests/a.py - ImportError"),
        (4, "ERROR: not found: tests/a.py::b\n", "NO VERDICT (4): ERROR: not found: tests/a.py::b"),
        (124, "the tests did not end within 180 s", "NO VERDICT (124): the tests did not end within 180 s"),
    ],
)
def test_only_an_assertion_counts_as_seen(code: int, output: str, expected: str) -> None:
    assert verdict(code, output) == expected
