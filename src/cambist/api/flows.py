"""The endpoint of an account's flows: the entries of its ledger, and what no entry explains; exact texts."""

from datetime import timedelta
from typing import Literal

import msgspec

from cambist.actions.list_flows import ENDED, Open, list_flows, page_after
from cambist.api.endpoint import Answered, Asked
from cambist.api.entity import time_text
from cambist.api.parameters import Parameter, integer, optional_choice, optional_moment, optional_text
from cambist.api.profit import AmountsTold, amounts_told
from cambist.api.values import Values
from cambist.core.flows import net
from cambist.core.history import EPOCH
from cambist.core.ledger import Booked, EntryKind
from cambist.core.money import plain_text
from cambist.core.terms import Worth

FROM = optional_moment("from", "the first moment; all there is where it is not given")
TO = optional_moment("to", "the last moment; now where it is not given", at_end=True)
KIND = optional_choice("kind", "entries of this kind only", tuple(EntryKind))
LIMIT = integer("limit", "how many entries at most", 1_000, range(1, 1_001))
_AFTER = optional_text("after", "where the page before ended, as its `next` says")


def _read_after(values: Values) -> Booked | None:
    text = _AFTER.read(values)
    return None if text is None else page_after(text)


AFTER = Parameter(
    "after",
    _read_after,
    {"type": "string", "pattern": ENDED.pattern, "examples": ["1687193457303:deposits:7f3a"]},
    _AFTER.about,
)


class EntryTold(msgspec.Struct):
    """A change of one amount, as a source of the exchange's ledger tells it.

    amount: as it changed the account. worth: of it at its own time; null without any price, estimated where
    the price is not of that time. group: the same for the legs and fees of one trade. tx: the network's
    transaction, or the exchange's name of the transfer.
    """

    source: str
    id: str
    at: str
    kind: EntryKind
    asset: str
    amount: str
    worth: AmountsTold | None
    estimated: bool
    wallet: str
    group: str
    tx: str


class OpenTold(msgspec.Struct):
    """What changed of an asset from one complete load to the next and no entry explains.

    changed: all that changed then; amount: what of it is open, and worth: of that by the later load's price.
    state: provisional for half an hour, unexplained from then on; unknown before flows are known.
    """

    asset: str
    since: str
    at: str
    changed: str
    amount: str
    worth: AmountsTold | None
    state: Literal["provisional", "unexplained", "unknown"]


class FlowsTold(msgspec.Struct):
    """Oldest first. open: of the time that the entries span; none where one kind is asked for.

    next: what to ask for `after` for the rest; null where this is all.
    """

    entries: list[EntryTold]
    open: list[OpenTold]
    next: str | None


async def flows(asked: Asked) -> Answered[FlowsTold]:
    since = (asked[FROM] or EPOCH) - timedelta(milliseconds=1)
    kind = asked[KIND]
    found = await list_flows(
        asked.outside,
        asked.caller,
        asked.account_id,
        since=since,
        until=asked[TO] or asked.outside.clock.now(),
        kind=None if kind is None else EntryKind(kind),
        most=asked[LIMIT],
        after=asked[AFTER],
    )
    return Answered(
        FlowsTold(
            entries=[_entry(each) for each in found.entries],
            open=[_open(each) for each in found.open],
            next=found.next,
        )
    )


def _entry(booked: Booked) -> EntryTold:
    told = booked.entry
    return EntryTold(
        source=booked.source,
        id=told.id,
        at=time_text(told.at),
        kind=told.kind,
        asset=told.asset,
        amount=plain_text(told.amount),
        worth=_worth(booked.worth),
        estimated=booked.estimated,
        wallet=told.wallet,
        group=told.group,
        tx=told.tx,
    )


def _open(each: Open) -> OpenTold:
    return OpenTold(
        asset=each.change.asset,
        since=time_text(each.change.since),
        at=time_text(each.change.at),
        changed=plain_text(each.change.amount),
        amount=plain_text(each.change.residual),
        worth=_worth(each.worth),
        state=each.state,
    )


def _worth(worth: Worth | None) -> AmountsTold | None:
    return None if worth is None else amounts_told(net(worth))
