"""Bybit's histories: of the unified account and of the funding wallet, and what else it lists of the past."""

from collections.abc import Mapping

from cambist.simulator.bybit import arrivals, invested
from cambist.simulator.bybit.checks import Refusal
from cambist.simulator.bybit.history import History, Row, Timed
from cambist.simulator.changes import Change, Past, minus, net

_RECORD = "fundingAccountRecord"


def _log(past: Past, params: Mapping[str, str]) -> list[Timed]:
    if params.get("accountType", "UNIFIED") != "UNIFIED":
        raise Refusal(10001, "accountType only support UNIFIED.")
    return [(each.at_ms, _logged(each)) for each in past.changes("unified")]


def _logged(change: Change) -> Row:
    """A row for each currency of a trade; funding is apart from the cash flow, and so is the fee."""
    funding = change.amount if change.kind == "funding" else ""
    flow = "0" if funding else change.amount
    spot = change.pair is not None
    traded = spot or change.kind == "realised"
    return {
        "id": f"{change.number}_{change.kind}_{change.part}",
        "symbol": change.pair.symbol if change.pair else ("BTCUSDT" if traded or funding else ""),
        "category": "spot" if spot else ("linear" if traded or funding else ""),
        "side": change.side.capitalize() or "None",
        "transactionTime": str(change.at_ms),
        "type": _type(change),
        "transSubType": "",
        "qty": change.amount if spot else "",
        "size": "",
        "currency": change.asset,
        "tradePrice": change.price,
        "funding": funding,
        "fee": change.fee if traded else "",
        "cashFlow": flow,
        "change": net(flow, funding or "0", minus(change.fee)),
        "cashBalance": "0",
        "feeRate": "",
        "bonusChange": "",
        "tradeId": f"trade-{change.number}" if traded else "",
        "orderId": f"order-{change.number}" if traded else "",
        "orderLinkId": "",
        "extraFees": "",
    }


def _type(change: Change) -> str:
    """A flow's name in capitals is a type of Bybit's."""
    if change.name.isupper():
        return change.name
    gone = change.amount.startswith("-")
    return {
        "trade": "TRADE",
        "realised": "TRADE",
        "funding": "SETTLEMENT",
        "interest": "INTEREST",
        "reward": "AIRDROP",
        "fee": "SPREAD_FEE_OUT",
    }.get(change.kind, "TRANSFER_OUT" if gone else "TRANSFER_IN")


def _moves(past: Past, _: Mapping[str, str]) -> list[Timed]:
    return [(each.at_ms // 1000 * 1000, _moved(each)) for each in past.changes("funding")]


def _moved(change: Change) -> Row:
    gone = change.amount.startswith("-")
    business, description = _business(change, gone=gone)
    return {
        "memberId": "290118",
        "currency": change.asset,
        "ioDirection": "O" if gone else "I",
        "txnAmt": change.amount.removeprefix("-"),
        "afterAmt": "0",
        "createTime": str(change.at_ms // 1000),
        "showBusiType": f"{_RECORD}{business.replace(' ', '')}",
        "showBusiTypeEn": business,
        "description": f"{_RECORD}{description.replace(' ', '')}",
        "descriptionEn": description,
        "currcCursor": f"{change.number}-{change.kind}-{change.part}",
    }


def _business(change: Change, *, gone: bool) -> tuple[str, str]:
    """Business and description; of a transfer that names the first, such as Convert or Fiat, that one."""
    match change.kind:
        case "deposit":
            return "TypeDeposit", "Deposit"
        case "withdrawal":
            return "TypeWithdraw", "Withdrawal"
        case "reward":
            return ("Airdrop", "Airdrop Bonus") if change.name == "Airdrop" else ("Earn", change.name)
    if change.other is not None and change.other.startswith("earn"):
        return "Earn", f"Easy Earn | {'Subscription' if gone else 'Redemption'}"
    return change.name or ("Transfer out" if gone else "Transfer in"), "Transfer"


TRANSACTION_LOG = History(_log, 7, 50, 20, recent=1)
FUNDING = History(_moves, 7, 100, 10, bounds=("createTimeFrom", "createTimeTo"), unit_ms=1000)
DEPOSITS = History(arrivals.deposits, 30, 50, 50, "rows", under=True)
INTERNAL_DEPOSITS = History(arrivals.internal_deposits, 30, 50, 50, "rows")
WITHDRAWALS = History(arrivals.withdrawals, 30, 50, 50, "rows", under=True)
EARN_ORDERS = History(invested.orders, 7, 100, 50)
EARN_YIELDS = History(invested.yields, 7, 100, 50)
FIXED_ORDERS = History(invested.fixed_orders, 7, 50, 20)
