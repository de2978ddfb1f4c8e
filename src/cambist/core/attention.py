"""What of an account asks for a person: each concern with its words and since when it is so."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from cambist.core.changes import unexplained
from cambist.core.control import Control, State
from cambist.core.flows import Change
from cambist.core.terms import Account, FlowState, KeyState


class Concern(StrEnum):
    """Why, the gravest first; the first four say that the account's figures are its last known ones."""

    KEYS = "keys"
    LOCKED = "locked"
    FAILING = "failing"
    OLD = "old"
    PARTIAL = "partial"
    UNRECONCILED = "unreconciled"
    UNEXPLAINED = "unexplained"


LAST_KNOWN = frozenset({Concern.KEYS, Concern.LOCKED, Concern.FAILING, Concern.OLD})
# An old figure is told beside the figure: it may be so because nobody refreshes.
ALERTS = frozenset(Concern) - {Concern.OLD}

KEY_STATES = {
    KeyState.OK: "Key valid",
    KeyState.INVALID: "Key invalid",
    KeyState.EXPIRED: "Key expired",
    KeyState.IP_NOT_ALLOWED: "Address not allowed",
    KeyState.NO_PERMISSION: "No read permission",
}


@dataclass(frozen=True, slots=True)
class Attention:
    """words: the exchange's own where it said some. since: None where that is not known."""

    concern: Concern
    words: str
    since: datetime | None = None


def attentions(
    account: Account,
    now: datetime,
    old_after: timedelta,
    failed: tuple[str, datetime] | None,
    control: Control,
    changes: Iterable[Change],
    tellable: datetime,
) -> Sequence[Attention]:
    """The gravest first; none where all is well.

    old_after: figures older than this are last known ones. failed: what loads fail with, and since when;
    None where the last one brought data. changes: those with a residual.
    tellable: up to when these may be told.
    """
    found: list[Attention] = []
    words, since = failed or ("", account.loaded_at)
    if account.key_state is not KeyState.OK:
        said = words or f"{KEY_STATES[account.key_state]}."
        found.append(Attention(Concern.KEYS, said, since))
    if account.lock_reason is not None:
        found.append(Attention(Concern.LOCKED, account.lock_reason))
    if failed is not None and account.key_state is KeyState.OK:
        found.append(Attention(Concern.FAILING, words, since))
    if not found and now - account.loaded_at > old_after:
        found.append(Attention(Concern.OLD, "Not loaded since.", account.loaded_at))
    if not account.complete:
        found.append(Attention(Concern.PARTIAL, _gone(account), account.loaded_at))
    if control.state is State.UNRECONCILED:
        found.append(Attention(Concern.UNRECONCILED, control.reason or "", control.at))
    found += _unexplained(account, changes, tellable)
    return found


def _gone(account: Account) -> str:
    gone = "; ".join(f"{each.wallet}: {each.reason}" for each in account.gaps.missing)
    return gone or "A wallet did not answer."


def _unexplained(account: Account, changes: Iterable[Change], tellable: datetime) -> Iterable[Attention]:
    """Where flows are known, and no entry has come in time: by the rule by which events tell of it."""
    late = list(unexplained(((each, False) for each in changes), tellable))
    if late and account.flows.state is not FlowState.UNKNOWN:
        assets = ", ".join(sorted({each.asset for each in late}))
        words = (
            f"What changed of {assets} follows from no deposit, withdrawal or trade that the exchange tells."
        )
        yield Attention(Concern.UNEXPLAINED, words, min(each.since for each in late))
