"""probe: what keys open, nothing kept. doctor: what is not in order is named."""

import asyncio
import json
import socket
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from cambist.cli import doctor
from cambist.cli.probe import patiently
from cambist.outward.session import Session
from tests.cli.plays import played
from tests.cli.terminals import Terminal, simulated
from tests.worlds import EXCHANGE_KEY, EXCHANGE_SECRET, install

PROBE = ("probe", "binance_us", "--api-key", EXCHANGE_KEY)
SECRET = {"CAMBIST_SECRET": EXCHANGE_SECRET}
MADE_NOT_NULL = """
    PRAGMA writable_schema = ON;
    UPDATE sqlite_master SET sql = replace(sql, 'customer_id TEXT', 'customer_id TEXT NOT NULL')
    WHERE name = 'accounts'
"""


@pytest.fixture(name="exchange")
def _exchange() -> Iterator[str]:
    """An exchange of each test's own: the weight that other tests have used does not count here."""
    with simulated() as url:
        yield url


def _key(name: str, *permissions: str, ips: tuple[str, ...] = ()) -> dict[str, Any]:
    return {"api_key": f"key-{name}", "secret": "a-secret", "permissions": ["read", *permissions], "ips": ips}


def _checks(ran: Any) -> dict[str, tuple[bool | None, str]]:
    return {each["check"]: (each["ok"], each["detail"]) for each in ran.json}


def _write(terminal: Terminal, statement: str) -> None:
    with closing(sqlite3.connect(terminal.data / "cambist.sqlite3")) as opened:
        opened.executescript(statement)


def test_keys_are_tried_without_an_installation_and_nothing_is_kept(tmp_path: Path, exchange: str) -> None:
    bare = Terminal(tmp_path, exchange)
    ran = bare.run(*PROBE, "--json", **SECRET)
    assert ran.code == 0, ran.err
    # On a busy machine it says that it waits, and nothing else.
    assert all(line.startswith("Waiting for ") for line in ran.err.splitlines())
    told = ran.json
    assert list(told) == ["market_code", "wallets", "missing", "permissions", "clock_offset_ms", "calls"]
    nothing = {"borrowed": "0", "interest": "0"}
    assert told["wallets"] == [
        {
            "wallet": "spot",
            "balances": [
                {"asset": "BTC", "code": "BTC", "free": "0.5", "locked": "0", **nothing, "total": "0.5"},
                {"asset": "USDT", "code": "USDT", "free": "100", "locked": "0", **nothing, "total": "100"},
            ],
        }
    ]
    assert (told["market_code"], told["missing"]) == ("binance_us", [])
    assert told["permissions"] == {
        "read": True,
        "trade": "unknown",
        "withdraw": "unknown",
        "ip_bound": "unknown",
    }
    assert abs(told["clock_offset_ms"]) < 1_000
    assert [{**call, "ms": 0} for call in told["calls"]] == [
        {"method": "GET", "path": "/api/v3/account", "status": 200, "ms": 0, "weight": 20},
        {"method": "GET", "path": "/api/v3/time", "status": 200, "ms": 0, "weight": 1},
    ]
    assert not bare.data.exists()
    assert not bare.key_file.exists()


def test_who_waits_is_told_for_which_call_and_the_calls_that_end_are_not_named(exchange: str) -> None:
    told: list[str] = []

    async def work() -> None:
        ended = asyncio.Event()

        def tell(sentence: str) -> None:
            told.append(sentence)
            if "/api/v3/account" in sentence:
                ended.set()

        async def slow() -> Any:
            session = Session(10, [exchange])
            under_way.append(session.under_way)
            try:
                await session.send("GET", f"{exchange}/binanceus/api/v3/time", {}, None)
                assert session.under_way == []
                session.under_way.append("GET /api/v3/account at an exchange")
                await ended.wait()
                return "the result"
            finally:
                await session.close()

        under_way: list[list[str]] = []
        result: Any = await patiently(slow(), lambda: under_way[0], tell, patience_s=0.05)
        assert result == "the result"

    asyncio.run(work())
    assert told[-1].startswith("Waiting for GET /api/v3/account at an exchange (")
    assert told[-1].endswith(" s so far; Ctrl-C ends it).")


