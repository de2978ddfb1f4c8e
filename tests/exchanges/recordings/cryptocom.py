"""Crypto.com's answers: a user's balances with a debt, an open position and an isolated one."""

from typing import Any

from tests.exchanges.recordings import Recorded


def told(method: str, result: Any) -> dict[str, Any]:
    return {"id": 11, "method": method, "code": 0, "result": result}


def row(name: str, quantity: str, reserved: str = "0.00000000") -> dict[str, Any]:
    return {
        "instrument_name": name,
        "quantity": quantity,
        "market_value": "0",
        "collateral_eligible": True,
        "haircut": "0.5",
        "collateral_amount": "0",
        "max_withdrawal_balance": "0",
        "reserved_qty": reserved,
    }


def balances(rows: list[dict[str, Any]], unrealized: str, **more: Any) -> dict[str, Any]:
    account = {
        "total_available_balance": "4721.05898582",
        "total_margin_balance": "7595.42571782",
        "total_cash_balance": "7890.00320721",
        "total_collateral_value": "7651.18811483",
        "total_session_unrealized_pnl": unrealized,
        "instrument_name": "USD",
        "total_session_realized_pnl": "3.25",
        "is_liquidating": False,
        "position_balances": rows,
        **more,
    }
    return told("private/user-balance", {"data": [account]})


def instrument(symbol: str, **changes: Any) -> dict[str, Any]:
    base, _, quote = symbol.partition("_")
    told = {"symbol": symbol, "inst_type": "CCY_PAIR", "base_ccy": base, "quote_ccy": quote, "tradable": True}
    return {**told, **changes}


CRYPTOCOM = Recorded(
    {
        "/private/user-balance": balances(
            [
                row("CRO", "24422.72427884", "422.5"),
                row("USDT", "-150.25"),
                row("ETH", "0"),
                row("BTC", "0.5"),
            ],
            "-55.76239701",
            total_isolated_cash_balance="40.125",
            isolated_positions=[],
        ),
        "/public/get-instruments": told(
            "public/get-instruments",
            {
                "data": [
                    instrument("BTC_USD"),
                    instrument("CRO_USD"),
                    instrument("XYZ_USD", tradable=False),
                    instrument("BTCUSD-PERP", inst_type="PERPETUAL_SWAP", base_ccy="BTC", quote_ccy="USD"),
                ]
            },
        ),
        "/public/get-tickers": told(
            "public/get-tickers",
            {
                "data": [
                    {"i": "BTC_USD", "a": "63722.1", "b": "63722", "k": "63722.3", "h": "1", "l": "1"},
                    {"i": "CRO_USD", "a": "0.0812", "b": None, "k": None, "h": "1", "l": "1"},
                    {"i": "BTCUSD-PERP", "a": "63700", "b": "63699", "k": "63701", "h": "1", "l": "1"},
                ]
            },
        ),
        "/private/get-open-orders": told(
            "private/get-open-orders", {"data": [{"order_id": "19848525"}, {"order_id": "19848526"}]}
        ),
        "/private/get-accounts": told(
            "private/get-accounts",
            {
                "this_account": {"uuid": "243d3f39-b193-4eb9-1d60-e98f2fc17707", "hierarchy": "MASTER"},
                "master_account": {"uuid": "243d3f39-b193-4eb9-1d60-e98f2fc17707", "name": ""},
                "sub_account_list": [],
            },
        ),
        "/private/get-deposit-address": told(
            "private/get-deposit-address",
            {
                "deposit_address_list": [
                    {"currency": "XRP", "network": "XRP", "address": "r-of-the-test?dt=7", "status": "1"},
                    {"currency": "XRP", "network": "BSC", "address": "0x-of-the-test", "status": "1"},
                ]
            },
        ),
    }
)
