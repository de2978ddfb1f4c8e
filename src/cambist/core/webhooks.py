"""Webhooks: where events are sent, when a delivery is tried again, when a webhook is disabled."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from cambist.core.events import Event, Kind

MOST_WEBHOOKS = 10
OLD_SECRET_FOR = timedelta(days=1)
# A claimed delivery is nobody else's for so long; a try is over well before.
CLAIMED_FOR = timedelta(seconds=60)
ANSWER_WITHIN_S = 15
GIVEN_UP_AFTER = timedelta(days=3)
GONE = 410
# The longest wait after each try; how much of it is drawn ("full jitter"). 9 tries in 16 hours, or up to 32.
_LONGEST_WAITS = (
    timedelta(seconds=10),
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
)
MOST_TRIES = len(_LONGEST_WAITS) + 1
_LONGEST_ASKED_FOR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Webhook:
    """kinds: those wanted; none for all. user_key, secret, old_secret: sealed, and what opens them.

    old_until: until when the secret of before the last rotation signs as well. failing_since: since when no
    delivery has succeeded. disabled_why: None where it is not disabled.
    """

    id: int
    user_id: int
    url: str
    kinds: tuple[Kind, ...]
    created_at: datetime
    user_key: bytes
    secret: bytes
    old_secret: bytes | None = None
    old_until: datetime | None = None
    failing_since: datetime | None = None
    disabled_at: datetime | None = None
    disabled_why: str | None = None

    @property
    def record(self) -> str:
        """What its sealed fields, `secret` and `old_secret`, belong to."""
        return webhook_record(self.id)


def webhook_record(webhook_id: int) -> str:
    return f"webhook:{webhook_id}"


@dataclass(frozen=True, slots=True)
class Delivery:
    """An event on its way to a webhook. tried: how many tries there were, this one included."""

    webhook: Webhook
    event: Event
    tried: int


@dataclass(frozen=True, slots=True)
class Sent:
    """What came of a try. status: None where no answer came; failure: why, in words that hold no secret.

    retry_after_s: what the answer asked to wait.
    """

    status: int | None
    failure: str = ""
    retry_after_s: int | None = None

    @property
    def is_success(self) -> bool:
        return self.status is not None and 200 <= self.status < 300

    @property
    def why(self) -> str:
        return self.failure or f"answered {self.status}"


def wait_after(tried: int, drawn: float, sent: Sent) -> timedelta | None:
    """How long to wait after so many tries; None where no more is made. drawn: from 0 to below 1.

    The receiver's own wish is heard, up to an hour.
    """
    if tried >= MOST_TRIES:
        return None
    asked_for = min(timedelta(seconds=sent.retry_after_s or 0), _LONGEST_ASKED_FOR)
    return max(_LONGEST_WAITS[tried - 1] * drawn, asked_for)


def why_disabled(webhook: Webhook, sent: Sent, now: datetime) -> str | None:
    """Why a failed try ends a webhook; None where it does not."""
    if sent.status == GONE:
        return "Its receiver answered 410: it wants no more."
    if webhook.failing_since is not None and now - webhook.failing_since >= GIVEN_UP_AFTER:
        return f"No delivery has succeeded for {GIVEN_UP_AFTER.days} days; the last try {sent.why}."
    return None
