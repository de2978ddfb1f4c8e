"""init, settings, serve, demo, simulate: what makes and runs an installation."""

import json
import re
import sqlite3
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from itertools import takewhile
from pathlib import Path
from typing import IO
from urllib.error import HTTPError
from urllib.parse import urlencode

import pytest

from tests.cli.terminals import Terminal, fetch, line_with
from tests.worlds import API, GOLDEN, Key


def test_init_makes_everything_and_run_again_changes_nothing(bare: Terminal) -> None:
    first = bare.run("init")
    assert (first.code, first.err) == (0, "")
    assert first.out.startswith("Made: master key, database, owner.\n")
    for place in (bare.data, bare.data / "cambist.sqlite3", bare.key_file):
        assert str(place) in first.out
    assert bare.key_file.stat().st_mode & 0o777 == 0o400
    assert bare.data.stat().st_mode & 0o077 == 0
    key = bare.key_file.read_bytes()
    again = bare.run("init", "--json")
    places = again.json
    token = places.pop("first_run_token")
    assert re.fullmatch(r"[0-9a-f]{64}", token)
    assert token not in first.out
    assert places == {
        "data_dir": str(bare.data),
        "database": str(bare.data / "cambist.sqlite3"),
        "master_key": f"the file {bare.key_file}",
        "master_key_file": str(bare.key_file),
    }
    assert (again.code, bare.key_file.read_bytes()) == (0, key)
    assert [user["name"] for user in bare.here("users", "list", "--json").json] == ["owner"]


def test_a_master_key_inside_the_data_folder_is_refused_and_not_made(bare: Terminal) -> None:
    inside = bare.data / "keys" / "master.key"
    refusal = bare.here("init", CAMBIST_MASTER_KEY_FILE=str(inside)).refusal
    assert "would lie in the data folder" in refusal
    assert "CAMBIST_MASTER_KEY_FILE" in refusal
    assert not bare.data.exists()


def test_data_without_their_key_are_refused_and_no_new_key_is_made(terminal: Terminal) -> None:
    kept = terminal.key_file.rename(terminal.folder / "elsewhere")
    for words in (["init"], ["users", "list"], ["serve", "--port", "0"]):
        refusal = (terminal.run if words == ["init"] else terminal.here)(*words).refusal
        assert refusal == (
            f"There is no master key at {terminal.key_file}: bring it back from where it is kept "
            "(CAMBIST_MASTER_KEY_FILE names another place), or run 'cambist init' for a new installation."
        )
        assert not terminal.key_file.exists()
    assert terminal.here("users", "list", CAMBIST_MASTER_KEY_FILE=str(kept)).code == 0


def test_another_key_than_the_one_of_the_data_is_refused(terminal: Terminal) -> None:
    other = Terminal(terminal.folder / "other")
    other.folder.mkdir()
    assert other.here("init").code == 0
    refusal = terminal.here("users", "list", CAMBIST_MASTER_KEY_FILE=str(other.key_file)).refusal
    assert refusal.startswith("The master key is not the one that this database was written under")
    other.key_file.chmod(0o444)
    refusal = terminal.here("users", "list", CAMBIST_MASTER_KEY_FILE=str(other.key_file)).refusal
    assert (
        refusal
        == f"The master key at {other.key_file} can be read by others: run 'chmod 400 {other.key_file}'."
    )


