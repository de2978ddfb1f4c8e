"""What actions need of the store for exchange accounts. Each verb is one transaction."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Protocol

from cambist.actions.attempt_facts import Attempt, Failing
from cambist.actions.facts import (
    AccountChange,
    AccountDraft,
    Between,
    Dated,
    Due,
    Fresh,
    Held,
    Holdings,
    Imported,
    KeptAnswers,
    KeptLoad,
    KeyUse,
    LastRead,
    Load,
    Outcome,
    SealedCredentials,
    Thinned,
    Turn,
    Worths,
)
from cambist.core.control import Control
from cambist.core.errors import LoadFailed
from cambist.core.history import Baselines, Neighbours, Snapshot
from cambist.core.receipts import RawAnswer
from cambist.core.rights import KeyRights
from cambist.core.summary import Point
from cambist.core.terms import Account, Worth


class Accounts(Protocol):
    async def get(self, user_id: int, account_id: int) -> Account:
        """Raises NotFound for an account that is not this user's, as for none."""
        ...

    async def listed(
        self, user_id: int, api_key: str | None = None, limit: int = 100, offset: int = 0
    ) -> list[Account]: ...

    async def in_summary(self, user_id: int, most: int) -> list[Account]:
        """The accounts that the summary is made of, at most so many, in the order of their ids."""
        ...

    async def markets_connected(self, user_id: int, api_key: str | None = None) -> frozenset[str]:
        """The markets that the user has accounts of, or has connected with this key."""
        ...

    async def covered_already(self, draft: AccountDraft) -> list[tuple[str, ...]]:
        """The wallets of each account that the user has of the draft's exchange with its uid or key."""
        ...

    async def of_exchange_account(self, account: Account, markets: Sequence[str]) -> list[Account]:
        """The accounts of these markets that its user has with its uid or key, itself among them."""
        ...

    async def egresses_in_use(self, draft: AccountDraft) -> Mapping[str | None, tuple[int, bool]]:
        """{egress: (accounts of the draft's exchange that go by it, whoever's; whether one has its keys)}."""
        ...

    async def connect(
        self, draft: AccountDraft, seal: Callable[[int, bytes], SealedCredentials], load: Load
    ) -> Account:
        """Keeps a tried account with its first load.

        `seal` gets the new id, and the user's data key as it is wrapped now. Raises InvalidInput where the
        user has come to cover one of its wallets already.
        """
        ...

    async def rename(self, user_id: int, account_id: int, name: str, at: datetime) -> Account: ...

    async def update(self, user_id: int, account_id: int, change: AccountChange, at: datetime) -> Account:
        """The account changed as a whole. New keys end its fresh second and a load that runs by the old ones.

        Raises NotFound; InvalidInput on `api_key` where the new keys are another account's. Where the
        exchange does not tell that they are the same account's, the load's snapshot is marked as a break.
        """
        ...

    async def lock(self, user_id: int, account_id: int, reason: str, by: str, at: datetime) -> Account:
        """Locked by its user: new keys do not unlock it. Raises NotFound."""
        ...

    async def unlock(self, user_id: int, account_id: int, by: str, at: datetime) -> Account:
        """Unlocked, and its keys' rights due at once; one that is not locked stays. Raises NotFound."""
        ...

    async def remove(self, user_id: int, account_id: int, by: str, at: datetime) -> None:
        """Erases the keys; the account is not found from then on."""
        ...


