"""How WhiteBIT writes what its histories have in common: numbers, times, currencies; and an entry of one."""

from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Any

import msgspec

from cambist.core.errors import KeysRejected, NotOffered
from cambist.core.ledger import Entry, EntryKind
from cambist.core.money import exact
from cambist.core.terms import Market
from cambist.exchanges import ledger_rows
from cambist.exchanges.guard import Unusable, number

# Words of a refusal of the account; those of keys are others ("authErrors" of the documentation).
_NOT_FOR_THIS_ACCOUNT = "This action is unauthorized."
_MOST_MS = 99_999_999_999_999
_MS = Decimal(1000)


def at_ms(part: msgspec.Raw) -> int:
    """Milliseconds of seconds since 1970, which are a number or a text, whole or not. Raises Unusable."""
    seconds = number(bytes(part).decode(errors="replace").removeprefix('"').removesuffix('"'))
    with exact():
        ms = seconds * _MS
    if not 0 < ms <= _MOST_MS:
        raise Unusable("the answer has a time that no clock shows")
    return int(ms)


def entry(
    market: Market,
    name: str,
    at: int,
    kind: EntryKind,
    code: str,
    amount: Decimal,
    wallet: str = "main",
    **more: Any,
) -> tuple[Entry, ...]:
    """The entry of an amount. Fiat is called after how it came, too: UAH_IBAN is UAH, as in balances."""
    return ledger_rows.entry(market, name, at, kind, code.partition("_")[0], amount, wallet, **more)


def newest_first(times: Sequence[int]) -> bool:
    """Whether rows are told the newest first. Of rows of one time nobody can tell."""
    return len(times) > 1 and times[0] > times[-1] and all(one >= other for one, other in pairwise(times))


async def if_offered(client: Any, call: str, params: dict[str, Any]) -> bytes:
    """The answer to a call that only partners of WhiteBIT may make (its FAQ). Raises NotOffered for others.

    Keys have permissions call by call: what they may not ask for may still be there, and is refused as ever.
    """
    try:
        answer: bytes = await getattr(client, call)(params)
    except KeysRejected as refused:
        if refused.words != _NOT_FOR_THIS_ACCOUNT:
            raise
        raise NotOffered("WhiteBIT does not offer this to the account.") from refused
    return answer
