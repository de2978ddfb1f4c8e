"""The endpoint of the summary: all accounts included in it, as one Account of the wire format."""

from dataclasses import fields
from itertools import chain

from cambist.actions.show_holdings import accounts_summed
from cambist.api.endpoint import Answered, Asked
from cambist.api.entity import SUMMARY_ID, AccountEntity, account_entity
from cambist.core.summary import summed
from cambist.core.terms import Account, Capabilities, KeyState, Market

_NAME = "Summary"


async def summary(asked: Asked) -> Answered[AccountEntity]:
    """Dated from the first of its accounts to the last change of one; without any, as the user is."""
    user = await asked.outside.users.get(asked.caller.user_id)
    wanted = asked.outside.rules.preferences(user.chosen)
    counted = await accounts_summed(asked.outside, asked.caller)
    accounts = [account for account, _ in counted]
    as_one = Account(
        id=SUMMARY_ID,
        user_id=user.id,
        market="summary",
        name=_NAME,
        api_key="",
        key_state=KeyState.OK,
        created_at=min((each.created_at for each in accounts), default=user.created_at),
        updated_at=max((each.updated_at for each in accounts), default=user.created_at),
        figures=summed([each.figures for each in accounts], wanted.display_currency),
        loaded_at=max((each.loaded_at for each in accounts), default=user.created_at),
        load_id="",
        complete=all(each.complete for each in accounts),
        include_in_summary=False,
    )
    types = chain.from_iterable(market.supported_market_types for _, market in counted)
    market = _market(tuple(sorted(set(types))))
    return Answered(account_entity(as_one, market, asked.served.public_url, asked.served.mask_api_keys))


def _market(supported_market_types: tuple[str, ...]) -> Market:
    """A market on which nothing can be done."""
    return Market(
        code="summary",
        ccxt_id="",
        exchange_name=_NAME,
        pretty_display_type=_NAME,
        icon="exchange",
        url="",
        help_url="",
        wallets=(),
        supported_market_types=supported_market_types,
        capabilities=Capabilities(**dict.fromkeys((each.name for each in fields(Capabilities)), False)),
    )
