"""HTX's answers: accounts of some kinds, with debts in margin and open positions in contracts."""

from typing import Any

from tests.exchanges.recordings import Recorded

# The kinds of account that the list names, and the number of each.
KINDS = {
    "spot": 100009,
    "margin": 100010,
    "super-margin": 100011,
    "point": 100012,
    "deposit-earning": 100013,
}


def rows(currency: str, **amounts: str) -> list[dict[str, Any]]:
    told = {"trade": "0", "frozen": "0", **amounts}
    return [
        {"currency": currency, "type": kind.replace("_", "-"), "balance": amount, "seq-num": "0"}
        for kind, amount in told.items()
    ]


def account(kind: str, listed: list[dict[str, Any]]) -> dict[str, Any]:
    data = {"id": KINDS[kind], "type": kind, "state": "working", "list": listed}
    return {"status": "ok", "data": data}


SPOT = [
    *rows("btc", trade="0.500000000000000001"),
    *rows("usdt", trade="91.850043797676510303", frozen="5.160000000000000015", lock="1.5"),
    *rows("ht"),
]
CROSS = [
    *rows(
        "btc",
        trade="1168.533",
        loan="-2.433",
        interest="-0.000533",
        transfer_out_available="1163.87217467",
        loan_available="8161.876538350676",
    ),
    {"currency": "ht", "type": "loan-available", "balance": "36.60724091"},
]
ISOLATED = {
    "status": "ok",
    "data": [
        {
            "id": 18264,
            "type": "margin",
            "state": "working",
            "symbol": "btcusdt",
            "fl-price": "0",
            "fl-type": "safe",
            "risk-rate": "475.952571086994250554",
            "list": [*rows("btc", trade="1.25", loan="-0.5"), *rows("usdt", trade="7", frozen="3")],
        },
        {
            "id": 18265,
            "type": "margin",
            "state": "working",
            "symbol": "ethusdt",
            "fl-price": "0",
            "fl-type": "safe",
            "risk-rate": "10",
            "list": [*rows("eth", trade="2"), *rows("usdt")],
        },
    ],
}
ACCOUNTS = {
    "status": "ok",
    "data": [
        *({"id": number, "type": kind, "subtype": "", "state": "working"} for kind, number in KINDS.items()),
        {"id": 100110, "type": "margin", "subtype": "ethusdt", "state": "working"},
    ],
}


def contracts(contract: str) -> dict[str, Any]:
    return {
        "status": "ok",
        "data": [
            {
                "symbol": symbol,
                contract: f"{symbol}-USD",
                "margin_balance": balance,
                "margin_position": position,
                "margin_frozen": 0,
                "margin_available": available,
                "profit_real": 0,
                "profit_unreal": profit,
                "risk_rate": None,
                "lever_rate": 5,
                "margin_static": static,
            }
            for symbol, balance, static, profit, position, available in (
                ("BTC", 1.51125, 1.5, 0.01125, 0.25, 1.26125),
                ("ETH", 0, 0, 0, 0, 0),
            )
        ],
        "ts": 1637644827566,
    }


BALANCES = {
    "spot": SPOT,
    "point": rows("hbpoint", trade="20"),
    "deposit-earning": rows("usdt", trade="250.75"),
}
PAIRS = {
    "status": "ok",
    "data": [
        {"symbol": "btcusdt", "base-currency": "btc", "quote-currency": "usdt", "state": "online"},
        {"symbol": "ethbtc", "base-currency": "eth", "quote-currency": "btc", "state": "online"},
        {"symbol": "htusdt", "base-currency": "ht", "quote-currency": "usdt", "state": "suspend"},
    ],
}
TICKERS = {
    "status": "ok",
    "ts": 1637644827566,
    "data": [
        {"symbol": "btcusdt", "open": 1, "close": 63722.1, "bid": 63722, "ask": 63722.3},
        {"symbol": "ethbtc", "open": 1, "close": 4.1e-2, "bid": 0.04, "ask": None},
        {"symbol": "htusdt", "open": 1, "close": 2, "bid": 1.9, "ask": 2.1},
    ],
}

HTX = Recorded(
    {
        "/v1/cross-margin/accounts/balance": account("super-margin", CROSS),
        "/v1/margin/accounts/balance": ISOLATED,
        **{f"/accounts/{KINDS[kind]}/balance": account(kind, told) for kind, told in BALANCES.items()},
        "/v1/account/accounts": ACCOUNTS,
        "/swap-api/v1/swap_account_info": contracts("contract_code"),
        "/api/v1/contract_account_info": contracts("contract_type"),
        "/v1/common/symbols": PAIRS,
        "/market/tickers": TICKERS,
        "/v1/common/timestamp": {"status": "ok", "data": 1637644827566},
        "/v2/user/uid": {"code": 200, "data": 63628520},
        "/v2/user/api-key": {
            "code": 200,
            "message": "success",
            "data": [
                {
                    "accessKey": "key-of-the-test",
                    "status": "normal",
                    "note": "62924133",
                    "permission": "readOnly,trade",
                    "ipAddresses": "203.0.113.1,203.0.113.2",
                    "validDays": -1,
                    "createTime": 1591348751000,
                    "updateTime": 1591348751000,
                }
            ],
        },
        "/v1/order/openOrders": {"status": "ok", "data": [{"id": 5454937, "symbol": "ethusdt"}]},
        "/v2/account/deposit/address": {
            "code": 200,
            "data": [
                {"currency": "usdt", "address": "T-of-the-test", "addressTag": "", "chain": "trc20usdt"},
                {"currency": "usdt", "address": "0x-of-the-test", "addressTag": "7", "chain": "usdterc20"},
            ],
        },
    }
)
