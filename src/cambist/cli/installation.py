"""Commands of the installation: init, serve, settings."""

import asyncio
import signal
from contextlib import AbstractAsyncContextManager, AsyncExitStack, nullcontext
from pathlib import Path
from ssl import SSLContext
from typing import Annotated

import typer
from rich.console import Console

from cambist.actions.first_run import offer_first_run
from cambist.api.server import bound, serving
from cambist.api.tls import tls_context
from cambist.cli.console import AsJson, notices, print_json, print_table, run, screen, settings_in_force
from cambist.cli.listening import Listening
from cambist.core.egress import Egress, without_credentials
from cambist.core.terms import Secret
from cambist.settings import Settings, changed
from cambist.wiring import Installed, initialise, key_source, running


def register(app: typer.Typer) -> None:
    for command in (init, serve, settings):
        app.command()(command)


def init(as_json: AsJson = False) -> None:
    """Make the data folder, the master key (outside it), the database and the owner."""
    in_force = settings_in_force()
    installed, token = run(_installed(in_force))
    if as_json:
        places = {name: str(getattr(installed, name)) for name in _PLACES}
        told = {"master_key_file": installed.master_key_file}
        print_json({**places, **told, "first_run_token": None if token is None else token.reveal()})
        return
    screen.print(f"Made: {', '.join(installed.made)}." if installed.made else "Nothing to do: all is there.")
    print_table(("", ""), [(label, str(getattr(installed, name))) for name, label in _PLACES.items()], "")
    screen.print("Keep a copy of the master key elsewhere: without it the stored keys cannot be read.")
    _tell_first_run(token, in_force, screen)


async def _installed(in_force: Settings) -> tuple[Installed, Secret | None]:
    """What there is now, and the token of the first run while the owner has no password."""
    installed = await initialise(in_force)
    async with running(in_force) as cambist:
        return installed, await offer_first_run(cambist.outside, "cambist init")


_PLACES = {"data_dir": "data folder", "database": "database", "master_key": "master key"}
_IN_THE_CLEAR = (
    "Warning: other machines reach this server, and what they send can be read on the way: serve with "
    "--tls-cert and --tls-key, or behind a proxy with TLS and an https CAMBIST_PUBLIC_URL."
)
_MAY_WITHDRAW = (
    "Warning: CAMBIST_ALLOW_WITHDRAW_KEYS is set: exchange keys that may withdraw are taken, and "
    "whoever gets hold of one can take everything."
)


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.", min=0, max=65535)] = 8600,
    data: Annotated[str | None, typer.Option(help="Data folder, instead of CAMBIST_DATA_DIR.")] = None,
    tls_cert: Annotated[str | None, typer.Option(help="Certificate with its chain, in PEM form.")] = None,
    tls_key: Annotated[str | None, typer.Option(help="The certificate's key, in PEM form.")] = None,
) -> None:
    """Serve the pages and the API until Ctrl-C."""
    options = {"data_dir": data, "tls_cert": tls_cert, "tls_key": tls_key}
    given = {name: value for name, value in options.items() if value is not None}
    run(_serve(changed(settings_in_force(), **given), host, port))


async def _serve(in_force: Settings, host: str, port: int) -> None:
    stopping = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    if in_force.allow_withdraw_keys:
        notices.print(_MAY_WITHDRAW)
    if _is_empty(Path(in_force.data_dir)):
        made = (await initialise(in_force)).made
        notices.print(f"Made: {', '.join(made)}; 'cambist init' tells where each is.")
    async with AsyncExitStack() as opened:
        tls = await opened.enter_async_context(_tls(in_force))
        listening = opened.enter_context(bound(host, port))
        address, chosen = listening.getsockname()[:2]
        here = Listening(address, chosen, tls is not None)
        in_force = here.in_settings(in_force)
        cambist = await opened.enter_async_context(running(in_force))
        server = await opened.enter_async_context(serving(cambist.app(), listening, tls))
        await opened.enter_async_context(cambist.refreshing())
        await opened.enter_async_context(cambist.thinning())
        await opened.enter_async_context(cambist.delivering())
        notices.print(f"Cambist serves {here.url}/public/api/ver1 (Ctrl-C stops it)")
        notices.print(f"Open {in_force.public_url.rstrip('/')}/ in a browser.")
        if here.is_in_the_clear(in_force):
            notices.print(_IN_THE_CLEAR)
        _tell_first_run(await offer_first_run(cambist.outside, "cambist serve"), in_force, notices)
        stop = asyncio.create_task(stopping.wait())
        await asyncio.wait({server, stop}, return_when=asyncio.FIRST_COMPLETED)
        stop.cancel()


def _is_empty(folder: Path) -> bool:
    """Whether to do what `init` does; a folder that holds anything else may be the wrong one."""
    return not folder.exists() or not any(folder.iterdir())


def _tls(in_force: Settings) -> AbstractAsyncContextManager[SSLContext | None]:
    if not in_force.tls_cert:
        return nullcontext()
    return tls_context(Path(in_force.tls_cert), Path(in_force.tls_key))


def _tell_first_run(token: Secret | None, in_force: Settings, to: Console) -> None:
    if token is not None:
        to.print(
            f"First run: the one-time token {token.reveal()} sets the owner's name and password at "
            f"{in_force.public_url.rstrip('/')}/first-run, once and within 24 hours."
        )


def settings(as_json: AsJson = False) -> None:
    """Print the settings in force."""
    in_force = settings_in_force()
    values = {name: getattr(in_force, name) for name in in_force.__struct_fields__}
    values["egress"] = [_as_shown(egress) for egress in in_force.egresses]
    where = key_source(in_force).where
    if as_json:
        print_json({**values, "master_key": where})
        return
    rows = [(f"CAMBIST_{name.upper()}", str(value)) for name, value in values.items()]
    print_table(("setting", "value"), rows, "")
    screen.print(f"The master key comes from {where}.")


def _as_shown(egress: Egress) -> dict[str, str]:
    """What a setting says of an egress, without its proxy's name and password."""
    proxy = "" if egress.proxy is None else without_credentials(egress.proxy)
    told = {"name": egress.name, "address": egress.address, "proxy": proxy, "shows": egress.shows}
    return {field: value for field, value in told.items() if value}
