"""Bitfinex's wallets, which one call tells, and what open positions have won: exact balances."""

from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from cambist.core.money import ZERO
from cambist.core.terms import Balance, Market
from cambist.core.valuation import equity
from cambist.exchanges.dialect import WalletAnswer, WalletReader
from cambist.exchanges.guard import Unusable, all_differ, checked_json, figures, shaped

KINDS = ("exchange", "margin", "funding")
_MARGIN, _DERIVATIVE = 0, 1


class _Row(msgspec.Struct, array_like=True, gc=False):
    """unsettled: interest that margin positions owe for funding, which `positions` counts."""

    kind: Literal["exchange", "margin", "funding"]
    currency: str
    balance: msgspec.Raw
    unsettled: msgspec.Raw
    available: msgspec.Raw


class _Margin(msgspec.Struct, array_like=True):
    profit: msgspec.Raw
    swaps: msgspec.Raw
    balance: msgspec.Raw
    net: msgspec.Raw


class _Position(msgspec.Struct, array_like=True):
    """Placeholders by their place in the array; `profit` is less the most that closing may cost."""

    symbol: str
    status: str
    amount: msgspec.Raw
    base_price: msgspec.Raw
    funding: msgspec.Raw
    funding_type: msgspec.Raw
    profit: msgspec.Raw
    profit_percent: msgspec.Raw
    liquidation_price: msgspec.Raw
    leverage: msgspec.Raw
    placeholder_10: msgspec.Raw
    id: int
    created: msgspec.Raw
    updated: msgspec.Raw
    placeholder_14: msgspec.Raw
    type: int


_rows = msgspec.json.Decoder(list[_Row])
_margin = msgspec.json.Decoder(tuple[Literal["base"], _Margin])
_positions = msgspec.json.Decoder(list[_Position])


async def together(client: Any, market: Market) -> Mapping[str, WalletAnswer]:
    """POST /v2/auth/r/wallets: the three wallets as they stood at one moment."""
    client.raw = True
    return wallets_answer(await client.private_post_auth_r_wallets(), market)


def wallets_answer(raw: bytes, market: Market) -> dict[str, WalletAnswer]:
    """{wallet: its balances}; what is not available of a balance, orders and offers hold. Raises Unusable."""
    rows = shaped(_rows, raw, "a list of wallets")
    all_differ([f"{row.kind} {row.currency}" for row in rows], "an asset")
    held = figures([row.balance for row in rows])
    available = figures([row.available for row in rows])
    figures([row.unsettled for row in rows])
    found: dict[str, list[Balance]] = {kind: [] for kind in KINDS}
    for row, total, free in zip(rows, held, available, strict=True):
        if total or free:
            asset = market.spellings.get(row.currency, row.currency)
            locked = equity(total, ZERO, free)
            found[row.kind].append(Balance(asset, row.currency, free, locked, total))
    return {kind: WalletAnswer(tuple(balances)) for kind, balances in found.items()}


def _of_kind(kind: str) -> WalletReader:
    async def read(client: Any, market: Market) -> WalletAnswer:
        return (await together(client, market))[kind]

    return read


async def positions(client: Any, market: Market) -> WalletAnswer:
    """POST /v2/auth/r/info/margin/base, which reckons in dollars."""
    client.raw = True
    return margin_answer(await client.private_post_auth_r_info_margin_base())


def margin_answer(raw: bytes) -> WalletAnswer:
    """What open margin positions have won, less the interest they owe; less than nothing for a loss.

    MARGIN_NET is the balance of the margin wallet with the profit and loss of its positions, MARGIN_BALANCE
    the one without (Bitfinex, "Margin Info"). Derivatives are in neither. Raises Unusable.
    """
    checked_json(raw)
    _, told = shaped(_margin, raw, "margin information")
    balance, net = figures([told.balance, told.net])
    won = equity(net, ZERO, balance)
    return WalletAnswer((Balance("USD", "USD", won, ZERO, won),) if won else ())


async def derivatives(client: Any, market: Market) -> WalletAnswer:
    """POST /v2/auth/r/positions: of derivatives, whose collateral is in the margin wallet."""
    client.raw = True
    return positions_answer(await client.private_post_auth_r_positions(), market)


def positions_answer(raw: bytes, market: Market) -> WalletAnswer:
    """What each open derivative has won, in what it is quoted in; its symbol is the code. Raises Unusable."""
    checked_json(raw)
    rows = shaped(_positions, raw, "a list of positions")
    all_differ([str(row.id) for row in rows], "a position")
    if any(row.type not in (_MARGIN, _DERIVATIVE) for row in rows):
        raise Unusable("the answer has a kind of position that is not known")
    rows = [row for row in rows if row.type == _DERIVATIVE]
    balances = []
    for row, won in zip(rows, figures([row.profit for row in rows]), strict=True):
        _, is_pair, quote = row.symbol.partition(":")
        if not is_pair:
            raise Unusable("the answer does not tell what a position is quoted in")
        balances.append(Balance(market.spellings.get(quote, quote), row.symbol, won, ZERO, won))
    return WalletAnswer(tuple(balance for balance in balances if balance.total))


WALLETS: dict[str, WalletReader] = {
    **{kind: _of_kind(kind) for kind in KINDS},
    "positions": positions,
    "derivatives": derivatives,
}
