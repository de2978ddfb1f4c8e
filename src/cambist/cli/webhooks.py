"""Commands for webhooks: where one's events are sent."""

from typing import Annotated

import typer

from cambist.actions.deliver_events import send_test
from cambist.actions.keep_webhook import add_webhook, rotate_webhook
from cambist.api.webhooks import try_told, webhook_told
from cambist.cli.console import AsJson, AsUser, caller, in_installation, print_json, print_table, screen
from cambist.cli.events import known_kinds
from cambist.cli.lines import print_line
from cambist.cli.times import time_shown
from cambist.core.terms import Secret
from cambist.core.webhooks import Webhook
from cambist.wiring import Cambist

app = typer.Typer(help="Where events are sent, signed as Standard Webhooks has it.", no_args_is_help=True)


@app.command()
def add(
    url: Annotated[str, typer.Argument(help="An https address of the public internet.")],
    kind: Annotated[list[str], typer.Option(help="Only such events; more can be given.")] = [],  # noqa: B006
    user: AsUser = None,
    as_json: AsJson = False,
) -> None:
    """Send events to an address from now on. The secret that signs is shown once."""
    kinds = known_kinds("kind", kind)

    async def work(cambist: Cambist) -> None:
        _show(*await add_webhook(cambist.outside, await caller(cambist, user), url, kinds), as_json)

    in_installation(work)


@app.command("list")
def list_(user: AsUser = None, as_json: AsJson = False) -> None:
    """List webhooks, without their secrets."""

    async def work(cambist: Cambist) -> None:
        user_id = (await caller(cambist, user)).user_id
        waiting = await cambist.outside.webhooks.waiting(user_id)
        listed = await cambist.outside.webhooks.listed(user_id)
        if as_json:
            print_json([webhook_told(each, waiting.get(each.id, 0)) for each in listed])
            return
        print_table(
            ("id", "url", "kinds", "waiting", "state"),
            [
                (
                    str(each.id),
                    each.url,
                    ", ".join(each.kinds) or "all",
                    str(waiting.get(each.id, 0)),
                    _state(each),
                )
                for each in listed
            ],
            "There are no webhooks yet: 'cambist webhooks add' makes one.",
        )

    in_installation(work)


@app.command()
def rotate(webhook_id: int, user: AsUser = None, as_json: AsJson = False) -> None:
    """Give a webhook another secret; for a day the one before signs as well."""

    async def work(cambist: Cambist) -> None:
        _show(*await rotate_webhook(cambist.outside, await caller(cambist, user), webhook_id), as_json)

    in_installation(work)


@app.command()
def remove(webhook_id: int, user: AsUser = None) -> None:
    """Send nothing more there; what is on its way is forgotten."""

    async def work(cambist: Cambist) -> None:
        me, now = await caller(cambist, user), cambist.outside.clock.now()
        await cambist.outside.webhooks.remove(me.user_id, webhook_id, me.via, now)
        screen.print("Removed.")

    in_installation(work)


@app.command("test")
def try_(webhook_id: int, user: AsUser = None, as_json: AsJson = False) -> None:
    """Send a test event at once; where that succeeds, a disabled webhook is enabled again."""

    async def work(cambist: Cambist) -> bool:
        sent = await send_test(cambist.outside, await caller(cambist, user), webhook_id)
        if as_json:
            print_json(try_told(sent))
        elif sent.is_success:
            screen.print(f"Delivered: its receiver answered {sent.status}.")
        else:
            print_line(f"Not delivered: its receiver {sent.why}.")
        return sent.is_success

    if not in_installation(work):
        raise typer.Exit(1)


def _show(webhook: Webhook, secret: Secret, as_json: bool) -> None:
    if as_json:
        print_json({"webhook": webhook_told(webhook), "secret": secret.reveal()})
        return
    print_line(f"webhook  {webhook.id}")
    print_line(f"url      {webhook.url}")
    print_line(f"kinds    {', '.join(webhook.kinds) or 'all'}")
    print_line(f"secret   {secret.reveal()}   (shown this once)")


def _state(webhook: Webhook) -> str:
    if webhook.disabled_why is not None:
        return f"disabled: {webhook.disabled_why}"
    if webhook.failing_since is not None:
        return f"failing since {time_shown(webhook.failing_since)}"
    return ""