class Loads(Protocol):
    async def take_turn(
        self, user_id: int, account_id: int, load_id: str, cause: str, now: datetime, lease: timedelta
    ) -> Turn | Held | Fresh:
        """The turn, the attempt and the audit of the keys' use, or none. Raises NotFound, AccountLocked."""
        ...

    async def extend_turn(self, load_id: str, until: datetime) -> None: ...

    async def keep(self, account_id: int, load: Load) -> Account:
        """Keeps a load whole and ends its turn; raises LoadInterrupted if the turn was lost."""
        ...

    async def fail(
        self, load_id: str, at: datetime, failure: LoadFailed, answers: Sequence[RawAnswer] | None = None
    ) -> None:
        """Ends the turn with its failure, and the account's fresh second; balances stay.

        answers: what was answered until then; None where none are to be kept.
        """
        ...

    async def outcome(self, load_id: str) -> Outcome | None:
        """None while the load runs."""
        ...

    async def attempts(self, account_id: int, most: int) -> list[Attempt]:
        """The last so many, the newest first; uses of the keys beside loads among them."""
        ...

    async def failing(self, user_id: int) -> Mapping[int, Failing]:
        """{account: what its loads fail with}, of the user's accounts whose last load brought no data."""
        ...

    async def due(
        self,
        now: datetime,
        every: timedelta,
        keys_retried: timedelta,
        resting: Sequence[tuple[str, str | None]],
        most: int,
    ) -> list[Due]:
        """Accounts last attempted or connected `every` ago, the longest ago first; locked ones are not.

        Where the keys were rejected, the account is due again after `keys_retried`. Accounts that are of a
        market and go by an egress which are `resting` together are left out.
        """
        ...

    async def record_refusal(
        self,
        user_id: int,
        load_id: str,
        cause: str,
        at: datetime,
        failure: LoadFailed,
        account_id: int | None = None,
    ) -> None:
        """The audit row of keys that were tried, for a new account or for this one, and not kept."""
        ...


class Answers(Protocol):
    """What exchanges answered to loads; kept with the load, for a time."""

    async def of_load(
        self, user_id: int, load_id: str, now: datetime, account_id: int | None = None
    ) -> KeptAnswers:
        """Raises NotFound for a load that this user, or this account of theirs, has not.

        AnswersNotKept where there are none, or they are too old; SetupError if they cannot be read.
        """
        ...


class KeyUses(Protocol):
    """The audit of what keys are used for beside loads; it does not take the account's turn."""

    async def begin(self, user_id: int, account_id: int, use_id: str, cause: str, at: datetime) -> KeyUse:
        """Writes the use down, then hands out what opens the keys. Raises NotFound, AccountLocked."""
        ...

    async def fail(self, use_id: str, at: datetime, failure: LoadFailed) -> None:
        """Notes how the use failed; the account's key state is as before."""
        ...


class Rights(Protocol):
    """What accounts' keys may do, as read of those in use."""

    async def due(
        self,
        before: datetime,
        markets: Sequence[str],
        resting: Sequence[tuple[str, str | None]],
        most: int,
    ) -> list[Due]:
        """Accounts of these markets last asked about at or before then, the longest ago first.

        Locked ones and those that rest are not; those whose exchange told nothing of new keys are at once.
        """
        ...

    async def keep(
        self,
        user_id: int,
        account_id: int,
        api_key: str,
        rights: KeyRights,
        by: str,
        at: datetime,
        lock_reason: str | None,
    ) -> None:
        """Keeps what the key may do, and locks the account where a reason is given.

        Nothing is kept where the account has another key by now. Fit new keys end a lock of this kind.
        """
        ...

    async def not_told(self, account_id: int, at: datetime) -> None:
        """Notes that the exchange was asked and did not tell; what was read before stands."""
        ...


class Controls(Protocol):
    """What exchanges said of accounts' totals, the last time that they were asked."""

    async def due(
        self,
        before: datetime,
        markets: Sequence[str],
        resting: Sequence[tuple[str, str | None]],
        most: int,
    ) -> list[Due]:
        """Accounts of these markets last asked about at or before then, the longest ago first.

        Those of a market and an egress which are `resting` together are left out. Locked ones
        are not due, nor those whose keys are rejected; ones never asked about are at once.
        """
        ...

    async def claim(self, user_id: int, account_id: int, at: datetime, before: datetime) -> bool:
        """Whether it is the caller's to ask now: notes it, unless that was done after `before`."""
        ...

    async def keep(self, account_id: int, control: Control) -> None:
        """In the place of the last one."""
        ...

    async def last(self, user_id: int, account_id: int) -> Control | None:
        """None where none was ever taken; SetupError if it cannot be read."""
        ...


