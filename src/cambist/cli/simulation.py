"""What the command `simulate` runs: exchanges on loopback, to try things out and for integration tests."""

import asyncio
import signal
from pathlib import Path

import msgspec

from cambist.cli.console import run, screen, settings_in_force
from cambist.core.errors import SetupError
from cambist.simulator.scenario import Scenario, ScenarioError, default_scenario, load_scenario
from cambist.simulator.server import Simulator
from cambist.wiring import WallClock


def play(codes: list[str], port: int, file: Path | None, assets: int, latency_ms: int) -> None:
    """Plays the exchanges of these codes, and of the scenario file, until stopped."""
    settings_in_force()
    run(_play(codes, port, file, assets, latency_ms))


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
            if key.passphrase:
                screen.print(f"{each.exchange}: passphrase {key.passphrase}")
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
