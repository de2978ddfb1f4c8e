"""The rows by which Binance tells flows: what each call's rows hold, and which flows are told by it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from cambist.simulator.pairs import Pair
from cambist.simulator.protocol import milliseconds
from cambist.simulator.scenario import Flow, Trade

Row = dict[str, Any]
Params = Mapping[str, str]
Rows = Iterator[tuple[int, Row]]

FIAT = frozenset({"EUR", "GBP", "USD", "TRY", "BRL", "PLN", "JPY", "AUD"})
_COME = {"done": 1, "pending": 0, "failed": 7}
_GONE = {"done": 6, "pending": 2, "failed": 5}


@dataclass(frozen=True, slots=True)
class Account:
    """Whose past it is. first_wallet: of flows and trades that name none."""

    flows: Sequence[Flow]
    trades: Sequence[Trade]
    pairs: Mapping[str, Pair]
    now_ms: int

    def numbered(self, wanted: Callable[[Flow], bool]) -> list[tuple[int, int, Flow]]:
        """When each flow wanted was, its number in the scenario, and itself; oldest first."""
        found = [
            (milliseconds(datetime.fromisoformat(flow.time)), number, flow)
            for number, flow in enumerate(self.flows, start=1)
            if wanted(flow)
        ]
        return sorted((each for each in found if each[0] <= self.now_ms), key=lambda each: each[:2])


def deposits(account: Account, params: Params) -> Rows:
    """Coins from the chains; those of the coin that `coin` names."""
    for at, number, flow in account.numbered(lambda flow: _by_chain(flow, "deposit", params)):
        yield (
            at,
            {
                "id": f"{769_800_519_366_885_376 + number}",
                "amount": flow.amount,
                "coin": flow.asset,
                "network": flow.asset,
                "status": _COME[flow.state],
                "address": f"address-of-{flow.asset}",
                "addressTag": "",
                "txId": flow.tx or f"tx-{number}",
                "insertTime": at,
                "completeTime": at if flow.state == "done" else None,
                "transferType": 0,
                "confirmTimes": "1/1",
                "unlockConfirm": 12,
                "walletType": _wallet_type(flow),
                "travelRuleStatus": 0,
            },
        )


def withdrawals(account: Account, params: Params) -> Rows:
    for at, number, flow in account.numbered(lambda flow: _by_chain(flow, "withdrawal", params)):
        sent = {"txId": flow.tx or f"tx-{number}"} if flow.state == "done" else {"txId": ""}
        yield (
            at,
            {
                "id": f"b6ae22b3aa844210a7041aee{number:08d}",
                "amount": flow.amount,
                "transactionFee": flow.fee,
                "coin": flow.asset,
                "status": _GONE[flow.state],
                "address": f"address-of-{flow.asset}",
                **sent,
                "applyTime": f"{datetime.fromtimestamp(at // 1000, UTC):%Y-%m-%d %H:%M:%S}",
                "network": flow.asset,
                "transferType": 0,
                "info": "",
                "confirmNo": 3,
                "walletType": _wallet_type(flow),
                "txKey": "",
            },
        )


def _by_chain(flow: Flow, kind: str, params: Params) -> bool:
    wanted = params.get("coin", flow.asset) == flow.asset
    return flow.kind == kind and flow.asset not in FIAT and not flow.name and wanted


def _wallet_type(flow: Flow) -> int:
    return int(flow.wallet == "funding")
