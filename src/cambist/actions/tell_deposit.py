"""Tell where deposits of a currency go, and what the account's wallet for deposits holds of it."""

from dataclasses import dataclass
from decimal import Decimal

from cambist.actions.facts import Caller
from cambist.actions.ports import Outside
from cambist.actions.use_keys import use_keys
from cambist.core.errors import InvalidInput
from cambist.core.listings import DepositAddress
from cambist.core.money import ZERO, exact
from cambist.core.terms import Credentials, Market

MOST_CHARACTERS = 40


@dataclass(frozen=True, slots=True)
class Deposit:
    """Amounts are those of the last load that brought data."""

    to: DepositAddress
    free: Decimal
    locked: Decimal
    total: Decimal


async def tell_deposit(
    outside: Outside, caller: Caller, account_id: int, *, currency: str, network: str
) -> Deposit:
    """The address is asked of the exchange, the amounts are as kept.

    Deposits go to the base wallet, which every load has read: what it does not list, it does not hold.
    Raises InvalidInput, NotFound, LoadFailed.
    """
    wrong = [name for name, code in (("currency", currency), ("network", network)) if not _is_code(code)]
    if wrong:
        raise InvalidInput({name: ["is invalid"] for name in wrong})

    async def ask(market: Market, credentials: Credentials) -> tuple[Market, DepositAddress]:
        return market, await outside.inquiries.deposit_address(market, credentials, currency, network)

    market, address = await use_keys(outside, caller, account_id, "deposit_data", ask)
    kept = await outside.history.last_read(account_id)
    held = [
        balance
        for wallet in kept.wallets
        if wallet.wallet == market.wallets[0]
        for balance in wallet.balances
        if balance.code == currency
    ]
    with exact():
        free, locked, total = (
            sum(amounts, ZERO)
            for amounts in (
                (balance.free for balance in held),
                (balance.locked for balance in held),
                (balance.total for balance in held),
            )
        )
    return Deposit(address, free, locked, total)


def _is_code(text: str) -> bool:
    return text.isprintable() and text.strip() == text and 0 < len(text) <= MOST_CHARACTERS
