"""Show what an account holds, each wallet by itself; no exchange is asked."""

from collections.abc import Sequence
from dataclasses import dataclass

from cambist.actions.facts import Caller, KeptLoad
from cambist.actions.ports import Outside
from cambist.actions.show_holdings import pricing_of
from cambist.actions.show_most_held import day_before
from cambist.core.shares import Holding, holdings
from cambist.core.terms import WalletBalances


@dataclass(frozen=True, slots=True)
class WalletHeld:
    """A wallet as the last load read it, and its holdings."""

    wallet: WalletBalances
    holdings: Sequence[Holding]


@dataclass(frozen=True, slots=True)
class WalletsHeld:
    """An account's wallets, and the load that read and valued them."""

    wallets: Sequence[WalletHeld]
    kept: KeptLoad


async def show_wallets(outside: Outside, caller: Caller, account_id: int) -> WalletsHeld:
    """Raises NotFound."""
    account = await outside.accounts.get(caller.user_id, account_id)
    currency = account.figures.currency
    kept = await outside.history.kept_load(account.user_id, account.load_id)
    now, then = pricing_of(kept, currency), await day_before(outside, account, currency)
    return WalletsHeld([WalletHeld(each, holdings([each], now, then)) for each in kept.read.wallets], kept)
