"""Kraken's spot wallet, what earns included, and what open spot margin positions have won: exact balances."""

import re
from typing import Any

import msgspec

from cambist.core.money import ZERO
from cambist.core.terms import Balance, Market
from cambist.exchanges.dialect import WalletAnswer, WalletReader
from cambist.exchanges.dialects.kraken.envelope import result_of
from cambist.exchanges.guard import figures, told_once
from cambist.exchanges.rows import filled, in_columns, less

_NONE = msgspec.Raw(b'"0"')


class _Row(msgspec.Struct, gc=False):
    balance: msgspec.Raw
    hold_trade: msgspec.Raw
    credit_used: msgspec.Raw = _NONE


class _TradeBalance(msgspec.Struct):
    profit: msgspec.Raw = msgspec.field(name="n")


_rows = msgspec.json.Decoder(dict[str, _Row])
_trade_balance = msgspec.json.Decoder(_TradeBalance)
_PLUS = re.compile(rb'\A"\+(?=[0-9])')
DOLLAR = "ZUSD"


async def spot(client: Any, market: Market) -> WalletAnswer:
    """POST /0/private/BalanceEx: balance, what orders hold of it, and the credit used."""
    client.raw = True
    return spot_answer(await client.private_post_balanceex(), market)


def spot_answer(raw: bytes, market: Market) -> WalletAnswer:
    """The balances of an extended balance's answer, rows without any left out. Raises Unusable.

    available = balance + credit - credit_used - hold_trade, says Kraken's documentation of the call: so
    what is used of a line of credit is not in the balance, and is owed. Not in here: what open spot margin
    positions have won, which comes into a balance when they are closed.
    """
    rows = result_of(raw, _rows, "an extended balance")
    told = sum(row.credit_used is not _NONE for row in rows.values())
    told_once(raw, balance=len(rows), hold_trade=len(rows), credit_used=told, result=1, error=1)
    own = figures([row.balance for row in rows.values()])
    locked = figures([row.hold_trade for row in rows.values()])
    owed = figures([row.credit_used for row in rows.values()])
    balances = in_columns(market, [*rows], less(own, locked), locked, less(own, owed), owed)
    return WalletAnswer(filled(balances))


async def margin(client: Any, market: Market) -> WalletAnswer:
    """POST /0/private/TradeBalance, in dollars: it reckons in one asset, and dollars always have a price."""
    client.raw = True
    return margin_answer(await client.private_post_tradebalance({"asset": DOLLAR}), market)


def margin_answer(raw: bytes, market: Market) -> WalletAnswer:
    """The unrealised profit of all open positions, less than nothing where it is a loss. Raises Unusable.

    One sum, reckoned into dollars at Kraken's own prices, told to four places, without any fees ("Terminology
    used on the Overview page", support.kraken.com). What else is in the answer, the spot wallet holds.
    """
    told = result_of(raw, _trade_balance, "a trade balance")
    told_once(raw, result=1, error=1, n=1)
    # That of a single position is documented with a plus (OpenPositions, "net"): one here would say no more.
    (profit,) = figures([msgspec.Raw(_PLUS.sub(b'"', bytes(told.profit)))])
    balance = Balance(market.spellings[DOLLAR], DOLLAR, free=profit, locked=ZERO, total=profit)
    return WalletAnswer((balance,) if profit else ())


WALLETS: dict[str, WalletReader] = {"spot": spot, "margin": margin}
