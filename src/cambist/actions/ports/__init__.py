"""What actions need from outside: the protocols that store, vault, exchanges and the clock fit by shape."""

from cambist.actions.ports.accounts import (
    Accounts,
    Answers,
    Controls,
    History,
    KeyUses,
    Loads,
    Retention,
    Rights,
)
from cambist.actions.ports.events import Events, Post, Thresholds, Webhooks
from cambist.actions.ports.exchanges import (
    DayTable,
    Exchanges,
    Inquiries,
    Ledgers,
    ReferenceRates,
    Waits,
)
from cambist.actions.ports.flows import Flows
from cambist.actions.ports.outside import Clock, Outside, Worker
from cambist.actions.ports.people import (
    ApiKeys,
    Attempts,
    FirstRuns,
    LastUses,
    Nonces,
    Sessions,
    Traffic,
    Users,
)
from cambist.actions.ports.records import Audit, Refusals, Revocation, SealedRecords
from cambist.actions.ports.vault import MasterKeys, Resealing, Vault

__all__ = [
    "Accounts",
    "Answers",
    "ApiKeys",
    "Attempts",
    "Audit",
    "Clock",
    "Controls",
    "DayTable",
    "Events",
    "Exchanges",
    "FirstRuns",
    "Flows",
    "History",
    "Inquiries",
    "KeyUses",
    "LastUses",
    "Ledgers",
    "Loads",
    "MasterKeys",
    "Nonces",
    "Outside",
    "Post",
    "ReferenceRates",
    "Refusals",
    "Resealing",
    "Retention",
    "Revocation",
    "Rights",
    "SealedRecords",
    "Sessions",
    "Thresholds",
    "Traffic",
    "Users",
    "Vault",
    "Waits",
    "Webhooks",
    "Worker",
]
