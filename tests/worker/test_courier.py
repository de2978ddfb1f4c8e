"""Events are delivered to webhooks: signed, at least once, tried again, by one process at a time."""

import asyncio
import base64
import hmac
import re
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from cambist.actions.add_user import add_user
from cambist.core.terms import Permission
from cambist.core.webhooks import MOST_TRIES
from cambist.wiring import running
from cambist.worker.courier import MOST_OF_A_WEBHOOK, Courier
from tests.api.test_errors import assert_error
from tests.worker.receivers import Receiver, receiver
from tests.worker.test_refresher import until
from tests.worlds import World, world

pytestmark = pytest.mark.asyncio
WEBHOOKS = "/cambist/v1/webhooks"
PAGE = (Path(__file__).parents[2] / "docs" / "events.md").read_text()
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@dataclass(slots=True)
class Post:
    """A world with an account and a webhook; the courier looks when it is told to."""

    world: World
    receiver: Receiver
    courier: Courier
    account_id: int
    webhook_id: int
    secret: str

    async def load(self) -> None:
        self.world.clock.step(timedelta(seconds=2))
        assert (await self.world.load(self.account_id)).status == 201

    async def looks(self, after: timedelta = timedelta()) -> int:
        """One look of the courier, to the end of its tries; how many came of it."""
        before = len(self.receiver.received)
        self.world.clock.step(after)
        await self.courier.look()
        await self.courier.settle(10)
        return len(self.receiver.received) - before

    async def told(self) -> dict[str, Any]:
        (told,) = (await self.world.call("GET", WEBHOOKS)).json
        return dict(told)

    async def asked(self, verb: str) -> Any:
        answer = await self.world.call("POST", f"{WEBHOOKS}/{self.webhook_id}/{verb}")
        assert answer.status == 201, answer.raw
        return answer.json


@asynccontextmanager
async def post(folder: Path, **given: Any) -> AsyncIterator[Post]:
    async with receiver() as there, world(folder, webhook_urls=(there.url,)) as made:
        account_id = await made.connected()
        added = await made.call("POST", WEBHOOKS, {"url": there.url, **given})
        assert added.status == 201, added.raw
        told = added.json
        courier = Courier(made.cambist.outside, lambda: 0.5)
        yield Post(made, there, courier, account_id, told["webhook"]["id"], told["secret"])


async def test_an_event_is_delivered_once_signed_and_as_the_stream_tells_it(tmp_path: Path) -> None:
    async with post(tmp_path) as made:
        await made.load()
        assert (await made.looks(), await made.looks(MINUTE)) == (1, 0)
        (received,) = made.receiver.received
        assert received.is_signed_with(made.secret)
        assert not received.is_signed_with("whsec_" + "A" * 44)
        assert received.headers["Content-Type"] == "application/json"
        listed = (await made.world.call("GET", "/cambist/v1/events/list")).json["events"]
        assert received.json == listed[-1]
        assert received.id == f"evt_1_2_{int(made.world.clock.now().timestamp() * 1000) - 60_000}"
        assert (await made.told())["waiting"] == 0


async def test_the_page_on_events_verifies_what_is_delivered(tmp_path: Path) -> None:
    recipe = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)[1]
    async with post(tmp_path) as made:
        await made.load()
        await made.looks()
        (received,) = made.receiver.received
        sent_at = int(received.headers["webhook-timestamp"])
        told = []
        for late, body in ((0, received.body), (301, received.body), (0, received.body + b" ")):
            clock = SimpleNamespace(time=lambda late=late: sent_at + late)
            names: dict[str, Any] = {"base64": base64, "hmac": hmac, "time": clock}
            exec(recipe, names)
            told.append(names["is_ours"](made.secret, received.headers, body))
        assert told == [True, False, False]


async def test_a_failure_is_tried_again_under_the_same_name_until_it_succeeds(tmp_path: Path) -> None:
    async with post(tmp_path) as made:
        made.receiver.answers = [500, 302, 404, 200]
        await made.load()
        assert await made.looks() == 1
        waits = [timedelta(seconds=5), timedelta(seconds=30), timedelta(seconds=150)]
        for wait in waits:  # half of the longest, as drawn
            assert await made.looks(wait - timedelta(seconds=1)) == 0
            told = await made.told()
            assert (told["waiting"], told["failing_since"] is None) == (1, False)
            assert await made.looks(timedelta(seconds=1)) == 1
        assert await made.looks(DAY) == 0
        assert len({each.id for each in made.receiver.received}) == 1
        assert len({each.headers["webhook-timestamp"] for each in made.receiver.received}) == 4
        assert all(each.is_signed_with(made.secret) for each in made.receiver.received)
        told = await made.told()
        assert (told["waiting"], told["failing_since"], told["disabled_at"]) == (0, None, None)


