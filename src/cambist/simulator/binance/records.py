"""What Binance tells of an account beside balances: rights, open orders, trades, networks, addresses."""

from collections.abc import Mapping, Sequence
from typing import Any

from cambist.simulator.binance.checks import Refusal, missing, whole_number
from cambist.simulator.binance.markets import DAY_MS
from cambist.simulator.pairs import Pair, Units
from cambist.simulator.scenario import Coin, Key, Network, Order, Trade, WalletName, milliseconds_of

PAGE, LONGEST_PAGE = 500, 1000
ZERO = "0.00000000"
Row = dict[str, Any]

ACCOUNT: Row = {
    "makerCommission": 10,
    "takerCommission": 10,
    "buyerCommission": 0,
    "sellerCommission": 0,
    "commissionRates": {"maker": "0.00100000", "taker": "0.00100000", "buyer": ZERO, "seller": ZERO},
    # Of the account, not of the key: the real exchange answers true for a key that may only read.
    "canTrade": True,
    "canWithdraw": True,
    "canDeposit": True,
    "brokered": False,
    "requireSelfTradePrevention": False,
    "preventSor": False,
    "accountType": "SPOT",
    "permissions": ["SPOT"],
}


def restrictions(key: Key) -> Row:
    return {
        "ipRestrict": bool(key.ips),
        "createTime": 1_687_193_457_000,
        "enableReading": "read" in key.permissions,
        "enableSpotAndMarginTrading": "trade" in key.permissions,
        "enableWithdrawals": "withdraw" in key.permissions,
        "enableInternalTransfer": False,
        "enableMargin": False,
        "enableFutures": False,
        "permitsUniversalTransfer": False,
        "enableVanillaOptions": False,
        "enableFixApiTrade": False,
        "enableFixReadOnly": False,
        "enablePortfolioMarginTrading": False,
    }


def open_orders(orders: Sequence[Order], params: Mapping[str, str], pairs: Mapping[str, Pair]) -> list[Row]:
    """Numbered as the scenario lists them; of one symbol where `symbol` names it."""
    wanted = params.get("symbol")
    if wanted is not None:
        _known(wanted, pairs)
    return [
        _order_row(number, order)
        for number, order in enumerate(orders, start=1)
        if wanted in (None, order.symbol)
    ]


Numbered = Sequence[tuple[int, int, Trade]]


def numbered(trades: Sequence[Trade]) -> Numbered:
    """When each trade was, its id, and itself; oldest first."""
    dated = sorted(((milliseconds_of(trade), trade) for trade in trades), key=lambda each: each[0])
    return [(at, number, trade) for number, (at, trade) in enumerate(dated, start=1)]


def my_trades(
    trades: Numbered,
    params: Mapping[str, str],
    pairs: Mapping[str, Pair],
    wallet: WalletName = "spot",
) -> list[Row]:
    """Of one symbol, by id: those from an id on, or the newest of those in a stretch of a day at most."""
    if not params.get("symbol"):
        raise missing("symbol")
    _known(params["symbol"], pairs)
    numbers = {
        name: whole_number(name, params[name])
        for name in ("startTime", "endTime", "fromId", "limit", "orderId")
        if name in params
    }
    most = min(numbers.get("limit", PAGE), LONGEST_PAGE)
    start, end = numbers.get("startTime"), numbers.get("endTime")
    if "fromId" in numbers and (start is not None or end is not None):
        raise Refusal(400, -1128, "Combination of optional parameters invalid.")
    if start is not None and end is not None and end - start > DAY_MS:
        raise Refusal(400, -1127, "More than 24 hours between startTime and endTime.")
    found = [
        (number, trade)
        for at, number, trade in trades
        if trade.symbol == params["symbol"]
        and (trade.wallet or "spot", trade.way) == (wallet, "order")
        and (start is None or start <= at)
        and (end is None or at <= end)
        and numbers.get("orderId") in (None, number)
    ]
    if "fromId" in numbers:
        found = [each for each in found if each[0] >= numbers["fromId"]][:most]
    else:
        found = found[-most:] if most else []
    return [_trade_row(number, trade, pairs[trade.symbol]) for number, trade in found]


def coins(listed: Mapping[str, Coin]) -> list[Row]:
    return [_coin_row(code, coin) for code, coin in listed.items()]


