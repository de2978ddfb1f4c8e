"""The euro's reference rates of the European Central Bank: asked at most daily, and only where needed."""

import asyncio
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

import structlog

from cambist.actions.ports import DayTable
from cambist.core.currencies import FIAT, DayRates
from cambist.core.egress import UNNAMED, Egress
from cambist.core.errors import StoreUnavailable
from cambist.core.money import exchange_number
from cambist.outward.failures import RequestFailed
from cambist.outward.session import Session

ID = "ecb"
DAILY, LAST_90_DAYS = "/stats/eurofxref/eurofxref-daily.xml", "/stats/eurofxref/eurofxref-hist-90d.xml"
ASKED_EVERY = timedelta(days=1)
RETRIED_AFTER = timedelta(hours=1)
WITHIN_S = 3
# A weekend and a holiday: what is missing between is in the longer list.
_GAP = timedelta(days=4)
_HOME = "https://www.ecb.europa.eu"
_CUBE = re.compile(
    r"""<Cube\s+(?:time=["'](?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2})["']"""
    r"""|currency=["'](?P<currency>[A-Z]{3})["']\s+rate=["'](?P<rate>[^"']{1,40})["'])\s*/?>"""
)

log = structlog.get_logger(__name__)


class EcbRates:
    """Fits the port `ReferenceRates`.

    table: where they are kept. urls: where there are any, the bank is asked only if they name "ecb".
    """

    def __init__(
        self,
        now: Callable[[], datetime],
        table: DayTable,
        timeout_s: int | float,
        urls: Mapping[str, str],
        egresses: Sequence[Egress] = (),
    ) -> None:
        self._now = now
        self._table = table
        self._home = urls.get(ID, _HOME).rstrip("/") if ID in urls or not urls else None
        self._sessions = [
            Session(timeout_s, urls.values(), egress=egress) for egress in egresses or (UNNAMED,)
        ]
        self._tried_at: datetime | None = None
        self._reading: asyncio.Task[None] | None = None

    async def newest(self) -> DayRates | None:
        now = self._now()
        known = self._table.on(now.date())
        if self._is_due(now):
            self._tried_at = now
            self._reading = asyncio.create_task(self._read(now, known))
        if known is not None or self._reading is None:
            return known  # newer ones come behind the back of who asks
        await asyncio.wait({self._reading}, timeout=WITHIN_S)
        return self._table.on(now.date())

    def on(self, day: date) -> DayRates | None:
        return self._table.on(day)

    async def close(self) -> None:
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.wait({self._reading})
        for session in self._sessions:
            await session.close()

    def _is_due(self, now: datetime) -> bool:
        if self._home is None or (self._tried_at is not None and now - self._tried_at < RETRIED_AFTER):
            return False
        read_at = self._table.read_at()
        return read_at is None or now - read_at >= ASKED_EVERY

    async def _read(self, now: datetime, known: DayRates | None) -> None:
        """Never raises: who needs rates goes by those that are kept."""
        path = LAST_90_DAYS if known is None or now.date() - known.day > _GAP else DAILY
        try:
            days = [day for day in read_days(await self._asked(path)) if day.day <= now.date()]
            if not days:
                raise RequestFailed("told no rates")
            await self._table.keep(days, now)
        except (RequestFailed, ValueError, StoreUnavailable) as failure:
            log.warning("no reference rates from the European Central Bank", why=str(failure))

    async def _asked(self, path: str) -> str:
        """By the first egress that gets an answer. Raises RequestFailed."""
        *others, last = self._sessions
        for session in others:
            try:
                return await self._answer(session, path)
            except RequestFailed as failure:
                log.info("asked by another egress", instead_of=session.egress.name, why=str(failure))
        return await self._answer(last, path)

    async def _answer(self, session: Session, path: str) -> str:
        answer = await session.send("GET", f"{self._home}{path}", {"Accept": "application/xml"}, None)
        if answer.status != 200:
            raise RequestFailed(f"answered {answer.status}")
        return answer.body.decode()


def read_days(text: str) -> list[DayRates]:
    """The days of a file of reference rates, a `Cube` each; currencies that nothing is displayed in left out.

    Raises ValueError for a day or rate that is none, and for a day without the dollar.
    """
    days: dict[date, dict[str, Decimal]] = {}
    rates: dict[str, Decimal] = {}
    for cube in _CUBE.finditer(text):
        if cube["day"] is not None:
            rates = days.setdefault(date.fromisoformat(cube["day"]), {})
        elif cube["currency"] in FIAT:
            rates[cube["currency"]] = _positive(cube["rate"])
    if any("USD" not in told for told in days.values()):
        raise ValueError("a day has no rate of the dollar")
    return [DayRates(day, told) for day, told in days.items()]


def _positive(text: str) -> Decimal:
    rate = exchange_number(text)
    if rate <= 0:
        raise ValueError("a rate is not positive")
    return rate
