"""Try keys before they are kept: the load that they open, and what they may do besides, side by side."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace

from cambist.actions.facts import Heard, Load, Reading
from cambist.actions.ports import Outside
from cambist.actions.take_stock import side_by_side, take_stock
from cambist.core.currencies import Chosen
from cambist.core.errors import InvalidInput, LoadFailed
from cambist.core.rights import MAY_WITHDRAW, UNKNOWN, KeyRights
from cambist.core.terms import Coverage, Credentials, Market

RIGHTS_WITHIN_S = 10


async def try_keys(
    outside: Outside,
    market: Market,
    credentials: Credentials,
    *,
    load_id: str,
    cause: str,
    wallets: Sequence[str],
    agree: Callable[[Reading], Coverage],
    chosen: Chosen,
    account_id: int | None = None,
) -> tuple[Load, KeyRights]:
    """The load and the rights, nothing of it kept yet.

    Raises LoadFailed where the wallets do not answer, or it is not told now whose they are: a later try may
    tell it. InvalidInput on `api_key` for keys that may withdraw where that is not allowed.
    """
    load, rights = await side_by_side(
        take_stock(
            outside,
            market,
            credentials,
            load_id=load_id,
            cause=cause,
            wallets=wallets,
            agree=agree,
            chosen=chosen,
            account_id=account_id,
            heard=Heard() if outside.rules.keep_answers else None,
        ),
        _rights(outside, market, credentials),
    )
    if rights.withdraw and not outside.rules.allow_withdraw_keys:
        raise InvalidInput({"api_key": [MAY_WITHDRAW]})
    if load.uid is None:
        load = replace(load, uid=await outside.inquiries.uid(market, credentials))
    return load, replace(rights, read=True)


async def _rights(outside: Outside, market: Market, credentials: Credentials) -> KeyRights:
    """What the exchange does not tell, or not in time, is unknown: it is no reason to refuse keys."""
    try:
        async with asyncio.timeout(RIGHTS_WITHIN_S):
            return await outside.inquiries.rights(market, credentials)
    except (LoadFailed, TimeoutError):
        return UNKNOWN
