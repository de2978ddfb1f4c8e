"""One-minute candles of each exchange: what is asked, the close to the digit, what is refused."""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from cambist.core.errors import LoadFailed
from cambist.exchanges.failures import PLAIN
from cambist.exchanges.guard import Unusable
from cambist.exchanges.speaking import dialect_of
from tests.exchanges.answering import NO_LEDGER, Says, answering
from tests.exchanges.told_candles import CLOSE, COINBASE, EACH, MINUTE, Told
from tests.worlds import START

WITHIN = MINUTE + timedelta(seconds=59)
BY_ID = {told.ccxt_id: told for told in EACH}
each = pytest.mark.parametrize("told", EACH, ids=lambda told: told.ccxt_id)


class Answers:
    """A client that answers any call with one text. asked: the calls, by ccxt's names."""

    id = "any"
    answer = None
    errors_of_ours = PLAIN
    secrets = ()

    def __init__(self, text: str, now: datetime = START) -> None:
        self._text, self._now = text.encode(), now
        self.asked: list[str] = []

    def now(self) -> datetime:
        return self._now

    def __getattr__(self, name: str) -> Any:
        async def call(_: Any) -> bytes:
            self.asked.append(name)
            return self._text

        return call


async def read(told: Told, client: Answers) -> Decimal | None:
    candle = dialect_of(told.ccxt_id).candle
    assert candle is not None
    return await candle(client, told.symbol, MINUTE)


@each
@pytest.mark.asyncio
async def test_the_close_of_the_minute_to_the_digit_and_none_where_it_is_not_told(told: Told) -> None:
    answers = {told.asked: Says(200, told.answer()), **told.listed}
    async with answering(told.code, answers) as asked:
        assert await asked.gateway.candle(asked.market, ("ETH", "BTC"), WITHIN) == CLOSE
        assert asked.requests[1:] == [told.asked]
    assert await read(told, Answers(told.answer(told.bounds[0] - 1))) is None


@pytest.mark.asyncio
async def test_coinbase_exchange_goes_by_the_candles_of_advanced() -> None:
    answers = {COINBASE.asked: Says(200, COINBASE.answer()), **COINBASE.listed}
    async with answering("gdax", answers) as asked:
        assert await asked.gateway.candle(asked.market, ("ETH", "BTC"), WITHIN) == CLOSE


@each
@pytest.mark.asyncio
async def test_what_is_no_list_of_candles_is_refused(told: Told) -> None:
    whole = told.answer()
    doubled = replace(told, tells=told.tells.replace(told.twice, f"{told.twice}, {told.twice}", 1)).answer()
    for broken in (*NO_LEDGER, whole[:-1], told.answer("-1"), *([doubled] if told.twice else [])):
        with pytest.raises((Unusable, LoadFailed)):
            await read(told, Answers(broken))


@pytest.mark.parametrize(
    ("ccxt_id", "broken", "instead"),
    [
        ("bitstamp", "ETH/BTC", "ETH/USD"),
        ("cryptocom", '"ETH_BTC"', '"ETH_USD"'),
        ("deribit", '"close": [', '"close": [1, '),
        ("whitebit", "true", "false"),
        ("htx", '"ok"', '"error"'),
        ("kucoin", "200000", "400100"),
        ("bitget", "00000", "40034"),
    ],
)
@pytest.mark.asyncio
async def test_an_answer_of_something_else_is_refused(ccxt_id: str, broken: str, instead: str) -> None:
    told = BY_ID[ccxt_id]
    with pytest.raises((Unusable, LoadFailed)):
        await read(told, Answers(told.answer().replace(broken, instead)))


@pytest.mark.parametrize(
    ("ccxt_id", "minutes"), [("gate", 10_000), ("gemini", 2_880), ("hyperliquid", 5_000)]
)
@pytest.mark.asyncio
async def test_what_an_exchange_no_longer_tells_it_is_not_asked_for(ccxt_id: str, minutes: int) -> None:
    told = BY_ID[ccxt_id]
    kept = timedelta(minutes=minutes)
    assert await read(told, Answers(told.answer(), MINUTE + kept - timedelta(seconds=1))) == CLOSE
    unasked = Answers(told.answer(), MINUTE + kept)
    assert (await read(told, unasked), unasked.asked) == (None, [])


@pytest.mark.asyncio
async def test_bitget_is_asked_elsewhere_for_what_is_a_month_old() -> None:
    told = BY_ID["bitget"]
    month = timedelta(days=29)
    clients = [Answers(told.answer(), MINUTE + month + timedelta(seconds=late)) for late in (-1, 0)]
    assert [await read(told, client) for client in clients] == [CLOSE, CLOSE]
    assert [client.asked for client in clients] == [
        ["public_spot_get_v2_spot_market_candles"],
        ["public_spot_get_v2_spot_market_history_candles"],
    ]
