"""Commands for the master key: new, rotate."""

import os
from pathlib import Path

import typer

from cambist.actions.facts import Rotated
from cambist.cli.console import COMMAND_LINE, AsJson, in_installation, notices, print_json, screen
from cambist.vault.master_key import make_master_key
from cambist.wiring import Cambist

app = typer.Typer(help="The key that everything is sealed under.", no_args_is_help=True)


@app.command()
def new(file: Path) -> None:
    """Make a key in a new file of mode 0400, to be handed over as a credential or a variable."""
    make_master_key(file)
    screen.print(f"A new master key is in {file}; nothing uses it yet.")


@app.command()
def rotate(as_json: AsJson = False) -> None:
    """Replace the master key and every user's data key, and seal all secrets anew, while servers run."""
    # Only this command draws progress: a server need not carry it.
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn  # noqa: PLC0415

    async def work(cambist: Cambist) -> None:
        columns = (TextColumn("sealing anew"), BarColumn(), MofNCompleteColumn())
        with Progress(*columns, console=notices, disable=not os.isatty(2), transient=True) as drawn:
            bar = drawn.add_task("")
            rotated = await cambist.rotate_master_key(
                COMMAND_LINE, lambda done, of: drawn.update(bar, completed=done, total=of)
            )
        _tell(cambist, rotated, as_json)

    in_installation(work)


def _tell(cambist: Cambist, rotated: Rotated, as_json: bool) -> None:
    rotate = cambist.rotate_master_key
    if as_json:
        told = {"users": rotated.users, "secrets": rotated.secrets, "master_key": rotate.where}
        print_json({**told, "to_do": rotate.how_to_follow or None})
        return
    screen.print(
        f"Secrets sealed anew under a new master key from {rotate.where}: {rotated.secrets:,}; "
        f"users given a new data key: {rotated.users:,}."
    )
    if rotate.how_to_follow:
        screen.print(rotate.how_to_follow)
    screen.print("Keep a copy of the new key elsewhere; backups made before open with the old one only.")
