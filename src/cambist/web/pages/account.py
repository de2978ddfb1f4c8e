"""The page of one account: what it is worth and why that may be believed; rename, remove."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from starlette.responses import RedirectResponse, Response

from cambist.actions.chart_worth import worths_drawn
from cambist.actions.facts import Caller, KeptLoad
from cambist.actions.flows_known import known_in_part
from cambist.actions.rename_account import rename_account
from cambist.actions.review_accounts import review_account
from cambist.actions.show_wallets import WalletHeld, show_wallets
from cambist.actions.update_account import update_account
from cambist.core.errors import InvalidInput, NotFound
from cambist.core.money import ZERO, exact, percentage
from cambist.core.prices import Route
from cambist.core.shares import Holding, Value, day_change, whole
from cambist.web.amounts import amounts, unit_known, value_in
from cambist.web.charts import chart
from cambist.web.doors import Handler, Visit
from cambist.web.figures import Shown, price, units
from cambist.web.page import id_in_path, page
from cambist.web.rendering import rendered
from cambist.web.standing import state_of
from cambist.web.view import view_of

MOST_ROWS, MOST_ATTEMPTS, MOST_ALIGNED = 100, 20, 8


@dataclass(frozen=True, slots=True)
class Row:
    """A holding in a wallet. price: of one unit, in the page's unit; source: where it comes from."""

    holding: Holding
    price: Decimal | None
    source: str
    value: Decimal | None
    share: Decimal | None
    day: Decimal | None


@dataclass(frozen=True, slots=True)
class Wallet:
    """left_out: how many smaller holdings have no row.

    amount_places, price_places: the most that a row shows, so that all stand under each other.
    """

    held: WalletHeld
    value: Decimal
    rows: Sequence[Row]
    left_out: int
    amount_places: int
    price_places: int


async def _account(visit: Visit, caller: Caller) -> Response:
    return await _page(visit, caller, id_in_path(visit))


async def _page(
    visit: Visit,
    caller: Caller,
    number: int,
    status: int = 200,
    *,
    name: str | None = None,
    errors: Mapping[str, Sequence[str]] | None = None,
) -> Response:
    """name: as it was typed, where it was refused."""
    outside, now = visit.outside, visit.outside.clock.now()
    reviewed = await review_account(outside, caller, number)
    account = reviewed.account
    user = await outside.users.get(caller.user_id)
    view = view_of(visit.query, outside.rules.preferences(user.chosen).display_currency)
    unit = unit_known(view.unit, account.figures.currency)
    drawn = await worths_drawn(outside, [number], view.since(now), now)
    held = await show_wallets(outside, caller, number)
    standing = await outside.flows.standing(number)
    return rendered(
        visit,
        "account.html",
        status,
        view=view,
        here=view.url(f"/accounts/{number}"),
        account=account,
        market=reviewed.market,
        state=state_of(reviewed),
        reviewed=reviewed,
        figures=amounts(account.figures, view.unit),
        in_bitcoin=account.figures.btc,
        chart=chart(drawn, view.unit, now),
        unit=unit,
        wallets=_wallets(held.wallets, held.kept, unit),
        attempts=await outside.loads.attempts(number, MOST_ATTEMPTS),
        control=reviewed.control,
        standing=standing,
        in_part=known_in_part(outside, account, standing),
        name=account.name if name is None else name,
        errors=errors or {},
    )


def _wallets(found: Sequence[WalletHeld], kept: KeptLoad, unit: str) -> Sequence[Wallet]:
    all_of_it = whole(holding for each in found for holding in each.holdings)
    return [_wallet(each, kept, unit, all_of_it) for each in found]


def _wallet(held: WalletHeld, kept: KeptLoad, unit: str, all_of_it: Decimal) -> Wallet:
    rows = [_row(holding, kept, unit, all_of_it) for holding in held.holdings[:MOST_ROWS]]
    return Wallet(
        held,
        _sum([holding.value for holding in held.holdings], unit),
        rows,
        max(0, len(held.holdings) - MOST_ROWS),
        _places(units(row.holding.total) for row in rows),
        _places(price(row.price, unit) for row in rows if row.price is not None),
    )


