"""What OKX says that an account is worth: trading, funding, earn, and all of it."""

from typing import Any

import msgspec

from cambist.core.control import OwnTotal
from cambist.exchanges.dialects.okx.answers import Answer, only_row
from cambist.exchanges.guard import Unusable, checked_json, number, numbers

# OKX's names, and ours of what is in each: earn is Simple Earn and On-chain Earn. `classic` was left behind.
HOLDS = {"trading": ("trading",), "funding": ("funding",), "earn": ("earn", "staking")}


class _Valuation(msgspec.Struct, rename="camel"):
    details: dict[str, str]
    total_bal: str


_valuation = msgspec.json.Decoder(Answer[_Valuation])


async def own_total(client: Any) -> OwnTotal:
    """GET /api/v5/asset/asset-valuation in BTC."""
    client.raw = True
    raw = await client.private_get_asset_asset_valuation({"ccy": "BTC"})
    checked_json(raw)  # a wallet's worth told twice is not told
    told = only_row(_valuation, raw, "an account's valuation")
    if not told.details:
        raise Unusable("the answer names no wallet")
    worth = numbers([*told.details.values()])
    return OwnTotal("BTC", dict(zip(told.details, worth, strict=True)), HOLDS, number(told.total_bal))
