"""Gate's answers, in the form of its documentation (https://www.gate.com/docs/developers/apiv4)."""

from typing import Any

from tests.exchanges.recordings import Recorded


def _lent(currency: str, available: str, locked: str, borrowed: str, interest: str) -> dict[str, str]:
    debt = {"borrowed": borrowed, "interest": interest}
    return {"currency": currency, "available": available, "locked": locked, **debt}


def _saved(currency: str, amount: str) -> dict[str, Any]:
    return {"currency": currency, "amount": amount, "lent_amount": "0", "frozen_amount": "1"}


def _in_unified(equity: str, available: str, borrowed: str = "0", **more: Any) -> dict[str, Any]:
    debt = {"borrowed": borrowed, "negative_liab": "0", "futures_pos_liab": "0", "total_liab": borrowed}
    return {"available": available, "freeze": "0", **debt, "equity": equity, "total_freeze": "0", **more}


CLASSIC = {"label": "INVALID_UNIFIED_ACCOUNT", "message": "The account is not a unified account"}
SPOT = [
    {"currency": "ETH", "available": "968.8", "locked": "1.2", "update_id": 98},
    {"currency": "USDT", "available": "8.203089068175", "locked": "1.8", "update_id": 12},
    {"currency": "BTC", "available": "0", "locked": "0", "update_id": 3},
]
UNIFIED = {
    "user_id": 10001,
    "refresh_time": 1700000000,
    "locked": False,
    "balances": {
        "ETH": _in_unified("0.924606333346", "1", "0.075393666654"),
        "USDT": _in_unified("3466.1", "3400", "0", funding="12", spot_in_use="12"),
        "POINT": _in_unified("0", "0"),
    },
    "total": "230.94621713",
    "borrowed": "161.66395521",
    "unified_account_total_equity": "100016.1",
    "leverage": "2",
    "spot_hedge": False,
    "use_funding": False,
}
ISOLATED = [
    {
        "currency_pair": "BTC_USDT",
        "account_type": "mmr",
        "leverage": "20",
        "locked": False,
        "risk": "1.3318",
        "mmr": "16.5949188975473644",
        "base": _lent("BTC", "0.047060413211", "0", "0.047233", "0.00000125"),
        "quote": _lent("USDT", "1234", "6", "0", "0"),
    },
    {
        "currency_pair": "ETH_USDT",
        "account_type": "mmr",
        "leverage": "10",
        "locked": False,
        "base": _lent("ETH", "2", "0", "0", "0"),
        "quote": _lent("USDT", "0.5", "0", "0", "0"),
    },
]
EARN = [_saved("BTC", "20.999992"), _saved("USDT", "1500.5")]


def _futures(currency: str, total: str, profit: str, available: str, **more: Any) -> dict[str, Any]:
    return {
        "user": 1666,
        "currency": currency,
        "total": total,
        "unrealised_pnl": profit,
        "available": available,
        "bonus": "0",
        "in_dual_mode": False,
        "enable_credit": False,
        "margin_mode": 0,
        "history": {"dnw": "10000"},
        **more,
    }


FUTURES_USDT = _futures("USDT", "9707.803567115145", "3371.248828", "9669.091377934145")
FUTURES_BTC = _futures("BTC", "0.5", "-0.0125", "0.4")
DELIVERY_USDT = _futures("USDT", "100.25", "0.5", "100")
OPTIONS = {
    "user": 666,
    "currency": "USDT",
    "margin_mode": 0,
    "total": "1650.443022",
    "position_value": "-40.1136",
    "equity": "1610.329422",
    "unrealised_pnl": "-0.7811",
    "available": "1514.901537",
    "point": "0",
}
ANSWERS: dict[str, Any] = {
    "/unified/accounts": CLASSIC,
    "/spot/accounts": SPOT,
    "/margin/accounts": ISOLATED,
    "/earn/uni/lends": EARN,
    "/futures/usdt/accounts": FUTURES_USDT,
    "/futures/btc/accounts": FUTURES_BTC,
    "/delivery/usdt/accounts": DELIVERY_USDT,
    "/options/accounts": OPTIONS,
}

RECORDINGS = dict.fromkeys(("gate_io", "gate_io_usdt_perpetual", "gate_io_btc_perpetual"), Recorded(ANSWERS))