def test_digits_are_written_plainly_and_codes_folded(tmp_path: Path) -> None:
    held = {
        "SHIB": {"free": "0.00000001", "locked": "2000"},
        "LDETH": {"free": "123456789012.345678901234567890"},
    }
    with played(
        tmp_path,
        exchange="binance",
        wallets={"spot": {**held, "BTC": {"free": "0", "locked": "0"}}},
        keys=[
            _key("reading"),
            _key("trading", "trade"),
            _key("withdrawing", "withdraw", ips=("127.0.0.0/8",)),
        ],
        faults=[{"kind": "clock_skew", "skew_ms": 60_000, "path": "/api/v3/time"}],
        prices={},
    ) as urls:
        bare = Terminal(tmp_path)
        found = {
            name: bare.here(
                *("probe", "binance", "--json", "--api-key", f"key-{name}"),
                CAMBIST_SECRET="a-secret",
                CAMBIST_EXCHANGE_URLS=urls,
            ).json
            for name in ("reading", "trading", "withdrawing")
        }
        shown = bare.here(
            *("probe", "binance", "--api-key", "key-withdrawing"),
            CAMBIST_SECRET="a-secret",
            CAMBIST_EXCHANGE_URLS=urls,
            COLUMNS="20",
        )
    rows = {row["code"]: row for row in found["reading"]["wallets"][0]["balances"]}
    assert set(rows) == {"SHIB", "LDETH"}
    assert (rows["LDETH"]["asset"], rows["LDETH"]["total"]) == ("ETH", "123456789012.345678901234567890")
    assert (rows["SHIB"]["free"], rows["SHIB"]["locked"]) == ("0.00000001", "2000")
    assert rows["SHIB"]["total"] == "2000.00000001"
    assert {name: told["permissions"] for name, told in found.items()} == {
        "reading": {"read": True, "trade": False, "withdraw": False, "ip_bound": False},
        "trading": {"read": True, "trade": True, "withdraw": False, "ip_bound": False},
        "withdrawing": {"read": True, "trade": False, "withdraw": True, "ip_bound": True},
    }
    assert abs(found["reading"]["clock_offset_ms"] - 60_000) < 1_000
    calls = [(call["path"], call["weight"]) for call in found["reading"]["calls"]]
    assert (calls[0], calls[-1]) == (("/api/v3/account", 20), ("/api/v3/time", 1))
    assert sorted(calls[1:-1]) == [  # wallets are asked side by side
        ("/sapi/v1/account/apiRestrictions", 1),
        ("/sapi/v1/asset/get-funding-asset", 1),
        ("/sapi/v1/simple-earn/flexible/position", 150),
        ("/sapi/v1/simple-earn/locked/position", 150),
    ]
    assert "Permissions: read yes, trade no, withdraw yes, ip bound yes\n" in shown.out
    assert "ETH (as LDETH)" in shown.out
    assert "123456789012.345678901234567890" in shown.out
    assert shown.out.count("weight") == 6


@pytest.mark.parametrize(
    "down", [{"kind": "status", "status": 404}, {"kind": "status", "status": 200, "body": "[]"}]
)
def test_what_an_exchange_does_not_tell_is_unknown(tmp_path: Path, down: dict[str, Any]) -> None:
    with played(
        tmp_path,
        exchange="binance",
        keys=[_key("one")],
        faults=[{**down, "path": "/sapi/*"}, {**down, "path": "/api/v3/time"}],
    ) as urls:
        told = Terminal(tmp_path).here(
            *("probe", "binance", "--json", "--api-key", "key-one"),
            CAMBIST_SECRET="a-secret",
            CAMBIST_EXCHANGE_URLS=urls,
        )
    assert told.json["permissions"] == dict.fromkeys(("trade", "withdraw", "ip_bound"), "unknown") | {
        "read": True
    }
    assert told.json["clock_offset_ms"] is None
    assert {call["status"] for call in told.json["calls"]} == {200, down["status"]}


