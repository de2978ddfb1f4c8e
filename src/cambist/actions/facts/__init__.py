"""The facts that actions and what is outside of them hand to each other."""

from cambist.actions.facts.accounts import AccountChange, AccountDraft, Due, KeyUse, TriedKeys
from cambist.actions.facts.history import Between, Dated, Holdings, Imported, Thinned, Worths
from cambist.actions.facts.loads import (
    Fresh,
    Held,
    KeptAnswers,
    KeptLoad,
    LastRead,
    Load,
    Noted,
    Outcome,
    Turn,
)
from cambist.actions.facts.people import (
    ApiKey,
    Caller,
    Place,
    SealedCredentials,
    User,
    account_record,
    api_key_record,
    shortened,
)
from cambist.actions.facts.readings import MOST_HEARD_BYTES, Heard, Probed, Reading
from cambist.actions.facts.records import ChainBroken, ChainWhole, Head, Logged, LogPage, Revoked, Rotated
from cambist.actions.facts.rules import Rules
from cambist.actions.facts.work import BACKGROUND, Background, Priority, priority_of

__all__ = [
    "BACKGROUND",
    "MOST_HEARD_BYTES",
    "AccountChange",
    "AccountDraft",
    "ApiKey",
    "Background",
    "Between",
    "Caller",
    "ChainBroken",
    "ChainWhole",
    "Dated",
    "Due",
    "Fresh",
    "Head",
    "Heard",
    "Held",
    "Holdings",
    "Imported",
    "KeptAnswers",
    "KeptLoad",
    "KeyUse",
    "LastRead",
    "Load",
    "LogPage",
    "Logged",
    "Noted",
    "Outcome",
    "Place",
    "Priority",
    "Probed",
    "Reading",
    "Revoked",
    "Rotated",
    "Rules",
    "SealedCredentials",
    "Thinned",
    "TriedKeys",
    "Turn",
    "User",
    "Worths",
    "account_record",
    "api_key_record",
    "priority_of",
    "shortened",
]
