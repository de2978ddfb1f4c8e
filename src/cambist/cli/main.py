"""The command `cambist`: its commands gathered, its errors one sentence each."""

import sys

import typer

from cambist import __version__
from cambist.cli import (
    accounts,
    audit,
    control,
    demo,
    doctor,
    events,
    flows,
    history,
    installation,
    keys,
    master_key,
    probe,
    profit,
    receipts,
    revoking,
    users,
    webhooks,
)
from cambist.cli.console import fail
from cambist.core.errors import CambistError, SetupError
from cambist.vault.process import keep_memory_private

app = typer.Typer(
    name="cambist",
    help="Your exchange accounts on your own machine, exact to the last digit.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
installation.register(app)
app.command("demo")(demo.demo)
app.command("simulate")(demo.simulate)
app.command("load")(accounts.load)
app.command("profit")(profit.profit)
app.command("probe")(probe.probe)
app.command("doctor")(doctor.doctor)
app.command("revoke-everything")(revoking.revoke_everything)
app.add_typer(keys.app, name="keys")
accounts.app.command("control")(control.control)
app.add_typer(accounts.app, name="accounts")
app.add_typer(users.app, name="users")
app.add_typer(master_key.app, name="master-key")
app.add_typer(history.app, name="history")
app.add_typer(flows.app, name="flows")
app.add_typer(receipts.app, name="receipt")
app.add_typer(audit.app, name="audit")
app.add_typer(events.app, name="events")
app.add_typer(webhooks.app, name="webhooks")


@app.command()
def version() -> None:
    """Print the version."""
    print(__version__)


def main() -> None:
    """Exit 0 when done, 1 with one sentence on stderr when not, 2 for wrong usage."""
    as_json = "--json" in sys.argv
    try:
        keep_memory_private()
        app()
    except KeyboardInterrupt:
        sys.exit(130)
    except CambistError as failure:
        fail(failure, as_json)
    except OSError as refused:
        fail(SetupError(f"The system refused: {refused}."), as_json)
