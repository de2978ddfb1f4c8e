"""What Binance tells of an account's past: which call tells which flow or trade, in windows and pages."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cambist.simulator.binance import moves, paid
from cambist.simulator.binance.checks import Refusal, missing, whole_number
from cambist.simulator.binance.past import Account, Row

DAY_MS = 86_400_000
_TOO_WIDE = (-1127, "Lookup interval is too big.")
_TOO_WIDE_CAPITAL = (-4047, "Time interval must be within 0-90 days")
_TOO_WIDE_EARN = (-6021, "Query time range too large")

USER_LIMITED = (
    "Too much request weight used; current limit is 180000 request weight per 1 MINUTE. "
    "Please use WebSocket Streams for live updates to avoid polling the API."
)

Params = Mapping[str, str]
Wrap = Callable[[Sequence[Row], int], Any]


def _bare(rows: Sequence[Row], _: int) -> Any:
    return rows


def _counted(rows: Sequence[Row], total: int) -> Any:
    return {"rows": rows, "total": total}


def _enveloped(rows: Sequence[Row], total: int) -> Any:
    return {"code": "000000", "message": "success", "data": rows, "total": total, "success": True}


@dataclass(frozen=True, slots=True)
class History:
    """A call that tells a part of the past.

    told: the rows of all time, with when each was, oldest first. days: how long a window may be; recent: how
    long it is where none is named. reach: in days, how far back rows are told. refused: the code and words
    of a window too long. size: rows of a page, by default and at most. a_minute: how many calls of a user
    are allowed, where those are counted instead of an address's weight. needs: a parameter that must be sent.
    """

    told: Callable[[Account, Params], Iterator[tuple[int, Row]]]
    wrap: Wrap = _bare
    days: int = 90
    recent: int = 90
    reach: int | None = None
    refused: tuple[int, str] = _TOO_WIDE
    size: tuple[int, int] = (100, 1_000)
    weight: int = 1
    a_minute: int | None = None
    start: str = "startTime"
    end: str = "endTime"
    limit: str = "limit"
    page: str = ""
    needs: str = ""
    newest_first: bool = True
    exchanges: tuple[str, ...] = ("binance",)

    def answer(self, account: Account, params: Params) -> Any:
        if self.needs and not params.get(self.needs):
            raise missing(self.needs)
        start, end = self._window(params, account.now_ms)
        rows = [row for at, row in self.told(account, params) if start <= at <= end]
        if self.newest_first:
            rows.reverse()
        size = _number(params, self.limit, self.size[0])
        if not 1 <= size <= self.size[1]:
            raise Refusal(400, -1130, "A parameter was larger than max value.")
        first = _number(params, self.page, 0) if self.page else 0
        if self.page and self.page != "offset":
            first = (max(first, 1) - 1) * size
        return self.wrap(rows[first : first + size], len(rows))

    def _window(self, params: Params, now_ms: int) -> tuple[int, int]:
        end = _number(params, self.end, now_ms)
        start = _number(params, self.start, end - self.recent * DAY_MS)
        if start > end or end - start > self.days * DAY_MS:
            raise Refusal(400, *self.refused)
        return start if self.reach is None else max(start, now_ms - self.reach * DAY_MS), end


def _number(params: Params, name: str, otherwise: int) -> int:
    return whole_number(name, params[name]) if name in params else otherwise


_BOTH = ("binance", "binance_us")
_CAPITAL: dict[str, Any] = {"refused": _TOO_WIDE_CAPITAL, "size": (1_000, 1_000), "page": "offset"}

_FIAT: dict[str, Any] = {
    "wrap": _enveloped,
    "size": (100, 500),
    "page": "page",
    "limit": "rows",
    "start": "beginTime",
    "recent": 30,
    "needs": "transactionType",
}
_PAGED: dict[str, Any] = {"wrap": _counted, "size": (10, 100), "page": "current", "limit": "size"}
_INCOME: dict[str, Any] = {"days": 200, "recent": 7, "page": "page", "newest_first": False}
_OF_US: dict[str, Any] = {"exchanges": ("binance_us",)}
_US_FIAT: dict[str, Any] = {"refused": _TOO_WIDE_CAPITAL, **_OF_US}


def _swept(rows: Sequence[Row], total: int) -> Any:
    return {"total": total, "userAssetDribblets": rows}


def _converted(rows: Sequence[Row], total: int) -> Any:
    return {"list": rows, "startTime": 0, "endTime": 0, "limit": len(rows), "moreData": total > len(rows)}


def _logged(rows: Sequence[Row], _: int) -> Any:
    return {"assetLogRecordList": rows}


HISTORIES: Mapping[tuple[str, str], History] = {
    ("GET", path): history
    for path, history in {
        "/sapi/v1/capital/deposit/hisrec": History(moves.deposits, **_CAPITAL, exchanges=_BOTH),
        "/sapi/v1/capital/withdraw/history": History(
            moves.withdrawals, **_CAPITAL, weight=0, a_minute=10, exchanges=_BOTH
        ),
        "/sapi/v1/fiat/orders": History(moves.fiat, **_FIAT, weight=0, a_minute=2),
        "/sapi/v1/fiat/payments": History(moves.purchases, **_FIAT),
        "/sapi/v1/c2c/orderMatch/listUserOrderHistory": History(
            moves.p2p,
            _enveloped,
            days=30,
            recent=30,
            reach=183,
            size=(100, 100),
            start="startTimestamp",
            end="endTimestamp",
            limit="rows",
            page="page",
            needs="tradeType",
        ),
        "/sapi/v1/pay/transactions": History(
            moves.pay, _enveloped, reach=548, size=(100, 100), weight=0, a_minute=60
        ),
        "/sapi/v1/asset/transfer": History(
            moves.transfers, **_PAGED, days=183, recent=7, reach=183, needs="type"
        ),
        "/sapi/v1/asset/assetDividend": History(
            paid.distributions, _counted, days=180, size=(20, 500), weight=10
        ),
        "/sapi/v1/simple-earn/flexible/history/rewardsRecord": History(
            paid.flexible_rewards, **_PAGED, recent=30, refused=_TOO_WIDE_EARN, weight=150, needs="type"
        ),
        "/sapi/v1/simple-earn/locked/history/rewardsRecord": History(
            paid.locked_rewards, **_PAGED, recent=30, refused=_TOO_WIDE_EARN, weight=150
        ),
        "/sapi/v1/asset/dribblet": History(moves.dust, _swept, size=(100, 100)),
        "/sapi/v1/convert/tradeFlow": History(
            moves.conversions,
            _converted,
            days=30,
            size=(100, 1_000),
            weight=0,
            a_minute=60,
            needs="startTime",
        ),
        "/sapi/v1/margin/interestHistory": History(paid.interest, **_PAGED, days=30, recent=7, reach=90),
        "/papi/v1/margin/marginInterestHistory": History(
            paid.portfolio_interest, **_PAGED, days=30, recent=7, reach=90
        ),
        "/fapi/v1/income": History(paid.income("futures_usdm"), **_INCOME, reach=90, weight=30),
        "/dapi/v1/income": History(paid.income("futures_coinm"), **_INCOME, weight=20),
        "/papi/v1/um/income": History(paid.income("portfolio_margin"), **_INCOME, reach=90, weight=30),
        "/papi/v1/cm/income": History(paid.no_income, **_INCOME, weight=30),
        "/sapi/v1/fiatpayment/query/deposit/history": History(paid.us_fiat("deposit"), _logged, **_US_FIAT),
        "/sapi/v1/fiatpayment/query/withdraw/history": History(
            paid.us_fiat("withdrawal"), _logged, **_US_FIAT
        ),
        "/sapi/v1/asset/assetDistributionHistory": History(
            paid.us_distributions, _counted, size=(20, 500), **_OF_US
        ),
        "/sapi/v1/otc/orders": History(paid.us_otc, _counted, size=(10, 100), **_OF_US),
    }.items()
}
