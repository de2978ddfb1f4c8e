"""The command `simulate`: exchanges on loopback, for trying things out and for integration tests."""

import asyncio
import signal
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from cambist.cli.console import run, screen, settings_in_force
from cambist.core.errors import SetupError
from cambist.simulator.scenario import Scenario, ScenarioError, default_scenario, load_scenario
from cambist.simulator.server import Simulator
from cambist.wiring import WallClock


def simulate(
    exchange: Annotated[
        list[str] | None, typer.Argument(help="Market codes, such as binance_us.", metavar="EXCHANGE…")
    ] = None,
    port: Annotated[int, typer.Option(help="Port on loopback.", min=0, max=65535)] = 8700,
    scenario: Annotated[Path | None, typer.Option(help="A scenario file instead of a made-up one.")] = None,
    assets: Annotated[int, typer.Option(help="Assets in the made-up account.", min=1)] = 3,
    latency_ms: Annotated[int, typer.Option(help="Every answer takes this long.", min=0, max=120_000)] = 0,
) -> None:
    """Play exchanges on loopback, signatures and errors included, until Ctrl-C."""
    settings_in_force()
    run(_play(exchange or [], port, scenario, assets, latency_ms))


async def _play(codes: list[str], port: int, file: Path | None, assets: int, latency_ms: int) -> None:
    try:
        scenarios = [default_scenario(code, assets=assets) for code in codes]
        if file is not None:
            scenarios = [_read(file), *(each for each in scenarios if each.exchange != _read(file).exchange)]
        simulator = Simulator(scenarios, now=WallClock().now, port=port, latency_ms=latency_ms)
    except ValueError as wrong:
        raise SetupError(str(wrong)) from wrong
    stopping = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    async with simulator:
        for each in scenarios:
            key = each.keys[0]
            screen.print(f"{each.exchange}: api key {key.api_key}")
            screen.print(f"{each.exchange}: secret  {key.secret}")
        urls = msgspec.json.encode(simulator.exchange_urls).decode()
        screen.print(f"export CAMBIST_EXCHANGE_URLS='{urls}'")
        await stopping.wait()


def _read(file: Path) -> Scenario:
    try:
        return load_scenario(file.read_bytes())
    except OSError as refused:
        raise SetupError(f"The scenario {file} cannot be read: {refused.strerror}.") from refused
    except ScenarioError as wrong:
        raise SetupError(f"{file}: {wrong}") from wrong
