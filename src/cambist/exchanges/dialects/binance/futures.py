"""Binance's futures wallets: USD-margined and coin-margined, which answer in the same shape."""

from collections.abc import Sequence
from typing import Any

import msgspec

from cambist.core.terms import Balance, Market
from cambist.exchanges.dialect import WalletAnswer
from cambist.exchanges.guard import all_differ, numbers, shaped, told_once
from cambist.exchanges.rows import filled, in_columns, less


class _Asset(msgspec.Struct, rename="camel"):
    asset: str
    margin_balance: str
    initial_margin: str


class _Account(msgspec.Struct):
    assets: list[_Asset]


_account = msgspec.json.Decoder(_Account)


async def usdm(client: Any, market: Market) -> WalletAnswer:
    """GET /fapi/v3/account."""
    client.raw = client.large = True
    return futures_answer(await client.fapiprivatev3_get_account(), market)


async def coinm(client: Any, market: Market) -> WalletAnswer:
    """GET /dapi/v1/account; it lists every contract, held or not."""
    client.raw = client.large = True
    return futures_answer(await client.dapiprivate_get_account(), market)


def futures_answer(raw: bytes, market: Market) -> WalletAnswer:
    """The margin balances of a futures account's answer. Raises Unusable."""
    rows = shaped(_account, raw, "a futures account").assets
    count = len(rows)
    told_once(raw, assets=1, asset=count, marginBalance=count, initialMargin=count)
    all_differ([row.asset for row in rows], "an asset")
    return WalletAnswer(filled(_margined(rows, market)))


def _margined(rows: Sequence[_Asset], market: Market) -> list[Balance]:
    """The margin balance, which holds the profit of open positions; what they and orders need is locked.

    What is free is worked out: in multi-assets mode the exchange tells of every asset what all of them
    together could pay.
    """
    owned, locked = (
        numbers([row.margin_balance for row in rows]),
        numbers([row.initial_margin for row in rows]),
    )
    return in_columns(market, [row.asset for row in rows], less(owned, locked), locked, owned)
