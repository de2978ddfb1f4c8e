"""Commands for people of this installation: add, list, password, sessions."""

from dataclasses import astuple
from pathlib import Path
from typing import Annotated

import typer

from cambist.actions.add_user import add_user, set_password
from cambist.actions.choose_preferences import DEFAULT, choose_preferences
from cambist.actions.end_session import end_all_sessions
from cambist.actions.facts import User
from cambist.actions.list_sessions import list_sessions
from cambist.cli.console import (
    COMMAND_LINE,
    AsJson,
    in_installation,
    print_json,
    print_table,
    read_secret,
    screen,
)
from cambist.core.terms import Secret
from cambist.wiring import Cambist

app = typer.Typer(help="People of this installation; the first is the owner.", no_args_is_help=True)
_SET = {True: "set", False: "none"}


@app.command()
def add(name: str) -> None:
    """Add a person."""

    async def work(cambist: Cambist) -> None:
        user = await add_user(cambist.outside, name, COMMAND_LINE)
        screen.print(f"{user.name} is added; 'cambist keys create --user {user.name}' makes a key.")

    in_installation(work)


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """List people."""

    async def work(cambist: Cambist) -> None:
        people = [
            (user, len(await list_sessions(cambist.outside, user.id)))
            for user in await cambist.outside.users.listed()
        ]
        if as_json:
            print_json([_described(user, open_sessions) for user, open_sessions in people])
            return
        cells = [
            (str(user.id), user.name, str(user.created_at), _SET[user.has_password], str(open_sessions))
            for user, open_sessions in people
        ]
        headings = ("id", "name", "since", "password", "sessions")
        print_table(headings, cells, "There is nobody: run 'cambist init'.")

    in_installation(work)


def _described(user: User, open_sessions: int) -> dict[str, object]:
    return {
        "id": user.id,
        "name": user.name,
        "created_at": user.created_at,
        "has_password": user.has_password,
        "sessions": open_sessions,
    }


@app.command()
def password(
    name: str,
    password_file: Annotated[Path | None, typer.Option(help="A file with the new password.")] = None,
) -> None:
    """Set a person's password."""
    new = read_secret("password", None, password_file, "CAMBIST_PASSWORD")

    async def work(cambist: Cambist) -> None:
        person = await cambist.outside.users.named(name)
        await set_password(cambist.outside, person, new or Secret(""), COMMAND_LINE)
        screen.print("The password is set.")

    in_installation(work)


@app.command("set")
def set_(
    name: str,
    display_currency: Annotated[
        str | None, typer.Option(help=f"What figures are displayed in: EUR, BTC, …, or '{DEFAULT}'.")
    ] = None,
    stablecoins: Annotated[
        str | None, typer.Option(help=f"How dollar coins count: reference, par, market, or '{DEFAULT}'.")
    ] = None,
    dust: Annotated[
        str | None, typer.Option(help=f"What is worth less is dust, in USD, or '{DEFAULT}'.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Choose the form of a person's figures, from each account's next load on; tells what is in force."""

    async def work(cambist: Cambist) -> None:
        person = await cambist.outside.users.named(name)
        chosen = await choose_preferences(
            cambist.outside, person, COMMAND_LINE, display_currency, stablecoins, dust
        )
        found = cambist.outside.rules.preferences(chosen)
        if as_json:
            print_json(found)
        else:
            screen.print(
                f"{person.name}: figures in {found.display_currency}, dollar coins by {found.stablecoins}, "
                f"dust below {found.dust_usd:f} USD."
            )

    in_installation(work)


@app.command()
def sessions(name: str, as_json: AsJson = False) -> None:
    """List where a person is signed in."""

    async def work(cambist: Cambist) -> None:
        person = await cambist.outside.users.named(name)
        listed = await list_sessions(cambist.outside, person.id)
        if as_json:
            print_json(listed)
        else:
            cells = [
                (str(each.id), str(each.created_at), str(each.seen_at), *astuple(each.visitor))
                for each in listed
            ]
            headings = ("id", "since", "last seen", "from", "browser")
            print_table(headings, cells, f"{person.name} is signed in nowhere.")

    in_installation(work)


@app.command("end-sessions")
def end_sessions(name: str, as_json: AsJson = False) -> None:
    """Sign a person out everywhere."""

    async def work(cambist: Cambist) -> None:
        person = await cambist.outside.users.named(name)
        ended = await end_all_sessions(cambist.outside, person.id, COMMAND_LINE)
        if as_json:
            print_json({"ended": ended})
        else:
            screen.print(f"Sessions ended: {ended}.")

    in_installation(work)
