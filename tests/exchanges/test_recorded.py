"""Answers that exchanges once gave, replayed over a socket: `cambist probe` tells each to the digit."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from cambist.core.errors import LoadFailed
from cambist.core.terms import Balance, Credentials, Secret
from cambist.exchanges.catalogue import market_of
from cambist.exchanges.gateway import Gateway
from cambist.exchanges.tries import WaitsAlone
from cambist.simulator.replay import Recording, Replay, read_recording
from cambist.wiring import WallClock
from tests.exchanges.bent import OpenGate, is_amount, parsed, places, with_leaf
from tests.exchanges.replayed import outcome, replayed

RECORDED = Path(__file__).parents[3] / "shared" / "fixtures" / "fetch_balance"
OUT_OF_FORM = ("1e20000000", "NaN", "1" * 41, "0x1", "1_000")
MOST_LEAVES = 4
# Where one answer tells several wallets: the one that a case is of which names none as its `type`.
TOLD_TOGETHER = {"bitfinex": "exchange"}
# A wallet's private key, where the exchange has its requests signed with one.
SECRET = Secret("c0ffee" * 10 + "c0ff")

# What ccxt's default call drops of an answer; here it is a wallet of its own (test_coinbase).
LEFT_OUT = {"vault"}

pytestmark = pytest.mark.skipif(
    not RECORDED.exists(), reason="the recorded answers are no part of the repository"
)


def cases(*, by_default: bool) -> dict[str, tuple[str, int, dict[str, Any]]]:
    """The answers of a default call, or of others: {name: (ccxt id, which of its cases, the case)}."""
    found = {}
    for file in sorted(RECORDED.glob("*.json")):
        recorded = json.loads(file.read_bytes())
        for number, case in enumerate(recorded["cases"], 1):
            if bool(case["params"] or case["options"]) is not by_default:
                found[f"{recorded['exchange']} {number}"] = (recorded["exchange"], number, case)
    return found


CASES = cases(by_default=True)
# Of a call with parameters or options of ccxt's: of another wallet, or another version.
OTHERS = cases(by_default=False)


def keys_of(case: dict[str, Any]) -> Credentials:
    key = case.get("config", {}).get("apiKey", "key-of-the-test")
    return Credentials(key, SECRET, Secret("a passphrase"), "1001")


async def told(ccxt_id: str, case: dict[str, Any], recording: Recording) -> tuple[Balance, ...] | LoadFailed:
    """The balances that a probe reads, of the wallets that this answer is of."""
    async with Replay(ccxt_id, recording) as replay:
        gateway = Gateway(WallClock().now, WaitsAlone({}), 5, replay.exchange_urls, "last")
        try:
            found = await gateway.probe(market_of(ccxt_id), keys_of(case))
        except LoadFailed as failure:
            return failure
        finally:
            await gateway.close()
    one = TOLD_TOGETHER.get(ccxt_id)
    of_the_call = [
        wallet for wallet in found.answered if wallet.wallet not in LEFT_OUT and one in (None, wallet.wallet)
    ]
    return tuple(balance for wallet in of_the_call for balance in wallet.balances)


def figures(balances: tuple[Balance, ...], by: str) -> dict[str, dict[str, Decimal]]:
    return {
        getattr(each, by): {"free": each.free, "used": each.locked, "total": each.total + each.borrowed}
        for each in balances
        if each.free or each.locked or each.total
    }


@pytest.mark.asyncio
@pytest.mark.parametrize("name", CASES)
async def test_a_recorded_answer_comes_out_to_the_digit(name: str) -> None:
    ccxt_id, number, case = CASES[name]
    file = (RECORDED / f"{ccxt_id}.json").read_bytes()
    balances = await told(ccxt_id, case, read_recording(file, number))
    assert not isinstance(balances, LoadFailed), balances
    expected = {
        code: {part: Decimal(text) for part, text in parts.items() if text is not None}
        for code, parts in case["expected"].items()
        if any(Decimal(text) for text in parts.values() if text is not None)
    }
    by_code, by_asset = figures(balances, "code"), figures(balances, "asset")
    assert len(expected) == len(by_code)
    for code, parts in expected.items():
        ours = by_code.get(code) or by_asset[code]
        assert {part: ours[part] for part in parts} == parts, code


@pytest.mark.asyncio
@pytest.mark.parametrize("name", OTHERS)
async def test_a_recorded_answer_of_another_wallet_comes_through_the_session_to_the_digit(name: str) -> None:
    ccxt_id, number, case = OTHERS[name]
    file = (RECORDED / f"{ccxt_id}.json").read_bytes()
    async with (
        replayed(ccxt_id, read_recording(file, number)) as (_, exchange),
        exchange.pool.borrow(keys_of(case)) as client,
    ):
        client.gate, client.deadline = OpenGate(), 0
        client.options.update(case["options"])
        fetched = await client.fetch_balance(case["params"])
    compared = 0
    for code, parts in case["expected"].items():
        for part, text in parts.items():
            if text is not None:
                assert isinstance(fetched[code][part], str)
                assert Decimal(fetched[code][part]) == Decimal(text), f"{code} {part}"
                compared += 1
    assert compared


@pytest.mark.asyncio
async def test_a_number_out_of_form_in_a_recorded_answer_is_a_named_failure_or_is_not_read() -> None:
    refused = set()
    for ccxt_id, number, case in CASES.values():
        recording = read_recording((RECORDED / f"{ccxt_id}.json").read_bytes(), number)
        async with replayed(ccxt_id, recording) as (replay, exchange):
            true = await outcome(exchange, keys_of(case))
            amounts = [place for place, value in places(parsed(recording.answer)) if is_amount(value)]
            for place in amounts[:: max(1, len(amounts) // MOST_LEAVES)]:
                for bad in OUT_OF_FORM:
                    replay.recording = Recording(with_leaf(recording.answer, place, bad), recording.routes)
                    read = await outcome(exchange, keys_of(case))
                    refused |= {ccxt_id} if isinstance(read, LoadFailed) else set()
                    assert isinstance(read, LoadFailed) or read == true, f"{ccxt_id} {place} {bad}"
    assert refused == {ccxt_id for ccxt_id, *_ in CASES.values()}
