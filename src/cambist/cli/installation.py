"""Commands of the installation: init, serve, settings."""

import asyncio
import signal
from typing import Annotated

import msgspec
import typer

from cambist.api.server import bound, serving
from cambist.cli.console import AsJson, notices, print_json, print_table, run, screen, settings_in_force
from cambist.settings import Settings
from cambist.wiring import initialise, key_source, running


def register(app: typer.Typer) -> None:
    for command in (init, serve, settings):
        app.command()(command)


def init(as_json: AsJson = False) -> None:
    """Make the data folder, the master key (outside it), the database and the owner."""
    installed = run(initialise(settings_in_force()))
    if as_json:
        places = {name: str(getattr(installed, name)) for name in _PLACES}
        print_json({**places, "master_key_file": installed.master_key_file})
        return
    screen.print(f"Made: {', '.join(installed.made)}." if installed.made else "Nothing to do: all is there.")
    print_table(("", ""), [(label, str(getattr(installed, name))) for name, label in _PLACES.items()], "")
    screen.print("Keep a copy of the master key elsewhere: without it the stored keys cannot be read.")


_PLACES = {"data_dir": "data folder", "database": "database", "master_key": "master key"}


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.", min=0, max=65535)] = 8600,
    data: Annotated[str | None, typer.Option(help="Data folder, instead of CAMBIST_DATA_DIR.")] = None,
) -> None:
    """Serve the API until Ctrl-C."""
    in_force = settings_in_force()
    if data is not None:
        in_force = msgspec.structs.replace(in_force, data_dir=data)
    run(_serve(in_force, host, port))


async def _serve(in_force: Settings, host: str, port: int) -> None:
    stopping = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    if in_force.allow_withdraw_keys:
        notices.print(
            "Warning: CAMBIST_ALLOW_WITHDRAW_KEYS is set: exchange keys that may withdraw are taken, and "
            "whoever gets hold of one can take everything."
        )
    async with running(in_force) as cambist:
        listening = bound(host, port)
        address, chosen = listening.getsockname()[:2]
        async with serving(cambist.app(), listening) as server, cambist.refreshing():
            notices.print(f"Cambist serves http://{address}:{chosen}/public/api/ver1 (Ctrl-C stops it)")
            stop = asyncio.create_task(stopping.wait())
            await asyncio.wait({server, stop}, return_when=asyncio.FIRST_COMPLETED)
            stop.cancel()


def settings(as_json: AsJson = False) -> None:
    """Print the settings in force."""
    in_force = settings_in_force()
    values = {name: getattr(in_force, name) for name in in_force.__struct_fields__}
    where = key_source(in_force).where
    if as_json:
        print_json({**values, "master_key": where})
        return
    rows = [(f"CAMBIST_{name.upper()}", str(value)) for name, value in values.items()]
    print_table(("setting", "value"), rows, "")
    screen.print(f"The master key comes from {where}.")
