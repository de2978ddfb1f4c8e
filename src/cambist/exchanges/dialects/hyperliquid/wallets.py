"""Hyperliquid's wallets of an address: perpetuals, spot, what is staked, and shares of vaults."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Literal

import msgspec

from cambist.core.money import ZERO, exact
from cambist.core.terms import Balance, Market
from cambist.core.valuation import equity
from cambist.exchanges.dialect import WalletAnswer, WalletReader
from cambist.exchanges.dialects.hyperliquid.asking import told, uid
from cambist.exchanges.guard import all_differ, checked_json, number, numbers, shaped
from cambist.exchanges.rows import filled

COLLATERAL = "USDC"
STAKED = "HYPE"
# What dexes settle positions in.
_SETTLED_IN = {"USDC", "USDH", "USDE", "USDT0"}
# In these an account has one balance of each asset, which spot tells, perpetuals and their profit included;
# "individual perp dex user states are not meaningful" ("Account abstraction modes").
_IN_SPOT = {"unifiedAccount", "portfolioMargin"}
_Mode = Literal["default", "disabled", "dexAbstraction", "unifiedAccount", "portfolioMargin"]


class _Summary(msgspec.Struct, rename="camel"):
    account_value: str
    total_margin_used: str


class _Position(msgspec.Struct, rename="camel"):
    unrealized_pnl: str


class _Held(msgspec.Struct):
    position: _Position


class _Perpetuals(msgspec.Struct, rename="camel"):
    margin_summary: _Summary
    asset_positions: list[_Held]


class _Token(msgspec.Struct, rename="camel"):
    """A total is net of what is borrowed, and holds what is supplied; what is on hold for perpetuals may be
    less than nothing, where more could be borrowed: that of spot is told beside it."""

    coin: str
    total: str
    hold: str
    token: int = -1
    spot_hold: str | None = None
    borrowed: str = "0"


class _Spot(msgspec.Struct, rename="camel"):
    """token_to_available_after_maintenance: of an account of one balance alone, by numbers of tokens."""

    balances: list[_Token]
    token_to_available_after_maintenance: list[tuple[int, str]] | None = None


class _Staking(msgspec.Struct, rename="camel"):
    delegated: str
    undelegated: str
    total_pending_withdrawal: str


class _Share(msgspec.Struct, rename="camel"):
    vault_address: str
    equity: str
    locked_until_timestamp: int | None = None


_perpetuals = msgspec.json.Decoder(_Perpetuals)
_mode = msgspec.json.Decoder(_Mode)
_spot = msgspec.json.Decoder(_Spot)
_staking = msgspec.json.Decoder(_Staking)
_shares = msgspec.json.Decoder(list[_Share])


async def perp(client: Any, market: Market) -> WalletAnswer:
    """`clearinghouseState` of the first dex: the account's value in USDC, open positions' profit included.

    free, locked: of the cash, which is the value less that profit; so their sum is another one than the total
    where there are positions, and only there.

    Where positions are open, or margin is used, the account's mode says whether spot tells of it already; an
    account of one balance that has none tells zero here.
    """
    raw = await told(client, "clearinghouseState")
    checked_json(raw)  # one value: the exact check costs nothing
    state = shaped(_perpetuals, raw, "an account of perpetuals")
    worth, used = numbers([state.margin_summary.account_value, state.margin_summary.total_margin_used])
    if (state.asset_positions or used) and await is_in_spot(client):
        return WalletAnswer((), uid(client))
    with exact():
        won = sum(numbers([each.position.unrealized_pnl for each in state.asset_positions]), ZERO)
    cash = equity(worth, ZERO, won)
    locked = max(equity(used, ZERO, won), ZERO)
    balance = Balance(COLLATERAL, COLLATERAL, equity(cash, ZERO, locked), locked, worth)
    return WalletAnswer((balance,) if worth or used else (), uid(client))


async def is_in_spot(client: Any) -> bool:
    """`userAbstraction`: whether the account has one balance of each asset, perpetuals of all dexes in it."""
    mode = shaped(_mode, await told(client, "userAbstraction"), "the mode of an account")
    return mode in _IN_SPOT


async def spot(client: Any, market: Market) -> WalletAnswer:
    """`spotClearinghouseState`: each token's total, and what is on hold of it.

    What positions keep in an account of one balance moves with their profit: it is neither free nor locked.
    """
    raw = await told(client, "spotClearinghouseState")
    checked_json(raw)
    state = shaped(_spot, raw, "a list of tokens")
    all_differ([row.coin for row in state.balances], "a token")
    left = {token: number(text) for token, text in state.token_to_available_after_maintenance or ()}
    balances = [_balance(row, left, market) for row in state.balances]
    return WalletAnswer(filled(balances), uid(client))


def _balance(row: _Token, left: Mapping[int, Decimal], market: Market) -> Balance:
    """left: what the exchange says is available after positions' maintenance.

    Where it does not, positions keep what is on hold beside that of spot.
    """
    total, hold, of_spot, borrowed = numbers([row.total, row.hold, row.spot_hold or row.hold, row.borrowed])
    kept = ZERO
    if row.coin in _SETTLED_IN:
        there, rest = (total, left[row.token]) if row.token in left else (hold, of_spot)
        kept = equity(there, ZERO, rest).copy_abs()
    locked = max(equity(hold, ZERO, kept), ZERO) if kept and row.spot_hold is None else of_spot
    asset = market.spellings.get(row.coin, row.coin)
    return Balance(asset, row.coin, equity(total, ZERO, locked, kept), locked, total, borrowed=borrowed)


async def staking(client: Any, market: Market) -> WalletAnswer:
    """`delegatorSummary`: HYPE that is delegated, that could be, and on its way back to spot."""
    raw = await told(client, "delegatorSummary")
    checked_json(raw)
    summary = shaped(_staking, raw, "a summary of what is staked")
    delegated, free, pending = numbers(
        [summary.delegated, summary.undelegated, summary.total_pending_withdrawal]
    )
    locked = equity(delegated, pending)
    balance = Balance(STAKED, STAKED, free, locked, equity(free, locked))
    return WalletAnswer((balance,) if balance.total else (), uid(client))


async def vaults(client: Any, market: Market) -> WalletAnswer:
    """`userVaultEquities`: what shares of vaults are worth in USDC; each has the address of its vault."""
    raw = await told(client, "userVaultEquities")
    checked_json(raw)
    rows = shaped(_shares, raw, "a list of shares of vaults")
    all_differ([row.vault_address for row in rows], "a vault")
    now_ms = client.milliseconds()
    balances = [_share(row, lambda until: until is not None and until > now_ms) for row in rows]
    return WalletAnswer(tuple(balance for balance in balances if balance.total), uid(client))


def _share(row: _Share, is_locked: Callable[[int | None], bool]) -> Balance:
    worth: Decimal = number(row.equity)
    free, locked = (ZERO, worth) if is_locked(row.locked_until_timestamp) else (worth, ZERO)
    return Balance(COLLATERAL, row.vault_address, free, locked, worth)


WALLETS: dict[str, WalletReader] = {
    "perp": perp,
    "spot": spot,
    "hype_staking": staking,
    "vaults": vaults,
}
