"""What actions need for events: the store's verbs, each one transaction, and the way out to webhooks."""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Protocol

from cambist.core.events import Events as Told
from cambist.core.events import Kind
from cambist.core.thresholds import Threshold
from cambist.core.webhooks import Delivery, Sent, Webhook


class Events(Protocol):
    """What was told of people's accounts; who tells does so in the transaction of what is told."""

    def version(self) -> int:
        """Changes whenever anything was committed, by whichever process."""
        ...

    async def newest(self, user_id: int) -> int:
        """The id of the person's newest event; 0 for none."""
        ...

    async def after(
        self,
        user_id: int,
        after: int,
        most: int,
        kinds: Collection[Kind] = (),
        account_id: int | None = None,
    ) -> Told:
        """The first so many events after an id, of some kinds or all, of an account or all."""
        ...

    async def prune(self, now: datetime) -> int:
        """Drops what is too old or too many; how many those were."""
        ...


class Thresholds(Protocol):
    async def add(self, threshold: Threshold) -> Threshold:
        """The same with its id. Raises InvalidInput where the user has too many."""
        ...

    async def listed(self, user_id: int) -> list[Threshold]: ...

    async def remove(self, user_id: int, threshold_id: int) -> None:
        """Raises NotFound for one that is not this user's, as for none."""
        ...


class Webhooks(Protocol):
    """Raises NotFound for a webhook that is not this user's, as for none."""

    async def add(self, webhook: Webhook, seal: Callable[[Webhook], bytes], by: str) -> Webhook:
        """The same with its id, to be told of what happens from now on.

        `seal` gets it with its id and data key. Raises InvalidInput where the user has too many.
        """
        ...

    async def get(self, user_id: int, webhook_id: int) -> Webhook: ...

    async def listed(self, user_id: int) -> list[Webhook]: ...

    async def waiting(self, user_id: int) -> Mapping[int, int]:
        """{webhook: how many deliveries wait}."""
        ...

    async def rotate(
        self, user_id: int, webhook_id: int, rotated: Callable[[Webhook], Webhook], by: str, at: datetime
    ) -> Webhook:
        """Keeps the sealed secrets of what `rotated` makes of it."""
        ...

    async def enable(self, user_id: int, webhook_id: int, by: str, at: datetime) -> None:
        """Ends its being disabled; what was told meanwhile is not sent."""
        ...

    async def remove(self, user_id: int, webhook_id: int, by: str, at: datetime) -> None:
        """With what is on its way to it."""
        ...

    async def is_anything_due(self, now: datetime) -> bool: ...

    async def claim(self, now: datetime, room: Callable[[int, int], int]) -> list[Delivery]:
        """Takes in what was told since, and claims tries that are due: for a minute they are nobody else's.

        room: how many of its due tries a webhook may have.
        """
        ...

    async def delivered(self, delivery: Delivery) -> None: ...

    async def failed(self, delivery: Delivery, sent: Sent, now: datetime, due_at: datetime | None) -> None:
        """due_at: when it is tried again; None gives it up. Disables the webhook where that is due."""
        ...


class Post(Protocol):
    """The way out to webhooks."""

    def check(self, url: str) -> None:
        """Raises InvalidInput on `url` where nothing may be sent to."""
        ...

    async def send(self, url: str, headers: Mapping[str, str], body: bytes) -> Sent:
        """One try, over within 15 seconds; never raises for what the receiver, or the way to it, does."""
        ...
