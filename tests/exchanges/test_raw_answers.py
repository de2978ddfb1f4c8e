"""An exchange that says back whatever it is sent: of that, nothing secret is taken down."""

import base64
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import quote

import pytest
from aiohttp import web

from cambist.actions.facts import Heard
from cambist.core.errors import LoadFailed
from cambist.core.terms import Credentials, Secret
from cambist.exchanges import tries
from cambist.exchanges.gateway import Gateway
from cambist.exchanges.tries import WaitsAlone
from tests.worlds import FixedClock

KEY, PASSPHRASE = "a-public-key/of+the=test", "a passphrase/of+the=test"
SECRET = base64.b64encode(b"a secret of the test, in base64\xff\xfe").decode()
KEYS = Credentials(KEY, Secret(SECRET), Secret(PASSPHRASE), "1001")
# Where each exchange is sent its signature: a header, or a value of the query.
SIGNED_IN = {
    "binance": "signature",
    "bybit": "X-BAPI-SIGN",
    "okx": "OK-ACCESS-SIGN",
    "kraken": "API-Sign",
    "krakenfutures": "Authent",
    "btcmarkets": "BM-AUTH-SIGNATURE",
}
MARKETS = {"okx": "okex", "krakenfutures": "kraken_futures"}


@asynccontextmanager
async def echoing(exchange: str, signatures: list[str]) -> AsyncIterator[Gateway]:
    """A gateway whose exchange refuses each signed request with all of it: plain, in JSON, in an address."""

    async def handle(request: web.BaseRequest) -> web.StreamResponse:
        place = SIGNED_IN[exchange]
        signature = request.headers.get(place) or request.query.get(place)
        if signature is None:
            return web.json_response({})
        signatures.append(signature)
        query, headers = dict(request.query), dict(request.headers)
        text = f"{request.raw_path}\n{query}\n{headers}\n{await request.text()}"
        said = f"{text}\n{json.dumps([query, headers, text])}\n{quote(text, safe='')}\nuid 1001 holds 0.5 BTC"
        return web.Response(status=400, text=said)

    runner = web.ServerRunner(web.Server(handle))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    gateway = Gateway(FixedClock().now, WaitsAlone({}), 5, {exchange: url}, "last")
    try:
        yield gateway
    finally:
        await gateway.close()
        await runner.cleanup()


@pytest.mark.asyncio
@pytest.mark.parametrize("exchange", SIGNED_IN)
async def test_nothing_secret_is_taken_down_of_a_request_that_is_said_back(
    exchange: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tries, "_FIRST_PAUSE_S", 0.001)
    signatures: list[str] = []
    heard = Heard()
    async with echoing(exchange, signatures) as gateway:
        market = gateway.market(MARKETS.get(exchange, exchange))
        with pytest.raises(LoadFailed):
            await gateway.read_wallets(market, KEYS, market.wallets[:1], heard)
        said = [answer for answer in heard.answers if answer.call.status == 400]
        assert len(said) == len(signatures) >= 1
        for answer in said:
            assert answer.redacted
            assert answer.body is not None
            text = answer.body.decode()
            assert text.endswith("uid 1001 holds 0.5 BTC")
            for secret in (KEY, SECRET, PASSPHRASE, *signatures):
                for form in (secret, json.dumps(secret)[1:-1], quote(secret), quote(secret, safe="")):
                    assert form not in text
            assert text.count("…") >= 6  # key and signature, three times


@pytest.mark.asyncio
async def test_where_nobody_listens_no_answer_is_taken_down(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tries, "_FIRST_PAUSE_S", 0.001)
    taken = []
    monkeypatch.setattr("cambist.exchanges.client.without_secrets", lambda *given: taken.append(given))
    async with echoing("binance", []) as gateway:
        market = gateway.market("binance")
        with pytest.raises(LoadFailed):
            await gateway.read_wallets(market, KEYS, market.wallets)
    assert taken == []
