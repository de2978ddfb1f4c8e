"""The endpoints of egresses: from which addresses exchanges are asked, and an account's keys are used."""

from collections.abc import Mapping

import msgspec

from cambist.actions.choose_egress import egress_in_force
from cambist.api.endpoint import Answered, Asked
from cambist.core.terms import Account


class EgressTold(msgspec.Struct):
    """name: null where the settings name no egress. address: the one to allow for keys at an exchange.

    The address is null where it is not known: the settings name no egress, or not this one any more.
    """

    name: str | None
    address: str | None


def egress_of(account: Account, egresses: Mapping[str, str]) -> EgressTold:
    """By which an account's keys are used. egresses: {name: the address that it shows}."""
    name = egress_in_force(egresses, account.egress)
    return EgressTold(name, None if name is None else egresses.get(name))


async def egresses(asked: Asked) -> Answered[list[EgressTold]]:
    return Answered([EgressTold(name, address) for name, address in asked.outside.rules.egresses.items()])


async def egress(asked: Asked) -> Answered[EgressTold]:
    account = await asked.outside.accounts.get(asked.caller.user_id, asked.account_id)
    return Answered(egress_of(account, asked.outside.rules.egresses))
