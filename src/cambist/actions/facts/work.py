"""What work is to an exchange: whether somebody waits for it."""

from contextvars import ContextVar
from dataclasses import dataclass
from enum import IntEnum


class Priority(IntEnum):
    """Whose calls an exchange is asked first: those that somebody waits for, refreshes, syncs of flows."""

    AWAITED = 0
    REFRESH = 1
    FLOWS = 2


@dataclass(slots=True, eq=False)
class Background:
    """Work that nobody waits for: exchanges let the calls of others go first.

    ended: somebody has come to wait for it; that holds for all its tasks, and for calls already in a queue.
    """

    priority: Priority = Priority.REFRESH
    ended: bool = False


BACKGROUND: ContextVar[Background | None] = ContextVar("background", default=None)


def priority_of(work: Background | None) -> Priority:
    return Priority.AWAITED if work is None or work.ended else work.priority
