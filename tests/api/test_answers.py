"""What the exchange answered to loads, told for as long as it is kept: to the byte, but without secrets."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from sqlite3 import connect
from typing import Any

import pytest
import pytest_asyncio

from cambist.actions.facts import MOST_HEARD_BYTES, Caller
from cambist.actions.load_balances import LoadBalances
from cambist.core.audit import Event
from cambist.core.errors import AnswersNotKept, ExchangeUnavailable, NoPrices, NotFound
from cambist.core.prices import PriceList
from cambist.core.receipts import RawAnswer
from cambist.core.terms import Call, Market
from cambist.exchanges import tries
from cambist.store.documents import encode_answers
from tests.api.test_errors import assert_error
from tests.api.test_summary import SECOND_KEY
from tests.exchanges.scenarios import SCENARIOS
from tests.worlds import EXCHANGE_KEY, EXCHANGE_SECRET, Answer, World, scenario, world

pytestmark = pytest.mark.asyncio

KEEP_S = 3_600
ACCOUNT = "/api/v3/account"
PASSPHRASE = 'pass/phrase "of" the test'
GONE = (
    "What the exchange answered to this load is not kept, or not any more: "
    "CAMBIST_KEEP_ANSWERS_S says for how long it is."
)


@pytest_asyncio.fixture(name="keeping")
async def _keeping(tmp_path: Path) -> AsyncIterator[World]:
    async with world(tmp_path, keep_answers_s=KEEP_S) as made:
        yield made


async def asked(made: World, account_id: int, load_id: str) -> Answer:
    return await made.call("GET", f"/cambist/v1/accounts/{account_id}/receipts/{load_id}/answers")


async def answers(made: World, account_id: int, load_id: str) -> Any:
    answer = await asked(made, account_id, load_id)
    assert answer.status == 200, answer.raw
    return answer.json


async def loaded(made: World, account_id: int) -> str:
    """The load's id."""
    answer = await made.load(account_id)
    assert answer.status == 201, answer.raw
    return str(answer.headers["X-Cambist-Receipt"])


async def failed(made: World, account_id: int) -> str:
    """The id of a load that is to fail, as the audit log tells it."""
    answer = await made.load(account_id)
    assert answer.status >= 400, answer.raw
    return await last_load(made)


async def last_load(made: World) -> str:
    return [entry.about for entry in await made.audited() if entry.event is Event.KEYS_USED][-1]


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tries, "_FIRST_PAUSE_S", 0.001)


def assert_not_kept(answer: Answer) -> None:
    assert (answer.status, answer.json["error"]) == (404, "not_found")
    assert answer.json["error_description"] == GONE


async def test_the_answers_are_those_whose_sums_the_receipt_tells_in_the_order_of_its_calls(
    tmp_path: Path,
) -> None:
    async with world(tmp_path, SCENARIOS["binance"], keep_answers_s=KEEP_S) as made:
        account_id = await made.connected(type="binance")
        refusal = {"kind": "error", "status": 401, "code": -2015, "msg": "Invalid API-key, IP, or …"}
        made.patch("binance", faults=[{"path": "/sapi/v1/simple-earn/flexible/position", **refusal}])
        load_id = await loaded(made, account_id)
        path = f"/cambist/v1/accounts/{account_id}/receipts/{load_id}"
        receipt = (await made.call("GET", path)).json
        told = await answers(made, account_id, load_id)
    assert receipt["verdict"] == "partial"
    assert [gone["wallet"] for gone in receipt["missing"]] == ["earn_flexible"]
    assert len(told["answers"]) == len(receipt["calls"]) == 5  # the refusal is said twice
    for answer, call in zip(told["answers"], receipt["calls"], strict=True):
        assert {name: answer[name] for name in ("method", "path", "status", "sha256")} == {
            name: call[name] for name in ("method", "path", "status", "sha256")
        }
        assert sha256(answer["body"].encode()).hexdigest() == call["sha256"]
        assert (len(answer["body"].encode()), answer["redacted"]) == (call["bytes"], False)
    refused = [json.loads(answer["body"]) for answer in told["answers"] if answer["status"] == 401]
    assert refused == [{"code": -2015, "msg": "Invalid API-key, IP, or …"}] * 2
    assert (told["load_id"], told["account_id"], told["failure"]) == (load_id, account_id, None)
    assert (told["at"], told["kept_until"]) == ("2023-06-19T16:50:59.303Z", "2023-06-19T17:50:59.303Z")


