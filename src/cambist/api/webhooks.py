"""The endpoints of webhooks: where events are sent, signed as Standard Webhooks has it."""

import msgspec

from cambist.actions.deliver_events import send_test
from cambist.actions.keep_webhook import add_webhook, rotate_webhook
from cambist.api.endpoint import Answered, Asked
from cambist.api.entity import time_text
from cambist.api.parameters import optional_choices, required_text
from cambist.core.events import Kind
from cambist.core.terms import Secret
from cambist.core.webhooks import Sent, Webhook

URL = required_text("url", "an https address of the public internet", example="https://example.com/hook")
KINDS = optional_choices("kinds", "only these, commas between; all where it is not given", tuple(Kind))


class WebhookTold(msgspec.Struct):
    """kinds: empty for all. waiting: deliveries that have not succeeded yet, and are tried again.

    failing_since: since when none has succeeded. disabled_why: null where it is not disabled; a test that
    succeeds enables it again.
    """

    id: int
    url: str
    kinds: tuple[str, ...]
    created_at: str
    waiting: int
    failing_since: str | None
    disabled_at: str | None
    disabled_why: str | None


class WebhookKept(msgspec.Struct):
    """secret: what signs; shown this once."""

    webhook: WebhookTold
    secret: str


class TryTold(msgspec.Struct):
    """delivered: whether the answer was 200 to 299. status: of the answer; null where none came, and why."""

    delivered: bool
    status: int | None
    why: str | None


async def webhooks(asked: Asked) -> Answered[list[WebhookTold]]:
    kept, user_id = asked.outside.webhooks, asked.caller.user_id
    waiting = await kept.waiting(user_id)
    return Answered([webhook_told(each, waiting.get(each.id, 0)) for each in await kept.listed(user_id)])


async def add(asked: Asked) -> Answered[WebhookKept]:
    kinds = asked[KINDS]
    return _kept(*await add_webhook(asked.outside, asked.caller, asked[URL], kinds))


async def rotate(asked: Asked) -> Answered[WebhookKept]:
    return _kept(*await rotate_webhook(asked.outside, asked.caller, asked.id_in_path("webhook_id")))


async def try_(asked: Asked) -> Answered[TryTold]:
    return Answered(try_told(await send_test(asked.outside, asked.caller, asked.id_in_path("webhook_id"))))


async def remove(asked: Asked) -> Answered[bool]:
    caller, now = asked.caller, asked.outside.clock.now()
    webhook_id = asked.id_in_path("webhook_id")
    await asked.outside.webhooks.remove(caller.user_id, webhook_id, caller.via, now)
    return Answered(True)


def webhook_told(webhook: Webhook, waiting: int = 0) -> WebhookTold:
    failing, disabled = webhook.failing_since, webhook.disabled_at
    return WebhookTold(
        id=webhook.id,
        url=webhook.url,
        kinds=webhook.kinds,
        created_at=time_text(webhook.created_at),
        waiting=waiting,
        failing_since=None if failing is None else time_text(failing),
        disabled_at=None if disabled is None else time_text(disabled),
        disabled_why=webhook.disabled_why,
    )


def try_told(sent: Sent) -> TryTold:
    return TryTold(sent.is_success, sent.status, None if sent.is_success else sent.why)


def _kept(webhook: Webhook, secret: Secret) -> Answered[WebhookKept]:
    return Answered(WebhookKept(webhook_told(webhook), secret.reveal()))