def test_keys_that_are_rejected_end_with_one_sentence(tmp_path: Path, exchange: str) -> None:
    bare = Terminal(tmp_path, exchange)
    file = tmp_path / "secret"
    file.write_text("not the secret\n")
    rejected = bare.run(*PROBE, "--secret-file", file, "--json")
    assert rejected.refusal == "API keys are no longer valid or incorrect."
    assert rejected.json["error"] == "KeysRejected"
    assert (
        bare.here("probe", "moon", "--api-key", "a-key", **SECRET).refusal == "There is no exchange 'moon'."
    )
    assert bare.here("probe", "binance_us", "--api-key", "né_key", **SECRET).refusal == "api_key is invalid"
    assert bare.here("probe", "okx", "--api-key", "key", **SECRET).refusal == "passphrase is missing"
    assert bare.here(*PROBE).refusal.startswith("A secret is needed: --secret-file")
    assert bare.here(*PROBE, CAMBIST_SECRET="").refusal == "secret is too short (minimum is 5 characters)"
    assert not bare.data.exists()


def test_doctor_says_that_nothing_is_installed(bare: Terminal) -> None:
    ran = bare.run("doctor", "--json")
    assert (ran.code, ran.err) == (0, "")
    assert {name: ok for name, (ok, _) in _checks(ran).items()} == {
        "database": None,
        "master_key": None,
        "clock": None,
        "exchanges": None,
        "disk": True,
    }
    assert "nothing is installed here" in _checks(ran)["database"][1]
    assert not bare.data.exists()
    assert "nothing is installed here" in bare.here("doctor").out


def test_doctor_finds_all_in_order_and_asks_an_exchange_once_accounts_use_it(terminal: Terminal) -> None:
    empty = terminal.here("doctor", "--json")
    assert (empty.code, _checks(empty)["exchanges"]) == (
        0,
        (None, "no account is connected: no exchange to ask"),
    )
    terminal.add()
    ran = terminal.run("doctor", "--json")
    assert (ran.code, ran.err) == (0, "")
    assert {ok for ok, _ in _checks(ran).values()} == {True}
    assert _checks(ran)["exchanges"][1].startswith("binanceus answers in ")
    assert _checks(ran)["clock"][1].startswith("binanceus is ")


def test_doctor_names_a_key_that_is_missing_or_another_ones(terminal: Terminal) -> None:
    kept = terminal.key_file.rename(terminal.folder / "elsewhere")
    missing = terminal.run("doctor", "--json")
    assert missing.refusal == "Not in order: master_key."
    assert _checks(missing)["master_key"][1].startswith(f"There is no master key at {terminal.key_file}")
    assert terminal.here("doctor", CAMBIST_MASTER_KEY_FILE=str(kept)).code == 0
    other = Terminal(terminal.folder / "other")
    other.folder.mkdir()
    assert other.here("init").code == 0
    wrong = terminal.here("doctor", "--json", CAMBIST_MASTER_KEY_FILE=str(other.key_file))
    assert _checks(wrong)["master_key"][0] is False
    assert "is not the one that this database was written under" in _checks(wrong)["master_key"][1]
    (other.data / "cambist.sqlite3").unlink()
    lost = other.here("doctor", "--json")
    assert lost.refusal == "Not in order: database."
    assert "there is a master key but no database" in _checks(lost)["database"][1]


