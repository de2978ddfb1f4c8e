"""Commands for events: what became of one's accounts, and what becomes of them from now on."""

from collections.abc import Iterable
from typing import Annotated

import msgspec
import typer

from cambist.actions.follow_events import follow_events
from cambist.cli.console import AsJson, AsUser, caller, in_installation, print_json
from cambist.cli.lines import print_line
from cambist.cli.times import time_shown
from cambist.core.errors import InvalidInput
from cambist.core.events import Event, Kind, told
from cambist.wiring import Cambist

app = typer.Typer(help="What becomes of accounts.", no_args_is_help=True)

MOST_LISTED = 10_000
After = Annotated[int | None, typer.Option(help="The id of the last event that you have seen.", min=0)]
Kinds = Annotated[list[str], typer.Option("--kind", help="Only such events; more can be given.")]


@app.command("list")
def list_(
    after: After = None,
    kind: Kinds = [],  # noqa: B006
    limit: Annotated[int, typer.Option(help="How many at most.", min=1, max=MOST_LISTED)] = 100,
    user: AsUser = None,
    as_json: AsJson = False,
) -> None:
    """List events, the oldest first."""
    kinds = known_kinds("kind", kind)

    async def work(cambist: Cambist) -> None:
        me = await caller(cambist, user)
        found = await cambist.outside.events.after(me.user_id, after or 0, limit, kinds)
        if as_json:
            events = [msgspec.Raw(told(event).encode()) for event in found.events]
            print_json({"events": events, "next": found.until, "missed": found.missed})
            return
        for event in found.events:
            _print(event)

    in_installation(work)


@app.command()
def follow(
    after: After = None,
    kind: Kinds = [],  # noqa: B006
    user: AsUser = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document a line.")] = False,
) -> None:
    """Print events as they come, until Ctrl-C; with --after what was told since, first."""
    kinds = known_kinds("kind", kind)

    async def on() -> bool:
        return True

    async def work(cambist: Cambist) -> None:
        me = await caller(cambist, user)
        async for found in follow_events(cambist.outside, me.user_id, after, on, kinds):
            for event in found.events:
                if as_json:
                    print(told(event), flush=True)
                else:
                    _print(event)

    in_installation(work)


def known_kinds(option: str, given: Iterable[str]) -> tuple[Kind, ...]:
    """Raises InvalidInput."""
    try:
        return tuple(map(Kind, given))
    except ValueError:
        raise InvalidInput({option: [f"is not one of {', '.join(Kind)}"]}) from None


def _print(event: Event) -> None:
    account = "" if event.account_id is None else f"  account {event.account_id}"
    print_line(f"{event.id}  {time_shown(event.at)}  {event.kind}{account}  {event.document}")
