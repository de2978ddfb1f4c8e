"""Commands for the audit log: list what was done, verify that nothing of it was changed."""

import os
import re
from datetime import datetime
from typing import Annotated

import msgspec
import typer

from cambist.actions.facts import ChainBroken, ChainWhole, Head
from cambist.cli.console import AsJson, in_installation, notices, print_json, screen
from cambist.cli.lines import print_line
from cambist.cli.times import time_option
from cambist.core.audit import AuditEntry
from cambist.core.errors import CambistError, InvalidInput
from cambist.wiring import Cambist

app = typer.Typer(help="The log of who used or changed what.", no_args_is_help=True)

_HEAD = re.compile(r"([0-9]{1,18}):([0-9a-f]{64})")


@app.command("list")
def list_(
    account: Annotated[int | None, typer.Option(help="Only what concerns this account.")] = None,
    user: Annotated[str | None, typer.Option(help="Only what concerns this person.")] = None,
    since: Annotated[str | None, typer.Option(help="From this time on, ISO 8601.")] = None,
    until: Annotated[str | None, typer.Option(help="To before this time, ISO 8601.")] = None,
    as_json: AsJson = False,
) -> None:
    """List every use of exchange keys, key change, sign-in and refusal, oldest first."""
    start, end = time_option("since", since), time_option("until", until)

    async def work(cambist: Cambist) -> None:
        user_id = None if user is None else (await cambist.outside.users.named(user)).id
        entries = await cambist.outside.audit.entries(user_id, account, start, end)
        if as_json:
            print_line("[")
            for number, entry in enumerate(entries):
                print_line(("," if number else "") + msgspec.json.encode(entry).decode())
            print_line("]")
            return
        for entry in entries:
            print_line(_line(entry))

    in_installation(work)


@app.command()
def verify(
    head: Annotated[
        str | None, typer.Option(help="A head noted before, NUMBER:LINK, which the log must still hold.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check that no entry was changed, left out or moved. Prints the head: note it elsewhere."""
    noted = None if head is None else _head(head)
    # Only this command draws progress: a server need not carry it.
    from rich.progress import Progress, TextColumn  # noqa: PLC0415

    async def work(cambist: Cambist) -> ChainWhole | ChainBroken:
        looks = Progress(
            TextColumn("{task.completed} entries"), console=notices, disable=not os.isatty(2), transient=True
        )
        with looks as progress:
            bar = progress.add_task("verifying", total=None)
            return await cambist.outside.audit.verify(
                lambda number: progress.update(bar, completed=number), noted
            )

    found = in_installation(work)
    if isinstance(found, ChainBroken):
        raise CambistError(f"The audit log is not as it was written: entry {found.number} {found.why}.")
    if as_json:
        print_json({"entries": found.head.number, "head": str(found.head)})
    else:
        screen.print(f"All {found.head.number} entries are as they were written. Head: {found.head}")


def _line(entry: AuditEntry) -> str:
    account = "" if entry.account_id is None else f"account {entry.account_id}"
    person = "" if entry.user_id is None else f"user {entry.user_id}"
    return (
        f"{_utc(entry.at)}  {entry.event:<23}  {person:<8}  {account:<12}  {entry.by}  {entry.about}".rstrip()
    )


def _utc(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _head(text: str) -> Head:
    told = _HEAD.fullmatch(text)
    if told is None:
        raise InvalidInput({"head": ["is not NUMBER:LINK, as 'cambist audit verify' prints it"]})
    return Head(int(told[1]), bytes.fromhex(told[2]))
