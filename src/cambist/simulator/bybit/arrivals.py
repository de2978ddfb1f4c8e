"""What came to a Bybit account and went from it, as Bybit lists it."""

from collections.abc import Mapping

from cambist.simulator.bybit.checks import missing
from cambist.simulator.bybit.history import Timed
from cambist.simulator.changes import Past

INTERNAL = "internal"  # the name of a deposit from another user, and of a withdrawal to one
_DEPOSITED, _SENT, _WITHDRAWN = (
    {"done": 3, "pending": 2, "failed": 4},
    {"done": 2, "pending": 1, "failed": 3},
    {"done": "success", "pending": "Pending", "failed": "Fail"},
)


def deposits(past: Past, _: Mapping[str, str]) -> list[Timed]:
    return [
        (
            at,
            {
                "coin": flow.asset,
                "chain": flow.asset,
                "amount": flow.amount,
                "txID": flow.tx,
                "status": _DEPOSITED[flow.state],
                "toAddress": "an-address",
                "tag": "",
                "depositFee": "",
                "confirmations": "50",
                "successAt": str(at),
                "txIndex": "0",
                "blockHash": "",
                "batchReleaseLimit": "-1",
                "depositType": "0",
                "fromAddress": "",
                "taxDepositRecordsId": "0",
                "taxStatus": 0,
                "id": str(160_237_000 + number),
            },
        )
        for number, at, flow in past.flows_of("deposit")
        if flow.name != INTERNAL
    ]


def internal_deposits(past: Past, _: Mapping[str, str]) -> list[Timed]:
    return [
        (
            at,
            {
                "id": str(1_100 + number),
                "type": 1,
                "coin": flow.asset,
                "amount": flow.amount,
                "status": _SENT[flow.state],
                "address": "xxxx***@example.com",
                "createdTime": str(at // 1000),
                "txID": flow.tx,
                "fromMemberId": "118027304",
                "taxDepositRecordsId": "0",
                "taxStatus": 0,
            },
        )
        for number, at, flow in past.flows_of("deposit")
        if flow.name == INTERNAL
    ]


def withdrawals(past: Past, params: Mapping[str, str]) -> list[Timed]:
    """On the chain unless others are asked for."""
    wanted = {"0": (False,), "1": (True,), "2": (False, True)}.get(params.get("withdrawType", "0"))
    if wanted is None:
        raise missing("withdrawType")
    return [
        (
            at,
            {
                "coin": flow.asset,
                "chain": flow.asset,
                "amount": flow.amount,
                "txID": flow.tx if flow.state == "done" else "",
                "status": _WITHDRAWN[flow.state],
                "toAddress": "an-address",
                "tag": "",
                "withdrawFee": flow.fee,
                "createTime": str(at),
                "updateTime": str(at),
                "withdrawId": str(131_603_000 + number),
                "withdrawType": int(flow.name == INTERNAL),
                "fee": "",
                "tax": "0",
                "taxRate": "0",
                "taxType": "",
            },
        )
        for number, at, flow in past.flows_of("withdrawal")
        if (flow.name == INTERNAL) in wanted
    ]
