"""Commands for people of this installation: add, list, password."""

from pathlib import Path
from typing import Annotated

import typer

from cambist.actions.add_user import add_user, set_password
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
        rows = [
            {"id": user.id, "name": user.name, "created_at": user.created_at}
            for user in await cambist.outside.users.listed()
        ]
        if as_json:
            print_json(rows)
        else:
            cells = [(str(row["id"]), str(row["name"]), str(row["created_at"])) for row in rows]
            print_table(("id", "name", "since"), cells, "There is nobody: run 'cambist init'.")

    in_installation(work)


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
