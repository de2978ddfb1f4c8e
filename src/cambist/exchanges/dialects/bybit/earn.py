"""Bybit's Easy Earn and On-Chain Earn: what lies in flexible, fixed and on-chain products."""

from collections.abc import Callable, Sequence
from typing import Any, Generic, Literal, TypeVar

import msgspec

from cambist.core.money import ZERO
from cambist.core.terms import Market
from cambist.exchanges.dialect import WalletAnswer
from cambist.exchanges.dialects.bybit.envelope import result_of
from cambist.exchanges.guard import Unusable, all_differ, numbers, told_once
from cambist.exchanges.rows import added, in_columns, wallet

Row = TypeVar("Row", bound=msgspec.Struct)


class _Flexible(msgspec.Struct, rename="camel"):
    coin: str
    product_id: str
    amount: str
    claimable_yield: str


class _Earned(msgspec.Struct):
    coin: str | None = None


class _Fixed(msgspec.Struct, rename="camel"):
    coin: str
    position_id: str
    amount: str
    interest_coin_apy_list: list[_Earned] | Literal[""] | None = None

    def coins(self) -> int:
        """How many times a coin is told in it."""
        return 1 + sum(each.coin is not None for each in self.interest_coin_apy_list or ())


class _OnChain(msgspec.Struct, rename="camel"):
    coin: str
    id: str
    order_id: str
    status: Literal["Processing", "Active"]
    amount: str
    total_pnl: str


class _Positions(msgspec.Struct, Generic[Row]):
    rows: list[Row] = msgspec.field(name="list")
    next_page: str | None = msgspec.field(name="nextPageCursor", default=None)


_flexible = msgspec.json.Decoder(_Positions[_Flexible])
_fixed = msgspec.json.Decoder(_Positions[_Fixed])
_on_chain = msgspec.json.Decoder(_Positions[_OnChain])


async def flexible(client: Any, market: Market) -> WalletAnswer:
    """GET /v5/earn/position of flexible savings: what was put in, and the yield of it that is not paid yet.

    The second is not in the first; who takes his money out is paid both, says Bybit of `claimableYield`.
    """
    client.raw = True
    raw = await client.private_get_v5_earn_position({"category": "FlexibleSaving"})
    rows = _positions(client, raw, _flexible, "positions in flexible savings")
    all_differ([f"{row.product_id} {row.coin}" for row in rows], "a position")
    codes = [row.coin for row in rows]
    put_in = numbers([row.amount for row in rows])
    brought = numbers([row.claimable_yield or "0" for row in rows])
    free = added(put_in, brought)
    return wallet(in_columns(market, codes, free, [ZERO] * len(rows), free))


async def fixed(client: Any, market: Market) -> WalletAnswer:
    """GET /v5/earn/fixed-term/position: what was put in; interest counts when it is paid."""
    client.raw = True
    # ccxt 4.5.90 has no method of its own for this path.
    raw = await client.request("v5/earn/fixed-term/position", ["private"], "GET", {})
    rows = _positions(client, raw, _fixed, "positions in fixed savings", _Fixed.coins)
    all_differ([row.position_id for row in rows], "a position")
    return _put_in(rows, market)


async def on_chain(client: Any, market: Market) -> WalletAnswer:
    """GET /v5/earn/position of on-chain products: what was put in.

    `totalPnl` is not counted: Bybit's own example tells some before any interest accrues. A position without
    it is one in a liquid staking token; once that is active the token itself is in another wallet.
    """
    client.raw = True
    raw = await client.private_get_v5_earn_position({"category": "OnChain"})
    rows = _positions(client, raw, _on_chain, "positions in on-chain products")
    all_differ([f"{row.id} {row.order_id}" for row in rows], "a position")
    return _put_in([row for row in rows if row.total_pnl or row.status != "Active"], market)


def _positions(
    client: Any,
    raw: bytes,
    decoder: msgspec.json.Decoder[_Positions[Row]],
    shape: str,
    coins_in: Callable[[Row], int] = lambda _: 1,
) -> list[Row]:
    """All rows of an answer, each key of which stands once. Raises Unusable, LoadFailed."""
    told = result_of(client, raw, decoder, shape)
    times = {field: len(told.rows) for row in told.rows[:1] for field in row.__struct_encode_fields__}
    times["coin"] = sum(map(coins_in, told.rows))
    told_once(raw, list=1, nextPageCursor=int(told.next_page is not None), **times)
    if told.next_page:
        raise Unusable("the answer does not have all positions")
    return told.rows


def _put_in(rows: Sequence[_Fixed | _OnChain], market: Market) -> WalletAnswer:
    codes, locked = [row.coin for row in rows], numbers([row.amount for row in rows])
    return wallet(in_columns(market, codes, [ZERO] * len(rows), locked, locked))
