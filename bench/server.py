"""The server of the benchmarks: Cambist's own, and beside it the floor, only the bare signed calls."""

import asyncio
import json
import os
import sys
import tempfile
import time
from dataclasses import replace
from importlib import import_module
from pathlib import Path

import aiohttp
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bench.exchange import PASSPHRASE, key_of, secret_of
from bench.floors import BareCalls
from cambist.actions.add_user import set_password
from cambist.actions.connect_account import connect_account
from cambist.actions.create_api_key import create_api_key
from cambist.actions.facts import Caller
from cambist.actions.sync_flows import Synced, sync_flows
from cambist.api.server import bound, serving
from cambist.core.credentials import GivenKeys
from cambist.core.terms import Market, Secret
from cambist.exchanges.budget import Weights
from cambist.exchanges.catalogue import CATALOGUE
from cambist.exchanges.speaking import DIALECTS, dialect_of
from cambist.logs import start_logging
from cambist.outward.loop import Loop
from cambist.settings import Settings
from cambist.wiring import Cambist, initialise, running

PASSWORD = "of the bench alone"
MORE_THAN_ENOUGH = 100_000_000


class FloorRoute:
    """Answers once the bare calls are made that a load of that account would make."""

    def __init__(self, ask: BareCalls, accounts: int) -> None:
        self._ask = ask
        self._accounts = accounts

    async def __call__(self, request: Request) -> Response:
        await self._ask(self._accounts + int(request.path_params["number"]))
        return Response("asked")


class SyncRoute:
    """Begins to sync an account's flows with `on`; with `off` cuts it short, and tells how much was read."""

    def __init__(self, cambist: Cambist) -> None:
        self._cambist = cambist
        self._syncing: asyncio.Task[None] | None = None
        self._entries = 0

    async def __call__(self, request: Request) -> Response:
        if request.path_params["state"] == "on":
            self._syncing = asyncio.create_task(self._sync(int(request.path_params["account"])))
        elif self._syncing is not None:
            self._syncing.cancel()
            await asyncio.wait({self._syncing})
            if not self._syncing.cancelled():
                raise RuntimeError("the sync had come to its end")
        return Response(str(self._entries))

    async def _sync(self, account_id: int) -> None:
        outside = self._cambist.outside
        me = Caller((await outside.users.owner()).id, "bench")

        def told(done: Synced) -> None:
            self._entries = done.entries

        await sync_flows(outside, me, account_id, anew=True, told=told)


def lift_limits(market: Market) -> None:
    """Calls are counted as ever, and none waits: what a minute allows is asked here in seconds."""
    dialect = dialect_of(market.ccxt_id)
    of_keys = None if dialect.key_weights is None else _lifted(dialect.key_weights)
    folder, name = DIALECTS[market.ccxt_id]
    module = import_module(f"cambist.exchanges.dialects.{folder}.dialect")
    setattr(module, name, replace(dialect, weights=_lifted(dialect.weights), key_weights=of_keys))
    dialect_of.cache_clear()


def _lifted(weights: Weights) -> Weights:
    apart = {part: _lifted(counted) for part, counted in weights.apart.items()}
    return replace(weights, limit=MORE_THAN_ENOUGH, apart=apart)


async def cpu(_: Request) -> Response:
    return Response(repr(time.process_time()))


async def connect(cambist: Cambist, market: Market, accounts: int) -> list[int]:
    """Accounts that cover all wallets of the market."""
    passphrase = Secret(PASSPHRASE) if "passphrase" in market.credentials else None
    me = Caller((await cambist.outside.users.owner()).id, "bench")
    made = []
    for number in range(accounts):
        account = await connect_account(
            cambist.outside,
            me,
            type=market.code,
            name=f"account {number}",
            keys=GivenKeys(key_of(number), Secret(secret_of(number)), passphrase),
        )
        if account.coverage.wallets != market.wallets:
            raise RuntimeError(f"the account covers {account.coverage.wallets} only")
        made.append(account.id)
    return made


async def main(code: str, accounts: int, urls: str) -> None:
    market = CATALOGUE[code]
    lift_limits(market)
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
            bare_calls = BareCalls(market, settings.exchange_urls[market.ccxt_id], session)
            floor = FloorRoute(bare_calls, accounts)
            app.router.routes += [Route("/bench/floor/{number}", floor.__call__), Route("/bench/cpu", cpu)]
            app.router.routes.append(Route("/bench/sync/{account}/{state}", SyncRoute(cambist).__call__))
            async with serving(app, listening):
                await set_password(
                    cambist.outside, await cambist.outside.users.owner(), Secret(PASSWORD), "bench"
                )
                ids = await connect(cambist, market, accounts)
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
    with asyncio.Runner(loop_factory=Loop) as runner:
        runner.run(main(sys.argv[1], int(sys.argv[2]), sys.argv[3]))
