"""What is in KuCoin Earn: savings and staking."""

from typing import Any

import msgspec

from cambist.core.money import ZERO
from cambist.core.terms import Balance, Market
from cambist.exchanges.dialect import WalletAnswer
from cambist.exchanges.dialects.kucoin.assets import asset_of
from cambist.exchanges.dialects.kucoin.envelope import Page, data_of
from cambist.exchanges.guard import Unusable, all_differ, checked_json, numbers
from cambist.exchanges.rows import by_code


class _Holding(msgspec.Struct, rename="camel", gc=False):
    """hold_amount: what is being redeemed is in it still."""

    order_id: str
    currency: str
    hold_amount: str


_holdings = msgspec.json.Decoder(Page[_Holding])
_PAGE = 500
_MOST_PAGES = 20


async def earn(client: Any, market: Market) -> WalletAnswer:
    """GET /api/v1/earn/hold-assets, page by page."""
    client.raw = True
    rows: list[_Holding] = []
    for number in range(1, _MOST_PAGES + 1):
        raw = await client.earn_get_earn_hold_assets({"currentPage": number, "pageSize": _PAGE})
        checked_json(raw)  # few rows: the exact check costs nothing
        page = data_of(client, raw, _holdings, "what is in Earn")
        rows += page.items
        if page.current_page != number:
            raise Unusable("the answer is of another page")
        if number >= page.total_page:
            break
    if len(rows) != page.total_num:
        raise Unusable("the answers do not tell all that is in Earn")
    all_differ([row.order_id for row in rows], "a holding")
    codes = [row.currency for row in rows]
    held = numbers([row.hold_amount for row in rows])
    return WalletAnswer(
        by_code(
            Balance(asset_of(code), code, ZERO, amount, amount)
            for code, amount in zip(codes, held, strict=True)
        )
    )
