"""How an account stands, in the two or three words beside its name."""

from dataclasses import dataclass

from cambist.actions.review_accounts import Reviewed
from cambist.core.attention import KEY_STATES, Attention, Concern


@dataclass(frozen=True, slots=True)
class State:
    """look: a class of CSS."""

    look: str
    text: str


_STATES = {
    Concern.LOCKED: State("bad", "Locked"),
    Concern.FAILING: State("bad", "Does not load"),
    Concern.OLD: State("stale", "Last known"),
    Concern.PARTIAL: State("stale", "Partial"),
    Concern.UNRECONCILED: State("stale", "Not reconciled"),
    Concern.UNEXPLAINED: State("stale", "Change unexplained"),
}


_BEFORE = {Concern.LOCKED: "Locked: ", Concern.PARTIAL: "Not all wallets answered: "}


def words_of(attention: Attention) -> str:
    """What is wrong, as a sentence that stands alone."""
    return _BEFORE.get(attention.concern, "") + attention.words


def state_of(reviewed: Reviewed) -> State:
    key_state = KEY_STATES[reviewed.account.key_state]
    if not reviewed.attentions:
        return State("", key_state)
    return _STATES.get(reviewed.attentions[0].concern, State("bad", key_state))
