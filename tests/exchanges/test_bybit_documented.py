"""Figures that Bybit itself has told, read to the digit; where they are from is said beside each."""

import json
from decimal import Decimal
from typing import Any

import pytest

from cambist.core.terms import Balance
from cambist.exchanges.catalogue import market_of
from cambist.exchanges.dialect import WalletAnswer
from cambist.exchanges.dialects.bybit.wallets import funding, unified

BYBIT = market_of("bybit")
NOTHING = {
    "equity": "0",
    "walletBalance": "0",
    "locked": "0",
    "borrowAmount": "0",
    "accruedInterest": "0",
    "unrealisedPnl": "0",
    "bonus": "0",
    "spotBorrow": "0",
}
# The answer of "Get Wallet Balance" in Bybit's documentation (v5/account/wallet-balance, of 2022-12-27);
# `locked`, which it has had since, is added.
ASSETS = {**NOTHING, "coin": "BTC", "equity": "0.805994", "walletBalance": "0.805994"}
# A debt as Bybit told it of a real account: ccxt's pull request 18556, row USDT. `walletBalance`, which is
# cut off there, is inferred: before manual borrowing a debt made it negative.
DEBT = {
    **NOTHING,
    "coin": "USDT",
    "accruedInterest": "0.00056415",
    "borrowAmount": "115.399533253000000000",
    "equity": "-115.39953325",
    "walletBalance": "-115.39953325",
}
# An open position by the total figures of ccxt's pull request 17102 (totalWalletBalance, totalPerpUPL,
# totalEquity), put into one coin: the rows themselves are cut off there.
POSITION = {
    **NOTHING,
    "coin": "USDC",
    "walletBalance": "26319.98614116",
    "unrealisedPnl": "-13.45487861",
    "equity": "26306.53126254",
}
# The answer of "Get All Coins Balance" in Bybit's documentation (v5/asset/balance/all-balance).
FUNDING = {
    "memberId": "533285",
    "accountType": "FUND",
    "balance": [
        {"coin": "USDT", "transferBalance": "1010", "walletBalance": "1010", "bonus": ""},
        {"coin": "USDC", "transferBalance": "0", "walletBalance": "0", "bonus": ""},
    ],
}


class Client:
    """Answers as the exchange would; only its words are scripted."""

    raw = False

    def __init__(self, result: Any) -> None:
        self._raw = json.dumps({"retCode": 0, "retMsg": "OK", "result": result, "time": 1}).encode()

    async def private_get_v5_account_wallet_balance(self, _: Any) -> bytes:
        return self._raw

    async def private_get_v5_asset_transfer_query_account_coins_balance(self, _: Any) -> bytes:
        return self._raw


async def of_rows(*rows: dict[str, str]) -> tuple[Balance, ...]:
    account = {"accountType": "UNIFIED", "totalEquity": "18070.32797922", "coin": list(rows)}
    return (await unified(Client({"list": [account]}), BYBIT)).balances


@pytest.mark.asyncio
async def test_a_unified_account_with_a_debt_and_an_open_position_comes_out_by_its_equity() -> None:
    btc, debt, position = await of_rows(ASSETS, DEBT, POSITION)
    assert (btc.asset, btc.free, btc.total) == ("BTC", Decimal("0.805994"), Decimal("0.805994"))
    assert debt == Balance(
        "USDT",
        "USDT",
        free=Decimal("-115.39953325"),
        locked=Decimal(0),
        total=Decimal("-115.39953325"),
        borrowed=Decimal("115.399533253"),
        interest=Decimal("0.00056415"),
    )
    assert str(position.total) == "26306.53126254"
    assert str(position.free) == "26319.98614116"


@pytest.mark.asyncio
async def test_a_coin_that_is_only_owed_is_not_left_out() -> None:
    (owed,) = await of_rows(NOTHING | {"coin": "BTC"}, NOTHING | {"coin": "ETH", "accruedInterest": "0.1"})
    assert (owed.asset, owed.total, owed.interest) == ("ETH", Decimal(0), Decimal("0.1"))


@pytest.mark.asyncio
async def test_the_documented_funding_wallet_and_its_user_come_out() -> None:
    answer = await funding(Client(FUNDING), BYBIT)
    assert answer == WalletAnswer(
        (Balance("USDT", "USDT", Decimal(1010), Decimal(0), Decimal(1010)),), uid="533285"
    )
