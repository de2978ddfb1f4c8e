"""The settings that shape figures."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from cambist.core.currencies import DUST_USD, Chosen, Preferences
from cambist.core.terms import Stablecoins


@dataclass(frozen=True, slots=True)
class Rules:
    """The settings that shape figures, what keys are taken, and whether exchanges' answers are kept.

    stablecoins, display_currency: of users that have chosen none.
    egresses: {name: the address that exchanges see}, in their order; none where the settings name none.
    gap_after: without a load for longer than this, it is not known what an account was worth meanwhile.
    """

    stablecoins: Stablecoins = Stablecoins.REFERENCE
    display_currency: str = "USD"
    allow_withdraw_keys: bool = False
    keep_answers: bool = False
    egresses: Mapping[str, str] = field(default_factory=dict)
    gap_after: timedelta = timedelta(minutes=15)

    def preferences(self, chosen: Chosen) -> Preferences:
        """What is in force for a user."""
        return Preferences(
            chosen.display_currency or self.display_currency,
            chosen.stablecoins or self.stablecoins,
            DUST_USD if chosen.dust_usd is None else chosen.dust_usd,
        )
