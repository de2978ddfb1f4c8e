"""The vault's part of a rotation: the next master key, and everything sealed anew under it."""

from collections.abc import Callable
from dataclasses import replace

from cambist.actions.facts import Place
from cambist.vault.envelope import Envelope
from cambist.vault.master_key import MasterKey
from cambist.vault.sources import Source, key_that, the_key


class MasterKeys:
    """Fits the port of the same name."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self.where = source.where
        self.how_to_follow = source.how_to_follow

    def named(self, check: str) -> MasterKey:
        """The key of this check value. Raises SetupError."""
        return the_key(self._source, check)

    def find(self, fits: Callable[[MasterKey], bool]) -> MasterKey | None:
        """The key that fits, as the source is now."""
        return key_that(fits, self._source)

    def stage(self, check: str) -> "Resealing":
        return Resealing(self.named(check), self._source.stage())

    def is_promoted(self, check: str) -> bool:
        return self._source.current().check == check

    def promote(self, check: str) -> None:
        upcoming = self._source.upcoming()
        if upcoming is not None and upcoming.check == check:
            self._source.promote(upcoming)


class Resealing:
    """Fits the port of the same name: opens by one master key, seals by the next."""

    def __init__(self, before: MasterKey, after: MasterKey) -> None:
        self._before, self._after = Envelope(before), Envelope(after)
        self.check_before, self.check_after = before.check, after.check
        self.about = f"{before.id.hex()} to {after.id.hex()}"

    def new_user_key(self) -> bytes:
        return self._after.new_user_key()

    def audit_key(self, wrapped: bytes) -> bytes:
        return self._before.audit_key_under(self._after, wrapped)

    def sealed(self, sealed: bytes, place: Place, user_key: bytes) -> bytes:
        return self._after.seal(self._before.open(sealed, place), replace(place, user_key=user_key))
