"""Commands for an account's history: import, export."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from cambist.actions.import_history import export_history, import_history
from cambist.cli.console import AsJson, AsUser, caller, in_installation, print_json, screen
from cambist.core.errors import SetupError
from cambist.wiring import Cambist

app = typer.Typer(help="An account's history.", no_args_is_help=True)

MAX_FILE_BYTES = 256 * 1024 * 1024


@app.command("import")
def import_(
    account_id: int,
    file: Annotated[Path, typer.Argument(help="CSV date,usd,btc or the JSON of balance_chart_data.")],
    user: AsUser = None,
    as_json: AsJson = False,
) -> None:
    """Import the history that another service kept, so that profit goes on from it."""
    text = _text(file)

    async def work(cambist: Cambist) -> None:
        done = await import_history(cambist.outside, await caller(cambist, user), account_id, text)
        if as_json:
            print_json({"kept": done.kept, "left_out": done.left_out})
            return
        screen.print(f"{done.kept} points are kept. Profit shows them from the next load on.")
        if done.left_out:
            screen.print(
                f"{done.left_out} are left out: they do not lie before the first load of Cambist's own."
            )

    in_installation(work)


@app.command()
def export(account_id: int, user: AsUser = None) -> None:
    """Write an account's history to stdout as CSV, digit for digit."""

    async def work(cambist: Cambist) -> None:
        sys.stdout.write(await export_history(cambist.outside, await caller(cambist, user), account_id))

    in_installation(work)


def _text(file: Path) -> str:
    try:
        if file.stat().st_size > MAX_FILE_BYTES:
            raise SetupError(f"The file {file} is larger than {MAX_FILE_BYTES >> 20} MiB: split it.")
        return file.read_text()
    except OSError as refused:
        raise SetupError(f"The file {file} cannot be read: {refused.strerror}.") from refused
    except UnicodeDecodeError as wrong:
        raise SetupError(f"The file {file} is not UTF-8 text.") from wrong
