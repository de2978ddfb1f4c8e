"""The table of endpoints: method, path, permission, parameters, answer, and what answers."""

from cambist.api import accounts, markets, service
from cambist.api.endpoint import Endpoint
from cambist.api.entity import AccountEntity
from cambist.core.terms import Permission

READ, WRITE = Permission.ACCOUNTS_READ, Permission.ACCOUNTS_WRITE

ENDPOINTS = (
    Endpoint(
        "POST",
        "/ver1/accounts/{id}/load_balances",
        accounts.load,
        WRITE,
        answer=AccountEntity,
        status=201,
        asks_exchange=True,
        about="Bring an account up to date from its exchange, value it, and answer it as it stands then.",
        headers=accounts.LOAD_HEADERS,
    ),
    Endpoint(
        "GET",
        "/ver1/accounts",
        accounts.accounts,
        READ,
        parameters=(accounts.PAGE, accounts.PER_PAGE, accounts.BY_API_KEY),
        answer=list[AccountEntity],
        about="Your accounts as they stand.",
    ),
    Endpoint(
        "GET",
        "/ver1/accounts/market_list",
        markets.market_list,
        public=True,
        answer=list[markets.ListedMarket],
        about="The markets that can be connected, and the fields each asks for.",
    ),
    Endpoint(
        "GET",
        "/ver1/accounts/{id}",
        accounts.account,
        READ,
        answer=AccountEntity,
        about="An account as it stands; nothing is asked of its exchange.",
    ),
    Endpoint(
        "POST",
        "/ver1/accounts/new",
        accounts.new,
        WRITE,
        parameters=(
            accounts.TYPE,
            accounts.NAME,
            accounts.API_KEY,
            accounts.SECRET,
            accounts.PASSPHRASE,
            accounts.CUSTOMER_ID,
        ),
        answer=AccountEntity,
        status=201,
        asks_exchange=True,
        about="Connect an account: its keys are tried and the first load is made before anything is kept.",
    ),
    Endpoint(
        "POST",
        "/ver1/accounts/{id}/rename",
        accounts.rename,
        WRITE,
        parameters=(accounts.NAME,),
        answer=AccountEntity,
        status=201,
        about="Give an account another name.",
    ),
    Endpoint(
        "POST",
        "/ver1/accounts/{id}/remove",
        accounts.remove,
        WRITE,
        answer=bool,
        status=201,
        about="Remove an account; its keys are erased.",
    ),
    Endpoint(
        "GET",
        "/ver1/validate",
        service.validate,
        answer=service.Valid,
        about="Whether a request is signed as it should be.",
    ),
    Endpoint(
        "GET",
        "/ver1/ping",
        service.ping,
        public=True,
        answer=service.Pong,
        about="Whether the server is there.",
    ),
    Endpoint(
        "GET", "/ver1/time", service.time, public=True, answer=service.ServerTime, about="The server's time."
    ),
)
