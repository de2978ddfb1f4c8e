"""What a Binance key may do."""

from typing import Any

import msgspec

from cambist.core.rights import KeyRights
from cambist.exchanges.guard import checked_json, shaped


class _Restrictions(msgspec.Struct, rename="camel"):
    enable_reading: bool
    enable_spot_and_margin_trading: bool
    enable_withdrawals: bool
    ip_restrict: bool
    enable_margin: bool = False
    enable_futures: bool = False
    enable_vanilla_options: bool = False
    enable_portfolio_margin_trading: bool = False
    enable_fix_api_trade: bool = False


_restrictions = msgspec.json.Decoder(_Restrictions)


async def rights(client: Any) -> KeyRights:
    """GET /sapi/v1/account/apiRestrictions; a right to trade anything is a right to trade."""
    client.raw = True
    raw = await client.sapi_get_account_apirestrictions()
    checked_json(raw)  # a right told twice, yes and no, is not told
    told = shaped(_restrictions, raw, "a key's restrictions")
    trade = (
        told.enable_spot_and_margin_trading
        or told.enable_margin
        or told.enable_futures
        or told.enable_vanilla_options
        or told.enable_portfolio_margin_trading
        or told.enable_fix_api_trade
    )
    return KeyRights(told.enable_reading, trade, told.enable_withdrawals, told.ip_restrict)
