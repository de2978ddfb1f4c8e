"""Bitget's answers, in the form of its documentation (https://www.bitget.com/api-doc), our own numbers."""

from typing import Any

from tests.exchanges.recordings import Recorded


def enveloped(data: Any, code: str = "00000", msg: str = "success") -> dict[str, Any]:
    return {"code": code, "msg": msg, "requestTime": 1695808949356, "data": data}


def _spot(coin: str, available: str, frozen: str, locked: str) -> dict[str, str]:
    held = {"available": available, "limitAvailable": "0", "frozen": frozen, "locked": locked}
    return {"coin": coin, **held, "uTime": "1622697148"}


def _lent(coin: str, available: str, frozen: str, borrow: str, interest: str, net: str) -> dict[str, str]:
    debt = {"borrow": borrow, "interest": interest, "net": net, "coupon": "0"}
    return {"coin": coin, "totalAmount": available, "available": available, "frozen": frozen, **debt}


def futures(coin: str, equity: str, available: str, **more: Any) -> dict[str, Any]:
    return {
        "marginCoin": coin,
        "locked": "0.31876482",
        "available": available,
        "maxTransferOut": available,
        "accountEquity": equity,
        "unrealizedPL": "23",
        "assetList": None,
        "assetMode": "single",
        **more,
    }


UNIFIED_MODE = enveloped(
    None,
    "40085",
    "You are in Unified Account mode, and the Classic Account API is not supported at this time",
)
SPOT = [
    _spot("USDT", "100.5", "20.25", "0.25"),
    _spot("BTC", "0.125", "0", "0"),
    _spot("BGB", "0.00000000", "0.00000000", "0.00000000"),
]
FUNDING = [
    {"coin": "USDT", "available": "326", "frozen": "", "usdtValue": "326"},
    {"coin": "ETH", "available": "0.75", "frozen": "0", "usdtValue": "1900"},
]
EARN = [{"coin": "BTC", "amount": "0.10000000"}, {"coin": "USDT", "amount": "400.00000000"}]
CROSS = [
    _lent("USDT", "12", "2", "0.1", "0.000001", "13.899999"),
    _lent("BTC", "0.01", "0", "0", "0", "0.01"),
]
ISOLATED = [
    {"symbol": "BTCUSDT", **_lent("USDT", "100", "0", "40", "0.5", "59.5")},
    {"symbol": "BTCUSDT", **_lent("BTC", "0.002", "0", "0", "0", "0.002")},
    {"symbol": "ETHUSDT", **_lent("USDT", "0.25", "0", "0", "0", "0.25")},
]
BOTS_SPOT = [{"coin": "USDT", "available": "4", "equity": "10.5", "bonus": "0", "frozen": "6.5"}]
BOTS_FUTURES = [
    {"coin": "USDT", "available": "84.61136285", "equity": "140.94936285", "bonus": "0", "frozen": "0"}
]
UNIFIED = {
    "accountEquity": "11.13919278",
    "usdtEquity": "11.13921165",
    "btcEquity": "0.00011256",
    "unrealisedPnl": "-0.5",
    "assets": [
        {
            "coin": "USDT",
            "equity": "5.69300826",
            "usdValue": "5.69299777",
            "balance": "6.19300826",
            "available": "4.5",
            "debt": "0",
            "locked": "1",
        },
        {
            "coin": "BGB",
            "equity": "-1.15582129",
            "usdValue": "-4.94618029",
            "balance": "0",
            "available": "0",
            "debt": "1.15582129",
            "locked": "0",
        },
    ],
}
UNIFIED_FUNDING = [{"coin": "BGB", "available": "0.01", "frozen": "0.5", "balance": "0.51"}]
ANSWERS: dict[str, Any] = {
    "/api/v2/spot/account/assets": enveloped(SPOT),
    "/api/v2/account/funding-assets": enveloped(FUNDING),
    "/api/v2/earn/account/assets": enveloped(EARN),
    "/api/v2/margin/crossed/account/assets": enveloped(CROSS),
    "/api/v2/margin/isolated/account/assets": enveloped(ISOLATED),
    "bot-assets?accountType=spot": enveloped(BOTS_SPOT),
    "bot-assets?accountType=futures": enveloped(BOTS_FUTURES),
    "productType=USDT-FUTURES": enveloped([futures("USDT", "10582.90265771", "10575.26735771")]),
    "productType=USDC-FUTURES": enveloped([futures("USDC", "7.5", "7.5")]),
    "productType=COIN-FUTURES": enveloped(
        [futures("BTC", "0.5000125", "0.4"), futures("ETH", "-0.25", "0"), futures("XRP", "0", "0")]
    ),
}
# The same of a unified account, which refuses what is of classic ones.
UNIFIED_ANSWERS: dict[str, Any] = {
    "/api/v3/account/assets": enveloped(UNIFIED),
    "/api/v3/account/funding-assets": enveloped(UNIFIED_FUNDING),
    "/api/v2/": UNIFIED_MODE,
}

RECORDINGS = dict.fromkeys(("bitget", "bitget_usdt_futures", "bitget_futures"), Recorded(ANSWERS))