def deposit_address(listed: Mapping[str, Coin], params: Mapping[str, str]) -> Row:
    """Of the network that `network` names, the coin's first otherwise."""
    code = params.get("coin")
    if not code:
        raise missing("coin")
    coin = listed.get(code)
    if coin is None or not coin.networks:
        raise Refusal(400, -4018, "The currency is not supported.")
    wanted = params.get("network", coin.networks[0].network)
    network = next((each for each in coin.networks if each.network == wanted), None)
    if network is None:
        raise Refusal(400, -4021, "The network is not supported for this currency.")
    if not network.deposits or not network.address:
        raise Refusal(400, -9000, "Deposits for this network are currently closed")
    return {"coin": code, "address": network.address, "tag": network.tag, "url": ""}


def _known(symbol: str, pairs: Mapping[str, Pair]) -> None:
    if symbol not in pairs:
        raise Refusal(400, -1121, "Invalid symbol.")


def _order_row(number: int, order: Order) -> Row:
    return {
        "symbol": order.symbol,
        "orderId": number,
        "orderListId": -1,
        "clientOrderId": f"order-{number}",
        "price": order.price,
        "origQty": order.quantity,
        "executedQty": ZERO,
        "origQuoteOrderQty": ZERO,
        "cummulativeQuoteQty": ZERO,
        "status": "NEW",
        "timeInForce": "GTC",
        "type": "LIMIT",
        "side": order.side.upper(),
        "stopPrice": ZERO,
        "icebergQty": ZERO,
        "time": milliseconds_of(order),
        "updateTime": milliseconds_of(order),
        "isWorking": True,
        "workingTime": milliseconds_of(order),
        "selfTradePreventionMode": "EXPIRE_MAKER",
    }


def _trade_row(number: int, trade: Trade, pair: Pair) -> Row:
    bought = pair.base if trade.side == "buy" else pair.quote
    charged = (trade.fee, trade.fee_asset or bought) if trade.fee != "0" else (ZERO, "BNB")
    return {
        "symbol": trade.symbol,
        "id": number,
        "orderId": number,
        "orderListId": -1,
        "price": trade.price,
        "qty": trade.quantity,
        "quoteQty": str(Units.of(trade.price).by(Units.of(trade.quantity))),
        "commission": charged[0],
        "commissionAsset": charged[1],
        "time": milliseconds_of(trade),
        "isBuyer": trade.side == "buy",
        "isMaker": False,
        "isBestMatch": True,
    }


def _coin_row(code: str, coin: Coin) -> Row:
    return {
        "coin": code,
        "depositAllEnable": any(network.deposits for network in coin.networks),
        "withdrawAllEnable": any(network.withdrawals for network in coin.networks),
        "name": coin.name,
        "free": "0",
        "locked": "0",
        "freeze": "0",
        "withdrawing": "0",
        "ipoing": "0",
        "ipoable": "0",
        "storage": "0",
        "isLegalMoney": False,
        "trading": True,
        "networkList": [_network_row(code, number, each) for number, each in enumerate(coin.networks)],
    }


def _network_row(code: str, number: int, network: Network) -> Row:
    """The first network is the default one; a note comes only with what is closed."""
    return {
        "network": network.network,
        "coin": code,
        "withdrawIntegerMultiple": network.step,
        "isDefault": number == 0,
        "depositEnable": network.deposits,
        "withdrawEnable": network.withdrawals,
        "depositDesc": "" if network.deposits else "Wallet Maintenance, Deposit Suspended",
        "withdrawDesc": "" if network.withdrawals else "Wallet Maintenance, Withdrawal Suspended",
        "specialTips": "",
        "name": network.name or network.network,
        "resetAddressStatus": False,
        "addressRegex": "",
        "memoRegex": "^[0-9A-Za-z\\-_]{1,120}$" if network.tag else "",
        "withdrawFee": network.fee,
        "withdrawMin": network.least,
        "withdrawMax": network.most,
        "minConfirm": 1,
        "unLockConfirm": 0,
        "sameAddress": bool(network.tag),
        "withdrawTag": bool(network.tag),
        "estimatedArrivalTime": 5,
        "busy": False,
    }
