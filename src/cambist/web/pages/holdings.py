"""The holdings: every asset over all accounts of the summary, to be sought, sorted and split; as CSV too."""

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from starlette.responses import Response

from cambist.actions.facts import Caller
from cambist.actions.review_accounts import Reviewed, review_accounts
from cambist.actions.show_holdings import AccountHeld, HeldByAccount, show_holdings_by_account
from cambist.core.assets import named
from cambist.core.money import ZERO, exact, percentage, plain_text
from cambist.core.shares import Holding, Value, day_change, whole
from cambist.core.terms import Account
from cambist.web import figures
from cambist.web.doors import Handler, Visit
from cambist.web.page import page
from cambist.web.rendering import rendered, view_in
from cambist.web.standing import words_of
from cambist.web.view import View

FIRST_ROWS, MOST_ROWS = 200, 5_000
_MOST_SOUGHT = 64
_SHARE_PLACES = 16
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Row:
    """An asset as it is shown, in one unit. change, share: in percent. older: of when, where last known."""

    holding: Holding
    name: str
    price: Decimal | None
    value: Decimal | None
    change: Decimal | None
    share: Decimal | None
    older: datetime | None

    def is_less_than(self, dollars: Decimal) -> bool:
        value = self.holding.value
        return value is not None and value.usd.copy_abs() < dollars


