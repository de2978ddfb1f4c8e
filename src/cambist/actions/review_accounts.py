"""Review accounts: how each stands, and what of it asks for a person; no exchange is asked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from cambist.actions.attempt_facts import Failing
from cambist.actions.control_account import last_control
from cambist.actions.facts import Caller
from cambist.actions.ports import Outside
from cambist.actions.show_holdings import MOST_SUMMED
from cambist.core.attention import ALERTS, LAST_KNOWN, Attention, attentions
from cambist.core.control import Control
from cambist.core.flows import tellable_until
from cambist.core.summary import counted_once
from cambist.core.terms import Account, FlowState, Market

UNEXPLAINED_FOR = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Reviewed:
    """An account as it stands. is_counted: whether the summary counts it."""

    account: Account
    market: Market
    control: Control
    attentions: Sequence[Attention]
    is_counted: bool = True

    @property
    def is_last_known(self) -> bool:
        """Whether its figures are those of a load that no later one has followed as it should."""
        return any(each.concern in LAST_KNOWN for each in self.attentions)

    @property
    def is_behind(self) -> bool:
        """The same, but for figures that are only old."""
        return any(each.concern in LAST_KNOWN for each in self.alerts)

    @property
    def alerts(self) -> Sequence[Attention]:
        return [each for each in self.attentions if each.concern in ALERTS]


async def review_accounts(outside: Outside, caller: Caller) -> Sequence[Reviewed]:
    """All accounts of the caller, in the order of their ids; a thousand at most."""
    accounts = await outside.accounts.listed(caller.user_id, limit=MOST_SUMMED)
    failing = await outside.loads.failing(caller.user_id)
    pairs = [(account, outside.exchanges.market(account.market)) for account in accounts]
    counted = {account.id for account, _ in counted_once(p for p in pairs if p[0].include_in_summary)}
    return [await _reviewed(outside, *pair, failing.get(pair[0].id), pair[0].id in counted) for pair in pairs]


async def review_account(outside: Outside, caller: Caller, account_id: int) -> Reviewed:
    """Raises NotFound."""
    account = await outside.accounts.get(caller.user_id, account_id)
    failing = await outside.loads.failing(caller.user_id)
    market = outside.exchanges.market(account.market)
    return await _reviewed(outside, account, market, failing.get(account.id), account.include_in_summary)


async def _reviewed(
    outside: Outside, account: Account, market: Market, failing: Failing | None, is_counted: bool
) -> Reviewed:
    now = outside.clock.now()
    control = await last_control(outside, account)
    changes, tellable = [], now
    if account.flows.state is not FlowState.UNKNOWN:
        changes = await outside.flows.changes(account.id, now - UNEXPLAINED_FOR, now, open_only=True)
        sources = (await outside.flows.standing(account.id)).sources if changes else ()
        tellable = tellable_until(now, [each.until for each in sources])
    failed = None if failing is None else (str(failing.failure), failing.since)
    found = attentions(account, now, outside.rules.gap_after, failed, control, changes, tellable)
    return Reviewed(account, market, control, found, is_counted)
