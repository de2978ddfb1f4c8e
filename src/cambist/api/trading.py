"""The endpoints of an account's trading: what is active, kinds of leverage, volumes."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import msgspec

from cambist.actions.count_orders import count_orders
from cambist.actions.list_leverage import list_leverage
from cambist.actions.sum_volume import sum_volume
from cambist.api.endpoint import Answered, Asked
from cambist.api.parameters import Parameter, optional_text
from cambist.api.rates import PAIR, LeverageKind
from cambist.api.values import Values
from cambist.core.errors import InvalidInput, VolumeUnknown
from cambist.core.money import plain_text
from cambist.core.volume import Volume

_DATE_TEXT = optional_text("date", "YYYY-MM-DD in UTC; today by default")
_MONTH_TEXT = optional_text("month", "YYYY-MM in UTC; this month by default")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MONTH = re.compile(r"[0-9]{4}-[0-9]{2}")


def _read_date(values: Values) -> datetime | None:
    return _start("date", _DATE, _DATE_TEXT.read(values), "")


def _read_month(values: Values) -> datetime | None:
    return _start("month", _MONTH, _MONTH_TEXT.read(values), "-01")


def _start(name: str, form: re.Pattern[str], text: str | None, rest: str) -> datetime | None:
    if text is None:
        return None
    try:
        if form.fullmatch(text):
            return datetime.fromisoformat(text + rest).replace(tzinfo=UTC)
    except ValueError:
        raise InvalidInput({name: ["does not have a valid value"]}) from None
    raise InvalidInput({name: ["is invalid"]})


DATE = Parameter("date", _read_date, {"type": "string", "format": "date"}, _DATE_TEXT.about)
MONTH = Parameter(
    "month",
    _read_month,
    {"type": "string", "pattern": f"^{_MONTH.pattern}$", "examples": ["2023-06"]},
    _MONTH_TEXT.about,
)


class ActiveEntities(msgspec.Struct):
    """The open orders that the exchange reports. The rest is 0: this service runs no bots and deals."""

    active_orders_count: int
    active_bots_count: int = 0
    active_deals_count: int = 0
    active_smart_trades_count: int = 0
    active_grid_bots_count: int = 0


class ActiveTradingEntities(msgspec.Struct):
    data: ActiveEntities


class DailyVolume(msgspec.Struct):
    """What was traded on a day in UTC; decimal texts."""

    utc_date: str
    volume_btc: str
    volume_usd: str


class MonthlyVolume(msgspec.Struct):
    """What was traded in a month in UTC; decimal texts."""

    utc_month: str
    volume_btc: str
    volume_usd: str


class TotalVolume(msgspec.Struct):
    volume_btc: str
    volume_usd: str


async def active_trading_entities(asked: Asked) -> Answered[ActiveTradingEntities]:
    orders = await count_orders(asked.outside, asked.caller, asked.account_id)
    return Answered(ActiveTradingEntities(ActiveEntities(orders)))


async def leverage_data(asked: Asked) -> Answered[list[LeverageKind]]:
    account_id = asked.account_id
    await asked.outside.accounts.get(asked.caller.user_id, account_id)
    _ = asked[PAIR]
    await list_leverage(asked.outside, asked.caller, account_id)


def _next_day(day: datetime) -> datetime:
    return day + timedelta(days=1)


def _next_month(month: datetime) -> datetime:
    return (month + timedelta(days=31)).replace(day=1)


async def daily_volume(asked: Asked) -> Answered[DailyVolume]:
    day, found = await _volume(asked, DATE, _next_day)
    return Answered(DailyVolume(f"{day:%Y-%m-%d}", plain_text(found.btc), plain_text(found.usd)))


async def monthly_volume(asked: Asked) -> Answered[MonthlyVolume]:
    month, found = await _volume(asked, MONTH, _next_month)
    return Answered(MonthlyVolume(f"{month:%Y-%m}", plain_text(found.btc), plain_text(found.usd)))


async def total_volume(asked: Asked) -> Answered[TotalVolume]:
    """Never known: what was held, and so which pairs to ask for, is not known from before the connection."""
    await asked.outside.accounts.get(asked.caller.user_id, asked.account_id)
    raise VolumeUnknown


async def _volume(
    asked: Asked, starts: Parameter[datetime | None], end_of: Callable[[datetime], datetime]
) -> tuple[datetime, Volume]:
    """When the stretch asked for began, the current one by default, and the volume in it."""
    account_id, now = asked.account_id, asked.outside.clock.now()
    await asked.outside.accounts.get(asked.caller.user_id, account_id)
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    start = asked[starts] or (today if starts is DATE else today.replace(day=1))
    if start > now:
        raise InvalidInput({starts.name: ["does not have a valid value"]})
    return start, await sum_volume(asked.outside, asked.caller, account_id, start, end_of(start))