async def test_the_first_load_of_an_account_and_that_of_new_keys_are_kept_too(keeping: World) -> None:
    account_id = await keeping.connected()
    owner = await keeping.owner()
    of = keeping.cambist.outside.accounts
    seen = set()
    for _ in range(2):
        load_id = (await of.get(owner.id, account_id)).load_id
        told = (await answers(keeping, account_id, load_id))["answers"]
        assert json.loads(told[-1]["body"])["balances"][0]["free"] == "0.5"
        seen.add(load_id)
        new_keys = {"account_id": account_id, "api_key": EXCHANGE_KEY, "secret": EXCHANGE_SECRET}
        assert (await keeping.call("POST", "/accounts/update", new_keys)).status == 201
    assert len(seen) == 2


async def test_a_load_that_the_exchange_fails_is_kept_with_what_it_said(keeping: World) -> None:
    account_id = await keeping.connected()
    keeping.patch(faults=[{"path": ACCOUNT, "kind": "status", "status": 503, "body": "<p>é down for today"}])
    load_id = await failed(keeping, account_id)
    told = await answers(keeping, account_id, load_id)
    assert told["failure"] == "The exchange is not available: HTTP 503"
    assert [(each["status"], each["body"]) for each in told["answers"]] == [(503, "<p>é down for today")] * 3
    assert {each["sha256"] for each in told["answers"]} == {
        sha256("<p>é down for today".encode()).hexdigest()
    }
    receipt = await keeping.call("GET", f"/cambist/v1/accounts/{account_id}/receipts/{load_id}")
    assert_error(receipt, 404, "not_found")


async def test_a_load_that_nothing_was_answered_to_tells_so(keeping: World) -> None:
    account_id = await keeping.connected()
    keeping.patch(faults=[{"path": ACCOUNT, "kind": "reset"}])
    told = await answers(keeping, account_id, await failed(keeping, account_id))
    assert told["answers"] == []
    assert told["failure"].startswith("The exchange could not be reached")


async def test_balances_that_no_price_was_found_for_are_kept_with_the_failed_load(keeping: World) -> None:
    account_id = await keeping.connected()
    outside = keeping.cambist.outside

    class WithoutPrices:
        market = outside.exchanges.market
        read_wallets = outside.exchanges.read_wallets

        async def price_list(self, market: Market) -> PriceList:
            return PriceList("nothing", {})

    exchanges: Any = WithoutPrices()
    load = LoadBalances(replace(outside, exchanges=exchanges))
    with pytest.raises(NoPrices):
        await load(Caller((await keeping.owner()).id, "test"), account_id)
    load_id = await last_load(keeping)
    told = await answers(keeping, account_id, load_id)
    assert told["failure"].startswith("No BTC price was found")
    assert json.loads(told["answers"][0]["body"])["uid"] == 1001


async def test_an_empty_account_that_was_not_is_kept_with_both_its_answers(keeping: World) -> None:
    account_id = await keeping.connected()
    keeping.patch(wallets={"spot": {}})
    told = await answers(keeping, account_id, await loaded(keeping, account_id))
    assert [json.loads(each["body"])["balances"] for each in told["answers"]] == [[], []]


@pytest.mark.parametrize(
    "written",
    [
        f"{EXCHANGE_SECRET} of {EXCHANGE_KEY} and {PASSPHRASE}",
        json.dumps([EXCHANGE_SECRET, EXCHANGE_KEY, PASSPHRASE]),
        "pass%2Fphrase%20%22of%22%20the%20test exchange%2Dsecret%2dof%2dthe%2dtest",
        "pass%2Fphrase+%22of%22+the+test exchange\\u002dkey-of-the-test",
        'pass\\/phrase \\"of\\" the test &#101;xchange-key-of-the-test',
    ],
)
async def test_secrets_that_the_exchange_says_back_are_not_kept(keeping: World, written: str) -> None:
    account_id = await keeping.connected(passphrase=PASSPHRASE)
    body = f'{{"code":-3003,"msg":"é","uid":1001,"said":{written}}}'
    keeping.patch(faults=[{"path": ACCOUNT, "kind": "status", "status": 400, "body": body}])
    load_id = await failed(keeping, account_id)
    answer = await asked(keeping, account_id, load_id)
    told = answer.json["answers"][-1]
    assert (told["redacted"], told["status"]) == (True, 400)
    assert told["sha256"] == sha256(body.encode()).hexdigest() != sha256(told["body"].encode()).hexdigest()
    assert told["body"].startswith('{"code":-3003,"msg":"é","uid":1001,"said":')
    left = set(told["body"].partition('"said":')[2]) - set('… ofand[]",}')
    assert left == set()