async def test_tries_are_bounded_and_a_receivers_wish_to_wait_is_heard(tmp_path: Path) -> None:
    async with post(tmp_path) as made:
        made.receiver.answers, made.receiver.headers = [503], {"Retry-After": "1200"}
        await made.load()
        assert [await made.looks(), await made.looks(19 * MINUTE), await made.looks(MINUTE)] == [1, 0, 1]
        tries = [await made.looks(timedelta(hours=7)) for _ in range(MOST_TRIES)]
        assert sum(tries) == MOST_TRIES - 2
        assert (await made.told())["waiting"] == 0


async def test_a_receiver_that_is_gone_ends_its_webhook_and_a_test_brings_it_back(tmp_path: Path) -> None:
    async with post(tmp_path) as made:
        made.receiver.answers = [410]
        await made.load()
        assert await made.looks() == 1
        told = await made.told()
        assert told["disabled_why"] == "Its receiver answered 410: it wants no more."
        await made.load()
        assert await made.looks(DAY) == 0
        events = (await made.world.call("GET", "/cambist/v1/events/list?kinds=webhook.disabled")).json[
            "events"
        ]
        assert [each["data"]["webhook_id"] for each in events] == [made.webhook_id]
        assert await made.asked("test") == {"delivered": False, "status": 410, "why": "answered 410"}
        made.receiver.answers = [200]
        assert await made.asked("test") == {"delivered": True, "status": 200, "why": None}
        assert made.receiver.received[-1].json["type"] == "webhook.test"
        assert made.receiver.received[-1].is_signed_with(made.secret)
        assert (await made.told())["disabled_why"] is None
        await made.load()
        assert await made.looks() == 1  # and nothing of what was told meanwhile
        audited = [entry.event.value for entry in await made.world.audited()]
        assert [each for each in audited if each.startswith("webhook")] == [
            *("webhook added", "webhook disabled", "webhook enabled"),
        ]


async def test_days_of_failure_disable_a_webhook(tmp_path: Path) -> None:
    async with post(tmp_path) as made:
        made.receiver.answers = [500]
        for after in (timedelta(), 2 * DAY, DAY):
            await made.load()
            await made.looks(after)
        assert "No delivery has succeeded for 3 days" in (await made.told())["disabled_why"]


async def test_two_processes_never_make_the_same_try_at_once(tmp_path: Path) -> None:
    async with post(tmp_path) as made, running(made.world.cambist.settings, made.world.clock) as other:
        made.receiver.answering.clear()
        second = Courier(other.outside, lambda: 0.5)
        for _ in range(5):
            await made.load()
        await asyncio.gather(made.courier.look(), second.look())
        await until(lambda: len(made.receiver.received) == 2 * MOST_OF_A_WEBHOOK)
        for courier in (made.courier, second):
            await courier.look()  # no room: each process has as many under way as it may
        assert made.receiver.most_at_once == 2 * MOST_OF_A_WEBHOOK
        made.receiver.answering.set()
        await asyncio.gather(made.courier.settle(10), second.settle(10))
        assert [await made.looks(), await made.looks(DAY)] == [1, 0]
        assert len({each.id for each in made.receiver.received}) == len(made.receiver.received) == 5


async def test_a_try_that_was_cut_short_is_made_again_when_its_claim_has_lapsed(tmp_path: Path) -> None:
    async with post(tmp_path) as made:
        made.receiver.answering.clear()
        await made.load()
        await made.courier.look()
        await until(lambda: len(made.receiver.received) == 1)
        await made.courier.settle(0)  # as a server that stops
        made.receiver.answering.set()
        assert [await made.looks(59 * timedelta(seconds=1)), await made.looks(timedelta(seconds=1))] == [0, 1]
        assert made.receiver.received[0].id == made.receiver.received[1].id


async def test_the_server_delivers_of_its_own_accord_only_what_is_wanted(tmp_path: Path) -> None:
    async with post(tmp_path, kinds="account.key_ok,account.loaded") as made:
        await made.world.connect(api_key="no such key")
        async with made.world.cambist.delivering():
            await made.load()
            await until(lambda: len(made.receiver.received) == 1)
    assert made.receiver.received[0].json["type"] == "account.loaded"


