"""What the command `simulate` runs: exchanges on loopback, to try things out and for integration tests."""

import asyncio
import signal
from pathlib import Path

import msgspec

from cambist.cli.console import run, screen, settings_in_force
from cambist.core.errors import SetupError
from cambist.exchanges.catalogue import market_of
from cambist.simulator.replay import Replay, read_recording
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
    async with simulator:
        for each in scenarios:
            key = each.keys[0]
            screen.print(f"{each.exchange}: api key {key.api_key}")
            line = key.secret.replace("\n", "\\n")  # of a key in PEM, as the exchange's own file writes it
            screen.print(f"{each.exchange}: secret  {line}")
            if key.passphrase:
                screen.print(f"{each.exchange}: passphrase {key.passphrase}")
        await _until_stopped(simulator.exchange_urls)


def replayed(types: list[str], port: int, file: Path, case: int) -> None:
    """Serves a recorded answer of one exchange, any that can be connected, until stopped."""
    settings_in_force()
    if len(types) != 1:
        raise SetupError("A recording is of one exchange: name the one that it is replayed for.")
    try:
        replay = Replay(market_of(types[0]).ccxt_id, read_recording(_bytes(file), case), port)
    except ScenarioError as wrong:
        raise SetupError(f"{file}: {wrong}") from wrong

    async def serve() -> None:
        async with replay:
            screen.print(f"{types[0]}: any keys are taken")
            await _until_stopped(replay.exchange_urls)

    run(serve())


async def _until_stopped(exchange_urls: dict[str, str]) -> None:
    """Tells the addresses to use, and waits for Ctrl-C or the end of the process."""
    stopping = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    urls = msgspec.json.encode(exchange_urls).decode()
    screen.print(f"export CAMBIST_EXCHANGE_URLS='{urls}'")
    await stopping.wait()


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as refused:
        raise SetupError(f"The file {file} cannot be read: {refused.strerror}.") from refused


def _read(file: Path) -> Scenario:
    try:
        return load_scenario(_bytes(file))
    except ScenarioError as wrong:
        raise SetupError(f"{file}: {wrong}") from wrong
