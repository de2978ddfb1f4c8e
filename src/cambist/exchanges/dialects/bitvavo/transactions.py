"""The network's transactions of what came to a Bitvavo account and went: its history does not tell them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import msgspec

from cambist.core.history import milliseconds
from cambist.core.ledger import Entry, EntryKind
from cambist.core.terms import Market
from cambist.exchanges.guard import checked_json, shaped

_MOST = 1_000
_LISTS = {EntryKind.DEPOSIT: "deposithistory", EntryKind.WITHDRAWAL: "withdrawalhistory"}
# It comes and goes by bank.
_BANKED = "EUR"
_Named = tuple[str, int]


class _Moved(msgspec.Struct, rename="camel"):
    timestamp: int
    symbol: str
    tx_id: str | None = None


_moved = msgspec.json.Decoder(list[_Moved])


async def with_transactions(client: Any, market: Market, entries: Sequence[Entry]) -> list[Entry]:
    """The entries, those with their transaction that a list of such tells of the same asset and time."""
    found = list(entries)
    for kind, which in _LISTS.items():
        places = [at for at, entry in enumerate(found) if entry.kind is kind and entry.asset != _BANKED]
        if not places:
            continue
        names = {at: _name(found[at]) for at in places}
        told = await _told(client, which, market, [time for _, time in names.values()])
        once = Counter(names.values())
        for at, name in names.items():
            if once[name] == 1 and name in told:
                found[at] = replace(found[at], tx=told[name])
    return found


async def _told(client: Any, which: str, market: Market, times: Sequence[int]) -> Mapping[_Named, str]:
    """GET /v2/depositHistory or /v2/withdrawalHistory: {asset and time: transaction}, of those told once."""
    client.raw = client.large = True
    asked = {"start": min(times), "end": max(times) + 1, "limit": _MOST}
    raw = await getattr(client, f"private_get_{which}")(asked)
    checked_json(raw)
    rows = [
        ((market.spellings.get(row.symbol, row.symbol), row.timestamp), row.tx_id)
        for row in shaped(_moved, raw, "a list of deposits or withdrawals")
    ]
    once = Counter(name for name, _ in rows)
    return {name: tx.strip() for name, tx in rows if tx and once[name] == 1}


def _name(entry: Entry) -> _Named:
    return entry.asset, milliseconds(entry.at)
