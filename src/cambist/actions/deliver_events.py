"""Deliver events to webhooks: signed as Standard Webhooks has it, at least once, tried again for a day."""

from cambist.actions.facts import Caller
from cambist.actions.keep_webhook import place_of
from cambist.actions.ports import Outside
from cambist.core.events import Event, Kind, document, told
from cambist.core.webhooks import Delivery, Sent, Webhook, wait_after

_AGENT = "Cambist"


async def deliver(outside: Outside, delivery: Delivery, drawn: float) -> Sent:
    """One try of a claimed delivery, and what follows from it. drawn: from 0 to below 1.

    Raises SetupError where its secret does not open, StoreUnavailable: then it is tried again as soon as its
    claim has lapsed.
    """
    sent = await send(outside, delivery.webhook, delivery.event)
    if sent.is_success:
        await outside.webhooks.delivered(delivery)
    else:
        now = outside.clock.now()
        wait = wait_after(delivery.tried, drawn, sent)
        await outside.webhooks.failed(delivery, sent, now, None if wait is None else now + wait)
    return sent


async def send(outside: Outside, webhook: Webhook, event: Event) -> Sent:
    """One try: an event's name stays the same over tries, the time is this try's own."""
    now, body = outside.clock.now(), told(event).encode()
    stamp = int(now.timestamp())
    sealed = [(webhook.secret, "secret")]
    if webhook.old_secret is not None and webhook.old_until is not None and now < webhook.old_until:
        sealed.append((webhook.old_secret, "old_secret"))
    signatures = [
        outside.vault.webhook_signature(
            outside.vault.open(each, place_of(webhook, field)), event.name, stamp, body
        )
        for each, field in sealed
    ]
    headers = {
        "Content-Type": "application/json",
        "User-Agent": _AGENT,
        "webhook-id": event.name,
        "webhook-timestamp": str(stamp),
        "webhook-signature": " ".join(signatures),
    }
    return await outside.post.send(webhook.url, headers, body)


async def send_test(outside: Outside, caller: Caller, webhook_id: int) -> Sent:
    """Sends an event that says nothing, at once and once only. Raises NotFound.

    A webhook that was disabled is enabled again where its receiver takes the test.
    """
    webhook = await outside.webhooks.get(caller.user_id, webhook_id)
    now = outside.clock.now()
    text = document(Kind.WEBHOOK_TEST, webhook.id)
    sent = await send(outside, webhook, Event(0, now, webhook.user_id, None, Kind.WEBHOOK_TEST, text))
    if sent.is_success and webhook.disabled_at is not None:
        await outside.webhooks.enable(caller.user_id, webhook_id, caller.via, now)
    return sent
