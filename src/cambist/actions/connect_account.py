"""Connect an exchange account: try its keys, make the first load, and only then keep anything."""

from collections.abc import Callable, Collection
from dataclasses import replace

from cambist.actions.agree_coverage import agreed, markets_of_exchange, wallets_wanted
from cambist.actions.choose_egress import choose_egress
from cambist.actions.facts import AccountDraft, Caller
from cambist.actions.ports import Outside
from cambist.actions.seal_credentials import sealer
from cambist.actions.try_keys import try_keys
from cambist.core.coverage import check_counted_once
from cambist.core.credentials import GivenKeys, credentials_for
from cambist.core.errors import InvalidInput, KeysRejected, LoadFailed, NotFound
from cambist.core.terms import Account, Market

MIN_NAME = 2
MAX_NAME = 120


async def connect_account(
    outside: Outside,
    caller: Caller,
    *,
    type: str,
    name: str,
    keys: GivenKeys,
    wallets: Collection[str] = (),
    egress: str | None = None,
    tell_egress: Callable[[str], None] = lambda _: None,
) -> Account:
    """The connected account after its first load. wallets: what it is to cover; none named: all that answer.

    egress: by which its keys are used from then on. tell_egress: is told the one chosen, before anything is
    asked of the exchange, where the settings name any.
    Raises InvalidInput for a field at fault, keys that may withdraw or an account connected already,
    LoadFailed where the exchange does not answer or rejects the keys; then nothing is kept but the audit row.
    """
    check_name(name)
    market = _market(outside, type)
    credentials = credentials_for(market, keys)
    wanted = wallets_wanted(market, wallets)
    markets = markets_of_exchange(outside, market)
    draft = AccountDraft(caller.user_id, market.code, name, credentials.api_key, None, wanted, markets)
    await _check_not_connected(outside, draft)
    credentials = replace(credentials, egress=await choose_egress(outside, draft, egress))
    if credentials.egress is not None:
        tell_egress(credentials.egress)
    load_id = outside.new_id()
    try:
        load, rights = await try_keys(
            outside,
            market,
            credentials,
            load_id=load_id,
            cause=caller.via,
            wallets=wanted,
            agree=lambda reading: agreed(market, wallets, reading),
            chosen=(await outside.users.get(caller.user_id)).chosen,
        )
    except (LoadFailed, InvalidInput) as refused:
        failure = as_failure(refused)
        await outside.loads.record_refusal(
            caller.user_id, load_id, f"{caller.via} connecting {market.code}", outside.clock.now(), failure
        )
        raise
    draft = replace(draft, uid=load.uid, wallets=load.coverage.wallets, rights=rights)
    await _check_not_connected(outside, draft)
    return await outside.accounts.connect(draft, sealer(outside.vault, caller.user_id, credentials), load)


def as_failure(refused: LoadFailed | InvalidInput) -> LoadFailed:
    """How a trial of keys is put on record that brought data, or none, and ended without keeping them."""
    return refused if isinstance(refused, LoadFailed) else KeysRejected(str(refused), key_state=None)


def check_name(name: str) -> None:
    """Raises InvalidInput for a name that is too short, too long, or has characters that do not print."""
    if not name.isprintable():
        raise InvalidInput({"name": ["is invalid"]})
    length = len(name.strip())
    if length < MIN_NAME:
        raise InvalidInput({"name": [f"is too short (minimum is {MIN_NAME} characters)"]})
    if length > MAX_NAME:
        raise InvalidInput({"name": [f"is too long (maximum is {MAX_NAME} characters)"]})


def _market(outside: Outside, type: str) -> Market:
    try:
        return outside.exchanges.market(type)
    except NotFound as unknown:
        raise InvalidInput({"type": ["does not have a valid value"]}) from unknown


async def _check_not_connected(outside: Outside, draft: AccountDraft) -> None:
    """Raises InvalidInput; for keys and market of an account that covers less too: that can cover more."""
    of_key = await outside.accounts.listed(draft.user_id, draft.api_key)
    if any(account.market == draft.market for account in of_key):
        raise InvalidInput({"api_key": ["This account is already connected!"]})
    check_counted_once(draft.wallets, await outside.accounts.covered_already(draft))
