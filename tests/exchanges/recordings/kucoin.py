"""KuCoin's answers, in the form of its documentation (https://www.kucoin.com/docs-new), our own numbers."""

from typing import Any

from tests.exchanges.recordings import Recorded


def enveloped(data: Any, code: str = "200000") -> dict[str, Any]:
    return {"code": code, "data": data}


def _account(kind: str, currency: str, available: str, holds: str, balance: str) -> dict[str, str]:
    named = {"id": f"{kind}-{currency}", "currency": currency, "type": kind}
    return {**named, "balance": balance, "available": available, "holds": holds}


def _lent(currency: str, total: str, hold: str, available: str, liability: str) -> dict[str, Any]:
    may = {"borrowEnabled": True, "transferInEnabled": True}
    held = {"total": total, "hold": hold, "available": available}
    return {"currency": currency, **held, "liability": liability, **may}


def _asset(currency: str, equity: str, available: str, liability: str, **more: str) -> dict[str, str]:
    told = {"currency": currency, "equity": equity, "hold": "0", "balance": equity}
    return {**told, "available": available, "liability": liability, **more}


ACCOUNTS = [
    _account("main", "BTC", "0.5", "0.01", "0.51"),
    _account("main", "KCS", "12.25", "0", "12.25"),
    _account("trade", "BTC", "0.25", "0.125", "0.375"),
    _account("trade", "USDT", "1000.50", "99.50", "1100.00"),
    _account("trade", "ETH", "0", "0", "0"),
    _account("margin", "USDT", "7", "0", "7"),
]
CROSS = {
    "debtRatio": "0.025",
    "status": "EFFECTIVE",
    "accounts": [
        _lent("USDT", "200", "20", "180", "100.2"),
        _lent("BTC", "0.05", "0", "0.05", "0"),
    ],
}
ISOLATED = {
    "timestamp": 1712085661155,
    "assets": [
        {
            "symbol": "ETH-USDT",
            "status": "EFFECTIVE",
            "debtRatio": "0.3",
            "baseAsset": _lent("ETH", "1.5", "0.5", "1", "0"),
            "quoteAsset": _lent("USDT", "10", "0", "10", "30.5"),
        },
        {
            "symbol": "BTC-USDT",
            "status": "EFFECTIVE",
            "debtRatio": "0",
            "baseAsset": _lent("BTC", "0.0625", "0", "0.0625", "0"),
            "quoteAsset": _lent("USDT", "0.75", "0", "0.75", "0"),
        },
    ],
}
UNIFIED = {
    "accountType": "UNIFIED",
    "ts": 1764731696945,
    "accounts": [
        {
            "currencies": [
                _asset("USDT", "97.9936711985", "90.5", "0.0000000000"),
                _asset("BTC", "-0.0000216000", "0.0000784000", "0.0001000000"),
            ]
        }
    ],
}
FUTURES = {
    "accountType": "FUTURES",
    "ts": 1764731696945,
    "accounts": [
        {
            "accountSubtype": "USDT",
            "currencies": [
                _asset(
                    "USDT", "1038.9908150812345", "650.5", "0", crossUnPnl="38.81075", isolatedUnPnl="-1.5"
                )
            ],
        },
        {"accountSubtype": "XBT", "currencies": [_asset("XBT", "0.5", "0.5", "0", crossUnPnl="0")]},
    ],
}


def _holding(order: str, currency: str, amount: str, redeeming: str = "0") -> dict[str, str]:
    named = {"orderId": order, "productCategory": "DEMAND", "currency": currency, "incomeCurrency": currency}
    return {**named, "holdAmount": amount, "redeemedAmount": "0", "redeemingAmount": redeeming}


HOLDINGS = [
    _holding("2767291", "KCS", "10.5", redeeming="1"),
    _holding("2767292", "USDT", "250.25"),
    _holding("2767293", "USDT", "0.125"),
]
EARN = {"totalNum": 3, "totalPage": 1, "currentPage": 1, "pageSize": 500, "items": HOLDINGS}
ANSWERS: dict[str, Any] = {
    "/api/v1/accounts": enveloped(ACCOUNTS),
    "/api/ua/v1/unified/account/balance": enveloped(UNIFIED),
    "/api/ua/v1/account/balance?accountType=FUTURES": enveloped(FUTURES),
    "/api/v3/margin/accounts?queryType=ALL": enveloped(CROSS),
    "/api/v3/isolated/accounts?queryType=ALL": enveloped(ISOLATED),
    "/api/v1/earn/hold-assets": enveloped(EARN),
}

RECORDINGS = dict.fromkeys(("kucoin", "kucoin_futures"), Recorded(ANSWERS))
