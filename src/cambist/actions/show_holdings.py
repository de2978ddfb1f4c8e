"""Show what an account, or all that the summary counts, held at the last load; no exchange is asked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import itemgetter

from cambist.actions.facts import Caller, KeptLoad
from cambist.actions.ports import Outside
from cambist.core.errors import InvalidInput
from cambist.core.money import ONE
from cambist.core.profit import DAY
from cambist.core.shares import Holding, Pricing, holdings, together
from cambist.core.summary import counted_once
from cambist.core.terms import Account, Market

MOST_SUMMED = 1_000
NEAR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Held:
    """Holdings, and the currency that their values are displayed in."""

    holdings: Sequence[Holding]
    currency: str


@dataclass(frozen=True, slots=True)
class AccountHeld:
    """What one account holds. older: {asset: of when its amount or price is, where older ones stand in}."""

    account: Account
    holdings: Sequence[Holding]
    older: Mapping[str, datetime]


@dataclass(frozen=True, slots=True)
class HeldByAccount:
    """The holdings of several accounts, and the currency that their values are displayed in."""

    parts: Sequence[AccountHeld]
    currency: str

    @property
    def holdings(self) -> Sequence[Holding]:
        return together([part.holdings for part in self.parts])


async def show_holdings(
    outside: Outside, caller: Caller, account_id: int, *, with_day_before: bool = False
) -> Held:
    """An account's holdings. Raises NotFound."""
    account = await outside.accounts.get(caller.user_id, account_id)
    currency = account.figures.currency
    return Held((await _held(outside, account, currency, with_day_before)).holdings, currency)


async def show_holdings_together(outside: Outside, caller: Caller, *, with_day_before: bool = False) -> Held:
    """The holdings of all accounts in the summary; in USD where the accounts differ in their currency."""
    found = await show_holdings_by_account(outside, caller, with_day_before=with_day_before)
    return Held(found.holdings, found.currency)


async def show_holdings_by_account(
    outside: Outside, caller: Caller, *, with_day_before: bool = False
) -> HeldByAccount:
    """The same, each account for itself."""
    accounts = await accounts_summed(outside, caller)
    currency = await currency_of(outside, caller, accounts)
    parts = [await _held(outside, account, currency, with_day_before) for account, _ in accounts]
    return HeldByAccount(parts, currency)


async def currency_of(outside: Outside, caller: Caller, accounts: Sequence[tuple[Account, Market]]) -> str:
    """What several accounts' values are displayed in: their own currency, USD where they differ in it."""
    told = {account.figures.currency for account, _ in accounts}
    if not told:
        user = await outside.users.get(caller.user_id)
        told = {outside.rules.preferences(user.chosen).display_currency}
    return told.pop() if len(told) == 1 else "USD"


async def accounts_summed(outside: Outside, caller: Caller) -> list[tuple[Account, Market]]:
    """The accounts that the summary counts, each exchange account once. Raises InvalidInput on too many."""
    found = await outside.accounts.in_summary(caller.user_id, MOST_SUMMED + 1)
    if len(found) > MOST_SUMMED:
        raise InvalidInput({"include_in_summary": [f"counts too many accounts (maximum is {MOST_SUMMED})"]})
    return counted_once((account, outside.exchanges.market(account.market)) for account in found)


async def _held(outside: Outside, account: Account, currency: str, with_day_before: bool) -> AccountHeld:
    kept = await outside.history.kept_load(account.user_id, account.load_id)
    before = None
    if with_day_before:
        before = await outside.history.kept_near(account.id, account.loaded_at - DAY, NEAR)
    then = None if before is None else pricing_of(before, currency)
    found = holdings(kept.read.wallets, pricing_of(kept, currency), then)
    return AccountHeld(account, found, _older(kept))


def _older(kept: KeptLoad) -> Mapping[str, datetime]:
    """By the oldest of what stands in."""
    times = [
        *(
            (each.asset, wallet.read_at)
            for wallet in kept.read.wallets
            if wallet.stale
            for each in wallet.balances
        ),
        *(
            (asset, route.carried_from)
            for asset, route in kept.read.routes.items()
            if route.carried_from is not None
        ),
    ]
    return dict(sorted(times, key=itemgetter(1), reverse=True))


def pricing_of(kept: KeptLoad, currency: str) -> Pricing:
    """A load's prices. Where its own display currency is another, what is asked for is USD."""
    snapshot = kept.snapshot
    rate = ONE if snapshot is None or currency != kept.receipt.figures.currency else snapshot.worth.rate
    return Pricing(kept.read.routes, kept.receipt.numeraire, rate)
