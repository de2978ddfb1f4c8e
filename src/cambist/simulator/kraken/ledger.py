"""A simulated Kraken account's ledger: its flows and trades as rows, and the state of what comes and goes."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from msgspec import Raw

from cambist.core.money import exact
from cambist.simulator.kraken.checks import Refusal
from cambist.simulator.kraken.codes import code_of, short_code
from cambist.simulator.pairs import Pair
from cambist.simulator.protocol import milliseconds
from cambist.simulator.scenario import Flow, Trade

PAGE, LAST = 50, "99999999999"
EARN_SUFFIXES = {"earn": ".B", "earn_flexible": ".F", "earn_locked": ".S"}
_TYPES = {"realised": "margin", "fee": "nftcreatorfee", "reward": "earn"}
_STATUSES = {"done": "Success", "pending": "Pending", "failed": "Failure"}
Row = dict[str, Any]


class _Leg(NamedTuple):
    type: str
    subtype: str
    asset: str
    amount: str
    fee: str = "0"


def ledger(
    flows: Sequence[Flow], trades: Sequence[Trade], pairs: Mapping[str, Pair], params: Mapping[str, str]
) -> Row:
    """A page of the rows after `start` and up to `end`, in seconds, the newest first, and their number."""
    start, end = _number(params, "start", "0"), _number(params, "end", LAST)
    rows = [
        (name, row)
        for name, row in _rows(flows, trades, pairs)
        if start < Decimal(row["time"]) <= end and params.get("type", "all") in ("all", row["type"])
    ]
    offset = int(_number(params, "ofs", "0"))
    page = rows[offset : offset + PAGE]
    return {
        "ledger": {name: row | {"time": Raw(row["time"].encode())} for name, row in page},
        "count": len(rows),
    }


def _number(params: Mapping[str, str], name: str, default: str) -> Decimal:
    text = params.get(name, default)
    if not text.replace(".", "", 1).isdecimal():
        raise Refusal("EGeneral:Invalid arguments")
    return Decimal(text)


def _rows(
    flows: Sequence[Flow], trades: Sequence[Trade], pairs: Mapping[str, Pair]
) -> Iterator[tuple[str, Row]]:
    """By name, the newest first. A row keeps its name when others come."""
    events = [(_ms(flow), _refid(number), _flow_legs(flow)) for number, flow in enumerate(flows, start=1)]
    events += [
        (_ms(trade), f"TSIM00-{number:05d}-TRADES", _trade_legs(trade, pairs))
        for number, trade in enumerate(sorted(trades, key=_ms), start=1)
    ]
    for ms, refid, legs in sorted(events, key=lambda event: event[0], reverse=True):
        for number, leg in enumerate(legs, start=1):
            yield f"L{number}{refid}", _row(ms, refid, leg)


def _row(ms: int, refid: str, leg: _Leg) -> Row:
    return {
        "refid": refid,
        "time": f"{ms // 1000}.{ms % 1000:03d}",
        "type": leg.type,
        "subtype": leg.subtype,
        "aclass": "currency",
        "asset": leg.asset,
        "amount": leg.amount,
        "fee": leg.fee,
        "balance": "0.0000000000",
    }


def _flow_legs(flow: Flow) -> Iterator[_Leg]:
    """What is pending has gone out, and has not come in yet; what failed came back, or never came."""
    code = _code(flow.asset, flow.wallet)
    match flow.kind:
        case "deposit":
            if flow.state == "done":
                yield _Leg("deposit", "", code, flow.amount)
        case "withdrawal":
            yield _Leg("withdrawal", "", code, _less(flow.amount), flow.fee)
            if flow.state == "failed":
                yield _Leg("withdrawal", "", code, flow.amount, _less(flow.fee))
        case "transfer" if flow.to:
            yield _Leg("transfer", "spottostaking", code, _less(flow.amount))
            yield _Leg("transfer", "stakingfromspot", _code(flow.asset, flow.to), flow.amount)
        case "transfer":
            way = "spottofutures" if flow.amount.startswith("-") else "spotfromfutures"
            yield _Leg("transfer", way, code, flow.amount)
        case "interest":
            yield _Leg("rollover", "", code, "0.0000", _less(flow.amount))
        case "reward" if flow.name:
            yield _Leg(flow.name, "", code, flow.amount)
        case kind:
            subtype = "reward" if kind == "reward" else ""
            yield _Leg(_TYPES.get(kind, kind), subtype, code, flow.amount, flow.fee)


def _trade_legs(trade: Trade, pairs: Mapping[str, Pair]) -> Iterator[_Leg]:
    """The fee is told with the leg of its asset, beside the amount."""
    pair = pairs[trade.symbol]
    with exact():
        cost = format(Decimal(trade.price) * Decimal(trade.quantity), "f")
    is_buy = trade.side == "buy"
    paid_in = trade.fee_asset or (pair.base if is_buy else pair.quote)
    amounts = {pair.base: trade.quantity, pair.quote: cost}
    for asset, amount in amounts.items():
        comes_in = (asset == pair.base) == is_buy
        fee = trade.fee if asset == paid_in else "0"
        yield _Leg("trade", "", code_of(asset), amount if comes_in else _less(amount), fee)


def statuses(flows: Iterable[Flow], kind: str, params: Mapping[str, str]) -> list[Row]:
    """Deposits or withdrawals from `start` to `end`, in seconds, the newest first."""
    start, end = _number(params, "start", "0"), _number(params, "end", LAST)
    found = [
        (_ms(flow), number, flow)
        for number, flow in enumerate(flows, start=1)
        if flow.kind == kind and start <= _ms(flow) // 1000 <= end
    ]
    limit = int(_number(params, "limit", "25"))
    return [_status(ms, number, flow) for ms, number, flow in sorted(found, reverse=True)[:limit]]


def _status(ms: int, number: int, flow: Flow) -> Row:
    return {
        "method": flow.asset,
        "aclass": "currency",
        "asset": code_of(flow.asset),
        "refid": _refid(number),
        "txid": flow.tx or None,
        "info": "an address",
        "amount": flow.amount,
        "fee": flow.fee,
        "time": ms // 1000,
        "status": _STATUSES[flow.state],
    }


def _code(asset: str, wallet: str | None) -> str:
    suffix = EARN_SUFFIXES.get(wallet or "")
    return short_code(asset) + suffix if suffix else code_of(asset)


def _refid(number: int) -> str:
    return f"FSIM00-{number:05d}-FUNDING"


def _less(amount: str) -> str:
    return amount.removeprefix("-") if amount.startswith("-") else f"-{amount}"


def _ms(dated: Flow | Trade) -> int:
    return milliseconds(datetime.fromisoformat(dated.time))
