"""What commands share: running in an installation, printing, reading secrets."""

import asyncio
import sys
import termios
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Annotated, NoReturn, TypeVar

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from cambist.actions.facts import Caller
from cambist.core.errors import CambistError, InvalidInput, SetupError
from cambist.core.terms import Secret
from cambist.logs import start_logging
from cambist.outward.loop import Loop
from cambist.settings import Settings, environment_secret, read_settings
from cambist.wiring import Cambist, running

T = TypeVar("T")

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]
AsUser = Annotated[str | None, typer.Option("--user", help="Act for this person; the owner by default.")]

COMMAND_LINE = "command line"
WIDTH_OF_A_PIPE = 10_000

screen = Console(highlight=False, soft_wrap=True)
notices = Console(stderr=True, highlight=False, soft_wrap=True)


def run(work: Awaitable[T]) -> T:
    """Runs to the end on a fresh event loop."""

    async def main() -> T:
        return await work

    with asyncio.Runner(loop_factory=Loop) as runner:
        return runner.run(main())


def in_installation(work: Callable[[Cambist], Awaitable[T]]) -> T:
    """Runs work in the installation that the settings name."""
    settings = settings_in_force()

    async def opened() -> T:
        async with running(settings) as cambist:
            return await work(cambist)

    return run(opened())


def settings_in_force() -> Settings:
    settings = read_settings()
    start_logging(settings)
    return settings


async def caller(cambist: Cambist, user: str | None) -> Caller:
    """The command line as a caller: it may do everything, for the owner or the person named."""
    users = cambist.outside.users
    found = await users.owner() if user is None else await users.named(user)
    return Caller(found.id, COMMAND_LINE)


def print_json(document: object) -> None:
    """One JSON document on stdout."""
    encoded = msgspec.json.Encoder(decimal_format="string").encode(document)
    print(msgspec.json.format(encoded, indent=4).decode())


def print_table(headings: tuple[str, ...], rows: Sequence[tuple[str, ...]], empty: str) -> None:
    """A table, or one sentence where there is nothing to show."""
    if not rows:
        screen.print(empty)
        return
    table = Table(*headings, box=None, pad_edge=False, header_style="bold")
    for row in rows:
        table.add_row(*row)
    # Whoever reads a pipe or a file wants the cells whole, however wide they are.
    whole = screen if screen.is_terminal else Console(highlight=False, width=WIDTH_OF_A_PIPE)
    whole.print(table)


def fail(failure: CambistError, as_json: bool) -> NoReturn:
    """One sentence on stderr, the same as JSON on stdout where it was asked for, exit 1."""
    if as_json:
        told: dict[str, object] = {"error": type(failure).__name__, "error_description": str(failure)}
        if isinstance(failure, InvalidInput):
            told["error_attributes"] = failure.attributes
        print_json(told)
    print(f"cambist: {failure}", file=sys.stderr)
    sys.exit(1)


def read_secret(
    what: str, given: str | None, file: Path | None, variable: str, required: bool = True
) -> Secret | None:
    """A secret from --NAME (warned of), --NAME-file, the environment, or a prompt. Raises SetupError."""
    option = what.replace(" ", "-")
    if given is not None:
        notices.print(
            f"Warning: --{option} can be seen in the list of processes and in the shell's history; "
            f"use --{option}-file, {variable} or the prompt."
        )
        return Secret(given)
    if file is not None:
        try:
            return Secret(file.read_text().strip())
        except (OSError, UnicodeDecodeError) as refused:
            raise SetupError(f"The file {file} cannot be read.") from refused
    from_environment = environment_secret(variable)
    if from_environment is not None:
        return from_environment
    if not required:
        return None
    if not sys.stdin.isatty():
        raise SetupError(
            f"A {what} is needed: --{option}-file, the variable {variable}, or a terminal to ask on."
        )
    return Secret(_asked_for(what))


def _asked_for(what: str) -> str:
    """What is typed or pasted, unseen; a private key in PEM with all of its lines.

    getpass, and so typer, throws away what is pasted after the first of them.
    """
    terminal = sys.stdin.fileno()
    seen = termios.tcgetattr(terminal)
    unseen = [*seen[:3], seen[3] & ~termios.ECHO, *seen[4:]]
    try:
        termios.tcsetattr(terminal, termios.TCSADRAIN, unseen)
        notices.print(f"{what.capitalize()}: ", end="")
        text = ""
        while not text.strip() or ("-----BEGIN" in text and "-----END" not in text):
            line = sys.stdin.readline()
            if not line:
                raise typer.Abort
            text += line
    finally:
        termios.tcsetattr(terminal, termios.TCSADRAIN, seen)
        notices.print()
    return text.strip()
