"""Choose the form of one's figures: the display currency, how dollar coins count, what is dust."""

from dataclasses import replace
from decimal import Decimal

from cambist.actions.facts import User
from cambist.actions.ports import Outside
from cambist.core.currencies import Chosen, known_currency
from cambist.core.errors import InvalidInput
from cambist.core.money import typed_number
from cambist.core.terms import Stablecoins

# In the place of a choice: whatever the settings say.
DEFAULT = "default"
MOST_DUST_USD = 1_000_000


async def choose_preferences(
    outside: Outside,
    user: User,
    by: str,
    display_currency: str | None = None,
    stablecoins: str | None = None,
    dust_usd: str | None = None,
) -> Chosen:
    """What is chosen then; what is not given stays. Each account's next load brings its figures in that form.

    Raises InvalidInput for a code or mode that there is not, and for dust that is no amount of dollars.
    """
    chosen = user.chosen
    if display_currency is not None:
        chosen = replace(chosen, display_currency=_currency(display_currency))
    if stablecoins is not None:
        chosen = replace(chosen, stablecoins=_mode(stablecoins))
    if dust_usd is not None:
        chosen = replace(chosen, dust_usd=_dust(dust_usd))
    if chosen != user.chosen:
        await outside.users.set_preferences(user.id, chosen, by, outside.clock.now())
    return chosen


def _currency(code: str) -> str | None:
    if code == DEFAULT:
        return None
    try:
        return known_currency(code)
    except ValueError as unknown:
        raise InvalidInput({"display_currency": [str(unknown)]}) from unknown


def _mode(mode: str) -> Stablecoins | None:
    if mode == DEFAULT:
        return None
    try:
        return Stablecoins(mode)
    except ValueError as unknown:
        there_are = ", ".join(Stablecoins)
        raise InvalidInput(
            {"stablecoins": [f"does not have a valid value: it is one of {there_are}"]}
        ) from unknown


def _dust(text: str) -> Decimal | None:
    if text == DEFAULT:
        return None
    try:
        dust = typed_number(text)
    except ValueError as wrong:
        raise InvalidInput({"dust_usd": [f"is {wrong}"]}) from wrong
    if not 0 <= dust <= MOST_DUST_USD:
        raise InvalidInput({"dust_usd": [f"must be from 0 to {MOST_DUST_USD}"]})
    return dust
