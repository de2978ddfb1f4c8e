"""A simulated Coinbase user's transactions, account by account, and the fills of trades on the book."""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from cambist.core.money import exact
from cambist.simulator.coinbase.accounts import Account
from cambist.simulator.coinbase.checks import Refusal
from cambist.simulator.coinbase.markets import FIAT
from cambist.simulator.pairs import Pair
from cambist.simulator.protocol import milliseconds
from cambist.simulator.scenario import Flow, Trade

PAGE, LONGEST_PAGE, FILLS = 25, 100, 100
_NAMESPACE = uuid.UUID("6ba7b812-9dad-11d1-80b4-00c04fd430c8")
_STATUSES = {"done": "completed", "pending": "pending", "failed": "failed"}
_TYPES = {
    "reward": "staking_reward",
    "fee": "subscription",
    "funding": "derivatives_settlement",
    "realised": "derivatives_settlement",
    "interest": "clawback",
}
_INTO_STAKING = {"earn": "staking_transfer", "vault": "transfer"}
Row = dict[str, Any]


class _Change(NamedTuple):
    wallet: str
    asset: str
    type: str
    amount: str
    more: Row | None = None


@dataclass(frozen=True, slots=True)
class Past:
    """What has happened to a user's accounts. products: the pairs, by the names of their products."""

    flows: Sequence[Flow]
    trades: Sequence[Trade]
    products: Mapping[str, Pair]

    def transactions(self, account: Account, params: Mapping[str, str]) -> Row:
        """A page, the newest first."""
        rows = self._rows(account)
        ids = [row["id"] for row in rows]
        limit, after = params.get("limit", str(PAGE)), params.get("starting_after")
        if not limit.isdecimal() or not 1 <= int(limit) <= LONGEST_PAGE:
            raise Refusal(400, "invalid_request", "limit is invalid", older=True)
        if after is not None and after not in ids:
            raise Refusal(404, "not_found", "Not found", older=True)
        start = 0 if after is None else ids.index(after) + 1
        page = rows[start : start + int(limit)]
        last = page[-1]["id"] if start + int(limit) < len(rows) else None
        path = f"/v2/accounts/{account.id}/transactions"
        return {
            "pagination": {
                "ending_before": None,
                "starting_after": after,
                "limit": int(limit),
                "order": "desc",
                "previous_uri": None,
                "next_uri": last and f"{path}?limit={limit}&starting_after={last}",
            },
            "data": page,
        }

    def transaction(self, account: Account, name: str) -> Row:
        row = next((row for row in self._rows(account) if row["id"] == name), None)
        if row is None:
            raise Refusal(404, "not_found", "Not found", older=True)
        return {"data": row}

    def fills(self, params: Mapping[str, str], portfolio: str) -> Row:
        """A page of the trades in a stretch of time, the newest first."""
        limit, cursor = params.get("limit", str(FILLS)), params.get("cursor", "0")
        if not limit.isdecimal() or not int(limit) or not cursor.isdecimal():
            raise Refusal(400, "INVALID_ARGUMENT", "limit or cursor is invalid")
        start = _asked(params, "start_sequence_timestamp", 0)
        end = _asked(params, "end_sequence_timestamp", 1 << 62)
        numbered = enumerate(sorted(self.trades, key=_ms), start=1)
        rows = [
            self._fill(number, trade, portfolio) for number, trade in numbered if start <= _ms(trade) < end
        ][::-1]
        first, last = int(cursor), int(cursor) + int(limit)
        return {"fills": rows[first:last], "cursor": str(last) if last < len(rows) else ""}

    def _fill(self, number: int, trade: Trade, portfolio: str) -> Row:
        return {
            "entry_id": f"entry-{number}",
            "trade_id": f"trade-{number}",
            "order_id": f"order-{number}",
            "trade_time": _iso(trade),
            "trade_type": "FILL",
            "price": trade.price,
            "size": trade.quantity,
            "commission": trade.fee,
            "product_id": self._product(trade),
            "sequence_timestamp": _iso(trade),
            "liquidity_indicator": "TAKER",
            "size_in_quote": False,
            "user_id": "simulated",
            "side": trade.side.upper(),
            "retail_portfolio_id": portfolio,
        }

    def _product(self, trade: Trade) -> str:
        return next(name for name, pair in self.products.items() if pair.symbol == trade.symbol)

    def _rows(self, account: Account) -> list[Row]:
        rows = [
            _row(f"flow {number}", flow, change, account)
            for number, flow in enumerate(self.flows)
            for change in _of_flow(flow)
            if (change.wallet, change.asset) == (account.wallet, account.asset)
        ]
        rows += [
            _row(f"trade {number}", trade, change, account)
            for number, trade in enumerate(sorted(self.trades, key=_ms))
            for change in self._of_trade(trade)
            if (change.wallet, change.asset) == (account.wallet, account.asset)
        ]
        return sorted(rows, key=lambda row: str(row["created_at"]), reverse=True)

    def _of_trade(self, trade: Trade) -> Iterator[_Change]:
        """Both legs, in accounts of their own; the commission with that of the base, in no amount."""
        pair = self.products[self._product(trade)]
        with exact():
            cost = format(Decimal(trade.price) * Decimal(trade.quantity), "f")
        fill = {"product_id": self._product(trade), "commission": trade.fee, "order_side": trade.side}
        out, into = ("", "-") if trade.side == "sell" else ("-", "")
        more = {"advanced_trade_fill": fill}
        yield _Change("spot", pair.base, "advanced_trade_fill", f"{into}{trade.quantity}", more)
        yield _Change("spot", pair.quote, "advanced_trade_fill", f"{out}{cost}", more)


