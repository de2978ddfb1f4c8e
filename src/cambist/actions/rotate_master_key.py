"""Rotate the master key: a new one, and everything that is sealed, sealed anew under it while servers run."""

from collections.abc import Callable

from cambist.actions.facts import Rotated
from cambist.actions.ports import Clock, MasterKeys, SealedRecords


class RotateMasterKey:
    """Rotates, and finishes a rotation that was cut short after its transaction.

    The next key is safe beside the old one before the transaction, and takes its place after it: whenever
    this dies, the database's check value names one of the two.
    """

    def __init__(self, clock: Clock, master_keys: MasterKeys, records: SealedRecords) -> None:
        self._clock = clock
        self._master_keys = master_keys
        self._records = records

    @property
    def where(self) -> str:
        """Names where the key is kept."""
        return self._master_keys.where

    @property
    def how_to_follow(self) -> str:
        """What people have to do after it; empty for nothing."""
        return self._master_keys.how_to_follow

    async def __call__(self, by: str, progress: Callable[[int, int], None]) -> Rotated:
        """Raises SetupError: nothing has changed, unless it says that the new key is in force."""
        with self._records.alone() as check:
            if not self._master_keys.is_promoted(check):
                await self._finish(check)
            resealing = self._master_keys.stage(check)
            rotated = await self._records.reseal(resealing, by, self._clock.now(), progress)
            await self._finish(resealing.check_after)
        return rotated

    async def resume(self) -> None:
        """The end of a rotation whose key is in force and not in its place yet. Raises SetupError."""
        with self._records.alone() as check:
            await self._finish(check)

    async def _finish(self, check: str) -> None:
        await self._records.forget_old_frames()
        self._master_keys.promote(check)
