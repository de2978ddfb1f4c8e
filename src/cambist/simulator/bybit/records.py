"""What Bybit tells beside balances: a key's rights, pairs and prices, open orders, networks, addresses."""

from collections.abc import Mapping, Sequence
from typing import Any

from cambist.simulator.bybit.checks import Refusal, missing
from cambist.simulator.pairs import Pair, Units
from cambist.simulator.scenario import Coin, Key, Network, Order, milliseconds_of

LONGEST_PAGE = 50
MINUTE_MS = 60_000
_DEFAULT_PAGE = 20
_CREATED = "2023-06-19T16:50:57Z"
Row = dict[str, Any]


def key_information(key: Key, uid: str) -> Row:
    """A key that may only read has permissions all the same: `readOnly` tells it."""
    withdraw = ["Withdraw"] if "withdraw" in key.permissions else []
    only_reads = not {"trade", "withdraw"} & set(key.permissions)
    return {
        "id": "13770661",
        "note": "made for the demo",
        "apiKey": key.api_key,
        "readOnly": int(only_reads),
        "secret": "",
        "permissions": {
            "ContractTrade": [],
            "Spot": ["SpotTrade"] if only_reads or "trade" in key.permissions else [],
            "Wallet": ["AccountTransfer", *withdraw],
            "Options": [],
            "Derivatives": [],
            "CopyTrading": [],
            "BlockTrade": [],
            "Exchange": [],
            "NFT": [],
            "Affiliate": [],
            "Earn": ["Earn"] if only_reads or "trade" in key.permissions else [],
        },
        "ips": list(key.ips) or ["*"],
        "type": 1,
        "deadlineDay": 83,
        "expiredAt": "2033-06-19T16:50:57Z",
        "createdAt": _CREATED,
        "unified": 0,
        "uta": 1,
        "userID": int(uid),
        "inviterID": 0,
        "vipLevel": "No VIP",
        "mktMakerLevel": "0",
        "affiliateID": 0,
        "rsaPublicKey": "",
        "isMaster": True,
        "parentUid": "0",
    }


def account_information(now_ms: int) -> Row:
    return {
        "marginMode": "REGULAR_MARGIN",
        "updatedTime": str(now_ms),
        "unifiedMarginStatus": 5,
        "dcpStatus": "OFF",
        "timeWindow": 10,
        "smpGroup": 0,
        "isMasterTrader": False,
        "spotHedgingStatus": "OFF",
    }


def ticker(pair: Pair) -> Row:
    """The 24 hours of a pair whose price did not move; bid and ask one tick around it."""
    price = Units.of(pair.price or "0")
    tick = 1 if price.count else 0
    return {
        "symbol": pair.symbol,
        "bid1Price": str(price.plus(-tick)),
        "bid1Size": "7.15931",
        "ask1Price": str(price.plus(tick)),
        "ask1Size": "0.09592",
        "lastPrice": str(price),
        "prevPrice24h": str(price),
        "price24hPcnt": "0",
        "highPrice24h": str(price),
        "lowPrice24h": str(price),
        "turnover24h": str(price.times(1000)),
        "volume24h": "1000",
        "usdIndexPrice": "",
    }


def candles(pair: Pair, params: Mapping[str, str], now_ms: int) -> list[list[str]]:
    price, limit = pair.price or "0", int(params.get("limit", "200"))
    end = min(int(params.get("end", now_ms)), now_ms) // MINUTE_MS * MINUTE_MS
    start = int(params.get("start", end - (limit - 1) * MINUTE_MS))
    began = range(end, start - 1, -MINUTE_MS)[:limit]
    return [[str(at), price, price, price, price, "1", price] for at in began]


def instrument(pair: Pair) -> Row:
    return {
        "symbol": pair.symbol,
        "baseCoin": pair.base,
        "quoteCoin": pair.quote,
        "innovation": "0",
        "status": "PreLaunch" if pair.halted else "Trading",
        "marginTrading": "utaOnly",
        "stTag": "0",
        "lotSizeFilter": {
            "basePrecision": "0.000001",
            "quotePrecision": "0.00000001",
            "minOrderQty": "0.000048",
            "maxOrderQty": "71.73956243",
            "minOrderAmt": "1",
            "maxOrderAmt": "4000000",
        },
        "priceFilter": {"tickSize": str(Units(1, Units.of(pair.price or "0.01").digits))},
        "riskParameters": {"priceLimitRatioX": "0.01", "priceLimitRatioY": "0.02"},
    }


def open_orders(orders: Sequence[Order], params: Mapping[str, str]) -> Row:
    """A page of the orders of spot, numbered as the scenario lists them; there are none of other kinds."""
    category, limit = params.get("category", ""), params.get("limit", str(_DEFAULT_PAGE))
    if category not in ("spot", "linear", "inverse", "option"):
        raise missing("category")
    if category == "linear" and not {"symbol", "baseCoin", "settleCoin"} & set(params):
        raise missing("symbol, settleCoin or baseCoin")
    if not limit.isdecimal() or not 1 <= int(limit) <= LONGEST_PAGE:
        raise missing("limit")
    wanted = params.get("symbol")
    rows = [
        _order(number, order)
        for number, order in enumerate(orders, start=1)
        if category == "spot" and wanted in (None, order.symbol)
    ]
    start = int(params.get("cursor", "0"))
    page, rest = rows[start : start + int(limit)], rows[start + int(limit) :]
    return {
        "list": page,
        "nextPageCursor": str(start + int(limit)) if rest else "",
        "category": category,
    }


def _order(number: int, order: Order) -> Row:
    return {
        "orderId": f"order-{number}",
        "orderLinkId": "",
        "symbol": order.symbol,
        "side": order.side.capitalize(),
        "price": order.price,
        "qty": order.quantity,
        "orderType": "Limit",
        "orderStatus": "New",
        "timeInForce": "GTC",
        "cumExecQty": "0",
        "leavesQty": order.quantity,
        "createdTime": str(milliseconds_of(order)),
        "updatedTime": str(milliseconds_of(order)),
    }


def coins(listed: Mapping[str, Coin], wanted: str | None) -> Row:
    rows = [
        {
            "name": coin.name,
            "coin": code,
            "remainAmount": "150",
            "chains": [_chain(network) for network in coin.networks],
        }
        for code, coin in listed.items()
        if wanted in (None, code)
    ]
    return {"rows": rows}


def _chain(network: Network) -> Row:
    return {
        "chainType": network.name or network.network,
        "confirmation": "6",
        "withdrawFee": network.fee if network.withdrawals else "",
        "depositMin": "0",
        "withdrawMin": network.least,
        "chain": network.network,
        "chainDeposit": str(int(network.deposits)),
        "chainWithdraw": str(int(network.withdrawals)),
        "minAccuracy": "8",
        "withdrawPercentageFee": "0",
        "contractAddress": "",
        "safeConfirmNumber": "12",
    }


def deposit_address(listed: Mapping[str, Coin], params: Mapping[str, str]) -> Row:
    """Of the network that `chainType` names, of all where it names none."""
    code = params.get("coin", "")
    wanted = params.get("chainType")
    networks = listed[code].networks if code in listed else ()
    chains = [
        {
            "chainType": network.name or network.network,
            "addressDeposit": network.address,
            "tagDeposit": network.tag,
            "chain": network.network,
            "batchReleaseLimit": "-1",
            "contractAddress": "",
        }
        for network in networks
        if network.deposits and network.address and wanted in (None, network.network)
    ]
    if not chains:
        raise Refusal(131002, "Chain or coin not supported for deposits")
    return {"coin": code, "chains": chains}