def _of_flow(flow: Flow) -> Iterator[_Change]:
    wallet = flow.wallet or "spot"
    network = {"network": {"status": "confirmed", "hash": flow.tx}} if flow.tx else {}
    less = flow.amount.removeprefix("-") if flow.amount.startswith("-") else f"-{flow.amount}"
    match flow.kind:
        case "deposit":
            kind = flow.name or ("fiat_deposit" if flow.asset in FIAT else "send")
            yield _Change(wallet, flow.asset, kind, flow.amount, network)
        case "withdrawal" if flow.asset in FIAT:
            yield _Change(wallet, flow.asset, "fiat_withdrawal", less)
        case "withdrawal":
            with exact():
                both = format(-Decimal(flow.amount) - Decimal(flow.fee), "f")
            fee = {"transaction_fee": {"amount": flow.fee, "currency": flow.asset}}
            sent = {"network": {"status": _STATUSES[flow.state], "hash": flow.tx or None, **fee}}
            yield _Change(wallet, flow.asset, "send", both, sent)
        case "transfer" if flow.to:
            kind = _INTO_STAKING.get(flow.to, "transfer")
            yield _Change(wallet, flow.asset, kind, less)
            yield _Change(flow.to, flow.asset, kind, flow.amount)
        case kind:
            yield _Change(wallet, flow.asset, flow.name or _TYPES.get(kind, "tx"), flow.amount)


def _row(event: str, dated: Flow | Trade, change: _Change, account: Account) -> Row:
    name = str(uuid.uuid5(_NAMESPACE, f"{account.id} {event} {change.amount}"))
    state = dated.state if isinstance(dated, Flow) else "done"
    return {
        "id": name,
        "type": change.type,
        "status": _STATUSES[state],
        "amount": {"amount": change.amount, "currency": change.asset},
        "native_amount": {"amount": "0.00", "currency": "USD"},
        "description": None,
        "created_at": _iso(dated),
        "resource": "transaction",
        "resource_path": f"/v2/accounts/{account.id}/transactions/{name}",
        **(change.more or {}),
    }


def _asked(params: Mapping[str, str], name: str, default: int) -> int:
    try:
        return milliseconds(datetime.fromisoformat(params[name])) if name in params else default
    except (ValueError, TypeError):
        raise Refusal(400, "INVALID_ARGUMENT", f"{name} is invalid") from None


def _ms(dated: Flow | Trade) -> int:
    return milliseconds(datetime.fromisoformat(dated.time))


def _iso(dated: Flow | Trade) -> str:
    at = datetime.fromisoformat(dated.time).astimezone(UTC)
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
