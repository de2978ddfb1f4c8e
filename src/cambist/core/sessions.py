"""Sessions of people in browsers: how long one lasts, and how long failed sign-ins hold back the next."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=12)
SEEN_EVERY = timedelta(minutes=1)
MOST_OPEN = 32
FIRST_RUN_WITHIN = timedelta(hours=24)

FREE_FAILURES = 5
FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(minutes=15)
FAILURES_REMEMBERED = timedelta(days=1)
_MOST_DOUBLINGS = 10
_MAX_AGENT = 120
_SLOT_BYTES = 2

FIRST_RUN = "first run"


@dataclass(frozen=True, slots=True)
class Visitor:
    """Where a person signs in from: an address, and what the browser calls itself."""

    address: str
    agent: str


@dataclass(frozen=True, slots=True)
class Session:
    """A person signed in. seen_at: the last use, exact to a minute."""

    id: int
    user_id: int
    created_at: datetime
    seen_at: datetime
    visitor: Visitor

    def is_open(self, now: datetime) -> bool:
        return now < self.created_at + LONGEST and now < self.seen_at + IDLE

    @property
    def name(self) -> str:
        """How the audit log calls it."""
        return f"session {self.id}"


@dataclass(frozen=True, slots=True)
class FirstRunOffer:
    """A one-time token, by its SHA-256, with which the owner may be named until a time."""

    token: bytes
    until: datetime


def shortened_agent(text: str) -> str:
    """The start of a User-Agent header, printable."""
    return "".join(letter for letter in text[:_MAX_AGENT] if letter.isprintable())


def pause_after(failures: int) -> timedelta:
    """How long no sign-in is looked at after so many that failed in a row."""
    over = failures - FREE_FAILURES
    if over < 0:
        return timedelta()
    return min(FIRST_PAUSE * (1 << min(over, _MOST_DOUBLINGS)), LONGEST_PAUSE)


def subject_of_user(user_id: int) -> str:
    return f"user {user_id}"


def subject_of_nobody(name: str) -> str:
    """What failures under a name that nobody has count for: one of 65,536 slots.

    So there are never more rows than that, and none tells what was typed: it may have been a password.
    """
    return f"nobody {sha256(name.encode()).digest()[:_SLOT_BYTES].hex()}"
