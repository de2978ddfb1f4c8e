"""OKX's histories: the bills of trading and funding, deposits, withdrawals, and what was lent."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cambist.simulator.changes import Change, Past, minus, net
from cambist.simulator.okx import markets
from cambist.simulator.okx.checks import Refusal
from cambist.simulator.scenario import WalletName

Row = dict[str, Any]
LONGEST_PAGE = 100
DAY_MS = 86_400_000
INTERNAL = "internal"  # the name of a deposit from another user, and of a withdrawal to one
_DEPOSITED, _WITHDRAWN = (
    {"done": "2", "pending": "0", "failed": "12"},
    {"done": "2", "pending": "0", "failed": "-2"},
)
_OF_TRADING = {"interest": "7", "funding": "8", "realised": "2", "trade": "2", "reward": "381", "fee": "250"}
_OF_FUNDING = {"deposit": "1", "withdrawal": "2", "reward": "83", "fee": "84"}
_TO_EARN: dict[WalletName, tuple[str, str]] = {"earn": ("75", "76"), "staking": ("80", "82")}


@dataclass(frozen=True, slots=True)
class History:
    """Rows, the newest first. id: by what `after` and `before` mean a row; "ts" is its time.

    id_if: the value of `pagingType` by which rows are meant by `billId` instead. days: how far back it goes.
    """

    rows: Callable[[Past], Sequence[Row]]
    id: str = "ts"
    id_if: str = ""
    days: int | None = None

    def page(self, past: Past, params: Mapping[str, str]) -> list[Row]:
        for name in ("after", "before", "limit", "begin", "end"):
            if not (params.get(name, "0").isascii() and params.get(name, "0").isdigit()):
                raise Refusal(400, "51000", f"Parameter {name} error")
        by = "billId" if self.id_if and params.get("pagingType", "1") == self.id_if else self.id
        oldest = 0 if self.days is None else past.now_ms - self.days * DAY_MS
        begin, end = int(params.get("begin", "0")), int(params.get("end", str(past.now_ms)))
        after, before = int(params.get("after", str(10**30))), int(params.get("before", "-1"))
        most = min(int(params.get("limit", str(LONGEST_PAGE))), LONGEST_PAGE)
        told = [
            row
            for row in self.rows(past)
            if max(oldest, begin) <= int(row["ts"]) <= end and before < int(row[by]) < after
        ]
        return told[:most]


def _numbered(changes: Sequence[Change]) -> list[tuple[str, Change]]:
    """Ids that rise with time."""
    return [
        (str(each.at_ms * 10_000 + each.number % 1_000 * 10 + each.part), each)
        for each in sorted(
            changes, key=lambda each: (each.at_ms, each.number % 1_000, each.part), reverse=True
        )
    ]


def _trading(past: Past) -> list[Row]:
    return [_trading_bill(id_, each) for id_, each in _numbered(past.changes("trading"))]


def _trading_bill(id_: str, change: Change) -> Row:
    """The fee is in the change of the balance, and told with its sign beside it."""
    pair, traded = change.pair, change.kind in ("trade", "realised")
    return {
        "bal": "0",
        "balChg": net(change.amount, minus(change.fee)),
        "billId": id_,
        "ccy": change.asset,
        "clOrdId": "",
        "execType": "T" if traded else "",
        "fee": minus(change.fee),
        "from": "",
        "instId": markets.name(pair) if pair else ("BTC-USDT-SWAP" if change.kind != "transfer" else ""),
        "instType": "SPOT" if pair else ("SWAP" if traded or change.kind == "funding" else ""),
        "interest": "0",
        "mgnMode": "cash" if pair else "",
        "notes": "",
        "ordId": str(500_000 + change.number) if traded else "",
        "pnl": change.amount if change.kind in ("realised", "funding") else "0",
        "posBal": "0",
        "posBalChg": "0",
        "px": change.price,
        "subType": "",
        "sz": change.amount.removeprefix("-"),
        "tag": "",
        "to": "",
        "tradeId": str(700_000 + change.number) if traded else "",
        "ts": str(change.at_ms),
        "type": change.name if change.name.isdigit() else _OF_TRADING.get(change.kind, "1"),
    }


def _funding(past: Past) -> list[Row]:
    return [
        {
            "billId": id_,
            "ccy": each.asset,
            "clientId": "",
            "balChg": each.amount,
            "bal": "0",
            "type": _funding_type(each),
            "ts": str(each.at_ms),
            "notes": "",
        }
        for id_, each in _numbered(past.changes("funding"))
    ]


def _funding_type(change: Change) -> str:
    """A flow's name in digits is a type of OKX's."""
    gone = change.amount.startswith("-")
    if change.name.isdigit():
        return change.name
    if change.other in _TO_EARN:
        return _TO_EARN[change.other][not gone]
    if change.kind == "transfer":
        return ("131" if gone else "130") if change.other else ("20" if gone else "21")
    return _OF_FUNDING.get(change.kind, "47")


def _deposits(past: Past) -> list[Row]:
    return [
        {
            "actualDepBlkConfirm": "2",
            "amt": flow.amount,
            "areaCodeFrom": "",
            "ccy": flow.asset,
            "chain": f"{flow.asset}-Chain",
            "depId": str(88_000 + number),
            "from": "",
            "fromWdId": flow.tx if flow.name == INTERNAL else "",
            "state": _DEPOSITED[flow.state],
            "to": "an-address",
            "ts": str(at),
            "txId": "" if flow.name == INTERNAL else flow.tx,
        }
        for number, at, flow in past.flows_of("deposit")
    ]


def _withdrawals(past: Past) -> list[Row]:
    return [
        {
            "note": "",
            "chain": f"{flow.asset}-Chain",
            "fee": flow.fee,
            "feeCcy": flow.asset,
            "ccy": flow.asset,
            "clientId": "",
            "toAddrType": "1",
            "amt": flow.amount,
            "txId": flow.tx if flow.state == "done" and flow.name != INTERNAL else "",
            "from": "",
            "areaCodeFrom": "",
            "to": "an-address",
            "areaCodeTo": "",
            "state": _WITHDRAWN[flow.state],
            "ts": str(at),
            "nonTradableAsset": False,
            "wdId": str(15_447_000 + number),
        }
        for number, at, flow in past.flows_of("withdrawal")
    ]


def _lent(past: Past) -> list[Row]:
    return [
        {"ccy": each.asset, "amt": "0.01", "earnings": each.amount, "rate": "0.01", "ts": str(each.at_ms)}
        for each in past.changes("earn")
        if each.kind == "reward"
    ]


TRADING_BILLS = History(_trading, "billId", days=90)
FUNDING_BILLS = History(_funding, id_if="2")
DEPOSITS = History(_deposits)
WITHDRAWALS = History(_withdrawals)
LENT = History(_lent, days=30)