class History(Protocol):
    async def baselines(self, account_id: int, day: datetime, month: datetime) -> Baselines: ...

    async def holdings(self, account_id: int, start: datetime, until: datetime) -> Holdings | None:
        """By all loads from the last one at or before `start` to the first one at or after `until`.

        None where no load is as old as `start`, or where more are kept than can be read at once.
        """
        ...

    async def last_read(self, account_id: int) -> LastRead: ...

    async def complete_read(self, account_id: int, at: datetime) -> LastRead | None:
        """As the last complete load read at or before then, of those whose balances are kept."""
        ...

    async def worths_by_asset(
        self, account_id: int, at: datetime
    ) -> tuple[datetime, Mapping[str, tuple[Decimal, Worth | None]]] | None:
        """(its time, {asset: (total, its worth)}) of that load; no worth where nothing tells a price."""
        ...

    async def import_points(self, account_id: int, points: Sequence[Snapshot]) -> Imported:
        """Keeps points dated before the first own snapshot (one at a time wins over an earlier import)."""
        ...

    async def points(self, account_id: int) -> list[Snapshot]:
        """All snapshots of complete loads and imported points, oldest first."""
        ...

    async def worths(self, account_id: int, since: datetime, until: datetime, most: int) -> Worths:
        """The first so many snapshots of any kind in a span of time, oldest first."""
        ...

    async def worths_at(
        self, account_ids: Sequence[int], times: Sequence[datetime]
    ) -> Mapping[int, Sequence[Point]]:
        """{account: the snapshots of any kind that stood at these times, oldest first, each once}."""
        ...

    async def first_at(self, account_ids: Sequence[int]) -> datetime | None:
        """The time of the first snapshot of any kind that one of the accounts has."""
        ...

    async def worths_beside(self, account_id: int, since: datetime, until: datetime) -> tuple[Worths, Worths]:
        """The last snapshot of any kind before a span of time, and the first after it, where they are."""
        ...

    async def dated(
        self, account_id: int, since: datetime, until: datetime, every: timedelta, most: int
    ) -> list[Dated]:
        """The last snapshot of any kind in each `every` that has one, oldest first, so many at most."""
        ...

    async def point(self, account_id: int, at: datetime) -> Dated:
        """Raises NotFound where no snapshot has this very time."""
        ...

    async def mark(
        self, user_id: int, account_id: int, at: datetime, mark: str | None, by: str, now: datetime
    ) -> Dated:
        """Marks a snapshot as wrong, with the reason, or takes its mark away; its audit entry with it.

        It ends the account's fresh second. Raises NotFound where no snapshot has this very time.
        """
        ...

    async def around(self, account_id: int, at: datetime) -> tuple[Neighbours, Between]:
        """What counts for profit, at or before and at or after a time, and what lies between them."""
        ...

    async def begins_at(self, account_id: int) -> datetime | None:
        """The time of the first snapshot that counts for profit."""
        ...

    async def kept_near(self, account_id: int, at: datetime, within: timedelta) -> KeptLoad | None:
        """The load that brought data nearest to a time, where its balances and receipt are kept."""
        ...

    async def kept_load(self, user_id: int, load_id: str) -> KeptLoad:
        """Raises NotFound for a load that left no receipt with this user; SetupError if it cannot be read.

        ReceiptThinned where it has come of age, and only its digest is kept.
        """
        ...


class Retention(Protocol):
    """Thins histories by what `core/retention` says stays. Each verb may be cut short and repeated."""

    async def due(self, now: datetime, every: timedelta) -> list[int]:
        """The accounts whose history was not rolled up for `every`, and is old enough; removed ones too."""
        ...

    async def days(self, account_id: int, now: datetime, *, anew: bool) -> list[datetime]:
        """The days in which something may have come of age since the last roll-up; anew: all of them."""
        ...

    async def thin(self, account_id: int, day: datetime, now: datetime) -> Thinned:
        """Takes away what has come of age in a day: some rows a transaction."""
        ...

    async def done(self, account_id: int, now: datetime) -> None:
        """Takes away old attempts, and notes that the history is rolled up."""
        ...

    async def give_back(self) -> bool:
        """Gives some empty space back to the disk where there is much; whether it did."""
        ...
