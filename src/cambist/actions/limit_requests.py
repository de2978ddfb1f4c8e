"""Limit requests: count each for its address and its key, refuse who asks too often, ban who asks on."""

from datetime import datetime, timedelta

from cambist.actions.facts import ApiKey
from cambist.actions.ports import Clock, Traffic
from cambist.core.addresses import Address, asker
from cambist.core.errors import AddressBanned, RateLimited
from cambist.core.limits import MINUTE, Limits, Restriction, banned, restricted

_SECOND = timedelta(seconds=1)


class LimitRequests:
    """Exact within a second over processes; no request waits for anything to be written."""

    def __init__(self, clock: Clock, traffic: Traffic, limits: Limits) -> None:
        self._clock = clock
        self._traffic = traffic
        self._limits = limits

    def of_address(self, address: Address) -> None:
        """Counts a request from an address. Raises RateLimited, or AddressBanned."""
        self._count(f"address {asker(address)}", bans=True)

    def of_key(self, key: ApiKey) -> None:
        """Counts a request that this key has truly signed. Raises RateLimited."""
        self._count(f"key {key.id}", bans=False)

    def _count(self, subject: str, *, bans: bool) -> None:
        if not self._limits.requests_a_minute:
            return
        now = self._clock.now()
        last = self._traffic.restriction(subject)
        if last is not None and now < last.until:
            self._refuse(last, now, bans)
        if self._traffic.count(subject, now, MINUTE) > self._limits.requests_a_minute:
            begun = restricted(subject, last, now, self._limits)
            self._traffic.hold_back(begun, now)
            raise _rate_limited(begun, now)

    def _refuse(self, held: Restriction, now: datetime, bans: bool) -> None:
        if held.is_banned(now):
            raise _address_banned(held, now)
        if bans:
            # Counted under a name of its own, so that each restriction and each ban begins at none.
            name = f"{held.subject} until {held.until:%FT%T.%f} after {held.bans}"
            if self._traffic.count(name, now, self._limits.restricted) >= self._limits.requests_until_banned:
                held = banned(held, now, self._limits)
                self._traffic.hold_back(held, now)
                raise _address_banned(held, now)
        raise _rate_limited(held, now)


def _rate_limited(held: Restriction, now: datetime) -> RateLimited:
    return RateLimited(
        "Too many requests: ask again after the seconds of Retry-After", _left(held.until, now)
    )


def _address_banned(held: Restriction, now: datetime) -> AddressBanned:
    until = held.banned_until or held.until
    return AddressBanned("This address is banned for asking on while it was restricted", _left(until, now))


def _left(until: datetime, now: datetime) -> int:
    """Whole seconds, rounded up: after them it is over."""
    return -(-(until - now) // _SECOND)
