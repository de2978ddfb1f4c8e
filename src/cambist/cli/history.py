"""Commands for an account's history: import, export, daily strike, wrong points, roll-up."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from cambist.actions.facts import Thinned
from cambist.actions.import_history import export_history, import_history
from cambist.actions.mark_point import mark_point
from cambist.actions.roll_up_history import roll_up_all
from cambist.actions.strike_daily import strike_daily
from cambist.cli.console import AsJson, AsUser, caller, in_installation, notices, print_json, screen
from cambist.cli.lines import print_line
from cambist.cli.times import time_of_day_option, time_option, time_shown
from cambist.core.errors import InvalidInput, SetupError
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
    text = text_of(file)

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


@app.command()
def mark(
    account_id: int,
    at: Annotated[str, typer.Argument(help="The point's time to the millisecond, as the history tells it.")],
    reason: Annotated[str, typer.Option(help="Why it is wrong.")],
    user: AsUser = None,
    as_json: AsJson = False,
) -> None:
    """Mark a point as wrong: it stays, with the reason, and nothing counts by it."""
    _mark(account_id, at, reason, user, as_json)


@app.command()
def unmark(
    account_id: int,
    at: Annotated[str, typer.Argument(help="The point's time to the millisecond, as the history tells it.")],
    user: AsUser = None,
    as_json: AsJson = False,
) -> None:
    """Take the mark away from a point: it counts again."""
    _mark(account_id, at, None, user, as_json)


@app.command()
def strike(
    account_id: int,
    at: Annotated[str, typer.Option(help="The time of each day, UTC.")] = "00:00",
    since: Annotated[str | None, typer.Option("--from", help="From this time on, ISO 8601.")] = None,
    until: Annotated[str | None, typer.Option("--to", help="To this time, ISO 8601.")] = None,
    user: AsUser = None,
) -> None:
    """Write an account's worth at one time of each day, with flows and returns, as CSV; unknown is empty."""
    start, end, daily = time_option("from", since), time_option("to", until), time_of_day_option("at", at)

    async def work(cambist: Cambist) -> None:
        me = await caller(cambist, user)
        sys.stdout.write(await strike_daily(cambist.outside, me, account_id, daily, start, end))

    in_installation(work)


@app.command("roll-up")
def roll_up(as_json: AsJson = False) -> None:
    """Thin the histories of all accounts now, as the server does daily; it may be ended at any moment."""
    # Only this command draws progress: a server need not carry it.
    from rich.progress import Progress, TextColumn  # noqa: PLC0415

    shown = Progress(
        TextColumn("account {task.completed} of {task.total}: {task.fields[gone]} snapshots have gone"),
        console=notices,
        disable=not os.isatty(2),
        transient=True,
    )

    async def work(cambist: Cambist) -> Thinned:
        with shown as progress:
            bar = progress.add_task("rolling up", total=None, gone=0)
            return await roll_up_all(
                cambist.outside,
                lambda number, of, done: progress.update(
                    bar, completed=number, total=of, gone=done.snapshots
                ),
            )

    done = in_installation(work)
    if as_json:
        print_json(done)
        return
    screen.print(
        f"{done.snapshots} snapshots have gone, {done.holdings} more stay without their balances. "
        f"Of receipts, {done.receipts} have gone and {done.digests} are digests now."
    )


def _mark(account_id: int, at: str, reason: str | None, user: str | None, as_json: bool) -> None:
    when = time_option("at", at)
    if when is None:
        raise InvalidInput({"at": ["is missing"]})

    async def work(cambist: Cambist) -> None:
        me = await caller(cambist, user)
        point = await mark_point(cambist.outside, me, account_id, when, reason)
        if as_json:
            print_json({"at": point.snapshot.at, "marked": point.mark})
            return
        stands = "counts again" if point.mark is None else f"is marked as wrong: {point.mark}"
        print_line(f"The point of {time_shown(point.snapshot.at)} {stands}. Profit follows at the next load.")

    in_installation(work)


def text_of(file: Path) -> str:
    """The text of a file to be imported. Raises SetupError."""
    try:
        if file.stat().st_size > MAX_FILE_BYTES:
            raise SetupError(f"The file {file} is larger than {MAX_FILE_BYTES >> 20} MiB: split it.")
        return file.read_text()
    except OSError as refused:
        raise SetupError(f"The file {file} cannot be read: {refused.strerror}.") from refused
    except UnicodeDecodeError as wrong:
        raise SetupError(f"The file {file} is not UTF-8 text.") from wrong
