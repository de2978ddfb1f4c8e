"""A simulated Kraken Futures account's log: balances before and after each of its flows and trades."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from msgspec import Raw

from cambist.core.money import exact
from cambist.simulator.kraken.checks import Refusal
from cambist.simulator.kraken.codes import short_code
from cambist.simulator.pairs import Pair
from cambist.simulator.protocol import milliseconds
from cambist.simulator.scenario import Flow, Trade

COUNT, MOST = 500, 100_000
ACCOUNTS = {"funding": "cash", "futures_coinm": "single"}
_INFO = {
    "funding": "funding rate change",
    "realised": "futures trade",
    "interest": "interest payment",
    "fee": "kfee applied",
    "reward": "admin transfer",
}
Row = dict[str, Any]


class _Change(NamedTuple):
    """amount: fees apart. contract: what the row is about; where it is the asset too, its size."""

    info: str
    asset: str
    amount: str
    fee: str = "0"
    account: str = "flex"
    contract: str | None = None


@dataclass(frozen=True, slots=True)
class Log:
    """The rows of an account, the oldest first; ids follow their order."""

    flows: Sequence[Flow]
    trades: Sequence[Trade]
    pairs: Mapping[str, Pair]

    def page(self, params: Mapping[str, str]) -> list[Row]:
        """Of the stretch of time and of ids that are asked for, a page from either end."""
        since, before, first, last = (_asked(params, name) for name in ("since", "before", "from", "to"))
        count = _asked(params, "count")
        found = [
            row
            for ms, row in self._rows()
            if (since is None or ms > since)
            and (before is None or ms < before)
            and (first is None or row["id"] >= first)
            and (last is None or row["id"] <= last)
        ]
        oldest_first = params.get("sort") == "asc"
        return (found if oldest_first else found[::-1])[: min(count or COUNT, MOST)]

    def _rows(self) -> Iterator[tuple[int, Row]]:
        changes = [(_ms(flow), change) for flow in self.flows for change in _of_flow(flow)]
        changes += [(_ms(trade), change) for trade in self.trades for change in self._of_trade(trade)]
        changes.sort(key=lambda each: each[0])
        balances: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
        for number, (ms, change) in enumerate(changes, start=1):
            name = (change.account, change.asset)
            old = balances[name]
            with exact():
                balances[name] = old + Decimal(change.amount) - Decimal(change.fee)
            yield ms, _row(number, ms, change, old, balances[name])

    def _of_trade(self, trade: Trade) -> Iterator[_Change]:
        """The fee in money, and the size of the position."""
        contract = f"pf_{short_code(self.pairs[trade.symbol].base)}usd".lower()
        size = trade.quantity if trade.side == "buy" else f"-{trade.quantity}"
        yield _Change("futures trade", "usd", "0", trade.fee, contract=contract)
        yield _Change("futures trade", contract, size, contract=contract)


def _of_flow(flow: Flow) -> Iterator[_Change]:
    """What is pending has gone out, and has not come in yet. Coins come and go by Kraken's spot wallet."""
    account, asset = _account(flow.wallet), short_code(flow.asset).lower()
    less = flow.amount.removeprefix("-") if flow.amount.startswith("-") else f"-{flow.amount}"
    match flow.kind:
        case "deposit":
            if flow.state == "done":
                yield _Change("cross-exchange transfer", asset, flow.amount, account=account)
        case "withdrawal":
            yield _Change("cross-exchange transfer", asset, less, flow.fee, account)
            if flow.state == "failed":
                yield _Change("cross-exchange transfer", asset, flow.amount, f"-{flow.fee}", account)
        case "transfer" if flow.to:
            yield _Change("transfer", asset, less, account=account)
            yield _Change("transfer", asset, flow.amount, account=_account(flow.to))
        case "transfer":
            yield _Change("cross-exchange transfer", asset, flow.amount, account=account)
        case kind:
            yield _Change(flow.name or _INFO[kind], asset, flow.amount, flow.fee, account)


def _row(number: int, ms: int, change: _Change, old: Decimal, new: Decimal) -> Row:
    profit = change.info == "futures trade" and change.asset != change.contract
    funding = change.info == "funding rate change"
    return {
        "asset": change.asset,
        "booking_uid": f"booking-{number}",
        "collateral": None,
        "contract": change.contract,
        "date": datetime.fromtimestamp(ms / 1000, UTC).isoformat(timespec="milliseconds"),
        "execution": f"execution-{number}" if change.info == "futures trade" else None,
        "fee": _figure(change.fee) if change.fee.strip("-0.") else None,
        "funding_rate": None,
        "id": number,
        "info": change.info,
        "margin_account": change.account,
        "mark_price": None,
        "new_average_entry_price": None,
        "new_balance": _figure(format(new, "f")),
        "old_average_entry_price": None,
        "old_balance": _figure(format(old, "f")),
        "realized_funding": _figure(change.amount) if funding else None,
        "realized_pnl": _figure(change.amount) if profit else None,
        "trade_price": None,
        "conversion_spread_percentage": None,
        "liquidation_fee": None,
    }


def _account(wallet: str | None) -> str:
    return ACCOUNTS.get(wallet or "", "flex")


def _asked(params: Mapping[str, str], name: str) -> int | None:
    text = params.get(name)
    if text is not None and not text.isdecimal():
        raise Refusal("invalidArgument")
    return None if text is None else int(text)


def _figure(text: str) -> Raw:
    return Raw(text.encode())


def _ms(dated: Flow | Trade) -> int:
    return milliseconds(datetime.fromisoformat(dated.time))
