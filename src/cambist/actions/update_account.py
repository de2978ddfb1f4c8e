"""Update an account: name, whether the summary counts it, keys, egress, wallets; keys are tried first."""

from collections.abc import Callable, Collection
from dataclasses import replace
from functools import partial

from cambist.actions.agree_coverage import agreed, markets_of_exchange, wallets_wanted
from cambist.actions.choose_egress import egress_in_force, named_egress
from cambist.actions.connect_account import as_failure, check_name
from cambist.actions.facts import AccountChange, Caller, SealedCredentials, TriedKeys
from cambist.actions.ports import Outside
from cambist.actions.seal_credentials import open_credentials, sealer
from cambist.actions.try_keys import try_keys
from cambist.core.credentials import NOTHING, GivenKeys, credentials_for
from cambist.core.errors import InvalidInput, LoadFailed
from cambist.core.terms import Account, Credentials


async def update_account(
    outside: Outside,
    caller: Caller,
    account_id: int,
    *,
    name: str | None = None,
    include_in_summary: bool | None = None,
    keys: GivenKeys = NOTHING,
    egress: str | None = None,
    wallets: Collection[str] | None = None,
    tell_egress: Callable[[str], None] = lambda _: None,
) -> Account:
    """The account as it stands then; what is not given stays, and where all is as it was nothing is written.

    egress: by which its keys, new or kept, are tried and used from then on. wallets: what it covers from then
    on beside the base wallet; none named: all that answer. tell_egress: is told by which egress they are
    tried, before they are, where the settings name any.
    Raises NotFound; InvalidInput for a field at fault, keys that may withdraw, keys that are another exchange
    account's, or wallets that another account covers; LoadFailed where the exchange does not answer or
    rejects the keys. Then nothing has changed, and the use of the keys is on record.
    """
    account = await outside.accounts.get(caller.user_id, account_id)
    if name is not None:
        check_name(name)
    new_egress = account.egress if egress is None else named_egress(outside.rules.egresses, egress)
    moved = new_egress != account.egress
    if wallets is not None:
        wallets_wanted(outside.exchanges.market(account.market), wallets)
    if keys.are_none and not moved and wallets is None:
        if name in (None, account.name) and include_in_summary in (None, account.include_in_summary):
            return account
        change = AccountChange(name, include_in_summary)
        return await outside.accounts.update(caller.user_id, account_id, change, outside.clock.now())
    doing = "moving" if moved else "choosing wallets"
    cause = f"{caller.via} {doing if keys.are_none else 'replacing keys'}"
    credentials, own = await _credentials(outside, account, keys, cause)
    credentials = replace(credentials, egress=new_egress)
    by = egress_in_force(outside.rules.egresses, new_egress)
    if by is not None:
        tell_egress(by)
    load_id = outside.new_id()
    try:
        tried = await _try(outside, account, credentials, load_id, cause, wallets)
        tried = replace(tried, own=own, moved=moved and own is not None)
        change = AccountChange(name, include_in_summary, tried)
        return await outside.accounts.update(caller.user_id, account_id, change, tried.load.snapshot.at)
    except (LoadFailed, InvalidInput) as refused:
        await outside.loads.record_refusal(
            caller.user_id, load_id, cause, outside.clock.now(), as_failure(refused), account_id
        )
        raise


async def _credentials(
    outside: Outside, account: Account, keys: GivenKeys, cause: str
) -> tuple[Credentials, SealedCredentials | None]:
    """Those of the keys given; or the account's own, and as they are kept.

    The use of its own is written down before they are opened.
    """
    if not keys.are_none:
        return credentials_for(outside.exchanges.market(account.market), keys), None
    use = await outside.key_uses.begin(
        account.user_id, account.id, outside.new_id(), cause, outside.clock.now()
    )
    return open_credentials(outside.vault, use), use.sealed


async def _try(
    outside: Outside,
    account: Account,
    credentials: Credentials,
    load_id: str,
    cause: str,
    wallets: Collection[str] | None,
) -> TriedKeys:
    """wallets: as they are named; None: those that it covers."""
    market, before = outside.exchanges.market(account.market), account.coverage
    load, rights = await try_keys(
        outside,
        market,
        credentials,
        load_id=load_id,
        cause=cause,
        wallets=before.wallets if wallets is None else wallets_wanted(market, wallets),
        agree=lambda read: before if wallets is None else agreed(market, wallets, read, before),
        chosen=(await outside.users.get(account.user_id)).chosen,
        account_id=account.id,
    )
    seal = sealer(outside.vault, account.user_id, credentials)
    markets = markets_of_exchange(outside, market)
    return TriedKeys(partial(seal, account.id), load, markets, before, rights)
