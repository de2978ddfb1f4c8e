"""Orders and yields of Bybit's earn products, as Bybit lists them."""

from collections.abc import Mapping

from cambist.simulator.bybit.checks import missing
from cambist.simulator.bybit.history import Row, Timed
from cambist.simulator.changes import Past, at_ms
from cambist.simulator.scenario import Flow, WalletName

_ORDERED = {"done": "Success", "pending": "Pending", "failed": "Fail"}
_FIXED = {"done": "Complete", "pending": "Processing", "failed": "Failed"}
_IN_EARN: Mapping[str, WalletName] = {"FlexibleSaving": "earn_flexible", "OnChain": "earn_onchain"}


def orders(past: Past, params: Mapping[str, str]) -> list[Timed]:
    wallet = _wallet(params)
    return [
        (
            at,
            {
                "coin": flow.asset,
                "orderValue": flow.amount,
                "productId": "430",
                "orderLinkId": "",
                "orderType": "Stake" if flow.to == wallet else "Redeem",
                "orderId": f"earn-order-{number}",
                "status": _ORDERED[flow.state],
                "createdAt": str(at),
                "updatedAt": str(at),
                "swapOrderValue": flow.amount if flow.name == "LST" else "",
                "estimateRedeemTime": "",
                "estimateStakeTime": "",
            },
        )
        for number, at, flow in past.flows_of("transfer")
        if wallet in (flow.wallet, flow.to)
    ]


def yields(past: Past, params: Mapping[str, str]) -> list[Timed]:
    wallet = _wallet(params)
    return [
        (
            at,
            {
                "productId": "430",
                "coin": flow.asset,
                "id": str(number),
                "amount": flow.amount,
                "yieldType": "Normal",
                "distributionMode": flow.name or "Reinvest",
                "effectiveStakingAmount": "1",
                "orderId": "",
                "status": _ORDERED[flow.state],
                "createdAt": str(at),
            },
        )
        for number, at, flow in past.flows_of("reward")
        if flow.wallet == wallet
    ]


def _wallet(params: Mapping[str, str]) -> WalletName:
    category = params.get("category", "")
    if category not in _IN_EARN:
        raise missing("category")
    return _IN_EARN[category]


def fixed_orders(past: Past, _: Mapping[str, str]) -> list[Timed]:
    """Transfers to and from fixed savings, and what they earned and kept."""
    moved = [each for each in past.flows_of("transfer") if "earn_fixed" in (each[2].wallet, each[2].to)]
    earned = [each for each in past.flows_of("reward") if each[2].wallet == "earn_fixed"]
    return [(at_ms(flow), _fixed_order(number, at, flow)) for number, at, flow in (*moved, *earned)]


def _fixed_order(number: int, at: int, flow: Flow) -> Row:
    kept = {"coin": flow.asset, "amount": flow.amount, "status": "ReinvestSuccess", "createdAt": str(at)}
    again = flow.kind == "reward"
    return {
        "orderId": f"fixed-order-{number}",
        "orderLinkId": "",
        "orderType": "Reinvest" if again else ("Stake" if flow.to == "earn_fixed" else "Redeem"),
        "status": _FIXED[flow.state],
        "productId": "546",
        "category": "FixedTermSaving",
        "duration": "1d",
        "accountType": "FUND",
        "coin": flow.asset,
        "amount": "100" if again else flow.amount,
        "settlementTime": str(at),
        "createdAt": str(at),
        "yieldInfoList": [kept | {"apy": "2.33%"}] if again else [],
    }
