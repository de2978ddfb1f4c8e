"""events and webhooks on the command line: listed, followed, added, tried, removed."""

import asyncio
import json
import os
import sys
from pathlib import Path

import pytest

from tests.cli.terminals import Terminal
from tests.worker.receivers import receiver
from tests.worlds import World, world


def test_webhooks_are_added_listed_rotated_and_removed(terminal: Terminal) -> None:
    added = terminal.here("webhooks", "add", "https://example.com/hook", "--kind", "account.loaded", "--json")
    webhook, secret = added.json["webhook"], added.json["secret"]
    assert (webhook["id"], webhook["kinds"], secret[:6]) == (1, ["account.loaded"], "whsec_")
    second = terminal.here("webhooks", "rotate", "1", "--json").json["secret"]
    listed = terminal.here("webhooks", "list", "--json")
    assert [(each["url"], each["waiting"]) for each in listed.json] == [("https://example.com/hook", 0)]
    assert secret not in listed.out
    assert second not in listed.out
    assert "https://example.com/hook" in terminal.here("webhooks", "list").out
    assert "may not be asked at" in terminal.here("webhooks", "add", "https://127.0.0.1/hook").refusal
    assert "is not one of account.loaded" in terminal.here("events", "list", "--kind", "x").refusal
    assert terminal.here("webhooks", "remove", "1").out == "Removed.\n"
    assert terminal.here("webhooks", "remove", "1").refusal == "Not Found"
    assert terminal.here("webhooks", "list", "--json").json == []
    nothing = {"events": [], "next": 0, "missed": False}
    assert terminal.here("events", "list", "--json").json == nothing


@pytest.mark.asyncio
async def test_events_are_followed_and_a_webhook_is_tried(tmp_path: Path) -> None:
    async with receiver() as there, world(tmp_path, webhook_urls=(there.url,)) as made:
        account_id = await made.connected()
        following = await command(made, "events", "follow", "--after", "0", "--json")
        assert following.stdout is not None
        first = json.loads(await asyncio.wait_for(following.stdout.readline(), 30))
        await made.load(account_id)
        second = json.loads(await asyncio.wait_for(following.stdout.readline(), 30))
        following.terminate()
        await following.wait()
        assert [each["id"] for each in (first, second)] == [1, 2]
        added = await made.call("POST", "/cambist/v1/webhooks", {"url": there.url})
        there.answers = [500]
        trying = await command(made, "webhooks", "test", str(added.json["webhook"]["id"]))
        out, _ = await trying.communicate()
        assert (trying.returncode, out.decode()) == (1, "Not delivered: its receiver answered 500.\n")


async def command(made: World, *words: str) -> asyncio.subprocess.Process:
    settings = made.cambist.settings
    given = {
        "CAMBIST_DATA_DIR": settings.data_dir,
        "CAMBIST_MASTER_KEY_FILE": settings.master_key_file,
        "CAMBIST_WEBHOOK_URLS": json.dumps(settings.webhook_urls),
    }
    return await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "cambist", *words),
        env={**os.environ, **given},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