def test_without_an_installation_a_command_says_how_to_make_one(bare: Terminal) -> None:
    refusal = bare.run("accounts", "list", "--json")
    assert refusal.refusal == f"There is no database in {bare.data}: run 'cambist init' first."
    assert refusal.json == {"error": "SetupError", "error_description": refusal.refusal}
    assert not bare.data.exists()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PRICE", "average"),
        ("EXCHANGE_TIMEOUT_S", "soon"),
        ("EXCHANGE_TIMEOUT_S", "0"),
        ("STABLECOINS", "moon"),
        ("EXCHANGE_URLS", "http://127.0.0.1"),
        ("EXCHANGE_URLS", '{"binanceus": 1}'),
        ("MASK_API_KEYS", "perhaps"),
        ("DISPLAY_CURRENCY", "DOGE"),
        ("LOG_LEVEL", "loud"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(bare: Terminal, name: str, value: str) -> None:
    refusal = bare.here("settings", **{f"CAMBIST_{name}": value}).refusal
    assert name in refusal.upper()


def test_settings_come_from_a_file_and_the_environment_goes_first(bare: Terminal) -> None:
    file = bare.folder / "cambist.toml"
    file.write_text('price = "mid"\ndisplay_currency = "EUR"\nexchange_timeout_s = 3\n')
    shown = bare.run(
        "settings", "--json", CAMBIST_SETTINGS_FILE=str(file), CAMBIST_DISPLAY_CURRENCY="CHF"
    ).json
    assert (shown["price"], shown["display_currency"], shown["exchange_timeout_s"]) == ("mid", "CHF", 3)
    assert shown["data_dir"] == str(bare.data)
    file.write_text('prise = "mid"\n')
    assert "prise" in bare.here("settings", CAMBIST_SETTINGS_FILE=str(file)).refusal
    file.write_text("price = \n")
    assert "is not TOML" in bare.here("settings", CAMBIST_SETTINGS_FILE=str(file)).refusal
    assert "cannot be read" in bare.here("settings", CAMBIST_SETTINGS_FILE=str(file) + ".none").refusal


@pytest.mark.parametrize(
    "words",
    [
        ["no-such-command"],
        ["load"],
        ["load", "1", "--all"],
        ["load", "one"],
        ["serve", "--port", "70000"],
        ["keys", "create", "--permission", "EVERYTHING"],
        ["accounts", "add", "binance_us"],
    ],
)
def test_wrong_usage_ends_with_2(bare: Terminal, words: list[str]) -> None:
    ran = (bare.run if words == ["load"] else bare.here)(*words)
    assert (ran.code, ran.out) == (2, "")
    assert "Usage:" in ran.err


def test_serve_answers_until_it_is_told_to_end(terminal: Terminal) -> None:
    made = terminal.here("keys", "create", "--json").json
    signature = Key(made["api_key"], made["secret"]).sign(f"{API}/validate")
    with terminal.staying("serve", "--port", "0") as process:
        said = line_with(process.stderr, "Cambist serves")
        found = re.search(r"http://127\.0\.0\.1:\d+", said)
        assert found is not None
        assert line_with(process.stderr, "Open") == f"Open {found[0]}/ in a browser.\n"
        assert fetch("GET", f"{found[0]}{API}/ping") == {"pong": "pong"}
        headers = {"Apikey": made["api_key"], "Signature": signature}
        assert fetch("GET", f"{found[0]}{API}/validate", headers=headers) == {"valid": True}
        port = found[0].rpartition(":")[2]
        taken = terminal.here("serve", "--port", port)
        assert taken.refusal.startswith(f"The server cannot listen on 127.0.0.1:{port}: ")


def test_the_demo_prints_the_account_alone_and_leaves_nothing_behind(bare: Terminal, tmp_path: Path) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    ran = bare.run("demo", "--once", "--json", TMPDIR=str(temporary))
    assert (ran.code, ran.err) == (0, "")
    golden = json.loads((GOLDEN / "load_balances_201.json").read_text())
    assert list(ran.json) == list(golden)
    assert len(ran.json) == 61
    assert float(ran.json["usd_amount"]) > 0
    assert list(temporary.iterdir()) == []
    assert not bare.data.exists()


def test_the_demo_tells_what_it_does_and_shows_a_call_to_repeat(bare: Terminal) -> None:
    ran = bare.run("demo", "--once")
    assert (ran.code, ran.err) == (0, "")
    for part in (
        "curl -X POST http://127.0.0.1:",
        "/docs",
        "-H 'Apikey: ",
        "verdict complete",
        '"usd_amount": "',
    ):
        assert part in ran.out


def test_the_demo_stays_up_with_pages_that_have_something_to_show(bare: Terminal, tmp_path: Path) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    with bare.staying("demo", TMPDIR=str(temporary)) as process:
        account = json.loads("{" + "".join(_lines_between(process.stdout, "{\n", "}\n")) + "}")
        url = line_with(process.stdout, "open  ").split()[-1]
        password = line_with(process.stdout, "sign in").split()[-1]
        line_with(process.stdout, "stays up")
        [database] = temporary.glob("*/data/cambist.sqlite3")
        with closing(sqlite3.connect(database)) as kept:
            accounts = kept.execute("SELECT name, key_state, complete FROM accounts ORDER BY id").fetchall()
            days = kept.execute(
                "SELECT COUNT(DISTINCT at / 86400000) FROM snapshots GROUP BY account_id"
            ).fetchall()
        page = _signed_in(url, password)
    assert account["name"] == "My Binance US"
    assert accounts == [
        ("My Binance US", "ok", 1),
        ("Binance, all wallets", "ok", 0),
        ("Kraken, long term", "invalid", 1),
    ]
    assert all(count >= 365 for (count,) in days)
    assert len(days) == 3
    assert all(name in page for name, *_ in accounts)
    assert list(temporary.iterdir()) == []


def _lines_between(stream: IO[str] | None, first: str, last: str) -> Iterator[str]:
    line_with(stream, first)
    assert stream is not None
    yield from takewhile(lambda line: line != last, stream)


def _signed_in(url: str, password: str) -> str:
    """The overview as the owner's browser gets it. The cookie is for TLS, or for a machine's own loopback."""
    fields = urlencode({"name": "owner", "password": password}).encode()
    asked = urllib.request.Request(f"{url}sign-in", data=fields, headers={"Origin": url.rstrip("/")})

    class Staying(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *_: object) -> None:
            return None

    with pytest.raises(HTTPError) as told:
        urllib.request.build_opener(Staying).open(asked, timeout=20)
    assert told.value.code == 303
    cookie = told.value.headers["Set-Cookie"].partition(";")[0]
    told.value.close()
    again = urllib.request.Request(url, headers={"Cookie": cookie})
    with urllib.request.urlopen(again, timeout=20) as answer:
        return str(answer.read().decode())


def test_the_simulator_prints_its_url_and_plays_a_scenario_until_it_is_told_to_end(bare: Terminal) -> None:
    with bare.staying("simulate", "binance_us", "--port", "0", "--assets", "2") as process:
        assert line_with(process.stdout, "api key").startswith("binance_us: api key ")
        line = line_with(process.stdout, "CAMBIST_EXCHANGE_URLS")
        found = re.fullmatch(r"export CAMBIST_EXCHANGE_URLS='(.*)'\n", line)
        assert found is not None
        urls = json.loads(found[1])
        assert list(urls) == ["binanceus"]
        assert fetch("GET", urls["binanceus"] + "/api/v3/ping") == {}
    assert process.returncode == 0
    file = bare.folder / "scenario.json"
    file.write_text('{"exchange": "binance_us"')
    assert str(file) in bare.here("simulate", "--port", "0", "--scenario", file).refusal
    bare.here("simulate", "no_such_exchange", "--port", "0").refusal.index("no_such_exchange")


def test_the_command_knows_its_version(bare: Terminal) -> None:
    assert re.fullmatch(r"\d+\.\d+\.\d+\n", bare.run("version").out)
