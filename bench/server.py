"""The server of the benchmarks: Cambist's own, and beside it the floor, only the bare signed call."""

import asyncio
import hashlib
import hmac
import json
import os
import sys
import tempfile
import time
from pathlib import Path

import aiohttp
import msgspec
import uvloop
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from yarl import URL

from bench.exchange import key_of, secret_of
from cambist.actions.connect_account import connect_account
from cambist.actions.create_api_key import create_api_key
from cambist.actions.facts import Caller
from cambist.api.server import bound, serving
from cambist.core.credentials import GivenKeys
from cambist.core.terms import Secret
from cambist.exchanges.dialects.binance.wallets import SpotAccount
from cambist.logs import start_logging
from cambist.settings import Settings
from cambist.wiring import Cambist, initialise, running

_decoder = msgspec.json.Decoder(SpotAccount)


class Floor:
    """The bare signed GET of an account, parsed: what no load can cost less than."""

    def __init__(self, base_url: str, session: aiohttp.ClientSession) -> None:
        self._url = f"{base_url}/api/v3/account"
        self._session = session

    async def __call__(self, request: Request) -> Response:
        number = int(request.path_params["number"])
        query = f"timestamp={int(time.time() * 1000)}&recvWindow=10000&omitZeroBalances=true"
        signature = hmac.new(secret_of(number).encode(), query.encode(), hashlib.sha256).hexdigest()
        url = URL(f"{self._url}?{query}&signature={signature}", encoded=True)
        async with self._session.get(url, headers={"X-MBX-APIKEY": key_of(number)}) as answer:
            account = _decoder.decode(await answer.read())
        return Response(str(len(account.balances)))


async def cpu(_: Request) -> Response:
    return Response(repr(time.process_time()))


async def connect(cambist: Cambist, accounts: int) -> list[int]:
    me = Caller((await cambist.outside.users.owner()).id, "bench")
    made = []
    for number in range(accounts):
        account = await connect_account(
            cambist.outside,
            me,
            type="binance_us",
            name=f"account {number}",
            keys=GivenKeys(api_key=key_of(number), secret=Secret(secret_of(number))),
        )
        made.append(account.id)
    return made


async def main(accounts: int, urls: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(
            data_dir=str(Path(folder) / "data"),
            master_key_file=str(Path(folder) / "key" / "master.key"),
            exchange_urls=json.loads(urls),
            requests_a_minute=1_000_000,
            log_level="WARNING",
        )
        start_logging(settings)
        await initialise(settings)
        listening = bound("127.0.0.1", 0)
        async with running(settings) as cambist, aiohttp.ClientSession() as session:
            app = cambist.app()
            floor = Floor(settings.exchange_urls["binanceus"], session)
            app.router.routes += [Route("/bench/floor/{number}", floor.__call__), Route("/bench/cpu", cpu)]
            async with serving(app, listening):
                ids = await connect(cambist, accounts)
                key, secret = await create_api_key(
                    cambist.outside, await cambist.outside.users.owner(), "bench"
                )
                strict, strict_secret = await create_api_key(
                    cambist.outside, await cambist.outside.users.owner(), "bench", strict=True
                )
                ready = {
                    "address": f"http://127.0.0.1:{listening.getsockname()[1]}",
                    "accounts": ids,
                    "api_key": key.api_key,
                    "secret": secret.reveal() if secret else "",
                    "strict_api_key": strict.api_key,
                    "strict_secret": strict_secret.reveal() if strict_secret else "",
                    "public_url": settings.public_url,
                    "pid": os.getpid(),
                }
                print(json.dumps(ready), flush=True)
                await asyncio.Event().wait()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main(int(sys.argv[1]), sys.argv[2]))
