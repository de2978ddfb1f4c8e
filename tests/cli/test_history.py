"""history: import from another service, export, and not a digit lost on the way."""

import json

import pytest

from tests.cli.terminals import SECOND_KEY, SECOND_SECRET, Terminal

POINTS = (
    "2020-02-29T00:00:00.000Z,24.0,0.000828538740745395",
    "2021-01-01T12:00:00.123Z,31.887850570202622763801621747685185187550208507093,0.1",
    "2022-12-31T23:59:59.999Z,123456789012345678901234567890.5,99.0000000000000000000000000000000000000000001",
)
CSV = "date,usd,btc\n" + "".join(f"{point}\n" for point in POINTS)


def test_a_history_is_exported_digit_for_digit_and_can_be_imported_again(terminal: Terminal) -> None:
    first = str(terminal.add())
    second = str(terminal.add("Second", SECOND_KEY, SECOND_SECRET))
    file = terminal.folder / "history.csv"
    file.write_text(CSV + "2100-01-01,1,1\n")
    done = terminal.run("history", "import", first, file, "--json")
    assert (done.code, done.json) == (0, {"kept": 3, "left_out": 1})
    exported = terminal.run("history", "export", first)
    assert exported.out.splitlines()[:4] == ["date,usd,btc", *POINTS]
    assert len(exported.out.splitlines()) == 5

    file.write_text(exported.out)
    assert terminal.here("history", "import", second, file, "--json").json == {"kept": 4, "left_out": 0}
    again = terminal.here("history", "export", second)
    assert again.out.startswith(exported.out)
    assert len(again.out.splitlines()) == 6
    told = terminal.here("history", "import", first, file)
    assert "3 points are kept." in told.out
    assert "1 are left out" in told.out


def test_json_points_keep_their_digits_though_they_are_numbers(terminal: Terminal) -> None:
    account = str(terminal.add())
    file = terminal.folder / "history.json"
    file.write_text(
        '[{"date": 1582934400, "usd": 24.000000000000000000000000000000000001, "btc": 8.28538740745395e-04,'
        ' "btc_deposit_amount": 0.0},'
        ' {"date": 1609502400.5, "usd": "7.210986753244349", "btc": 1}]'
    )
    assert terminal.here("history", "import", account, file, "--json").json == {"kept": 2, "left_out": 0}
    assert terminal.here("history", "export", account).out.splitlines()[1:3] == [
        "2020-02-29T00:00:00.000Z,24.000000000000000000000000000000000001,0.000828538740745395",
        "2021-01-01T12:00:00.500Z,7.210986753244349,1.0",
    ]


@pytest.fixture(scope="module")
def accounts_terminal(tmp_path_factory: pytest.TempPathFactory, exchange: str) -> tuple[Terminal, str]:
    """One installation with an account for all files that are refused."""
    made = Terminal(tmp_path_factory.mktemp("history"), exchange)
    assert made.here("init").code == 0
    return made, str(made.add())


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("date,usd,btc\n2020-01-01,1,1\n2020-01-02,x,1\n", "line 3: 'x' is not a decimal number"),
        ("date,usd,btc\n2020-01-01,1,NaN\n", "line 2: 'NaN' is not a decimal number"),
        ("date,usd,btc\nyesterday,1,1\n", "line 2: 'yesterday' is neither an ISO 8601 time"),
        ("date,usd,btc\n2020-01-01,1\n", "line 2: '' is not a decimal number"),
        ("usd,btc\n1,1\n", "names the columns: date,usd,btc"),
        ("", "names the columns: date,usd,btc"),
        ('[{"date": 1, "usd": 1}]', "point 1: btc is missing"),
        (json.dumps([{"date": 1, "usd": 1, "btc": 1}, 7]), "needs a list of points"),
        ("[{", "is not JSON that can be read"),
    ],
)
def test_a_file_with_a_bad_line_is_refused_whole_and_the_line_named(
    accounts_terminal: tuple[Terminal, str], text: str, what: str
) -> None:
    terminal, account = accounts_terminal
    file = terminal.folder / "bad"
    file.write_text(text)
    assert what in terminal.here("history", "import", account, file).refusal
    assert len(terminal.here("history", "export", account).out.splitlines()) == 2


def test_a_file_that_is_no_text_and_an_account_that_is_not_there_are_told(terminal: Terminal) -> None:
    file = terminal.folder / "binary"
    file.write_bytes(b"\xff\xfe\x00")
    assert terminal.here("history", "import", "1", file).refusal == f"The file {file} is not UTF-8 text."
    assert "cannot be read" in terminal.here("history", "import", "1", terminal.folder / "none").refusal
    assert terminal.here("history", "export", "1").refusal == "Not Found"


def test_a_point_is_marked_and_unmarked_and_the_strike_leaves_it_out(terminal: Terminal) -> None:
    account = str(terminal.add())
    file = terminal.folder / "history.csv"
    file.write_text(CSV)
    terminal.here("history", "import", account, file)
    at = POINTS[0].partition(",")[0]
    reason = "the service that kept it was wrong [bold]"
    told = terminal.here("history", "mark", account, at, "--reason", reason)
    assert f"is marked as wrong: {reason}" in told.out
    assert at not in terminal.here("history", "export", account).out
    again = terminal.here("history", "unmark", account, at, "--json")
    assert (again.json["at"][:19], again.json["marked"]) == (at[:19], None)
    assert at in terminal.here("history", "export", account).out
    assert "counts again" in terminal.here("history", "unmark", account, at).out
    assert "has no point at" in terminal.here("history", "unmark", account, "2001-01-01").refusal
    assert terminal.here("history", "unmark", account, "yesterday").refusal == "at is not an ISO 8601 time"


def test_the_strike_is_written_as_csv_and_a_roll_up_tells_what_has_gone(terminal: Terminal) -> None:
    account = str(terminal.add())
    file = terminal.folder / "history.csv"
    file.write_text("date,usd,btc\n2020-02-29T00:00:00Z,24.5,1\n2020-02-29T12:00:00Z,26.5,1\n")
    terminal.here("history", "import", account, file)
    span = ("--from", "2020-02-29", "--to", "2020-03-01")
    assert terminal.here("history", "strike", account, *span).out.splitlines() == [
        "date,usd,btc,display,flows_usd,flows_btc,return_percent",
        "2020-02-29T00:00Z,24.5,1.0,24.5,,,",
        "2020-03-01T00:00Z,,,,,,",
    ]
    assert ",25.5," in terminal.here("history", "strike", account, "--at", "06:00", *span).out
    refused = terminal.here("history", "strike", account, "--at", "6 pm").refusal
    assert refused == "at is not a time of day, HH:MM"
    rolled = terminal.here("history", "roll-up", "--json")
    assert rolled.json == {"snapshots": 0, "holdings": 0, "receipts": 0, "digests": 0}
    assert "0 snapshots have gone" in terminal.here("history", "roll-up").out
