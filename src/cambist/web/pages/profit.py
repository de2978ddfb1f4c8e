"""Profit: all accounts in a table; one account's in parts that add up as they are shown, its flows below."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from starlette.responses import Response

from cambist.actions.explain_profit import Explanation, Returns, explain_profit
from cambist.actions.facts import Caller
from cambist.actions.list_flows import Listed, list_flows, page_after
from cambist.actions.show_holdings import MOST_SUMMED, accounts_summed
from cambist.core.errors import InvalidInput
from cambist.core.explained import NET_FLOWS, Part, total
from cambist.core.flows import Net, net
from cambist.core.ledger import EntryKind
from cambist.core.money import ZERO, exact, half_even_text
from cambist.core.terms import Account, Worth
from cambist.web.doors import Handler, Visit
from cambist.web.figures import places_of
from cambist.web.page import page
from cambist.web.rendering import rendered, view_in
from cambist.web.view import RANGES
from cambist.web.waterfall import Bar, from_zero, waterfall

MOST_FLOWS = 50
TOP_MOVERS = 5
MOST_MOVERS = 500
_ID_DIGITS = 18
_SPANS = dict(zip(RANGES, ("day", "week", "month", "year", "total"), strict=True))
_KINDS = {kind.value: kind for kind in EntryKind}
_WORDS: Mapping[Part, tuple[str, str]] = {
    Part.PRICE_EFFECT: ("Price effect", "what prices did"),
    Part.DEPOSITS: ("Deposits", ""),
    Part.WITHDRAWALS: ("Withdrawals", ""),
    Part.TRANSFERS: ("Transfers", "to and from elsewhere"),
    Part.REWARDS: ("Rewards", "staking, earn, rebates"),
    Part.FEES: ("Fees", ""),
    Part.FUNDING: ("Funding", "between open positions"),
    Part.INTEREST: ("Interest", ""),
    Part.REALISED: ("Realised", "of closed positions"),
    Part.COVERAGE: ("Coverage", "wallets or prices that came or went"),
    Part.PROVISIONAL: ("Provisional", "may still be explained"),
    Part.UNEXPLAINED: ("Unexplained", "changed, and nothing tells why"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """A figure of a sum. bar: where it is one of the steps. gains: whether its sign is a gain or a loss."""

    label: str
    about: str
    amount: Decimal
    bar: Bar | None = None
    gains: bool = False


@dataclass(frozen=True, slots=True)
class Flow:
    """An entry, or a change that none explains. worth: in the page's unit; None without a price."""

    at: datetime
    kind: str
    asset: str
    amount: Decimal
    worth: Decimal | None
    about: str


@dataclass(frozen=True, slots=True)
class Told:
    """An account's report, or why there is none. counts: whether it is in the sum."""

    account: Account
    found: Explanation | None
    why_not: str
    counts: bool


async def _profit(visit: Visit, caller: Caller) -> Response:
    asked = visit.query.get("account", "")
    accounts = await visit.outside.accounts.listed(caller.user_id, limit=MOST_SUMMED)
    if asked.isascii() and asked.isdigit() and len(asked) <= _ID_DIGITS:
        return await _of_one(visit, caller, int(asked), accounts)
    return await _of_all(visit, caller, accounts)


async def _of_all(visit: Visit, caller: Caller, accounts: Sequence[Account]) -> Response:
    summed = {account.id for account, _ in await accounts_summed(visit.outside, caller)}
    reports = []
    for account in accounts:
        reports.append(await _report(visit, caller, account, account.id in summed))
        await asyncio.sleep(0)
    counted = [each.found for each in reports if each.found is not None and each.counts]
    currencies = {each.account.figures.currency for each in counted}
    unit = _unit(visit, currencies.pop() if len(currencies) == 1 else "USD")
    sums = {name: total(_OF_EXPLAINED[name](each) for each in counted) for name in _OF_EXPLAINED}
    return rendered(
        visit,
        "profits.html",
        accounts=accounts,
        reports=reports,
        unit=unit,
        of=lambda value: _of(value, unit),
        percent_of=lambda returns: _percent(returns, unit),
        sums=sums if len(counted) > 1 else None,
        left_out=sum(each.found is None and each.counts for each in reports),
    )


_OF_EXPLAINED: Mapping[str, Callable[[Explanation], Net]] = {
    "start": lambda found: found.explained.start,
    "net_flows": lambda found: found.explained.net_flows,
    "profit": lambda found: found.explained.profit,
    "end": lambda found: found.explained.end,
}


async def _report(visit: Visit, caller: Caller, account: Account, counts: bool) -> Told:
    span = _SPANS[view_in(visit).range]
    try:
        return Told(account, await explain_profit(visit.outside, caller, account.id, span), "", counts)
    except InvalidInput as failure:
        return Told(account, None, str(failure), counts)


