"""Control an account: load it, ask its exchange what it is worth, and hold one against the other."""

from collections.abc import Collection

from cambist.actions.agree_coverage import markets_of_exchange
from cambist.actions.facts import Caller
from cambist.actions.load_balances import LoadBalances
from cambist.actions.ports import Outside
from cambist.actions.use_keys import use_keys
from cambist.core.control import NOT_YET, TAKEN_EVERY, Control, OwnTotal, held_against, unknown
from cambist.core.errors import LoadFailed
from cambist.core.terms import Account, Worth
from cambist.core.valuation import valued_again

PURPOSE = "reading the exchange's own total"


async def control_account(
    outside: Outside, load_balances: LoadBalances, caller: Caller, account_id: int
) -> Control:
    """The control, taken anew where that was not begun within the hour, else the last one.

    An exchange that does not tell its total, or not usably, leaves it unknown, with the reason, and the load
    as it is. Raises NotFound; LoadFailed of the load, which leaves it unknown as well.
    """
    account = await outside.accounts.get(caller.user_id, account_id)
    now = outside.clock.now()
    tells = outside.exchanges.market(account.market).tells_total
    if not tells or not await outside.controls.claim(caller.user_id, account_id, now, now - TAKEN_EVERY):
        return await last_control(outside, account)
    try:
        account = await load_balances(caller, account_id)
    except LoadFailed as failure:
        control = unknown(f"The account could not be loaded: {failure}", outside.clock.now())
        await outside.controls.keep(account_id, control)
        raise
    control = await _take(outside, caller, account)
    await outside.controls.keep(account_id, control)
    return control


async def last_control(outside: Outside, account: Account) -> Control:
    """The last control of an account as it stands; nothing is asked of its exchange."""
    market = outside.exchanges.market(account.market)
    if not market.tells_total:
        return unknown(f"{market.exchange_name} tells no total of its own.")
    return await outside.controls.last(account.user_id, account.id) or unknown(NOT_YET)


async def _take(outside: Outside, caller: Caller, account: Account) -> Control:
    try:
        told = await use_keys(outside, caller, account.id, PURPOSE, outside.inquiries.own_total)
    except LoadFailed as failure:
        return unknown(str(failure), outside.clock.now())
    return await _held_against(outside, account, told)


async def _held_against(outside: Outside, account: Account, told: OwnTotal) -> Control:
    market = outside.exchanges.market(account.market)
    accounts = await outside.accounts.of_exchange_account(account, markets_of_exchange(outside, market))
    kept = await outside.history.kept_load(account.user_id, account.load_id)
    known = kept.receipt.numeraire

    def worth_of(names: Collection[str]) -> Worth:
        some = [wallet for wallet in kept.read.wallets if wallet.wallet in names]
        valuation = valued_again(some, kept.read.routes, known)
        return Worth(valuation.btc, valuation.usd)

    return held_against(told, account, accounts, worth_of, known.btc_usd, outside.clock.now())
