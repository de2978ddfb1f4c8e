"""Show what all accounts in the summary hold together, as an overview needs it; no exchange is asked."""

from dataclasses import replace

from cambist.actions.facts import Caller
from cambist.actions.ports import Outside
from cambist.actions.show_holdings import NEAR, Held, accounts_summed, currency_of, pricing_of
from cambist.core.profit import DAY
from cambist.core.shares import Pricing, Value, holdings, together
from cambist.core.terms import Account


async def show_most_held(outside: Outside, caller: Caller, count: int) -> Held:
    """All holdings, with prices of a day before for so many that are worth most, and for no others."""
    accounts = await accounts_summed(outside, caller)
    currency = await currency_of(outside, caller, accounts)
    parts = []
    for account, _ in accounts:
        kept = await outside.history.kept_load(account.user_id, account.load_id)
        parts.append(holdings(kept.read.wallets, pricing_of(kept, currency)))
    found = together(parts)
    most, then = {each.asset for each in found[:count]}, dict[str, Value | None]()
    for (account, _), part in zip(accounts, parts, strict=True):
        sought = {each.asset for each in part if each.price is not None} & most - then.keys()
        before = await day_before(outside, account, currency) if sought else None
        then |= {asset: None if before is None else before.value(asset) for asset in sought}
    return Held([replace(each, price_then=then.get(each.asset)) for each in found], currency)


async def day_before(outside: Outside, account: Account, currency: str) -> Pricing | None:
    """The prices of the load about a day before an account's last one; None where none is kept."""
    before = await outside.history.kept_near(account.id, account.loaded_at - DAY, NEAR)
    return None if before is None else pricing_of(before, currency)
