"""What an account was given, paid and charged, in the rows of Binance's histories; Binance US's own rows."""

from collections.abc import Callable

from cambist.simulator.binance.past import FIAT, FIAT_STATES, Account, Params, Rows
from cambist.simulator.scenario import Flow, WalletName

_EARN = ("flexible", "locked")
_INCOME = {
    "realised": "REALIZED_PNL",
    "funding": "FUNDING_FEE",
    "fee": "COMMISSION",
    "transfer": "TRANSFER",
    "reward": "REFERRAL_KICKBACK",
}


def distributions(account: Account, _: Params) -> Rows:
    for at, number, flow in account.numbered(lambda flow: _rewarded(flow) and flow.name not in _EARN):
        yield (
            at,
            {
                "id": 1_637_366_104 + number,
                "amount": flow.amount.removeprefix("-"),
                "asset": flow.asset,
                "divTime": at,
                "enInfo": flow.name or f"{flow.asset} distribution",
                "tranId": 2_968_885_920 + number,
                "direction": -1 if flow.amount.startswith("-") else 1,
            },
        )


def flexible_rewards(account: Account, params: Params) -> Rows:
    for at, _, flow in account.numbered(lambda flow: _rewarded(flow) and flow.name == "flexible"):
        kind = "REALTIME" if flow.wallet == "earn_flexible" else "BONUS"
        if params["type"] in (kind, "ALL"):
            told = {"asset": flow.asset, "rewards": flow.amount, "projectId": f"{flow.asset}001"}
            yield at, {**told, "type": kind, "time": at}


def locked_rewards(account: Account, _: Params) -> Rows:
    for at, number, flow in account.numbered(lambda flow: _rewarded(flow) and flow.name == "locked"):
        told = {"positionId": number, "time": at, "asset": flow.asset, "lockPeriod": "30"}
        yield at, {**told, "amount": flow.amount, "type": "Locked Rewards"}


def interest(account: Account, _: Params) -> Rows:
    return _interest(account, ("cross_margin", "isolated_margin"))


def portfolio_interest(account: Account, _: Params) -> Rows:
    return _interest(account, ("portfolio_margin",))


def income(wallet: WalletName) -> Callable[[Account, Params], Rows]:
    """What that futures wallet was paid and charged, signed."""

    def told(account: Account, params: Params) -> Rows:
        def touches(flow: Flow) -> bool:
            return flow.kind in _INCOME and wallet in (flow.wallet, flow.to) and flow.state == "done"

        for at, number, flow in account.numbered(touches):
            kind = flow.name if flow.name.isupper() else _INCOME[flow.kind]
            out = flow.kind == "fee" or (flow.to is not None and flow.wallet == wallet)
            if params.get("incomeType", kind) == kind:
                yield (
                    at,
                    {
                        "symbol": "" if flow.kind == "transfer" else "BTCUSDT",
                        "incomeType": kind,
                        "income": f"-{flow.amount}" if out else flow.amount,
                        "asset": flow.asset,
                        "info": kind,
                        "time": at,
                        "tranId": (11_415_955_596 if flow.kind == "transfer" else 9_689_322_392) + number,
                        "tradeId": "2059192" if flow.kind in ("realised", "fee") else "",
                    },
                )

    return told


def no_income(_: Account, __: Params) -> Rows:
    """Of a portfolio's coin-margined part nothing is played."""
    yield from ()


def us_fiat(kind: str) -> Callable[[Account, Params], Rows]:
    def told(account: Account, _: Params) -> Rows:
        for at, number, flow in account.numbered(lambda flow: flow.kind == kind and flow.asset in FIAT):
            yield (
                at,
                {
                    "orderId": f"{kind}-{number}",
                    "paymentChannel": "BANK",
                    "paymentMethod": "ACH",
                    "orderStatus": FIAT_STATES[flow.state],
                    "fiatCurrency": flow.asset,
                    "amount": flow.amount,
                    "transactionFee": flow.fee,
                    "platformFee": "0",
                    "createTime": at,
                },
            )

    return told


def us_distributions(account: Account, _: Params) -> Rows:
    for at, number, flow in account.numbered(_rewarded):
        told = {"asset": flow.asset, "amount": flow.amount, "divTime": at}
        yield at, {**told, "category": flow.name or "airdrop", "tranId": 2_968_885_920 + number}


def us_otc(account: Account, _: Params) -> Rows:
    for at, number, trade in account.traded("convert"):
        asset, amount, got, became = account.given(trade)
        yield (
            at,
            {
                "quoteId": f"4e5446f2cc6f44ab86ab02abf{number:07d}",
                "orderId": f"{10_002_349 + number}",
                "orderStatus": "SUCCESS",
                "fromCoin": asset,
                "fromAmount": amount,
                "toCoin": got,
                "toAmount": became,
                "ratio": trade.price,
                "inverseRatio": "1",
                "createTime": at,
            },
        )


def _rewarded(flow: Flow) -> bool:
    return flow.kind == "reward" and flow.wallet in (None, "spot", "earn_flexible")


def _interest(account: Account, wallets: tuple[WalletName, ...]) -> Rows:
    for at, number, flow in account.numbered(lambda flow: flow.kind == "interest" and flow.wallet in wallets):
        pair = {"isolatedSymbol": f"{flow.asset}USDT"} if flow.wallet == "isolated_margin" else {}
        yield (
            at,
            {
                "txId": 1_352_286_576_452_864_727 + number,
                "interestAccuredTime": at,
                "asset": flow.asset,
                "rawAsset": flow.asset,
                "principal": "45.3313",
                "interest": flow.amount.removeprefix("-"),
                "interestRate": "0.00024995",
                "type": "PERIODIC",
                **pair,
            },
        )