async def test_a_rotated_secret_signs_with_the_one_before_for_a_day(tmp_path: Path) -> None:
    async with post(tmp_path) as made:
        second = (await made.asked("rotate"))["secret"]
        assert second != made.secret
        for after, both in ((timedelta(), True), (DAY, False)):
            await made.load()
            await made.looks(after)
            received = made.receiver.received[-1]
            assert (received.is_signed_with(second), received.is_signed_with(made.secret)) == (True, both)


async def test_secrets_are_sealed_and_resealed_and_stand_in_no_row_or_log(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with post(tmp_path) as made:
        second = (await made.asked("rotate"))["secret"]
        made.receiver.answers = [500, 200]
        await made.load()
        await made.looks()
        await made.world.cambist.rotate_master_key("test", lambda *_: None)
        await made.looks(timedelta(seconds=5))
        assert all(made.receiver.received[-1].is_signed_with(each) for each in (made.secret, second))
        with closing(sqlite3.connect(made.world.cambist.settings.database)) as file:
            rows = "".join(file.iterdump())
        told = rows + repr(await made.world.audited()) + capsys.readouterr().out
        listed = (await made.world.call("GET", WEBHOOKS)).raw.decode()
        for secret in (made.secret, second):
            for form in (secret, secret.removeprefix("whsec_")):
                assert form not in told
                assert form not in listed
        assert "/hook" not in repr(await made.world.audited())  # an address may be as good as a password


async def test_nothing_is_sent_where_it_may_not_be(world: World) -> None:
    refused = (
        *("http://example.com/hook", "https://127.0.0.1/hook", "https://10.0.0.1/", "https://[::1]/x"),
        *("https://example.com:8443/x", "https://user@example.com/x", "https://0x7f.1/", "ftp://example.com"),
        *("", "https://", "no url", "https://exa mple.com", "https://example.com/" + "x" * 1_000),
    )
    for url in refused:
        answer = await world.call("POST", WEBHOOKS, {"url": url})
        assert (answer.status, [*answer.json.get("error_attributes", ())]) == (400, ["url"]), url
    added = await world.call("POST", WEBHOOKS, {"url": "https://nowhere.invalid/hook"})
    tried = await world.call("POST", f"{WEBHOOKS}/{added.json['webhook']['id']}/test")
    assert (tried.json["delivered"], tried.json["status"]) == (False, None)
    assert "could not be reached" in tried.json["why"]


async def test_webhooks_and_thresholds_are_ones_own_bounded_and_go_when_they_are_to(world: World) -> None:
    theirs = await world.new_key(user=await add_user(world.cambist.outside, "someone else", "test"))
    reading = await world.new_key(Permission.ACCOUNTS_READ)
    hook = {"url": "https://example.com/hook"}
    ids = [(await world.call("POST", WEBHOOKS, hook)).json["webhook"]["id"] for _ in range(10)]
    assert (await world.call("POST", WEBHOOKS, hook)).status == 400
    assert_error(await world.call("POST", WEBHOOKS, hook, key=reading), 403, "access_denied")
    rule = {"measure": "usd", "side": "above", "value": "100.5"}
    threshold = (await world.call("POST", "/cambist/v1/thresholds", rule)).json
    assert (threshold["value"], threshold["account_id"]) == ("100.5", None)
    mine = [("POST", f"{WEBHOOKS}/{ids[0]}/{verb}") for verb in ("rotate", "test")]
    mine += [("DELETE", f"{WEBHOOKS}/{ids[0]}"), ("DELETE", f"/cambist/v1/thresholds/{threshold['id']}")]
    for method, path in mine:
        assert_error(await world.call(method, path, key=theirs), 404, "not_found")
    for path in (WEBHOOKS, "/cambist/v1/thresholds"):
        assert (await world.call("GET", path, key=theirs)).json == []
    for method, path in mine[-2:]:
        assert (await world.call(method, path)).json is True
        assert_error(await world.call(method, path), 404, "not_found")
    assert [each["id"] for each in (await world.call("GET", WEBHOOKS)).json] == ids[1:]
    assert (await world.call("GET", "/cambist/v1/thresholds")).json == []
    revoked = world.cambist.outside.revocation.everything
    await revoked(None, False, "test", world.clock.now())
    kept = await world.cambist.outside.webhooks.listed((await world.owner()).id)
    assert {each.disabled_why for each in kept} == {"Disabled when everything was revoked."}
