"""What Bybit says that an account is worth, by kind of account."""

from typing import Any, Literal

import msgspec

from cambist.core.control import OwnTotal
from cambist.exchanges.dialects.bybit.envelope import result_of
from cambist.exchanges.guard import Unusable, all_differ, checked_json, number, numbers

# Bybit's names, and ours of what is in each. Others it has, such as TradingBot, CopyTrading, CryptoLoans or
# Launchpool, are read by no market.
HOLDS = {
    "UnifiedTradingAccount": ("unified",),
    "FundingAccount": ("funding",),
    "Earn": ("earn_flexible", "earn_fixed", "earn_onchain"),
}
_CURRENCY: Literal["USD"] = "USD"


class _Part(msgspec.Struct, rename="camel"):
    account_type: str
    total_equity: str
    valuation_currency: str


class _Overview(msgspec.Struct, rename="camel"):
    total_equity: str
    parts: list[_Part] = msgspec.field(name="list")


_overview = msgspec.json.Decoder(_Overview)


async def own_total(client: Any) -> OwnTotal:
    """GET /v5/asset/asset-overview in USD, to the cent; kinds of account without assets are left out.

    Bybit's companies in the EU, Georgia and Kazakhstan do not offer it, and say so.
    """
    client.raw = True
    raw = await client.private_get_v5_asset_asset_overview({"valuationCurrency": _CURRENCY})
    told = result_of(client, raw, _overview, "an overview of assets")
    checked_json(raw)  # a worth told twice is not told
    if not told.parts:
        raise Unusable("the answer names no wallet")
    if any(part.valuation_currency != _CURRENCY for part in told.parts):
        raise Unusable(f"the answer is not in {_CURRENCY}")
    names = [part.account_type for part in told.parts]
    all_differ(names, "a wallet")
    worth = numbers([part.total_equity for part in told.parts])
    return OwnTotal(_CURRENCY, dict(zip(names, worth, strict=True)), HOLDS, number(told.total_equity))
