"""Keep a webhook: add it, or give it another secret. A secret is shown once and kept sealed."""

from collections.abc import Sequence
from dataclasses import replace

from cambist.actions.facts import Caller, Place
from cambist.actions.ports import Outside
from cambist.core.events import Kind
from cambist.core.terms import Secret
from cambist.core.webhooks import OLD_SECRET_FOR, Webhook


def place_of(webhook: Webhook, field: str) -> Place:
    """Where one of its sealed secrets belongs."""
    return Place(webhook.user_id, webhook.user_key, webhook.record, field)


async def add_webhook(
    outside: Outside, caller: Caller, url: str, kinds: Sequence[Kind]
) -> tuple[Webhook, Secret]:
    """The webhook, and its secret: the only time that it can be seen. kinds: those wanted; none for all.

    Raises InvalidInput for an address to which nothing may be sent, or where there are too many.
    """
    outside.post.check(url)
    secret, now = outside.vault.new_webhook_secret(), outside.clock.now()
    draft = Webhook(0, caller.user_id, url, tuple(sorted(set(kinds))), now, b"", b"")

    def seal(webhook: Webhook) -> bytes:
        return outside.vault.seal(secret, place_of(webhook, "secret"))

    return await outside.webhooks.add(draft, seal, caller.via), secret


async def rotate_webhook(outside: Outside, caller: Caller, webhook_id: int) -> tuple[Webhook, Secret]:
    """Another secret, shown once; the one before signs as well for a day. Raises NotFound."""
    secret, now, vault = outside.vault.new_webhook_secret(), outside.clock.now(), outside.vault

    def rotated(webhook: Webhook) -> Webhook:
        before = vault.open(webhook.secret, place_of(webhook, "secret"))
        return replace(
            webhook,
            secret=vault.seal(secret, place_of(webhook, "secret")),
            old_secret=vault.seal(before, place_of(webhook, "old_secret")),
            old_until=now + OLD_SECRET_FOR,
        )

    return await outside.webhooks.rotate(caller.user_id, webhook_id, rotated, caller.via, now), secret
