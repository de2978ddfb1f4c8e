"""The rows by which Binance tells flows: what each call's rows hold, and which flows are told by it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from cambist.simulator.binance.checks import Refusal
from cambist.simulator.pairs import Pair, Units
from cambist.simulator.protocol import milliseconds
from cambist.simulator.scenario import Flow, Trade, WalletName, milliseconds_of

Row = dict[str, Any]
Params = Mapping[str, str]
Rows = Iterator[tuple[int, Row]]

FIAT = frozenset({"EUR", "GBP", "USD", "TRY", "BRL", "PLN", "JPY", "AUD"})
_FIAT_STATES = {"done": "Successful", "pending": "Processing", "failed": "Failed"}
_P2P_STATES = {"done": "COMPLETED", "pending": "TRADING", "failed": "CANCELLED"}
_MOVE_STATES = {"done": "CONFIRMED", "pending": "PENDING", "failed": "FAILED"}
_PLACES: Mapping[str, WalletName] = {
    "MAIN": "spot",
    "FUNDING": "funding",
    "MARGIN": "cross_margin",
    "ISOLATEDMARGIN": "isolated_margin",
    "PORTFOLIO_MARGIN": "portfolio_margin",
    "UMFUTURE": "futures_usdm",
    "CMFUTURE": "futures_coinm",
}
_WAYS = {f"{one}_{other}" for one in (*_PLACES, "OPTION") for other in (*_PLACES, "OPTION") if one != other}
_NAMES = {wallet: name for name, wallet in _PLACES.items()}
_EARN = ("flexible", "locked")
_INCOME = {
    "realised": "REALIZED_PNL",
    "funding": "FUNDING_FEE",
    "fee": "COMMISSION",
    "transfer": "TRANSFER",
    "reward": "REFERRAL_KICKBACK",
}
_COME = {"done": 1, "pending": 0, "failed": 7}
_GONE = {"done": 6, "pending": 2, "failed": 5}


@dataclass(frozen=True, slots=True)
class Account:
    """Whose past it is."""

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

    def traded(self, *ways: str) -> list[tuple[int, int, Trade]]:
        """When each trade beside the order books was, its number, and itself; oldest first."""
        trades = enumerate(sorted(self.trades, key=milliseconds_of), start=1)
        found = ((milliseconds_of(trade), number, trade) for number, trade in trades if trade.way in ways)
        return [each for each in found if each[0] <= self.now_ms]

    def given(self, trade: Trade) -> tuple[str, str, str, str]:
        """What a trade gave, how much, what it got, how much; fees apart."""
        pair = self.pairs[trade.symbol]
        cost = str(Units.of(trade.price).by(Units.of(trade.quantity)))
        base, quote = (pair.base, trade.quantity), (pair.quote, cost)
        return (*base, *quote) if trade.side == "sell" else (*quote, *base)


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


def fiat(account: Account, params: Params) -> Rows:
    """Fiat that came (0) or went (1); `indicatedAmount` holds the fee too."""
    kind = _way(params, "deposit", "withdrawal")
    for at, number, flow in account.numbered(lambda flow: flow.kind == kind and flow.asset in FIAT):
        yield (
            at,
            {
                "orderNo": f"7d76d611-0568-4f43-afb6-{number:012d}",
                "fiatCurrency": flow.asset,
                "indicatedAmount": flow.amount,
                "amount": flow.amount,
                "totalFee": flow.fee,
                "method": "BankAccount",
                "status": _FIAT_STATES[flow.state],
                "createTime": at,
                "updateTime": at,
            },
        )


def purchases(account: Account, params: Params) -> Rows:
    """Coins bought with fiat (0) or sold for it (1)."""
    side = _way(params, "buy", "sell")
    for at, number, trade in account.traded("cash", "card"):
        if trade.side == side:
            _, given, _, got = account.given(trade)
            fiat, coin = account.pairs[trade.symbol].quote, account.pairs[trade.symbol].base
            method = {"cash": "Cash Balance", "card": "Credit Card"}[trade.way]
            yield (
                at,
                {
                    "orderNo": f"353fca443f06466db0c4dc89{number:08d}",
                    "sourceAmount": given,
                    "fiatCurrency": fiat,
                    "obtainAmount": got,
                    "cryptoCurrency": coin,
                    "totalFee": trade.fee,
                    "price": trade.price,
                    "status": "Completed",
                    **({"paymentMethod": method} if side == "buy" else {}),
                    "createTime": at,
                    "updateTime": at,
                },
            )


def p2p(account: Account, params: Params) -> Rows:
    kind = {"BUY": "deposit", "SELL": "withdrawal"}.get(params["tradeType"])
    for at, number, flow in account.numbered(lambda flow: flow.kind == kind and flow.name == "p2p"):
        yield (
            at,
            {
                "orderNumber": f"{20_219_644_646_554_779_648 + number}",
                "advNo": "11218246497340923904",
                "tradeType": params["tradeType"],
                "asset": flow.asset,
                "fiat": "EUR",
                "fiatSymbol": "€",
                "amount": flow.amount,
                "totalPrice": "33400.00000000",
                "unitPrice": "6.68",
                "orderStatus": _P2P_STATES[flow.state],
                "createTime": at,
                "commission": flow.fee,
                "counterPartNickName": "ab***",
                "advertisementRole": "TAKER",
            },
        )


def pay(account: Account, _: Params) -> Rows:
    for at, number, flow in account.numbered(lambda flow: flow.kind == "transfer" and flow.name == "pay"):
        purse = 2 if flow.wallet == "spot" else 1
        detail = {
            "currency": flow.asset,
            "amount": flow.amount.removeprefix("-"),
            "walletAssetCost": [{str(purse): flow.amount.removeprefix("-")}],
        }
        yield (
            at,
            {
                "orderType": "C2C",
                "transactionId": flow.tx or f"M_P_{71_505_104_267_788_288 + number}",
                "transactionTime": at,
                "amount": flow.amount,
                "currency": flow.asset,
                "walletType": purse,
                "walletTypes": [purse],
                "fundsDetail": [detail],
                "payerInfo": {"binanceId": "1"},
                "receiverInfo": {"name": "ab***"},
            },
        )


def transfers(account: Account, params: Params) -> Rows:
    """Of the kind that `type` names; those of isolated pairs have to name the pair."""
    if params["type"] not in _WAYS:
        raise Refusal(400, -1130, "Data sent for parameter 'type' is not valid.")
    for at, number, flow in account.numbered(lambda flow: flow.kind == "transfer" and flow.to is not None):
        way = f"{_NAMES[flow.wallet or 'spot']}_{_NAMES[flow.to or 'spot']}"
        if way == params["type"]:
            yield (
                at,
                {
                    "asset": flow.asset,
                    "amount": flow.amount,
                    "type": way,
                    "status": _MOVE_STATES[flow.state],
                    "tranId": 11_415_955_596 + number,
                    "timestamp": at,
                },
            )


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


def dust(account: Account, _: Params) -> Rows:
    for at, number, trade in account.traded("dust"):
        asset, amount, _got, became = account.given(trade)
        detail = {
            "transId": 4_359_321 + number,
            "serviceChargeAmount": trade.fee,
            "amount": amount,
            "operateTime": at,
            "transferedAmount": became,
            "fromAsset": asset,
        }
        yield (
            at,
            {
                "operateTime": at,
                "totalTransferedAmount": became,
                "totalServiceChargeAmount": trade.fee,
                "transId": 4_359_321 + number,
                "userAssetDribbletDetails": [detail],
            },
        )


def conversions(account: Account, _: Params) -> Rows:
    for at, number, trade in account.traded("convert"):
        asset, amount, got, became = account.given(trade)
        yield (
            at,
            {
                "quoteId": f"f3b91c525b2644c7bc1e1cd3{number:08d}",
                "orderId": 940_708_407_462_087_195 + number,
                "orderStatus": "SUCCESS",
                "fromAsset": asset,
                "fromAmount": amount,
                "toAsset": got,
                "toAmount": became,
                "ratio": trade.price,
                "inverseRatio": "1",
                "createTime": at,
            },
        )


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
                    "orderStatus": _FIAT_STATES[flow.state],
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


def _way(params: Params, zero: str, one: str) -> str:
    way = {"0": zero, "1": one}.get(params["transactionType"])
    if way is None:
        raise Refusal(400, -1130, "Data sent for parameter 'transactionType' is not valid.")
    return way


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
