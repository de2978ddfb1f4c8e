"""A client for programs of others: signs, asks again where that is safe, answers with typed, exact facts.

It imports nothing else of Cambist, and knows the server only by what it says over HTTP.
"""

from cambist.client.answers import (
    Account,
    Balance,
    Balances,
    DisplayAmount,
    History,
    HistoryPoint,
    MissingWallet,
    Wallet,
)
from cambist.client.asking import Patience
from cambist.client.clients import AsyncClient, Client
from cambist.client.errors import AnswerUnreadable, ApiError, ClientError, Unreachable
from cambist.client.following import Event
from cambist.client.signing import CompatAuth, StrictAuth

__all__ = [
    "Account",
    "AnswerUnreadable",
    "ApiError",
    "AsyncClient",
    "Balance",
    "Balances",
    "Client",
    "ClientError",
    "CompatAuth",
    "DisplayAmount",
    "Event",
    "History",
    "HistoryPoint",
    "MissingWallet",
    "Patience",
    "StrictAuth",
    "Unreachable",
    "Wallet",
]
