"""Limits on requests: how long whoever asks too often is held back, and banned for asking on."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

MINUTE = timedelta(minutes=1)
BANS_REMEMBERED = timedelta(days=3)
_MOST_DOUBLINGS = 20


@dataclass(frozen=True, slots=True)
class Limits:
    """requests_a_minute: of one key, and of one address; 0 for no limit at all.

    requests_until_banned: the one of a restricted address that is answered with its ban.
    """

    requests_a_minute: int = 100
    restricted: timedelta = timedelta(seconds=300)
    requests_until_banned: int = 20
    first_ban: timedelta = timedelta(minutes=2)
    longest_ban: timedelta = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Restriction:
    """A key or an address is held back until a time. bans: how many it has had, each twice the one before."""

    subject: str
    until: datetime
    bans: int = 0
    banned_until: datetime | None = None

    def is_banned(self, now: datetime) -> bool:
        return self.banned_until is not None and now < self.banned_until


def restricted(subject: str, last: Restriction | None, now: datetime, limits: Limits) -> Restriction:
    """The restriction that begins now; the bans of the last one count on for three days after its end."""
    bans = last.bans if last is not None and now < last.until + BANS_REMEMBERED else 0
    return Restriction(subject, now + limits.restricted, bans)


def banned(restriction: Restriction, now: datetime, limits: Limits) -> Restriction:
    """The restriction with one more ban, which never ends it earlier."""
    doubled = limits.first_ban * 2 ** min(restriction.bans, _MOST_DOUBLINGS)
    until = now + min(doubled, limits.longest_ban)
    return replace(
        restriction, until=max(restriction.until, until), bans=restriction.bans + 1, banned_until=until
    )
