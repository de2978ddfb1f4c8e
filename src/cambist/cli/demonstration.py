"""What the command `demo` shows: simulator, server, account, and a signed load with its Account."""

import asyncio
import hashlib
import hmac
import secrets
import signal
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import aiohttp
import msgspec

from cambist.actions.add_user import set_password
from cambist.actions.create_api_key import create_api_key
from cambist.actions.facts import Caller
from cambist.api.server import bound, serving
from cambist.cli.console import run, screen
from cambist.cli.demo_accounts import connect, connect_others, fail, scenarios
from cambist.cli.demo_day import Day, DemoClock
from cambist.core.errors import CambistError
from cambist.core.terms import Secret
from cambist.logs import start_logging
from cambist.settings import Settings
from cambist.simulator.scenario import default_scenario
from cambist.simulator.server import Simulator
from cambist.wiring import Cambist, initialise, running

MARKET = "binance_us"


@dataclass(frozen=True, slots=True)
class Signed:
    """A signed call and its answer."""

    path: str
    api_key: str
    signature: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    ms: int


def demonstrate(port: int, once: bool, as_json: bool) -> None:
    """Runs the demo in a folder that is gone afterwards."""
    tell: Callable[[str], None] = (lambda _: None) if as_json else screen.print
    with TemporaryDirectory(prefix="cambist-demo-") as folder:
        run(_demo(Path(folder), port, tell, once, as_json))


async def _demo(folder: Path, port: int, tell: Callable[[str], None], once: bool, as_json: bool) -> None:
    scenario, others = default_scenario(MARKET), () if once else scenarios()
    listening = bound("127.0.0.1", port)
    address = f"http://127.0.0.1:{listening.getsockname()[1]}"
    clock = DemoClock()
    async with Simulator([scenario, *others], now=clock.now) as simulator:
        settings = Settings(
            data_dir=str(folder / "data"),
            master_key_file=str(folder / "key" / "master.key"),
            master_key_source="file",
            public_url=address,
            exchange_urls=simulator.exchange_urls,
            log_level="WARNING",
        )
        start_logging(settings)
        await initialise(settings)
        async with running(settings, clock) as cambist, serving(cambist.app(), listening):
            tell("[bold]Cambist demo[/bold]: all of it on this machine, and gone afterwards.\n")
            held = ", ".join(f"{row.free} {asset}" for asset, row in scenario.wallets["spot"].items())
            tell(f"  1  exchange   a simulated Binance US at {simulator.base_url}, holding {held}")
            tell(f"  2  server     {address}, its data and its master key apart from each other in {folder}")
            tell(f"     reference  {address}/docs, for programs {address}/openapi.json")
            me, password = await _person(cambist)
            day = Day(simulator, clock, [each.exchange for each in (scenario, *others)])
            account = await connect(cambist, me, MARKET, "My Binance US", scenario.keys[0])
            beside = [] if once else await connect_others(cambist, simulator, me)
            await day.live(cambist, me, [account, *beside])
            tell(f"  3  account    {account.id} “{account.name}” is connected; its keys were tried first")
            done = await _signed_load(cambist, address, account.id)
            if as_json:
                print(msgspec.json.format(done.body, indent=4).decode())
                return
            _tell_the_call(tell, address, done)
            if not once:
                await fail(cambist, simulator, me, beside)
                async with cambist.refreshing():
                    await _until_stopped(tell, address, password)


async def _person(cambist: Cambist) -> tuple[Caller, Secret]:
    """The owner as a caller, and a password made up for this demo."""
    owner, password = await cambist.outside.users.owner(), Secret(secrets.token_hex(8))
    await set_password(cambist.outside, owner, password, "demo")
    return Caller(owner.id, "demo"), password


async def _signed_load(cambist: Cambist, address: str, account_id: int) -> Signed:
    owner = await cambist.outside.users.owner()
    key, secret = await create_api_key(cambist.outside, owner, "demo", name="demo")
    if secret is None:
        raise CambistError("A system key has a secret.")
    path = f"/public/api/ver1/accounts/{account_id}/load_balances"
    signature = hmac.new(secret.reveal().encode(), path.encode(), hashlib.sha256).hexdigest()
    started = time.perf_counter()
    async with (
        aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=60)) as client,
        client.post(address + path, headers={"Apikey": key.api_key, "Signature": signature}) as answer,
    ):
        body = await answer.read()
        ms = round((time.perf_counter() - started) * 1000)
        if answer.status != 201:
            raise CambistError(f"The load was answered with {answer.status}: {body.decode()}")
        return Signed(path, key.api_key, signature, answer.status, answer.headers, body, ms)


def _tell_the_call(tell: Callable[[str], None], address: str, done: Signed) -> None:
    tell("  4  the call   signed with HMAC-SHA256 over the path, as any client of the 3Commas API does it:\n")
    tell(f"     curl -X POST {address}{done.path} \\")
    tell(f"          -H 'Apikey: {done.api_key}' \\")
    tell(f"          -H 'Signature: {done.signature}'\n")
    verdict, receipt = done.headers["X-Cambist-Verdict"], done.headers["X-Cambist-Receipt"]
    tell(f"  5  answer     {done.status} in {done.ms} ms; verdict {verdict}; receipt {receipt}\n")
    screen.print_json(done.body.decode(), indent=2)
    account: dict[str, Any] = msgspec.json.decode(done.body)
    tell("\n[bold]In short[/bold]")
    tell(f"  worth        {account['usd_amount']} USD")
    tell(f"               {account['btc_amount']} BTC")
    for label, amount, percent in (
        ("24 hours", "day_profit_usd", "day_profit_usd_percentage"),
        ("30 days", "usd_profit", "usd_profit_percentage"),
    ):
        tell(f"  {label:<12} {account[amount]} USD ({account[percent]} %)")
    tell(f"  all time     {account['total_usd_profit']} USD   (the past is made up for the demo)")


async def _until_stopped(tell: Callable[[str], None], address: str, password: Secret) -> None:
    tell("\n[bold]Pages[/bold]")
    tell(f"  open         {address}/")
    tell(f"  sign in      as owner with {password.reveal()}")
    tell("  to see       two more accounts, of which one is partial and one has lost its keys\n")
    tell("The server stays up: make the call above again, or open the pages. Ctrl-C ends it.")
    stopping = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    await stopping.wait()
