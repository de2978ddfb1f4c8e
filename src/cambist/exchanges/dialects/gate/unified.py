"""Gate's unified account: spot, futures and options in one."""

import msgspec

from cambist.core.terms import Balance, Market
from cambist.exchanges.dialect import WalletAnswer
from cambist.exchanges.guard import Unusable, checked_json, numbers, shaped
from cambist.exchanges.rows import filled


class _Asset(msgspec.Struct, gc=False):
    """equity: available + freeze − borrowed + the futures account's total and unrealised profit (Gate's SDK).

    funding: what is in Earn.
    """

    available: str
    freeze: str
    equity: str
    total_liab: str
    funding: str = "0"


class _Account(msgspec.Struct):
    user_id: int
    balances: dict[str, _Asset]
    use_funding: bool = False


_account = msgspec.json.Decoder(_Account)


def unified_answer(raw: bytes, market: Market) -> WalletAnswer:
    """Each asset's equity, as Gate works it out. Raises Unusable.

    Where it is not what is available and frozen less the debt, futures are in it, so it moves by itself.
    Refused: what is in Earn counts as margin, for then Gate does not say whether it is in the equity too.
    """
    account = shaped(_account, raw, "a unified account")
    rows = list(account.balances.values())
    checked_json(raw)  # assets are keys, which may come twice as any other
    if account.use_funding and any(numbers([row.funding for row in rows])):
        raise Unusable("what is in Earn is used as margin, and may be in the equity or not")
    columns = zip(
        account.balances,
        numbers([row.available for row in rows]),
        numbers([row.freeze for row in rows]),
        numbers([row.equity for row in rows]),
        numbers([row.total_liab for row in rows]),
        strict=True,
    )
    balances = []
    for code, free, locked, worth, debt in columns:
        asset = market.spellings.get(code, code)
        balances.append(Balance(asset, code, free, locked, worth, borrowed=debt))
    return WalletAnswer(filled(balances), str(account.user_id))
