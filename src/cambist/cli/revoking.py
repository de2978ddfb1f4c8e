"""The command `revoke-everything`: for the hour in which something has been stolen."""

import sys
from dataclasses import asdict
from typing import Annotated

import typer

from cambist.cli.console import COMMAND_LINE, AsJson, in_installation, print_json, screen
from cambist.cli.lines import print_columns
from cambist.core.errors import SetupError
from cambist.wiring import Cambist


def revoke_everything(
    user: Annotated[str | None, typer.Option(help="Only what is this person's.")] = None,
    keep_exchange_keys: Annotated[
        bool, typer.Option("--keep-exchange-keys", help="Leave the accounts' exchange keys in place.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: AsJson = False,
) -> None:
    """Revoke all API keys, end all sessions, erase all exchange keys. History and passwords stay."""
    if not yes:
        if not sys.stdin.isatty():
            raise SetupError("This revokes all keys for good: run it on a terminal, or with --yes.")
        typer.confirm("Revoke all keys for good?", abort=True)

    async def work(cambist: Cambist) -> None:
        outside = cambist.outside
        user_id = None if user is None else (await outside.users.named(user)).id
        revoked = await outside.revocation.everything(
            user_id, not keep_exchange_keys, COMMAND_LINE, outside.clock.now()
        )
        if as_json:
            print_json(asdict(revoked))
            return
        screen.print(f"{revoked.api_keys} API keys are revoked, {revoked.sessions} sessions are ended.")
        if revoked.accounts:
            screen.print("The exchange keys of these accounts are erased; delete them at the exchange too:")
            print_columns(revoked.accounts)

    in_installation(work)
