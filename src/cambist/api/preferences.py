"""The endpoints of a user's preferences: the display currency, how dollar coins count, what is dust."""

import msgspec

from cambist.actions.choose_preferences import DEFAULT, choose_preferences
from cambist.api.endpoint import Answered, Asked
from cambist.api.parameters import Parameter, optional_text
from cambist.core.currencies import CURRENCIES, DUST_USD, Chosen
from cambist.core.money import plain_text
from cambist.core.terms import Stablecoins


def _one_of(name: str, about: str, words: tuple[str, ...]) -> Parameter[str | None]:
    """The action tells which words there are."""
    told = optional_text(name, f"{about}; '{DEFAULT}' is what the settings say")
    return Parameter(name, told.read, {"type": "string", "enum": [*words, DEFAULT]}, told.about)


DISPLAY_CURRENCY = _one_of("display_currency", "the currency that figures are displayed in", CURRENCIES)
STABLECOINS = _one_of(
    "stablecoins",
    "how dollar coins count: by bitcoin, as one dollar, by their own market",
    tuple(Stablecoins),
)


DUST = optional_text(
    "dust_usd", f"what is worth less is dust, in USD as text; '{DEFAULT}' is {plain_text(DUST_USD)}"
)


class PreferencesTold(msgspec.Struct):
    """What is in force, and what of it the user has chosen; null: as the settings say."""

    display_currency: str
    stablecoins: Stablecoins
    dust_usd: str
    chosen_display_currency: str | None
    chosen_stablecoins: Stablecoins | None
    chosen_dust_usd: str | None


async def preferences(asked: Asked) -> Answered[PreferencesTold]:
    user = await asked.outside.users.get(asked.caller.user_id)
    return Answered(_told(asked, user.chosen))


async def choose(asked: Asked) -> Answered[PreferencesTold]:
    user = await asked.outside.users.get(asked.caller.user_id)
    chosen = await choose_preferences(
        asked.outside, user, asked.caller.via, asked[DISPLAY_CURRENCY], asked[STABLECOINS], asked[DUST]
    )
    return Answered(_told(asked, chosen))


def _told(asked: Asked, chosen: Chosen) -> PreferencesTold:
    found = asked.outside.rules.preferences(chosen)
    return PreferencesTold(
        found.display_currency,
        found.stablecoins,
        plain_text(found.dust_usd),
        chosen.display_currency,
        chosen.stablecoins,
        None if chosen.dust_usd is None else plain_text(chosen.dust_usd),
    )