def test_doctor_names_a_database_that_is_damaged_or_of_another_schema(terminal: Terminal) -> None:
    terminal.add()
    _write(terminal, "UPDATE alembic_version SET version_num = '0000'")
    old = terminal.here("doctor", "--json")
    assert old.refusal == "Not in order: database."
    assert "has schema 0000; this program's is " in _checks(old)["database"][1]
    _write(terminal, MADE_NOT_NULL)
    assert (
        "is damaged: NULL value in accounts.customer_id"
        in _checks(terminal.here("doctor", "--json"))["database"][1]
    )

    file = terminal.data / "cambist.sqlite3"
    with closing(sqlite3.connect(file)) as opened:
        opened.execute("PRAGMA journal_mode = DELETE")
        (root,) = opened.execute("SELECT rootpage FROM sqlite_master WHERE name = 'snapshots'").fetchone()
        (size,) = opened.execute("PRAGMA page_size").fetchone()
    with file.open("r+b") as raw:
        raw.seek((root - 1) * size)
        raw.write(b"\xff" * size)
    damaged = terminal.here("doctor", "--json")
    assert damaged.refusal == "Not in order: database."
    assert "database disk image is malformed" in _checks(damaged)["database"][1]
    file.write_bytes(b"no database at all" * 100)
    nonsense = terminal.here("doctor", "--json")
    assert "file is not a database" in _checks(nonsense)["database"][1]
    assert _checks(nonsense)["master_key"][0] is None
    file.write_bytes(b"")
    assert "no such table" in _checks(terminal.here("doctor", "--json"))["database"][1]


def test_doctor_names_an_exchange_that_does_not_answer(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal.add()
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        nowhere = json.dumps({"binanceus": f"http://127.0.0.1:{deaf.getsockname()[1]}"})
        gone = terminal.here("doctor", "--json", CAMBIST_EXCHANGE_URLS=nowhere)
        assert gone.refusal == "Not in order: exchanges."
        assert _checks(gone)["exchanges"][1].startswith("binanceus: The exchange could not be reached")
        assert _checks(gone)["clock"] == (None, "no exchange told its time")
        deaf.listen()
        monkeypatch.setattr(doctor, "LIMIT_S", 0.5)
        silent = terminal.here("doctor", "--json", CAMBIST_EXCHANGE_URLS=nowhere)
    assert _checks(silent)["exchanges"] == (False, "binanceus: did not answer within 0.5 s")


@pytest.mark.asyncio
async def test_a_check_that_hangs_is_left_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    never = threading.Event()
    monkeypatch.setattr(doctor, "LIMIT_S", 0.1)

    async def hang() -> doctor.Checked:
        return await doctor._in_a_thread(lambda: doctor.Checked("disk", never.wait(), ""))

    found = await doctor._within("disk", hang)
    never.set()
    assert found == doctor.Checked("disk", False, "took longer than 0.1 s")


def test_doctor_names_a_clock_that_is_off_and_a_disk_that_is_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asyncio.run(install(tmp_path))
    terminal = Terminal(tmp_path)
    with played(tmp_path, faults=[{"kind": "clock_skew", "skew_ms": -30_000}]) as urls:
        words = ("accounts", "add", "binance_us", "--name", "Mine", "--api-key", EXCHANGE_KEY)
        assert terminal.here(*words, **SECRET, CAMBIST_EXCHANGE_URLS=urls).code == 0
        monkeypatch.setattr(doctor, "LEAST_FREE_BYTES", 1 << 62)
        ran = terminal.here("doctor", "--json", CAMBIST_EXCHANGE_URLS=urls)
        shown = terminal.here("doctor", CAMBIST_EXCHANGE_URLS=urls)
    assert ran.refusal == "Not in order: clock, disk."
    ok, detail = _checks(ran)["clock"]
    assert (ok, detail.startswith("binanceus is -")) == (False, True)
    assert "let the system keep its time" in detail
    assert _checks(ran)["exchanges"][0] is True
    assert shown.out.count("FAULT") == 2
