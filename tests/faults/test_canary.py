"""A thousand canary secrets go in and none comes out: in logs, answers, /proc, or any byte of the files."""

import asyncio
import base64
import re
import secrets
import sqlite3
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
import pytest

from cambist.actions.add_user import add_user, set_password
from cambist.actions.create_api_key import create_api_key
from cambist.actions.take_stock import FRESH_FOR
from cambist.core.terms import Secret
from cambist.settings import Settings
from cambist.simulator.scenario import load_scenario
from cambist.simulator.server import Simulator
from cambist.store.dictionaries import text_of
from cambist.store.documents import decode_answers
from cambist.wiring import WallClock, running
from tests.faults.processes import Client, Serving, client, serving
from tests.worlds import Answer, Key, install, scenario, settings_in

ACCOUNTS = 250  # each with a secret and a passphrase
KEYS = 490
PEOPLE = 10
AT_ONCE = 16
WINDOW = 16
ACCOUNT = "/api/v3/account"


class Canaries:
    """Finds a piece of any secret, as it is, in capitals, as hexadecimal or as base64, in any bytes."""

    _words = re.compile(rb"[A-Za-z0-9+/_-]{%d,}" % WINDOW)

    def __init__(self, told: Iterable[str]) -> None:
        self._pieces = {piece for secret in told for form in _forms(secret) for piece in _windows(form)}

    def found_in(self, seen: bytes) -> list[bytes]:
        words = (match[0] for match in self._words.finditer(seen))
        return [piece for word in words for piece in _windows(word) if piece in self._pieces]


def _forms(secret: str) -> Iterator[bytes]:
    raw = secret.encode()
    yield from (raw, raw.upper(), raw.hex().encode(), bytes.fromhex(secret))
    for told in (raw, bytes.fromhex(secret)):
        for shift in range(3):
            yield base64.b64encode(b"\0" * shift + told)[4:-4]


def _windows(word: bytes) -> Iterator[bytes]:
    return (word[start : start + WINDOW] for start in range(len(word) - WINDOW + 1))


def canary() -> str:
    return secrets.token_hex(32)


@pytest.mark.parametrize("form", [str, str.upper, lambda text: text[20:40], lambda text: text.encode().hex()])
def test_the_scan_finds_a_secret_in_the_forms_that_it_could_leak_in(form: Any) -> None:
    secret = canary()
    scan = Canaries([canary(), secret])
    assert scan.found_in(b"\0\1 before" + form(secret).encode() + b" after\xff") != []
    assert scan.found_in(base64.b64encode(b"of " + secret.encode())) != []
    assert scan.found_in(canary().encode() * 9) == []


# Every kind of fault; those that echo are told the secrets of the account that meets them.
FAULTS: tuple[dict[str, Any], ...] = (
    {"kind": "status", "status": 503},
    {"kind": "status", "status": 401, "times": 3},
    {"kind": "error", "code": -2015, "msg": "Invalid API-key, IP, or permissions for action.", "status": 401},
    {"kind": "timeout"},
    {"kind": "slow", "delay_ms": 50, "drip": 20_000},
    {"kind": "reset"},
    {"kind": "empty"},
    {"kind": "truncated"},
    {"kind": "truncated", "cut": "connection"},
    {"kind": "html"},
    {"kind": "redirect"},
    {"kind": "gzip_bomb"},
    {"kind": "bad_number"},
    {"kind": "duplicate_asset"},
    {"kind": "duplicate_asset", "key": True},
    {"kind": "clock_skew", "skew_ms": -90_000},
    {"kind": "status", "status": 429, "retry_after_s": 1},
    {"kind": "ban", "seconds": 1},
)
EVERY_KIND = 14


def echoing(keys: list[dict[str, Any]], passphrases: dict[str, str]) -> list[dict[str, Any]]:
    """Faults that say an account's own secrets back to it, in words, or in a body that is no JSON."""
    said = []
    for number, key in enumerate(keys):
        secret = f"{key['secret']} {passphrases[key['api_key']]} https://x/?signature={key['secret']}"
        mine = {"path": ACCOUNT, "api_key": key["api_key"]}
        if number % 6 not in (2, 5):
            said.append({**mine, "kind": "error", "code": -3003, "msg": secret, "status": 400})
        else:
            status = 400 if number % 6 == 2 else 503
            said.append({**mine, "kind": "status", "status": status, "body": f"<p>{secret}"})
    return said


