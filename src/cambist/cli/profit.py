"""The command that explains an account's profit: a table whose parts add up."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from operator import attrgetter
from typing import Annotated

import typer

from cambist.actions.explain_profit import SPANS, Explanation, Returns, explain_profit
from cambist.api.profit import profit_told
from cambist.cli.console import AsJson, AsUser, caller, in_installation, print_json
from cambist.cli.lines import print_columns, print_line
from cambist.cli.times import time_option, time_shown
from cambist.core.errors import InvalidInput
from cambist.core.explained import NET_FLOWS, Part
from cambist.core.flows import Net
from cambist.core.money import ZERO, exact, fixed_text, plain_text
from cambist.core.terms import FlowState
from cambist.wiring import Cambist

_PLACES = {"BTC": 8, "ETH": 8}
_Row = tuple[str, Sequence[str]]


def profit(
    account_id: int,
    span: Annotated[str, typer.Option("--range", help=f"One of {', '.join(SPANS)}.")] = "day",
    since: Annotated[str | None, typer.Option("--from", help="From this time on, ISO 8601.")] = None,
    until: Annotated[str | None, typer.Option("--to", help="To this time, ISO 8601.")] = None,
    user: AsUser = None,
    as_json: AsJson = False,
) -> None:
    """Explain an account's profit up to its last load: what prices did, what came and went, what it cost.

    The table is rounded, so that its parts add up as it shows them; --json has every digit.
    """
    start, end = time_option("from", since), time_option("to", until)
    if span not in SPANS:
        raise InvalidInput({"range": [f"is not one of {', '.join(SPANS)}"]})

    async def work(cambist: Cambist) -> None:
        me = await caller(cambist, user)
        found = await explain_profit(cambist.outside, me, account_id, span, start, end)
        if as_json:
            print_json(profit_told(found))
        else:
            _print(found)

    in_installation(work)


def _print(found: Explanation) -> None:
    print_line(
        f"Account {found.account.id} “{found.account.name}”, "
        f"{time_shown(found.start)} to {time_shown(found.end)}"
    )
    currency = found.account.figures.currency
    columns: dict[str, Callable[[Net], Decimal]] = {"USD": attrgetter("usd"), "BTC": attrgetter("btc")}
    if currency not in columns:
        columns = {currency: attrgetter("display"), **columns}
    tables = [_amounts(found, of, _PLACES.get(name, 2)) for name, of in columns.items()]
    shown = [
        name for name in tables[0] if any(table[name].strip("-0.") for table in tables) or name in _ALWAYS
    ]
    rows = [("", *columns), *((name, *(table[name] for table in tables)) for name in shown)]
    rows += _returns(found, list(columns))
    widths = [max(len(row[column]) for row in rows) for column in range(1, len(columns) + 1)]
    print_columns([(row[0], *map(str.rjust, row[1:], widths)) for row in rows])
    print_line(_FLOWS[found.flows] if found.in_part is None else found.in_part.sentence)
    for each in found.explained.unvalued:
        print_line(f"Without any price, and so not counted: {each.count} × {each.kind} of {each.asset}.")


_ALWAYS = ("worth at the start", "price effect", "worth at the end", "net flows", "profit")
_FLOWS = {
    FlowState.KNOWN: "Flows are known for all of this time.",
    FlowState.PROVISIONAL: "Flows are known, but for a change within the last half hour.",
    FlowState.UNKNOWN: "Flows are not known for all of this time: what nobody can tell stays in the profit.",
}


def _amounts(found: Explanation, of: Callable[[Net], Decimal], places: int) -> dict[str, str]:
    """One currency's column. Price effect is what is left, of what is shown as of what is exact."""
    told = found.explained

    def rounded(value: Net) -> Decimal:
        return Decimal(fixed_text(of(value), places))

    parts = {part: rounded(value) for part, value in told.parts.items()}
    start, end, unknown = rounded(told.start), rounded(told.end), rounded(told.unknown)
    with exact():
        others = sum((value for part, value in parts.items() if part is not Part.PRICE_EFFECT), ZERO)
        parts[Part.PRICE_EFFECT] = end - start - others
        net_flows = sum((parts[part] for part in NET_FLOWS), -unknown)
        rows = {
            "worth at the start": start,
            **{part.value.replace("_", " "): value for part, value in parts.items()},
            "worth at the end": end,
            "net flows": net_flows,
            "of unexplained, not known to be flows": unknown,
            "profit": end - start - net_flows,
        }
    return {name: fixed_text(value, places) for name, value in rows.items()}


def _returns(found: Explanation, currencies: Sequence[str]) -> list[tuple[str, ...]]:
    told = {"return on money, %": found.modified_dietz, "return over time, %": found.time_weighted}
    return [(name, *(_percent(each, currency) for currency in currencies)) for name, each in told.items()]


def _percent(found: Returns, currency: str) -> str:
    percent = {"USD": found.usd, "BTC": found.btc}.get(currency, found.display)
    return "not known" if percent is None else plain_text(percent)