def _places(shown: Iterable[Shown]) -> int:
    return min(MOST_ALIGNED, max((len(each.decimals) - 1 for each in shown if each.decimals), default=0))


def _sum(values: Sequence[Value | None], unit: str) -> Decimal:
    with exact():
        return sum((value_in(value, unit) for value in values if value is not None), ZERO)


def _row(holding: Holding, kept: KeptLoad, unit: str, all_of_it: Decimal) -> Row:
    value, change = holding.value, day_change(holding)
    return Row(
        holding,
        None if holding.price is None else value_in(holding.price, unit),
        _source(holding.asset, kept),
        None if value is None else value_in(value, unit),
        None if value is None else percentage(value.usd, all_of_it),
        None if change is None else change[0 if unit == "BTC" else 1],
    )


def _source(asset: str, kept: KeptLoad) -> str:
    """By which prices one unit was valued, in the words of a person."""
    route, receipt = kept.read.routes.get(asset), kept.receipt
    if route is None:
        return ""
    if route.carried_from is not None:
        return f"carried from {route.carried_from:%-d %b, %H:%M} UTC"
    if receipt.daily is not None and asset in receipt.valued_daily:
        return f"{receipt.daily.source}, {receipt.daily.day}"
    return _steps(route)


def _steps(route: Route) -> str:
    if not route.steps:
        return "a quote of the exchange"
    return ", ".join(
        f"{'1 / ' if step.inverted else ''}{step.base}/{step.quote} {units(step.price).text}"
        for step in route.steps
    )


async def _rename(visit: Visit, caller: Caller) -> Response:
    number, name = id_in_path(visit), visit.form.get("name", "")
    await visit.outside.accounts.get(caller.user_id, number)
    try:
        await rename_account(visit.outside, caller, number, name)
    except InvalidInput as refused:
        return await _page(visit, caller, number, 400, name=name, errors=refused.attributes)
    return RedirectResponse(f"/accounts/{number}", 303)


async def _include(visit: Visit, caller: Caller) -> Response:
    """Whether the summary counts the account."""
    number, counts = id_in_path(visit), visit.form.get("include") == "yes"
    await update_account(visit.outside, caller, number, include_in_summary=counts)
    return RedirectResponse(f"/accounts/{number}", 303)


async def _ask_to_remove(visit: Visit, caller: Caller) -> Response:
    account = await visit.outside.accounts.get(caller.user_id, id_in_path(visit))
    return rendered(visit, "remove_account.html", account=account)


async def _remove(visit: Visit, caller: Caller) -> Response:
    now = visit.outside.clock.now()
    await visit.outside.accounts.remove(caller.user_id, id_in_path(visit), caller.via, now)
    return RedirectResponse("/", 303)


async def _receipt(visit: Visit, caller: Caller) -> Response:
    """Raises NotFound for a load of another account too; ReceiptThinned."""
    account = await visit.outside.accounts.get(caller.user_id, id_in_path(visit))
    kept = await visit.outside.history.kept_load(account.user_id, visit.path["load_id"])
    if kept.account.id != account.id:
        raise NotFound("There is no such receipt.")
    return rendered(visit, "receipt.html", account=account, receipt=kept.receipt)


ROUTES: tuple[tuple[str, str, Handler], ...] = (
    ("GET", "/accounts/{id}", page(_account)),
    ("POST", "/accounts/{id}/rename", page(_rename)),
    ("POST", "/accounts/{id}/summary", page(_include)),
    ("GET", "/accounts/{id}/remove", page(_ask_to_remove)),
    ("POST", "/accounts/{id}/remove", page(_remove)),
    ("GET", "/accounts/{id}/receipts/{load_id}", page(_receipt)),
)
