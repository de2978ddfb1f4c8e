"""Refresh accounts in the background: which are due, and what is due of one of them."""

from datetime import datetime, timedelta

from cambist.actions.control_account import control_account
from cambist.actions.facts import BACKGROUND, Background, Caller, Due
from cambist.actions.load_balances import LoadBalances
from cambist.actions.ports import Outside
from cambist.actions.read_rights import read_rights
from cambist.actions.sync_flows import sync_flows
from cambist.core.control import TAKEN_EVERY
from cambist.core.errors import LoadFailed, NotFound

REFRESHER = "refresher"
KEYS_RETRIED = timedelta(days=1)
RIGHTS_READ_EVERY = timedelta(days=1)
MOST_DUE = 1_000
# So few at a look that the calls of controls, which may weigh much, never crowd loads out.
CONTROLS_AT_A_LOOK = 2
SYNCS_AT_A_LOOK = 20


class RefreshAccounts:
    """Loads accounts every so often. A market that told an egress to wait is left alone by it until then."""

    def __init__(self, outside: Outside, load_balances: LoadBalances, every: timedelta) -> None:
        self._outside = outside
        self._load_balances = load_balances
        self._every = every
        self._resting: dict[tuple[str, str | None], datetime] = {}

    async def due(self) -> list[Due]:
        """The accounts whose load is due, whose control, keys' rights, flows are: so many of each at most.

        A control has a load in it, which stands for the account's own.
        """
        now = self._outside.clock.now()
        self._resting = {where: until for where, until in self._resting.items() if now < until}
        resting, inquiries = [*self._resting], self._outside.inquiries
        loads = await self._outside.loads.due(now, self._every, KEYS_RETRIED, resting, MOST_DUE)
        controls = await self._outside.controls.due(
            now - max(TAKEN_EVERY, self._every),
            inquiries.markets_telling_totals(),
            resting,
            CONTROLS_AT_A_LOOK,
        )
        controlled = {each.account_id for each in controls}
        rights = await self._outside.rights.due(
            now - RIGHTS_READ_EVERY, inquiries.markets_telling_rights(), resting, MOST_DUE
        )
        flows = await self._outside.flows.due(now, resting, SYNCS_AT_A_LOOK)
        return [*(each for each in loads if each.account_id not in controlled), *controls, *rights, *flows]

    async def __call__(self, due: Due) -> None:
        """Does what is due; a load or reading that fails is on record as any other, and is no error here.

        A sync that finds no room for its calls says nothing of the market's rest: loads have more.
        """
        until = self._resting.get((due.market, due.egress))
        if until is not None and self._outside.clock.now() < until:
            return
        token = BACKGROUND.set(Background())
        try:
            caller = Caller(due.user_id, REFRESHER)
            if due.flows:
                await sync_flows(
                    self._outside, caller, due.account_id
                )  # what it fails with is in its standing
            elif due.rights:
                await read_rights(self._outside, caller, due.account_id)
            elif due.control:
                await control_account(self._outside, self._load_balances, caller, due.account_id)
            else:
                await self._load_balances(caller, due.account_id)
        except LoadFailed as failure:
            if failure.retry_after_s is not None:
                wait = timedelta(seconds=failure.retry_after_s)
                self._resting[due.market, due.egress] = self._outside.clock.now() + wait
        except NotFound:
            pass  # removed since it was found due
        finally:
            BACKGROUND.reset(token)