_Key = Callable[[Row], Any]
# What is not known comes last, whichever way the rest is sorted. True: the largest first, unless asked.
_SORTS: Mapping[str, tuple[str, _Key, bool]] = {
    "asset": ("Asset", lambda row: row.holding.asset, False),
    "amount": ("Amount", lambda row: row.holding.total, True),
    "price": ("Price", lambda row: row.price, True),
    "value": ("Value", lambda row: row.value, True),
    "change": ("24 h", lambda row: row.change, True),
    "share": ("Share", lambda row: row.share, True),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What the page's address asks for; sort: one of _SORTS, a minus before it for the largest first.

    all_rows: of a long table, beyond the first rows too. asset: whose accounts are told.
    """

    view: View
    q: str
    sort: str
    dust: bool
    all_rows: bool
    asset: str

    @property
    def column(self) -> str:
        return self.sort.removeprefix("-")

    @property
    def is_descending(self) -> bool:
        return self.sort.startswith("-")

    def url(self, **changes: str) -> str:
        """This page's address with some of it changed; what is empty is left out."""
        now = {
            "q": self.q,
            "sort": self.sort,
            "dust": "show" if self.dust else "",
            "rows": "all" if self.all_rows else "",
            "asset": self.asset,
        }
        told = {name: text for name, text in {**now, **changes}.items() if text}
        return self.view.url("/holdings", **told)

    def sort_after(self, column: str) -> str:
        """What a click on a column's head asks for: its own way, or the other where it is sorted so."""
        own = f"-{column}" if _SORTS[column][2] else column
        other = column if own.startswith("-") else f"-{column}"
        return other if self.sort == own else own


def _asked(visit: Visit) -> Asked:
    query = visit.query
    sort = query.get("sort", "-value")
    return Asked(
        view_in(visit),
        query.get("q", "").strip()[:_MOST_SOUGHT],
        sort if sort.removeprefix("-") in _SORTS else "-value",
        query.get("dust") == "show",
        query.get("rows") == "all",
        query.get("asset", "")[:_MOST_SOUGHT],
    )


async def _holdings(visit: Visit, caller: Caller) -> Response:
    asked = _asked(visit)
    found = await show_holdings_by_account(visit.outside, caller, with_day_before=True)
    unit = asked.view.unit if asked.view.unit in {"USD", "BTC", found.currency} else "USD"
    alerts = await _alerts(visit, caller, found)
    rows = _rows(found, unit, alerts)
    sought = [row for row in rows if _is_sought(row, asked.q)]
    as_of = min((part.account.loaded_at for part in found.parts), default=visit.outside.clock.now())
    user = await visit.outside.users.get(caller.user_id)
    limit = visit.outside.rules.preferences(user.chosen).dust_usd
    hides = not asked.dust and not asked.q
    dust = [row for row in sought if row.is_less_than(limit) and hides]
    kept = _sorted([row for row in sought if not (row.is_less_than(limit) and hides)], asked)
    most = MOST_ROWS if asked.all_rows else FIRST_ROWS
    shown, rest = kept[:most], kept[most:]
    return rendered(
        visit,
        "holdings.html",
        asked=asked,
        unit=unit,
        sorts=_SORTS,
        rows=shown,
        rest=(len(rest), worth(rest)),
        dust=(len(dust), worth(dust)),
        dust_in_all=sum(row.is_less_than(limit) for row in rows),
        limit=limit,
        found=(len(sought), worth(sought)),
        total=(len(rows), worth(rows)),
        unpriced=sum(row.value is None for row in rows),
        alerts=alerts,
        words_of=words_of,
        accounts=len(found.parts),
        as_of=as_of,
        is_old=bool(alerts) or visit.outside.clock.now() - as_of > visit.outside.rules.gap_after,
        split=_split(found, unit, asked.asset, alerts),
        decimals={
            "amount": _decimals(figures.units(row.holding.total) for row in shown),
            "price": _decimals(figures.price(row.price, unit) for row in shown if row.price is not None),
        },
    )


async def _alerts(visit: Visit, caller: Caller, found: HeldByAccount) -> Mapping[int, Reviewed]:
    """{account: how it stands}, of those that are shown and not up to date."""
    shown = {part.account.id for part in found.parts}
    reviewed = await review_accounts(visit.outside, caller)
    is_stale = (each for each in reviewed if each.is_behind or not each.account.complete)
    return {each.account.id: each for each in is_stale if each.account.id in shown}


def _rows(found: HeldByAccount, unit: str, alerts: Mapping[int, Reviewed]) -> list[Row]:
    """Assets held in nothing are left out."""
    older: dict[str, datetime] = {}
    for part in found.parts:
        for each in part.holdings:
            at = _known_from(part, each.asset, alerts)
            if at is not None:
                older[each.asset] = min(at, older.get(each.asset, at))
    held = found.holdings
    all_of_it = whole(held)
    return [_row(each, all_of_it, unit, older.get(each.asset)) for each in held if _is_held(each)]


def _known_from(part: AccountHeld, asset: str, alerts: Mapping[int, Reviewed]) -> datetime | None:
    """Of when it is what is told of an asset in an account; None where that is up to date."""
    alert = alerts.get(part.account.id)
    is_behind = alert is not None and alert.is_behind
    return part.older.get(asset) or (part.account.loaded_at if is_behind else None)


def _row(holding: Holding, all_of_it: Decimal, unit: str, older: datetime | None) -> Row:
    value, changes = holding.value, day_change(holding)
    return Row(
        holding,
        named(holding.asset).name,
        of_unit(holding.price, unit),
        of_unit(value, unit),
        None if changes is None else changes[0 if unit == "BTC" else 1],
        None if value is None else percentage(value.usd, all_of_it, _SHARE_PLACES),
        older,
    )


def of_unit(value: Value | None, unit: str) -> Decimal | None:
    if value is None:
        return None
    return {"BTC": value.btc, "USD": value.usd}.get(unit, value.display)


def worth(rows: Iterable[Row]) -> Decimal:
    """What rows are worth together, exactly; those without a price add nothing."""
    with exact():
        return sum((row.value for row in rows if row.value is not None), ZERO)


def _is_held(holding: Holding) -> bool:
    return any((holding.total, holding.free, holding.locked, holding.borrowed))


def _is_sought(row: Row, text: str) -> bool:
    return text.casefold() in f"{row.holding.asset}\n{row.name}".casefold()


def _sorted(rows: Sequence[Row], asked: Asked) -> list[Row]:
    key = _SORTS[asked.column][1]
    known = sorted((row for row in rows if key(row) is not None), key=key, reverse=asked.is_descending)
    return known + [row for row in rows if key(row) is None]


def _split(
    found: HeldByAccount, unit: str, asset: str, alerts: Mapping[int, Reviewed]
) -> list[tuple[Account, Holding, Decimal | None, datetime | None]]:
    """(account, what it holds of the asset, its value, of when that is where last known)."""
    return [
        (part.account, each, of_unit(each.value, unit), _known_from(part, asset, alerts))
        for part in found.parts
        for each in part.holdings
        if each.asset == asset and _is_held(each)
    ]


def _decimals(shown: Iterable[figures.Shown]) -> int:
    return max((len(each.decimals) - 1 for each in shown), default=0)


async def _csv(visit: Visit, caller: Caller) -> Response:
    """All digits of all assets, those of dust too; found and sorted as the page that asks."""
    asked = _asked(visit)
    found = await show_holdings_by_account(visit.outside, caller, with_day_before=True)
    alerts = await _alerts(visit, caller, found)
    rows = _sorted([row for row in _rows(found, "USD", alerts) if _is_sought(row, asked.q)], asked)
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(_COLUMNS)
    writer.writerows(_cells(row, found.currency) for row in rows)
    day = visit.outside.clock.now().date().isoformat()
    named_as = {"Content-Disposition": f'attachment; filename="cambist-holdings-{day}.csv"'}
    return Response(written.getvalue(), 200, named_as, "text/csv; charset=utf-8")


_COLUMNS = (
    *("asset", "name", "amount", "free", "in_orders", "borrowed"),
    *("price_btc", "price_usd", "value_btc", "value_usd", "display_currency", "value_display"),
    *("day_change_percent_btc", "day_change_percent_usd", "share_percent", "last_known_from"),
)


def _cells(row: Row, currency: str) -> Iterable[str]:
    held, value, price = row.holding, row.holding.value, row.holding.price
    changes = day_change(held) or (None, None)
    return (
        text_cell(held.asset),
        text_cell(row.name),
        *map(plain_text, (held.total, held.free, held.locked, held.borrowed)),
        *(_number(of_unit(each, unit)) for each in (price, value) for unit in ("BTC", "USD")),
        text_cell(currency),
        _number(of_unit(value, currency)),
        *map(_number, (*changes, row.share)),
        "" if row.older is None else row.older.isoformat(timespec="milliseconds"),
    )


def _number(value: Decimal | None) -> str:
    return "" if value is None else plain_text(value)


def text_cell(text: str) -> str:
    """A text that no spreadsheet takes for a formula. Numbers, minus and all, are not for this."""
    return f"'{text}" if text.startswith(_FORMULA) else text


ROUTES: tuple[tuple[str, str, Handler], ...] = (
    ("GET", "/holdings", page(_holdings)),
    ("GET", "/holdings.csv", page(_csv)),
)
