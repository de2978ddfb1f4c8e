"""The endpoints that change an account's keys or wallets or a user's mode, and tell what can be connected."""

import msgspec

from cambist.actions.update_account import update_account
from cambist.api.accounts import EGRESS, entity, given_keys
from cambist.api.endpoint import Answered, Asked
from cambist.api.parameters import account_id, choice, optional_boolean, optional_text, optional_texts
from cambist.core.errors import InvalidInput, NotFound
from cambist.core.terms import Coverage, Market, Mode

ACCOUNT_ID = account_id("account_id", "the account to change")
NEW_NAME = optional_text("name", "how you call the account from now on")
INCLUDE_IN_SUMMARY = optional_boolean("include_in_summary", "whether the summary counts the account")
OF_TYPE = optional_text("type", "only the exchange of this market's code")
WITH_API_KEY = optional_text("api_key", "tell of accounts that this exchange key has connected")
WALLETS = optional_texts("wallets", "what to cover beside the base wallet; none: all that answer", 50)
MODE = choice("mode", "real or paper", tuple(Mode))


class TypeToConnect(msgspec.Struct):
    """connected: an account of the type is connected already. available: it can be connected (again).

    unified: whether one wallet holds what other types of the exchange hold too.
    """

    type: str
    connected: bool
    available: bool
    unified: bool


class UserMode(msgspec.Struct):
    mode: Mode


async def update(asked: Asked) -> Answered[msgspec.Raw]:
    changed = await update_account(
        asked.outside,
        asked.caller,
        asked[ACCOUNT_ID],
        name=asked[NEW_NAME],
        include_in_summary=asked[INCLUDE_IN_SUMMARY],
        keys=given_keys(asked),
        egress=asked[EGRESS],
    )
    return Answered(entity(asked, changed))


async def cover(asked: Asked) -> Answered[Coverage]:
    changed = await update_account(asked.outside, asked.caller, asked.account_id, wallets=asked[WALLETS])
    return Answered(changed.coverage)


async def types_to_connect(asked: Asked) -> Answered[list[TypeToConnect]]:
    """All markets of the catalogue, or those of one exchange."""
    api_key = asked[WITH_API_KEY]
    connected = await asked.outside.accounts.markets_connected(asked.caller.user_id, api_key)
    return Answered(
        [
            TypeToConnect(
                type=market.code,
                connected=market.code in connected,
                available=api_key is None or market.code not in connected,
                unified=False,
            )
            for market in _markets(asked)
        ]
    )


async def change_mode(asked: Asked) -> Answered[UserMode]:
    mode = Mode(asked[MODE])
    await asked.outside.users.set_mode(asked.caller.user_id, mode)
    return Answered(UserMode(mode))


async def current_mode(asked: Asked) -> Answered[UserMode]:
    return Answered(UserMode((await asked.outside.users.get(asked.caller.user_id)).mode))


def _markets(asked: Asked) -> list[Market]:
    markets, code = asked.outside.exchanges.markets(), asked[OF_TYPE]
    if code is None:
        return list(markets)
    try:
        told = asked.outside.exchanges.market(code)
    except NotFound as unknown:
        raise InvalidInput({"type": ["does not have a valid value"]}) from unknown
    return [market for market in markets if market.ccxt_id == told.ccxt_id] or [told]
