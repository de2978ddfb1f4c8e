"""Kraken's spot wallet, what earns included: its rows as exact balances."""

from typing import Any

import msgspec

from cambist.core.money import ZERO
from cambist.core.terms import Balance, Market
from cambist.core.valuation import equity
from cambist.exchanges.dialect import WalletAnswer, WalletReader
from cambist.exchanges.guard import told_once
from cambist.exchanges.kraken.envelope import figures, result_of

_NONE = msgspec.Raw(b'"0"')


class _Row(msgspec.Struct, gc=False):
    balance: msgspec.Raw
    hold_trade: msgspec.Raw
    credit_used: msgspec.Raw = _NONE


_rows = msgspec.json.Decoder(dict[str, _Row])


async def spot(client: Any, market: Market) -> WalletAnswer:
    """POST /0/private/BalanceEx: balance, what orders hold of it, and the credit used."""
    client.raw = True
    return spot_answer(await client.private_post_balanceex(), market)


def spot_answer(raw: bytes, market: Market) -> WalletAnswer:
    """The balances of an extended balance's answer, rows without any left out. Raises Unusable.

    available = balance + credit - credit_used - hold_trade, says Kraken's documentation of the call: so
    what is used of a line of credit is not in the balance, and is owed. Not in here: profit of open spot
    margin positions, which Kraken tells as one sum in one asset only.
    """
    rows = result_of(raw, _rows, "an extended balance")
    told = sum(row.credit_used is not _NONE for row in rows.values())
    told_once(raw, balance=len(rows), hold_trade=len(rows), credit_used=told, result=1, error=1)
    held = figures([row.balance for row in rows.values()])
    locked = figures([row.hold_trade for row in rows.values()])
    owed = figures([row.credit_used for row in rows.values()])
    balances = (
        Balance(
            asset=market.spellings.get(code, code),
            code=code,
            free=equity(held[place], ZERO, locked[place]),
            locked=locked[place],
            total=equity(held[place], ZERO, owed[place]),
            borrowed=owed[place],
        )
        for place, code in enumerate(rows)
    )
    return WalletAnswer(tuple(b for b in balances if b.free or b.locked or b.borrowed))


WALLETS: dict[str, WalletReader] = {"spot": spot}
