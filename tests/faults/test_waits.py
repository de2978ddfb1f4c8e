"""A wait that an exchange told one process of holds for every other process on the same database."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from tests.faults.grounds import Ground, ground
from tests.faults.processes import client, serving, started

WAIT_S = 6
# A sync of another process may have asked just before it was told to wait.
ON_THEIR_WAY_S = 0.3


@pytest.mark.asyncio
async def test_a_ban_of_the_server_lets_no_command_and_no_other_server_make_a_call(tmp_path: Path) -> None:
    async with (
        ground(tmp_path, 2) as here,
        serving(here.settings) as server,
        serving(here.settings) as other,
        client(server.address, here.key) as asking,
        client(other.address, here.key) as asking_other,
    ):
        here.turn_round()
        assert (await asking_other.load(here.accounts[1])).status == 201
        script(here, {"kind": "ban", "seconds": 590})
        assert (await asking.load(here.accounts[0])).status == 503
        script(here)
        await asyncio.sleep(ON_THEIR_WAY_S)
        calls = len(here.simulator.calls)

        refused = await asking_other.load(here.accounts[0])
        assert (refused.status, refused.json["error"]) == (503, "market_rate_limited")
        assert 580 <= int(refused.headers["Retry-After"]) <= 590
        code, told = await command(here, "load", str(here.accounts[0]), "--json")
        assert (code, told["error"]) == (1, "ExchangeLimiting")
        assert told["error_description"].startswith("The exchange limits our calls for 5")
        code, found = await command(here, "doctor", "--json")
        [exchanges] = [each for each in found if each["check"] == "exchanges"]
        assert (code, exchanges["ok"]) == (1, False)
        assert "limits our calls for 5" in exchanges["detail"]
        assert len(here.simulator.calls) == calls


@pytest.mark.asyncio
async def test_a_wait_that_a_command_was_told_of_holds_in_the_running_server_until_it_is_over(
    tmp_path: Path,
) -> None:
    async with (
        ground(tmp_path, 1) as here,
        serving(here.settings) as server,
        client(server.address, here.key) as asking,
    ):
        here.turn_round()
        [account_id] = here.accounts
        script(here, {"kind": "status", "status": 429, "retry_after_s": WAIT_S, "times": 1})
        code, told = await command(here, "load", str(account_id), "--json")
        assert (code, told["error"]) == (1, "ExchangeLimiting")
        await asyncio.sleep(ON_THEIR_WAY_S)
        calls = len(here.simulator.calls)

        answer = await asking.load(account_id)
        assert (answer.status, answer.json["error"]) == (503, "market_rate_limited")
        assert len(here.simulator.calls) == calls
        await asyncio.sleep(int(answer.headers["Retry-After"]))
        assert (await asking.load(account_id)).status == 201


def script(here: Ground, *faults: dict[str, Any]) -> None:
    said = [{"path": "*", **fault} for fault in faults]
    here.simulator.patch("binance_us", json.dumps({"faults": said}).encode())


async def command(here: Ground, *words: str) -> tuple[int | None, Any]:
    """(exit code, JSON) of a command in a process of its own."""
    process = await started(here.settings, words)
    out, err = await asyncio.wait_for(process.communicate(), 60)
    assert b"Traceback" not in err, err.decode()
    return process.returncode, json.loads(out)
