"""The ledger of an account: each change of an amount that an exchange tells of, and how it tells them. Facts.

Rules: the specification's arithmetic page, "Flows".
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from cambist.core.prices import Pair
from cambist.core.terms import Worth


class EntryKind(StrEnum):
    """What an entry is. Deposits, withdrawals, transfers and coverage are net flows: profit leaves them out.

    TRANSFER: to or from what is no part of the account, be it another account of the user's or a wallet not
    covered. REWARD: staking, earn, airdrops, rebates, referrals. FEE: of trades and of withdrawals. FUNDING:
    payments between open positions. INTEREST: paid on debt, or charged. TRADE: a leg of a trade or of a
    conversion. REALISED: the profit or loss of a position, as it is settled. COVERAGE: booked by us, where
    wallets came or went, or an asset lost or found its price.
    """

    DEPOSIT = "deposit"
    WITHDRAWAL = "withdrawal"
    TRANSFER = "transfer"
    REWARD = "reward"
    FEE = "fee"
    FUNDING = "funding"
    INTEREST = "interest"
    TRADE = "trade"
    REALISED = "realised"
    COVERAGE = "coverage"


NET_FLOWS = frozenset({EntryKind.DEPOSIT, EntryKind.WITHDRAWAL, EntryKind.TRANSFER, EntryKind.COVERAGE})
# What comes of open positions, often some hours after it has changed their worth.
OF_POSITIONS = frozenset({EntryKind.REALISED, EntryKind.FUNDING})
IMPORTED = "import"  # the source of entries that people bring


@dataclass(frozen=True, slots=True)
class Entry:
    """A change of an amount, signed as it changed the account.

    id: the same each time the exchange tells it, and no other's of its source; where one event changes
    several amounts each has an id of its own ("77:base", "77:quote", "77:fee").
    asset: folded as in balances. wallet: whose amount changed; empty where the source does not tell, which
    means a wallet that is covered. group: what the legs and fees of one trade have in common, else empty.
    tx: the network's transaction, or the exchange's own name of a transfer that both its ends know; else
    empty. quote: of a trade's legs, whether this is the one it is measured in.
    """

    id: str
    at: datetime
    kind: EntryKind
    asset: str
    amount: Decimal
    wallet: str = ""
    group: str = ""
    tx: str = ""
    quote: bool = False


@dataclass(frozen=True, slots=True)
class Booked:
    """An entry as it is kept. worth: of the amount, with its sign, in its own time; None without any price.

    estimated: the price is not of that time. source: who tells it; "import" and "coverage" are ours.
    matched: it is an end of a transfer between two accounts of the user's.
    """

    source: str
    entry: Entry
    worth: Worth | None
    estimated: bool = False
    matched: bool = False


def is_net_flow(booked: Booked, known_from: datetime | None) -> bool:
    """Whether profit leaves it out; known_from: since when flows are known.

    A transfer whose other end no other account of the user's has may be half of a move within the account:
    the source that tells the other half may not reach as far. So it counts from where flows are known.
    """
    if booked.entry.kind is not EntryKind.TRANSFER or booked.matched or booked.source == IMPORTED:
        return booked.entry.kind in NET_FLOWS
    return known_from is not None and booked.entry.at > known_from


@dataclass(frozen=True, slots=True)
class Terms:
    """What a source of a market's ledger tells.

    reach: how far back; None for all there is. wallets: whose entries; none for all of the market.
    by_asset: asked pair by pair or asset by asset, so only where amounts changed.
    leaves_out: amounts of the market change by more than all its sources tell. What they tell is known, but
    flows as a whole are not: a change that nothing explains means nothing.
    """

    name: str
    kinds: frozenset[EntryKind]
    reach: timedelta | None = None
    wallets: frozenset[str] = frozenset()
    by_asset: bool = False
    leaves_out: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """What a source is asked for: the next page.

    cursor: what the page before ended with; empty for the first. since: where the first page begins, as far
    as the exchange reaches. now: nothing later is asked for. assets: those whose amounts changed, where the
    source is asked by asset; symbols: the exchange's names of the pairs between them, listed or halted.
    """

    cursor: str
    since: datetime
    now: datetime
    assets: frozenset[str] = frozenset()
    symbols: Mapping[Pair, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a source: what one or a few calls told.

    cursor: where the next page goes on, or the next sync where `more` is False; the source's own words, at
    most 64 KiB. until: the source has told everything before then. known_from: and since then; told by
    every page. void: entries told before that came to nothing, by id. An entry told again replaces itself.
    """

    entries: tuple[Entry, ...]
    cursor: str
    until: datetime
    known_from: datetime
    more: bool = False
    void: tuple[str, ...] = ()
