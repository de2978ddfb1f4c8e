"""What actions need of the store for people and their ways in. Each verb is one transaction."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol

from cambist.actions.facts import (
    ApiKey,
    User,
)
from cambist.core.currencies import Chosen
from cambist.core.limits import Restriction
from cambist.core.sessions import FirstRunOffer, Session
from cambist.core.signing import Stamp
from cambist.core.terms import Mode


class Users(Protocol):
    async def add(
        self, name: str, new_data_key: Callable[[str | None], bytes], by: str, at: datetime
    ) -> User:
        """`new_data_key` gets the check value of the master key in force.

        Raises InvalidInput where the name is taken.
        """
        ...

    async def owner(self) -> User:
        """The first user; raises SetupError where there is none."""
        ...

    async def get(self, user_id: int) -> User: ...

    async def named(self, name: str) -> User:
        """Raises NotFound."""
        ...

    async def listed(self) -> list[User]: ...

    async def password_hash(self, user_id: int) -> str | None: ...

    async def set_password(
        self, user_id: int, password_hash: str, by: str, at: datetime, keep_session: int | None = None
    ) -> None:
        """Ends the person's sessions too, all but the one to keep, and forgets sign-ins that failed."""
        ...

    async def set_mode(self, user_id: int, mode: Mode) -> None: ...

    async def set_preferences(self, user_id: int, chosen: Chosen, by: str, at: datetime) -> None:
        """Ends the fresh second of the user's accounts too, so that the next load goes by them."""
        ...


class Sessions(Protocol):
    """People signed in; tokens are handed in and kept as their SHA-256."""

    async def begin(
        self, session: Session, token: bytes, password_hash: str, rehashed: str | None
    ) -> Session:
        """Keeps the session with its id, and the password's newer hash where there is one.

        The person's failures are forgotten, and of more than 32 sessions the oldest ends. Raises
        SignInRefused where the password has another hash by now.
        """
        ...

    async def find(self, token: bytes) -> Session | None:
        """Also one that is over; None for one that was ended, in whichever process."""
        ...

    async def seen(self, session_id: int, at: datetime) -> None:
        """Writes the time down, unless one of the last minute is."""
        ...

    async def listed(self, user_id: int, at: datetime) -> list[Session]:
        """Those that are open, the last used first."""
        ...

    async def end(self, user_id: int, session_id: int, by: str, at: datetime) -> None:
        """Raises NotFound for a session that is not this person's, as for none."""
        ...

    async def end_all(self, user_id: int, by: str, at: datetime) -> int:
        """How many there were, also of those that nobody used any more."""
        ...


class Attempts(Protocol):
    """Sign-ins, counted before they are looked at, so that those of the same moment count too."""

    async def begin(self, subject: str, at: datetime) -> datetime | None:
        """Counts one more that has not succeeded; until when none is looked at, where that is so."""
        ...


class FirstRuns(Protocol):
    """The one-time token by which the owner gets a name and a password."""

    async def offer(self, offer: FirstRunOffer, by: str, at: datetime) -> bool:
        """Replaces the last one; does nothing, and says so, where the owner has a password."""
        ...

    async def offered(self) -> FirstRunOffer | None: ...

    async def finish(
        self, offer: FirstRunOffer, name: str, password_hash: str, by: str, at: datetime
    ) -> User:
        """The owner so named. Raises AccessDenied where the offer is not the last one or used up."""
        ...


class ApiKeys(Protocol):
    async def add(self, key: ApiKey, seal: Callable[[bytes], bytes] | None, by: str) -> ApiKey:
        """`seal` gets the user's data key, as it is wrapped now; none for a key that has no secret."""
        ...

    async def find(self, api_key: str) -> ApiKey | None: ...

    async def listed(self, user_id: int) -> list[ApiKey]: ...

    async def revoke(self, user_id: int, api_key: str, by: str, at: datetime) -> None:
        """Raises NotFound."""
        ...


class LastUses(Protocol):
    def note(self, api_key_id: int, at: datetime) -> None:
        """A key of ours signed a request; nobody waits for its being written."""
        ...


class Nonces(Protocol):
    """The nonces of strict signatures: each is good for one request of its key, over all processes."""

    def spend(self, api_key_id: int, stamp: Stamp, now: datetime) -> int:
        """How often a stamp's nonce has been used, this time included. Raises StoreUnavailable."""
        ...


class Traffic(Protocol):
    """Requests as all processes count them, and who is held back; seen by the others within a second."""

    def count(self, subject: str, now: datetime, window: timedelta) -> int:
        """Counts one request; how many there were in the window that ends now, this one included.

        What others counted is as new as the last look for a restriction, which comes first.
        """
        ...

    def restriction(self, subject: str) -> Restriction | None:
        """The last restriction, also one that is over."""
        ...

    def hold_back(self, restriction: Restriction, now: datetime) -> None:
        """In force at once here, and for the others as soon as it is written, which nobody waits for."""
        ...
