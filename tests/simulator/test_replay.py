"""A recording replayed: the bytes that were recorded, under all of an exchange's paths, until stopped."""

import json
from pathlib import Path

import aiohttp
import pytest

from cambist.simulator.replay import Recording, Replay, read_recording
from cambist.simulator.scenario import ScenarioError
from tests.cli.terminals import Terminal, line_with

LONG = b'{"balances": [{"asset": "BTC", "free": 0.10000000000000000000000000000000000001}]}'
CASES = (
    b'{"exchange": "x", "cases": [{"httpResponse": [1.0]},'
    b' {"httpResponse": {"a": 1e2}, "routes": [["account/mode", {"mode": "CLASSIC"}]]}]}'
)
HASHKEY = {
    "balances": [{"asset": "BTC", "assetId": "BTC", "total": "0.75", "free": "0.5", "locked": "0.25"}],
    "userId": "1001",
}


def test_a_recording_is_an_answer_as_it_came_or_one_case_of_a_file_byte_for_byte() -> None:
    assert read_recording(LONG) == Recording(LONG)
    assert read_recording(b"[1, 2.50]") == Recording(b"[1, 2.50]")
    assert read_recording(b'{"httpResponse": [2.50]}') == Recording(b"[2.50]")
    assert read_recording(CASES) == Recording(b"[1.0]")
    assert read_recording(CASES, 2) == Recording(b'{"a": 1e2}', {"account/mode": b'{"mode": "CLASSIC"}'})


@pytest.mark.parametrize(
    ("document", "case", "sentence"),
    [
        (CASES, 3, "The recording has cases 1 to 2, and no 3."),
        (b"not JSON", 1, "The recording is not valid JSON: "),
        (b'{"cases": [{}]}', 1, "The recording has not the form of one: "),
        (b'{"httpResponse": 1, "routes": 2}', 1, "The recording has not the form of one: "),
    ],
)
def test_a_file_that_is_no_recording_is_refused_in_a_sentence(
    document: bytes, case: int, sentence: str
) -> None:
    with pytest.raises(ScenarioError) as refused:
        read_recording(document, case)
    assert str(refused.value).startswith(sentence)


@pytest.mark.asyncio
async def test_routes_are_served_where_they_fit_and_the_answer_everywhere_else() -> None:
    async with Replay("kucoin", read_recording(CASES, 2)) as replay, aiohttp.ClientSession() as http:
        base = replay.exchange_urls["kucoin"]

        async def told(path: str) -> bytes:
            async with http.post(base + path, data=b"signed by nobody") as answer:
                assert answer.status == 200
                return await answer.read()

        assert await told("/api/ua/v1/account/mode?x=1") == b'{"mode": "CLASSIC"}'
        assert await told("/api/v1/accounts") == b'{"a": 1e2}'
        assert replay.paths == ["/api/ua/v1/account/mode", "/api/v1/accounts"]


def test_the_command_replays_any_exchange_and_a_probe_reads_it(tmp_path: Path) -> None:
    file = tmp_path / "recorded.json"
    file.write_text(json.dumps(HASHKEY))
    terminal = Terminal(tmp_path)
    with terminal.staying("simulate", "hashkey", "--port", "0", "--replay", str(file)) as process:
        urls = line_with(process.stdout, "CAMBIST_EXCHANGE_URLS").partition("=")[2].strip().strip("'")
        told = terminal.here(
            *("probe", "hashkey", "--api-key", "any-key", "--json"),
            CAMBIST_SECRET="any-secret",
            CAMBIST_EXCHANGE_URLS=urls,
        ).json
    (wallet,) = told["wallets"]
    (balance,) = wallet["balances"]
    assert (wallet["wallet"], told["missing"]) == ("default", [])
    assert (balance["asset"], balance["free"], balance["locked"], balance["total"]) == (
        "BTC",
        "0.5",
        "0.25",
        "0.75",
    )


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("hashkey", "kraken"), "cambist: A recording is of one exchange: name the one that it is replayed"),
        (("no_such_thing",), "cambist: There is no exchange 'no_such_thing'."),
        (("hashkey", "--case", "2"), "cambist: The file "),
    ],
)
def test_what_cannot_be_replayed_is_told_in_a_sentence(
    tmp_path: Path, arguments: tuple[str, ...], sentence: str
) -> None:
    ran = Terminal(tmp_path).here("simulate", *arguments, "--replay", str(tmp_path / "nothing.json"))
    assert ran.code == 1
    assert ran.err.startswith(sentence)
