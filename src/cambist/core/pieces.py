"""A range of an account's history, cut where its ends lie between two snapshots.

The worth at such an end is on the line between the snapshots (`value_at`). So what flowed between them counts
on the same line: as much of it as of the time between them lies in the range.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from cambist.core.flows import Net, NetFlows
from cambist.core.history import Neighbours, milliseconds
from cambist.core.profit import flowed_since


@dataclass(frozen=True, slots=True)
class Piece:
    """The time (since, until] of a range; between: the snapshots that both lie between, where they do."""

    since: datetime
    until: datetime
    between: Neighbours | None = None

    @property
    def told_in(self) -> tuple[datetime, datetime]:
        """The time (since, until] of which what is told counts, by its share."""
        if self.between is None or self.between.before is None or self.between.after is None:
            return self.since, self.until
        return self.between.before.at, self.between.after.at

    @property
    def share(self) -> tuple[int, int]:
        """So many of so many milliseconds."""
        since, until = self.told_in
        return milliseconds(self.until) - milliseconds(self.since), milliseconds(until) - milliseconds(since)


def pieces(
    start: datetime, end: datetime, at_start: Neighbours, at_end: Neighbours, *others: datetime
) -> list[Piece]:
    """The range in pieces, oldest first. at_start, at_end: the snapshots around its ends."""
    cut = [around for at, around in ((start, at_start), (end, at_end)) if _is_inside(at, around)]
    at = {start, end, *others}
    at |= {each.at for around in cut for each in (around.before, around.after) if each is not None}
    bounds = sorted(each for each in at if start <= each <= end)
    return [Piece(*ends, next((c for c in cut if _holds(c, *ends)), None)) for ends in pairwise(bounds)]


def flows_in(found: Iterable[Piece], flows: NetFlows) -> list[tuple[datetime, Net]]:
    """The net flows of a range by their times; those of a piece between snapshots in its middle."""
    told: list[tuple[datetime, Net]] = []
    for piece in found:
        if piece.between is None:
            told += flows.between(piece.since, piece.until)
        else:
            middle = piece.since + (piece.until - piece.since) / 2
            share = flowed_in(piece, flows)
            told += [(middle, share)] if share != Net() else []
    return told


def flowed_in(piece: Piece, flows: NetFlows) -> Net:
    """All net flows of a piece together."""
    return _since(piece.since, piece, flows) - _since(piece.until, piece, flows)


def _since(at: datetime, piece: Piece, flows: NetFlows) -> Net:
    if piece.between is None or at in piece.told_in:
        return flows.since(at)
    return flowed_since(at, piece.between, flows)


def _is_inside(at: datetime, around: Neighbours) -> bool:
    before, after = around.before, around.after
    return before is not None and after is not None and before.at < at < after.at


def _holds(around: Neighbours, since: datetime, until: datetime) -> bool:
    before, after = around.before, around.after
    return before is not None and after is not None and before.at <= since and until <= after.at
