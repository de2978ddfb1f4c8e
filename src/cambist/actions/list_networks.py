"""List the currencies of an account's exchange, each with its networks."""

from collections.abc import Sequence
from enum import StrEnum

from cambist.actions.facts import Caller
from cambist.actions.ports import Outside
from cambist.actions.use_keys import use_keys
from cambist.core.listings import Currency


class Purpose(StrEnum):
    """What a network is wanted for."""

    DEPOSIT = "deposit"
    WITHDRAW = "withdraw"


async def list_networks(
    outside: Outside, caller: Caller, account_id: int, purpose: Purpose | None
) -> Sequence[Currency]:
    """With a purpose, only currencies that are open for it now. Raises NotFound, LoadFailed."""
    currencies = await use_keys(outside, caller, account_id, "networks_info", outside.inquiries.currencies)
    if purpose is None:
        return currencies
    return [currency for currency in currencies if _is_open(currency, purpose)]


def _is_open(currency: Currency, purpose: Purpose) -> bool:
    return (currency.deposits if purpose is Purpose.DEPOSIT else currency.withdrawals) is True
