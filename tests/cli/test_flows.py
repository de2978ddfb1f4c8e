"""flows: import what an exchange tells no more, export, list, and not a digit lost on the way."""

import pytest

from tests.cli.terminals import Terminal
from tests.ledgers import a_ledger_that_tests_write

HEADER = "date,kind,asset,amount,usd,btc,tx,id\n"
ROWS = (
    "2020-02-29T00:00:00.000Z,deposit,BTC,0.5,4300.25,0.5,0xaa,first",
    "2021-01-01T12:00:00.123Z,withdrawal,SHIB,-1." + "3" * 99 + "1,-0.1,-0.000001,,second",
    "2021-01-01T12:00:00.123Z,reward,ETH,123456789012345678901234567890.5,,,,third",
)


def test_flows_are_imported_once_exported_digit_for_digit_and_listed(terminal: Terminal) -> None:
    account = str(terminal.add())
    file = terminal.folder / "flows.csv"
    file.write_text(HEADER + "".join(f"{row}\n" for row in ROWS))
    for _ in range(2):
        assert terminal.here("flows", "import", account, file, "--json").json == {"kept": 3, "left_out": 0}
    exported = terminal.here("flows", "export", account).out
    lines = exported.splitlines()
    assert [HEADER.strip(), *ROWS[:2]] == lines[:3]
    assert lines[3].startswith(ROWS[2].removesuffix(",,,,third"))
    assert len(lines) == 4

    file.write_text(exported)
    assert terminal.here("flows", "import", account, file, "--json").json == {"kept": 3, "left_out": 0}
    assert terminal.here("flows", "export", account).out == exported

    listed = terminal.here("flows", "list", account, "--to", "2020-12-31", "--json").json
    assert [(each["kind"], each["amount"], each["usd"]) for each in listed["entries"]] == [
        ("deposit", "0.5", "4300.25")
    ]
    shown = terminal.here("flows", "list", account).out
    assert "3 entries." in shown
    assert "deposit" in shown


def test_a_sync_reads_what_the_exchange_tells_and_says_since_when_flows_are_known(terminal: Terminal) -> None:
    account = str(terminal.add())
    assert "Flows are unknown" in terminal.here("flows", "list", account).out
    assert terminal.here("flows", "sync", account, "--json").json == {"entries": 0, "refused": {}}
    assert "Flows are known since" in terminal.here("flows", "list", account).out


def test_what_is_known_in_part_is_said_instead_of_that_flows_are_unknown(terminal: Terminal) -> None:
    account = str(terminal.add())
    with a_ledger_that_tests_write(leaves_out=True):
        assert "0 entries. Flows are unknown." in terminal.here("flows", "list", account).out
        assert terminal.here("flows", "sync", account).code == 0
        for command in (("flows", "list"), ("profit",)):
            told = terminal.here(*command, account).out
            assert "Deposits and withdrawals are known since " in told
            assert told.endswith(" UTC; what else changed is not told.\n")
        assert terminal.here("flows", "list", account, "--json").json["known_from"] is None


def test_rows_without_ids_are_told_apart_by_what_they_say_and_how_often(terminal: Terminal) -> None:
    account = str(terminal.add())
    file = terminal.folder / "flows.csv"
    same = "1582934400,deposit,BTC,0.5\n"
    file.write_text(
        "date,kind,asset,amount\n" + same + "1582934400,deposit,BTC,0.50\n" + "1582934401" + same[10:]
    )
    for _ in range(2):
        assert terminal.here("flows", "import", account, file, "--json").json["kept"] == 3
    assert len(terminal.here("flows", "list", account, "--json").json["entries"]) == 3


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("date,kind,asset\n", "needs a first line that names the columns: date,kind,asset,amount"),
        ("date,kind,asset,amount,fee\n", "needs a first line that names the columns"),
        ("date,kind,asset,amount\n2020-13-01,deposit,BTC,1\n", "line 2: '2020-13-01' is neither"),
        ("date,kind,asset,amount\n2020-01-01,gift,BTC,1\n", "line 2: 'gift' is no kind"),
        ("date,kind,asset,amount\n2020-01-01,coverage,BTC,1\n", "line 2: 'coverage' is no kind"),
        ("date,kind,asset,amount\n2020-01-01,deposit,BTC,1e3000\n", "line 2: '1e3000' is not a decimal"),
        ("date,kind,asset,amount\n2020-01-01,deposit,BTC,-1\n", "line 2: the amount of a deposit is above 0"),
        ("date,kind,asset,amount\n2020-01-01,withdrawal,BTC,1\n", "the amount of a withdrawal is below 0"),
        ("date,kind,asset,amount\n2020-01-01,reward,BTC,0\n", "line 2: the amount of a reward is not 0"),
        ("date,kind,asset,amount\n\n2020-01-01,reward,,1\n", "line 3: asset is missing"),
        ("date,kind,asset,amount,usd,btc\n2020-01-01,reward,BTC,1,1,\n", "usd and btc are told together"),
        ("date,kind,asset,amount\n2020-01-01,reward,BTC,1,2\n", "more columns than the first line names"),
    ],
)
def test_a_file_with_one_bad_line_is_refused_whole(
    refusing: tuple[Terminal, str], text: str, wrong: str
) -> None:
    terminal, account = refusing
    file = terminal.folder / "flows.csv"
    file.write_text(text)
    done = terminal.here("flows", "import", account, file)
    assert done.code == 1
    assert wrong in done.err
    assert terminal.here("flows", "list", account, "--json").json["entries"] == []


@pytest.fixture(scope="module")
def refusing(tmp_path_factory: pytest.TempPathFactory, exchange: str) -> tuple[Terminal, str]:
    """One installation with an account for all files that are refused."""
    made = Terminal(tmp_path_factory.mktemp("flows"), exchange)
    assert made.here("init").code == 0
    return made, str(made.add())
