"""Commands for an account's flows: sync, list, import, export."""

import asyncio
import os
import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from cambist.actions.flows_known import known_in_part
from cambist.actions.import_flows import export_flows, import_flows
from cambist.actions.sync_flows import Synced, sources_of, sync_flows
from cambist.cli.console import AsJson, AsUser, caller, in_installation, notices, print_json, screen
from cambist.cli.history import text_of
from cambist.cli.lines import print_columns, print_line
from cambist.cli.times import time_option, time_shown
from cambist.core.errors import NotOffered, SetupError
from cambist.core.history import EPOCH
from cambist.core.ledger import Booked
from cambist.core.money import plain_text
from cambist.wiring import Cambist

app = typer.Typer(help="What came to an account and what left it.", no_args_is_help=True)

MOST_LISTED = 1_000


@app.command()
def sync(account_id: int, user: AsUser = None, as_json: AsJson = False) -> None:
    """Read on in the exchange's ledger now, as the server does by itself; it may be ended at any moment."""

    async def work(cambist: Cambist) -> None:
        try:
            done = await _synced(cambist, user, account_id)
        except asyncio.CancelledError:
            notices.print("Cut short. The next sync goes on from here.")
            raise
        if as_json:
            print_json({"entries": done.entries, "refused": done.refused})
            return
        screen.print(f"{done.entries} entries were told.")
        for source, why in done.refused.items():
            print_line(f"Not told: {source}. {why}")

    in_installation(work)


async def _synced(cambist: Cambist, user: str | None, account_id: int) -> Synced:
    """Turn after turn, until there is nothing more to read."""
    outside, me = cambist.outside, await caller(cambist, user)
    account = await outside.accounts.get(me.user_id, account_id)
    if not sources_of(outside, account):
        name = outside.exchanges.market(account.market).exchange_name
        raise NotOffered(f"No ledger of {name} is read: bring flows with 'cambist flows import'.")
    told = Synced()
    while True:
        done = await sync_flows(outside, me, account_id, anew=True, told=_progress)
        if done is None:
            raise SetupError("The account's flows are being synced by another process; try again later.")
        if done.failure is not None:
            raise done.failure
        told.entries += done.entries
        told.refused |= done.refused
        if not done.more:
            return told


def _progress(done: Synced) -> None:
    if os.isatty(2) and done.until is not None:
        notices.print(f"{done.source}: until {time_shown(done.until)}, {done.entries} entries", end="\r")


@app.command("list")
def list_(
    account_id: int,
    since: Annotated[str | None, typer.Option("--from", help="After this time, ISO 8601.")] = None,
    until: Annotated[str | None, typer.Option("--to", help="Up to this time, ISO 8601.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=MOST_LISTED, help="So many at most.")] = MOST_LISTED,
    user: AsUser = None,
    as_json: AsJson = False,
) -> None:
    """Show what changed an account's amounts, oldest first, and since when that is known."""
    start, end = time_option("from", since), time_option("to", until)

    async def work(cambist: Cambist) -> None:
        flows, me = cambist.outside.flows, await caller(cambist, user)
        account = await cambist.outside.accounts.get(me.user_id, account_id)
        now = cambist.outside.clock.now()
        found = await flows.booked(account_id, start or EPOCH, end or now, most=limit)
        standing = await flows.standing(account_id)
        if as_json:
            print_json({"known_from": standing.known_from, "entries": [*map(_shown, found)]})
            return
        if found:
            print_columns([_line(each) for each in found], indent="")
        in_part = known_in_part(cambist.outside, account, standing)
        known = _known(standing.known_from) if in_part is None else in_part.sentence
        print_line(f"{len(found)} entries. {known}")

    in_installation(work)


@app.command("import")
def import_(
    account_id: int,
    file: Annotated[Path, typer.Argument(help="CSV date,kind,asset,amount[,usd,btc][,tx][,id].")],
    complete_from: Annotated[
        str | None,
        typer.Option(help="From this time on the file has all flows, up to where the exchange tells them."),
    ] = None,
    user: AsUser = None,
    as_json: AsJson = False,
) -> None:
    """Import flows that are older than the exchange tells. The same ones imported again change nothing."""
    text, whole_from = text_of(file), time_option("complete-from", complete_from)

    async def work(cambist: Cambist) -> None:
        me = await caller(cambist, user)
        done = await import_flows(cambist.outside, me, account_id, text, whole_from)
        if as_json:
            print_json({"kept": done.kept, "left_out": done.left_out})
            return
        screen.print(f"{done.kept} flows are kept. Profit leaves them out from the next load on.")
        if done.left_out:
            screen.print(f"{done.left_out} are left out: the exchange tells the flows of that time itself.")

    in_installation(work)


@app.command()
def export(account_id: int, user: AsUser = None) -> None:
    """Write all entries of an account to stdout as CSV, digit for digit."""

    async def work(cambist: Cambist) -> None:
        sys.stdout.write(await export_flows(cambist.outside, await caller(cambist, user), account_id))

    in_installation(work)


def _known(since: datetime | None) -> str:
    return "Flows are unknown." if since is None else f"Flows are known since {time_shown(since)}."


def _line(booked: Booked) -> tuple[str, ...]:
    entry, worth = booked.entry, booked.worth
    usd = "no price" if worth is None else f"{plain_text(worth.usd)} USD"
    about = " (estimated)" if booked.estimated else ""
    return time_shown(entry.at), entry.kind, plain_text(entry.amount), entry.asset, f"{usd}{about}"


def _shown(booked: Booked) -> dict[str, object]:
    entry, worth = booked.entry, booked.worth
    return {
        "at": entry.at,
        "kind": entry.kind,
        "asset": entry.asset,
        "amount": entry.amount,
        "usd": None if worth is None else worth.usd,
        "btc": None if worth is None else worth.btc,
        "estimated": booked.estimated,
        "tx": entry.tx,
        "wallet": entry.wallet,
        "source": booked.source,
        "id": entry.id,
    }
