"""Choose the egress of an account: the one it is given, or that of the same keys, or the least used one."""

from collections.abc import Mapping

from cambist.actions.facts import AccountDraft
from cambist.actions.ports import Outside
from cambist.core.egress import DEFAULT
from cambist.core.errors import InvalidInput

_NONE = "cannot be chosen: CAMBIST_EGRESS names none"


def named_egress(egresses: Mapping[str, str], name: str) -> str | None:
    """An egress by its name; `default` is the first, or None where there is none.

    Raises InvalidInput.
    """
    if name == DEFAULT:
        return egress_in_force(egresses, None)
    if name not in egresses:
        there_are = f"must be one of {', '.join(egresses)}" if egresses else _NONE
        raise InvalidInput({"egress": [there_are]})
    return name


def egress_in_force(egresses: Mapping[str, str], name: str | None) -> str | None:
    """By which keys go that are kept with this egress: what has none goes by the first there is."""
    return next(iter(egresses), None) if name is None else name


async def choose_egress(outside: Outside, draft: AccountDraft, name: str | None) -> str | None:
    """The egress for an account about to be connected; None where the settings name none.

    Without a name: that of an account of the user's with the same keys, for keys are bound to addresses;
    else the one by which the fewest accounts of the exchange go, whoever's. Raises InvalidInput.
    """
    egresses = outside.rules.egresses
    if name is not None:
        return named_egress(egresses, name)
    if not egresses:
        return None
    counts = dict.fromkeys(egresses, 0)
    for used, (accounts, has_keys) in (await outside.accounts.egresses_in_use(draft)).items():
        egress = egress_in_force(egresses, used)
        if egress in counts:
            if has_keys:
                return egress
            counts[egress] += accounts
    return min(counts, key=counts.__getitem__)
