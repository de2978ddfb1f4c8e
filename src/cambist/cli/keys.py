"""Commands for keys of ours: create, list, revoke."""

from pathlib import Path
from typing import Annotated

import typer

from cambist.actions.create_api_key import DEFAULT_PERMISSIONS, create_api_key
from cambist.cli.console import (
    COMMAND_LINE,
    AsJson,
    AsUser,
    caller,
    in_installation,
    print_json,
    print_table,
    screen,
)
from cambist.cli.times import time_option
from cambist.core.errors import SetupError
from cambist.core.terms import Permission
from cambist.wiring import Cambist

app = typer.Typer(help="Keys of ours that programs sign with.", no_args_is_help=True)


@app.command()
def create(
    user: AsUser = None,
    name: Annotated[str, typer.Option(help="What the key is for.")] = "",
    permission: Annotated[
        list[Permission], typer.Option(help="What the key may do; more than one can be given.")
    ] = list(DEFAULT_PERMISSIONS),  # noqa: B006
    strict: Annotated[
        bool,
        typer.Option(
            "--strict", help="Only for requests signed by RFC 9421, each good once: see docs/strict-keys.md."
        ),
    ] = False,
    rsa_public_key: Annotated[
        Path | None, typer.Option(help="A PEM file: register this public key instead of issuing a secret.")
    ] = None,
    ed25519_public_key: Annotated[
        Path | None, typer.Option(help="The same for a strict key that signs with Ed25519.")
    ] = None,
    unsigned_body: Annotated[
        bool, typer.Option("--unsigned-body", help="Accept signatures that leave the body out.")
    ] = False,
    expires: Annotated[str | None, typer.Option(help="When the key ends, ISO 8601.")] = None,
    allow: Annotated[
        list[str],
        typer.Option(help="An address or network (10.0.0.0/8) it may be used from; more can be given."),
    ] = [],  # noqa: B006
    as_json: AsJson = False,
) -> None:
    """Create a key. Its secret is shown once."""

    async def work(cambist: Cambist) -> None:
        owner = await cambist.outside.users.get((await caller(cambist, user)).user_id)
        key, secret = await create_api_key(
            cambist.outside,
            owner,
            COMMAND_LINE,
            name=name,
            permissions=permission,
            strict=strict,
            rsa_public_key=None if rsa_public_key is None else _pem(rsa_public_key),
            ed25519_public_key=None if ed25519_public_key is None else _pem(ed25519_public_key),
            unsigned_body=unsigned_body,
            expires_at=time_option("expires", expires),
            allow=allow,
        )
        shown = {
            "api_key": key.api_key,
            "secret": None if secret is None else secret.reveal(),
            "kind": key.kind,
            "permissions": sorted(key.permissions),
            "allow": [*map(str, key.allow)],
            "expires_at": key.expires_at,
        }
        if as_json:
            print_json(shown)
            return
        screen.print(f"api key      {shown['api_key']}")
        if secret is not None:
            screen.print(f"secret       {shown['secret']}   (shown this once)")
        screen.print(f"kind         {key.kind}")
        screen.print(f"permissions  {', '.join(sorted(key.permissions))}")
        screen.print(f"from         {', '.join(map(str, key.allow)) or 'any address'}")
        screen.print(f"until        {key.expires_at or 'it is revoked'}")

    in_installation(work)


@app.command("list")
def list_(user: AsUser = None, as_json: AsJson = False) -> None:
    """List keys, without their secrets."""

    async def work(cambist: Cambist) -> None:
        listed = await cambist.outside.keys.listed((await caller(cambist, user)).user_id)
        rows = [
            {
                "api_key": key.api_key,
                "name": key.name,
                "kind": key.kind,
                "permissions": sorted(key.permissions),
                "allow": [*map(str, key.allow)],
                "created_at": key.created_at,
                "expires_at": key.expires_at,
                "revoked_at": key.revoked_at,
                "used_at": key.used_at,
            }
            for key in listed
        ]
        if as_json:
            print_json(rows)
            return
        headings = ("api key", "name", "kind", "permissions", "from", "created", "expires", "revoked", "used")
        print_table(
            headings,
            [
                tuple(
                    ", ".join(value) if isinstance(value, list) else "" if value is None else str(value)
                    for value in row.values()
                )
                for row in rows
            ],
            "There are no keys yet: 'cambist keys create' makes one.",
        )

    in_installation(work)


@app.command()
def revoke(api_key: str, user: AsUser = None) -> None:
    """Revoke a key: it works nowhere from now on."""

    async def work(cambist: Cambist) -> None:
        user_id = (await caller(cambist, user)).user_id
        await cambist.outside.keys.revoke(user_id, api_key, COMMAND_LINE, cambist.outside.clock.now())
        screen.print("Revoked.")

    in_installation(work)


def _pem(file: Path) -> str:
    try:
        return file.read_text()
    except (OSError, UnicodeDecodeError) as refused:
        raise SetupError(f"The file {file} cannot be read.") from refused