@pytest.mark.asyncio
async def test_of_a_thousand_secrets_none_is_in_output_answers_proc_or_files_whatever_the_exchange_does(
    tmp_path: Path,
) -> None:
    keys = [{"api_key": f"key-{n:06d}", "secret": canary(), "uid": str(n + 1)} for n in range(ACCOUNTS)]
    passphrases = {str(key["api_key"]): canary() for key in keys}
    passwords = [canary() for _ in range(PEOPLE)]
    plays = load_scenario(msgspec.json.encode(scenario(keys=keys, weight_limit=100_000_000)))
    async with Simulator([plays], now=WallClock().now) as simulator:
        settings = settings_in(
            tmp_path,
            exchange_urls=simulator.exchange_urls,
            log_level="DEBUG",
            exchange_timeout_s=0.5,
            keep_answers_s=86_400,
        )
        await install(tmp_path)
        ours = await _issue(settings, passwords)
        told = [key["secret"] for key in keys] + [*passphrases.values(), *passwords]
        told += [key.secret for key in ours]
        assert len(set(told)) == 1_000
        master_key = base64.b64decode(Path(settings.master_key_file).read_bytes())
        scan = Canaries([*told, master_key.hex()])
        assert scan.found_in(Path(settings.master_key_file).read_bytes()) != []

        async with serving(settings) as server, client(server.address, ours[0]) as asking:
            answers = [*await _connect(asking, keys, passphrases)]
            ids = [answer.json["id"] for answer in answers]
            await asyncio.sleep(FRESH_FOR.total_seconds())  # before that, loads meet no exchange and no fault
            script = [[{"path": "*", **fault}] for fault in FAULTS]
            kinds = {fault["kind"] for fault in FAULTS}
            script.append(echoing(keys, passphrases))
            for number, faults in enumerate(script):
                simulator.patch("binance_us", msgspec.json.encode({"faults": faults}))
                # Few enough of each that the exchange is not taken for dead and left alone.
                loaded = ids if faults is script[-1] else ids[2 * number : 2 * number + 2]
                answers += await _side_by_side(asking.load(account_id) for account_id in loaded)
                simulator.patch("binance_us", b'{"faults": []}')
                answers.append(await _recovered(asking, ids[-1 - number]))
                answers += await _refused_with_secrets(asking, keys[number], passphrases)
            echoed = Counter(answer.status for answer in answers[-ACCOUNTS - 8 : -8])
            assert echoed[422] >= ACCOUNTS / 2
            answers += [await _recovered(asking, ids[0]), await asking.call("GET", "/accounts")]

            assert len(kinds) == EVERY_KIND
            assert {call.fault for call in simulator.calls} >= kinds
            assert {answer.status for answer in answers} >= {200, 201, 400, 401, 422, 503, 504}
            leaks = _leaks(scan, server, settings, answers)
            await server.stop()
            leaks |= _leaks(scan, None, settings, ())
        assert b"load_balances" in server.told
        assert leaks | {"output": scan.found_in(bytes(server.told))} == {
            place: [] for place in [*leaks, "output"]
        }


async def _recovered(asking: Client, account_id: int) -> Answer:
    """The first good load, whatever time the exchange has told us to wait."""
    async with asyncio.timeout(60):
        while (answer := await asking.load(account_id)).status != 201:
            await asyncio.sleep(0.3)
    return answer


async def _issue(settings: Settings, passwords: list[str]) -> list[Key]:
    """People with passwords, and keys of ours."""
    async with running(settings) as cambist:
        owner = await cambist.outside.users.owner()
        for number, password in enumerate(passwords):
            await set_password(
                cambist.outside,
                await add_user(cambist.outside, f"person {number}", "test"),
                Secret(password),
                "test",
            )
        made = await asyncio.gather(*(create_api_key(cambist.outside, owner, "test") for _ in range(KEYS)))
    return [Key(key.api_key, "" if secret is None else secret.reveal()) for key, secret in made]