async def test_what_is_no_text_is_replaced_and_the_sum_is_that_of_the_bytes(keeping: World) -> None:
    account_id = await keeping.connected()
    load_id = await loaded(keeping, account_id)
    call = Call("GET", ACCOUNT, 200, 3, 1, sha256=sha256(b"\xff\x00<").hexdigest())
    with connect(keeping.cambist.settings.database) as database:
        document = encode_answers([RawAnswer(call, False, b"\xff\x00<")])
        database.execute("UPDATE answers SET document = ? WHERE load_id = ?", (document, load_id))
    (told,) = (await answers(keeping, account_id, load_id))["answers"]
    assert (told["body"], told["sha256"], told["redacted"]) == ("\ufffd\x00<", call.sha256, False)


async def test_answers_are_told_until_their_time_is_over(keeping: World) -> None:
    account_id = await keeping.connected()
    load_id = await loaded(keeping, account_id)
    keeping.clock.step(timedelta(seconds=KEEP_S) - timedelta(milliseconds=1))
    assert (await asked(keeping, account_id, load_id)).status == 200
    keeping.clock.step(timedelta(milliseconds=1))
    answer = await asked(keeping, account_id, load_id)
    assert_not_kept(answer)
    receipt = await keeping.call("GET", f"/cambist/v1/accounts/{account_id}/receipts/{load_id}")
    assert receipt.status == 200


async def test_without_the_setting_nothing_is_kept_and_that_is_told(world: World) -> None:
    account_id = await world.connected()
    load_id = await loaded(world, account_id)
    world.patch(faults=[{"path": ACCOUNT, "kind": "status", "status": 400, "body": "{}"}])
    world.clock.step(timedelta(seconds=2))
    for each in (load_id, await failed(world, account_id)):
        assert_not_kept(await asked(world, account_id, each))
        with pytest.raises(AnswersNotKept):
            await world.cambist.outside.answers.of_load((await world.owner()).id, each, world.clock.now())


async def test_answers_are_found_with_their_own_account_only_and_go_with_it(tmp_path: Path) -> None:
    keys = [scenario()["keys"][0], {**SECOND_KEY, "uid": "1002"}]
    async with world(tmp_path, scenario(keys=keys), keep_answers_s=KEEP_S) as made:
        first = await made.connected()
        second = await made.connected(name="Second", **SECOND_KEY)
        load_id = await loaded(made, first)
        assert (await asked(made, first, load_id)).status == 200
        for account_id, each in ((second, load_id), (first, "none"), (first, "%00")):
            assert_error(await asked(made, account_id, each), 404, "not_found")
        assert (await made.call("POST", f"/accounts/{first}/remove")).status == 201
        assert_error(await asked(made, first, load_id), 404, "not_found")


async def test_keys_that_are_refused_leave_no_answers(keeping: World) -> None:
    assert (await keeping.connect(secret="another-secret")).status == 422
    refused = [entry for entry in await keeping.audited() if entry.event is Event.KEYS_REFUSED][-1]
    with pytest.raises(NotFound):
        await keeping.cambist.outside.answers.of_load(
            (await keeping.owner()).id, refused.about, keeping.clock.now()
        )


async def test_of_answers_beyond_4_mib_only_the_calls_are_kept(keeping: World) -> None:
    account_id = await keeping.connected()
    large = "x" * (MOST_HEARD_BYTES * 2 // 5)
    keeping.patch(faults=[{"path": ACCOUNT, "kind": "status", "status": 503, "body": large}])
    with pytest.raises(ExchangeUnavailable):
        await keeping.cambist.load_balances(await keeping.me(), account_id)
    load_id = await last_load(keeping)
    told = await answers(keeping, account_id, load_id)
    assert [each["body"] for each in told["answers"]] == [large, large, None]
    assert {each["sha256"] for each in told["answers"]} == {sha256(large.encode()).hexdigest()}
