"""The endpoints of accounts: connect, read, load, rename, remove."""

import msgspec

from cambist.actions.connect_account import connect_account
from cambist.actions.rename_account import rename_account
from cambist.api.endpoint import Answered, Asked
from cambist.api.entity import account_entity
from cambist.api.parameters import integer, optional_text, required_text
from cambist.core.credentials import GivenKeys
from cambist.core.terms import Account, Secret

MOST_WRITTEN = 10_000

PAGE = integer("page", "which page, from 1", 1, range(1, 1_000_001))
PER_PAGE = integer("per_page", "how many a page", 100, range(1, 101))
BY_API_KEY = optional_text("api_key", "only accounts with this key of the exchange")
TYPE = required_text("type", "the market's code, as `market_list` tells it")
NAME = required_text("name", "how you call the account")
API_KEY = optional_text("api_key", "the exchange key's public part; `market_list` tells what is needed")
SECRET = optional_text("secret", "the exchange key's secret")
PASSPHRASE = optional_text("passphrase", "where the exchange's keys have one")
CUSTOMER_ID = optional_text("customer_id", "where the exchange's keys need one")
ADDRESS = optional_text("address", "of the wallet, where the exchange goes by one")
EGRESS = optional_text(
    "egress", "by which of `GET /cambist/v1/egresses` its keys are used; `default`: the first"
)
KEYS = (API_KEY, SECRET, PASSPHRASE, CUSTOMER_ID, ADDRESS)

LOAD_HEADERS = {
    "X-Cambist-Verdict": "`complete`, or `partial` where a covered wallet did not answer",
    "X-Cambist-Missing": "the wallets that did not answer, commas between; their last balances stand in",
    "X-Cambist-Unpriced": "how many assets have no price and add nothing; the receipt names them",
    "X-Cambist-Flows": "whether deposits and withdrawals are `known`, `provisional` or `unknown`",
    "X-Cambist-Receipt": "the id of the load's receipt, which says what it did",
}


async def load(asked: Asked) -> Answered[msgspec.Raw]:
    account = await asked.served.load_balances(asked.caller, asked.account_id)
    headers = {
        "X-Cambist-Verdict": "complete" if account.complete else "partial",
        "X-Cambist-Missing": ", ".join(gone.wallet for gone in account.gaps.missing),
        "X-Cambist-Unpriced": str(len(account.gaps.unpriced)),
        "X-Cambist-Flows": account.flows.state.value,
        "X-Cambist-Receipt": account.load_id,
    }
    return Answered(entity(asked, account), headers)


async def accounts(asked: Asked) -> Answered[list[msgspec.Raw]]:
    per_page = asked[PER_PAGE]
    listed = await asked.outside.accounts.listed(
        asked.caller.user_id,
        api_key=asked[BY_API_KEY],
        limit=per_page,
        offset=(asked[PAGE] - 1) * per_page,
    )
    return Answered([entity(asked, account) for account in listed])


async def account(asked: Asked) -> Answered[msgspec.Raw]:
    found = await asked.outside.accounts.get(asked.caller.user_id, asked.account_id)
    return Answered(entity(asked, found))


async def new(asked: Asked) -> Answered[msgspec.Raw]:
    connected = await connect_account(
        asked.outside,
        asked.caller,
        type=asked[TYPE],
        name=asked[NAME],
        keys=given_keys(asked),
        egress=asked[EGRESS],
    )
    return Answered(entity(asked, connected))


def given_keys(asked: Asked) -> GivenKeys:
    """The parameters of `KEYS` that are given."""
    return GivenKeys(
        asked[API_KEY], _secret(asked[SECRET]), _secret(asked[PASSPHRASE]), asked[CUSTOMER_ID], asked[ADDRESS]
    )


def _secret(text: str | None) -> Secret | None:
    return None if text is None else Secret(text)


async def rename(asked: Asked) -> Answered[msgspec.Raw]:
    account_id = asked.account_id
    await asked.outside.accounts.get(asked.caller.user_id, account_id)
    renamed = await rename_account(asked.outside, asked.caller, account_id, asked[NAME])
    return Answered(entity(asked, renamed))


async def remove(asked: Asked) -> Answered[bool]:
    caller, now = asked.caller, asked.outside.clock.now()
    await asked.outside.accounts.remove(caller.user_id, asked.account_id, caller.via, now)
    return Answered(True)


def entity(asked: Asked, account: Account) -> msgspec.Raw:
    """The entity's bytes, written anew only where the account is not the one they were written from."""
    served = asked.served
    known = served.written.get(account.id)
    if known is not None and (known[0] is account or known[0] == account):
        return known[1]
    market = served.outside.exchanges.market(account.market)
    if len(served.written) >= MOST_WRITTEN:
        served.written.clear()
    written = account_entity(account, market, served.public_url, served.mask_api_keys)
    raw = msgspec.Raw(msgspec.json.encode(written))
    served.written[account.id] = (account, raw)
    return raw