async def _side_by_side(asked: Iterable[Any]) -> list[Answer]:
    places = asyncio.Semaphore(AT_ONCE)

    async def one(asking: Any) -> Answer:
        async with places:
            answer: Answer = await asking
            return answer

    return list(await asyncio.gather(*map(one, asked)))


async def _connect(asking: Client, keys: list[dict[str, Any]], passphrases: dict[str, str]) -> list[Answer]:
    connected = await _side_by_side(
        asking.call("POST", "/accounts/new", _given(key, passphrases)) for key in keys
    )
    assert {answer.status for answer in connected} == {201}
    return connected


def _given(key: dict[str, Any], passphrases: dict[str, str], **changed: Any) -> dict[str, Any]:
    given = {"type": "binance_us", "name": f"account of {key['api_key']}", "api_key": key["api_key"]}
    return {**given, "secret": key["secret"], "passphrase": passphrases[key["api_key"]], **changed}


async def _refused_with_secrets(
    asking: Client, key: dict[str, Any], passphrases: dict[str, str]
) -> list[Answer]:
    """Requests that hold secrets and are refused, each for another reason."""
    wrong = [
        _given(key, passphrases),  # connected already
        _given(key, passphrases, api_key="another-key"),
        _given(key, passphrases, type="no_such_exchange"),
        _given(key, passphrases, name=""),
        _given(key, passphrases, secret={"nested": key["secret"]}),
        _given(key, passphrases, passphrase=[passphrases[key["api_key"]]]),
    ]
    answers = [await asking.call("POST", "/accounts/new", given) for given in wrong]
    stranger = Client(asking.address, Key(asking.key.api_key, key["secret"]), asking.http)
    answers.append(await stranger.call("POST", "/accounts/new", wrong[0]))
    assert {answer.status for answer in answers} <= {400, 401, 422, 503, 504}
    return answers


def _leaks(
    scan: Canaries, server: Serving | None, settings: Settings, answers: Iterable[Answer]
) -> dict[str, list[bytes]]:
    """{place: what was found there}."""
    places = {"answers": b"\n".join(answer.raw + str(answer.headers).encode() for answer in answers)}
    if server is not None:
        for name in ("environ", "cmdline"):
            places[f"/proc {name}"] = Path(f"/proc/{server.pid}/{name}").read_bytes()
            assert len(places[f"/proc {name}"]) > 10
    files = [file for file in Path(settings.data_dir).rglob("*") if file.is_file()]
    assert settings.database in files
    if server is not None:
        assert {file.suffix.partition("-")[2] for file in files} == {"", "wal", "shm"}
    places |= {str(file): file.read_bytes() for file in files}
    copy = Path(settings.data_dir).parent / "backup.sqlite3"
    with closing(sqlite3.connect(settings.database)) as database, closing(sqlite3.connect(copy)) as backup:
        database.backup(backup)
        backup.execute("VACUUM")
        packed = [
            text_of(document)
            for kept in (
                "SELECT document FROM receipts",
                "SELECT holdings FROM snapshots WHERE holdings IS NOT NULL",
            )
            for (document,) in database.execute(kept)
        ]
        answers_kept = database.execute("SELECT document FROM answers").fetchall()
    assert len(packed) >= 2 * ACCOUNTS
    heard = [answer for (document,) in answers_kept for answer in decode_answers(document)]
    assert len([answer for answer in heard if answer.redacted]) >= ACCOUNTS
    assert all("…".encode() in (answer.body or b"") for answer in heard if answer.redacted)
    packed += [zlib.decompress(document) for (document,) in answers_kept]
    places["backup"] = copy.read_bytes()
    assert len(places["backup"]) > 100 * ACCOUNTS
    places["documents"] = b"\n".join(packed)
    return {place: scan.found_in(seen) for place, seen in places.items()}
