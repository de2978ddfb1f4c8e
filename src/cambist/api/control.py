"""The endpoint of an account's control: our total beside its exchange's own, and the wallets not read."""

from decimal import Decimal
from typing import Literal

import msgspec

from cambist.actions.control_account import last_control
from cambist.api.endpoint import Answered, Asked
from cambist.api.entity import time_text
from cambist.core.control import Control, Controlled, Totals
from cambist.core.money import plain_text


class BothTold(msgspec.Struct):
    btc: str
    usd: str


class TheirsTold(msgspec.Struct):
    """amount: as the exchange tells it, in unit; the other of btc and usd is by the load's price of BTC."""

    amount: str
    unit: Literal["BTC", "USD"]
    btc: str
    usd: str


class CoveredByTold(msgspec.Struct):
    """One of your accounts, and its wallets that are what the exchange means."""

    account_id: int
    wallets: tuple[str, ...]


class ControlledTold(msgspec.Struct):
    """A wallet by the exchange's own name. amount: what the exchange says it is worth, in its unit.

    ours: what we say, in the same unit; null where it is not compared by itself. covered_by: null for none.
    """

    name: str
    amount: str
    btc: str
    usd: str
    ours: str | None
    covered_by: tuple[CoveredByTold, ...] | None


class ControlTold(msgspec.Struct):
    """Our total held against the exchange's own, both of the wallets that the account covers.

    state: unreconciled where they are over half a percent apart, or where the wallets that none of your
    accounts reads are worth over half a percent of all; reason: why it is not reconciled. at: when the
    exchange was asked, after the load named. difference: ours less theirs, in theirs' unit; its percentage
    is of the larger. not_read: the wallets with something in them that none of your accounts reads.
    """

    account_id: int
    state: Literal["reconciled", "unreconciled", "unknown"]
    reason: str | None
    at: str | None
    load_id: str | None
    ours: BothTold | None
    theirs: TheirsTold | None
    difference: str | None
    difference_percent: str | None
    wallets: tuple[ControlledTold, ...]
    not_read: tuple[ControlledTold, ...]


async def control(asked: Asked) -> Answered[ControlTold]:
    account = await asked.outside.accounts.get(asked.caller.user_id, asked.account_id)
    return Answered(control_told(account.id, await last_control(asked.outside, account)))


def control_told(account_id: int, taken: Control) -> ControlTold:
    totals = taken.totals
    return ControlTold(
        account_id=account_id,
        state=taken.state.value,
        reason=taken.reason,
        at=None if taken.at is None else time_text(taken.at),
        load_id=taken.load_id,
        ours=None if totals is None else _ours(totals),
        theirs=None if totals is None else _theirs(totals),
        difference=None if totals is None else _text(totals.difference),
        difference_percent=None if totals is None else _text(totals.percent),
        wallets=() if totals is None else tuple(_wallet(each, totals) for each in totals.wallets),
        not_read=() if totals is None else tuple(_wallet(each, totals) for each in totals.not_read),
    )


def _ours(totals: Totals) -> BothTold | None:
    worth = totals.ours
    return None if worth is None else BothTold(plain_text(worth.btc), plain_text(worth.usd))


def _theirs(totals: Totals) -> TheirsTold:
    amount, worth = plain_text(totals.theirs), totals.worth(totals.theirs)
    return TheirsTold(amount, totals.unit, plain_text(worth.btc), plain_text(worth.usd))


def _wallet(held: Controlled, totals: Totals) -> ControlledTold:
    worth = totals.worth(held.theirs)
    covered_by = tuple(CoveredByTold(each.account_id, each.wallets) for each in held.covered_by)
    return ControlledTold(
        name=held.name,
        amount=plain_text(held.theirs),
        btc=plain_text(worth.btc),
        usd=plain_text(worth.usd),
        ours=_text(held.ours),
        covered_by=covered_by or None,
    )


def _text(figure: Decimal | None) -> str | None:
    return None if figure is None else plain_text(figure)