async def _of_one(visit: Visit, caller: Caller, account_id: int, accounts: Sequence[Account]) -> Response:
    account = await visit.outside.accounts.get(caller.user_id, account_id)
    report = await _report(visit, caller, account, counts=True)
    facts: dict[str, Any] = {"accounts": accounts, "account": account, "why_not": report.why_not}
    found = report.found
    if found is None:
        return rendered(visit, "profit.html", found=None, unit=_unit(visit, "USD"), **facts)
    unit = _unit(visit, account.figures.currency)
    kind = _KINDS.get(visit.query.get("kind", ""))
    after = visit.query.get("after", "")
    listed = await list_flows(
        visit.outside,
        caller,
        account_id,
        since=found.start,
        until=found.end,
        kind=kind,
        most=MOST_FLOWS,
        after=page_after(after) if after else None,
    )
    told = found.explained
    return rendered(
        visit,
        "profit.html",
        found=found,
        unit=unit,
        parts=parts(found, unit),
        result=result(found, unit),
        profit=_of(told.profit, unit),
        net_flows=_of(told.net_flows, unit),
        movers=movers(found, unit),
        most_movers=MOST_MOVERS,
        dietz=_percent(found.modified_dietz, unit),
        weighted=_percent(found.time_weighted, unit),
        flows=_flows(listed, unit),
        kinds=list(_KINDS),
        kind="" if kind is None else kind.value,
        next=listed.next,
        is_first=not after,
        **facts,
    )


def parts(found: Explanation, unit: str) -> list[Line]:
    """From the worth at the start to that at the end. What is nothing is left out, but for the price effect.

    Each figure is rounded for itself, and so is as the API tells it; what that leaves is a line of its own.
    """
    told = found.explained
    steps = [
        Line(*_WORDS[part], rounded(_of(value, unit), unit), gains=part not in NET_FLOWS)
        for part, value in told.parts.items()
        if part is Part.PRICE_EFFECT or _of(value, unit)
    ]
    start, end = (rounded(_of(value, unit), unit) for value in (told.start, told.end))
    steps += _left(end, [start, *(step.amount for step in steps)])
    first, *bars, last = waterfall(start, [step.amount for step in steps])
    return [
        Line("Worth at the start", "", start, first),
        *(replace(step, bar=bar) for step, bar in zip(steps, bars, strict=True)),
        Line("Worth at the end", "", end, last),
    ]


def result(found: Explanation, unit: str) -> list[Line]:
    """From the change of worth to the profit."""
    told = found.explained
    change, flows, profit = (
        rounded(_of(value, unit), unit) for value in (told.change, told.net_flows, told.profit)
    )
    less = flows.copy_negate()
    return [
        Line("Change of worth", "the end less the start", change),
        Line("Less net flows", "what came and went", less),
        *_left(profit, [change, less]),
        Line("Profit", "", profit, gains=True),
    ]


def movers(found: Explanation, unit: str) -> tuple[list[Line], list[Line]]:
    """The price effect by asset, the largest first, in lines that add up to it; and the other assets."""
    told = found.explained
    known = sorted(
        ((asset, _of(value, unit)) for asset, value in told.by_asset.items() if _of(value, unit)),
        key=lambda pair: (-pair[1].copy_abs(), pair[0]),
    )
    top, rest = known[:TOP_MOVERS], known[TOP_MOVERS:]
    bars = from_zero([amount for _, amount in known])
    lines = [
        Line(asset, "", rounded(amount, unit), bar, gains=True)
        for (asset, amount), bar in zip(known, bars, strict=True)
    ]
    with exact():
        others = rounded(sum((amount for _, amount in rest), ZERO), unit)
    untold = rounded(_of(told.untold, unit), unit)
    whole = rounded(_of(told.parts[Part.PRICE_EFFECT], unit), unit)
    shown = lines[: len(top)]
    if rest:
        shown.append(Line(f"{len(rest)} other assets", "", others, gains=True))
    if untold:
        shown.append(Line("Of no asset", "what balances at both ends do not tell", untold, gains=True))
    left = _left(whole, [line.amount for line in shown])
    return [*shown, *left, Line("Price effect", "", whole, gains=True)], lines[len(top) :]


def rounded(value: Decimal, unit: str) -> Decimal:
    return Decimal(half_even_text(value, places_of(unit)))


def _left(whole: Decimal, parts: Sequence[Decimal]) -> list[Line]:
    """The line of what rounding leaves, where it leaves anything."""
    with exact():
        left = whole - sum(parts, ZERO)
    return [Line("Rounding", "of the figures above", left)] if left else []


def _flows(listed: Listed, unit: str) -> list[Flow]:
    """Oldest first: entries, and among them what none explains."""
    entries = [
        Flow(
            each.entry.at,
            each.entry.kind.value,
            each.entry.asset,
            each.entry.amount,
            _of_worth(each.worth, unit),
            "estimated" if each.estimated else "",
        )
        for each in listed.entries
    ]
    open_ = [
        Flow(
            each.change.at,
            each.state if each.state != "unknown" else "not known",
            each.change.asset,
            each.change.residual,
            _of_worth(each.worth, unit),
            "no entry explains it",
        )
        for each in listed.open
    ]
    return sorted([*entries, *open_], key=lambda flow: flow.at)


def _unit(visit: Visit, currency: str) -> str:
    """The unit asked for, where figures are told in it."""
    unit = view_in(visit).unit
    return unit if unit in {"USD", "BTC", currency} else "USD"


def _of(value: Net, unit: str) -> Decimal:
    return {"BTC": value.btc, "USD": value.usd}.get(unit, value.display)


def _of_worth(worth: Worth | None, unit: str) -> Decimal | None:
    return None if worth is None else _of(net(worth), unit)


def _percent(returns: Returns, unit: str) -> Decimal | None:
    return {"BTC": returns.btc, "USD": returns.usd}.get(unit, returns.display)


ROUTES: tuple[tuple[str, str, Handler], ...] = (("GET", "/profit", page(_profit)),)
