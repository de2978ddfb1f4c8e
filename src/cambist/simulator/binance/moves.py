"""What came to an account and left it, moved in it and was exchanged, in the rows of Binance's histories."""

from collections.abc import Mapping
from datetime import UTC, datetime

from cambist.simulator.binance.checks import Refusal
from cambist.simulator.binance.past import FIAT, FIAT_STATES, Account, Params, Rows
from cambist.simulator.scenario import Flow, WalletName

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
_COME = {"done": 1, "pending": 0, "failed": 7}
_GONE = {"done": 6, "pending": 2, "failed": 5}


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
                "status": FIAT_STATES[flow.state],
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


def _way(params: Params, zero: str, one: str) -> str:
    way = {"0": zero, "1": one}.get(params["transactionType"])
    if way is None:
        raise Refusal(400, -1130, "Data sent for parameter 'transactionType' is not valid.")
    return way
