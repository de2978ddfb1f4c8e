"""Figures that Bybit itself has told, read to the digit; where they are from is said beside each."""

import json
from decimal import Decimal
from typing import Any

import pytest

from cambist.core.terms import Balance
from cambist.exchanges.catalogue import market_of
from cambist.exchanges.dialect import WalletAnswer
from cambist.exchanges.dialects.bybit.earn import fixed, flexible, on_chain
from cambist.exchanges.dialects.bybit.wallets import funding, unified
from cambist.exchanges.guard import Unusable

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
# The answer of "Get Staked Position" in Bybit's documentation (v5/finance/earn/easy-onchain/position, of
# 2026-07-07): it is of February 2025, interest accrues from April, and `totalPnl` is told all the same.
STAKED = {
    "coin": "BTC",
    "productId": "8",
    "amount": "0.1",
    "totalPnl": "0.000027397260273973",
    "claimableYield": "0",
    "id": "326",
    "status": "Active",
    "orderId": "1a5a8945-e042-4dd5-a93f-c0f0577377ad",
    "estimateRedeemTime": "",
    "estimateStakeTime": "",
    "estimateInterestCalculationTime": "1744243200000",
    "settlementTime": "1744675200000",
    "autoReinvest": "Enable",
    "availableAmount": "4900",
    "freezeDetails": [{"amount": "100", "description": "Locked in Fixed-Rate Loan"}],
}
# The answer of "Get Position Info" of fixed savings (v5/finance/earn/fixed-saving/position, of 2026-07-18).
FIXED = {
    "positionId": "4064",
    "productId": "724",
    "category": "FixedTermSaving",
    "coin": "USDT",
    "amount": "201",
    "effectiveAmount": "201",
    "duration": "3d",
    "status": "Active",
    "settlementTime": "1776385800000",
    "createdAt": "1776068177000",
    "orderId": "86468516-5497-4a2b-8c4c-f9c58e01e12c",
    "earlyRedeemInfo": None,
    "allowAutoReinvest": False,
    "autoReinvest": "Disable",
    "interestCoinApyList": [
        {"coin": "USDT", "apy": "555.00%", "expectReturnEarning": "9.1689", "price": "1.00"}
    ],
}


class Client:
    """Answers as the exchange would; only its words are scripted."""

    raw = False

    def __init__(self, result: Any) -> None:
        self.raw_answer = json.dumps({"retCode": 0, "retMsg": "OK", "result": result, "time": 1}).encode()

    async def private_get_v5_account_wallet_balance(self, _: Any) -> bytes:
        return self.raw_answer

    async def private_get_v5_asset_transfer_query_account_coins_balance(self, _: Any) -> bytes:
        return self.raw_answer

    async def private_get_v5_earn_position(self, _: Any) -> bytes:
        return self.raw_answer

    async def request(self, *_: Any) -> bytes:
        return self.raw_answer


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


def positions(*rows: dict[str, Any], **more: Any) -> Client:
    return Client({"list": list(rows), **more})


def locked(asset: str, amount: str) -> Balance:
    return Balance(asset, asset, Decimal(0), Decimal(amount), Decimal(amount))


@pytest.mark.asyncio
async def test_the_documented_positions_are_what_was_put_in_and_no_profit_that_is_not_paid() -> None:
    assert (await on_chain(positions(STAKED), BYBIT)).balances == (locked("BTC", "0.1"),)
    assert (await fixed(positions(FIXED), BYBIT)).balances == (locked("USDT", "201"),)


@pytest.mark.asyncio
async def test_flexible_savings_are_theirs_with_the_yield_that_is_paid_out_when_they_are_taken_out() -> None:
    saved = {**STAKED, "coin": "USDT", "amount": "200.5", "claimableYield": "0.01234567890123456789"}
    redeemed = {**STAKED, "coin": "ETH", "amount": "0", "claimableYield": ""}
    (usdt,) = (await flexible(positions(saved, redeemed), BYBIT)).balances
    assert str(usdt.total) == str(usdt.free) == "200.51234567890123456789"
    assert (usdt.asset, usdt.locked) == ("USDT", Decimal(0))


@pytest.mark.parametrize("nothing", [None, "", []])
@pytest.mark.asyncio
async def test_a_fixed_position_counts_whatever_is_written_for_no_interest(nothing: Any) -> None:
    client = positions({**FIXED, "interestCoinApyList": nothing})
    assert (await fixed(client, BYBIT)).balances == (locked("USDT", "201"),)


@pytest.mark.asyncio
async def test_positions_of_one_coin_are_one_balance() -> None:
    more = {**STAKED, "id": "327", "amount": "0.05", "status": "Processing"}
    assert (await on_chain(positions(STAKED, more), BYBIT)).balances == (locked("BTC", "0.15"),)
    other = {**FIXED, "positionId": "4065", "amount": "0.5"}
    assert (await fixed(positions(FIXED, other), BYBIT)).balances == (locked("USDT", "201.5"),)


@pytest.mark.asyncio
async def test_an_active_position_in_a_liquid_staking_token_is_left_to_the_wallet_with_the_token() -> None:
    """Of `totalPnl` Bybit's documentation says that only positions without such a token have it."""
    liquid = {**STAKED, "totalPnl": "", "id": "7"}
    assert (await on_chain(positions(liquid), BYBIT)).balances == ()
    processing = {**liquid, "status": "Processing"}
    assert (await on_chain(positions(processing), BYBIT)).balances == (locked("BTC", "0.1"),)


@pytest.mark.parametrize(
    "client",
    [
        positions(STAKED, STAKED),
        positions(STAKED, nextPageCursor="more"),
        positions({**STAKED, "status": "Gone"}),
        positions({**STAKED, "amount": "1e20000000"}),
    ],
)
@pytest.mark.asyncio
async def test_positions_that_are_not_told_once_and_whole_are_refused(client: Client) -> None:
    with pytest.raises(Unusable):
        await on_chain(client, BYBIT)
    for reader, row in ((flexible, STAKED), (fixed, FIXED)):
        with pytest.raises(Unusable):
            await reader(positions(row, row), BYBIT)


@pytest.mark.parametrize(
    "twice", [b'"list": []', b'"nextPageCursor": "more"', b'"coin": "ETH"', b'"amount": "9"', b'"id": "9"']
)
@pytest.mark.asyncio
async def test_positions_of_which_a_key_is_told_twice_are_refused(twice: bytes) -> None:
    client = positions(STAKED, {**STAKED, "id": "7"}, nextPageCursor="")
    key, _ = twice.split(b" ")
    client.raw_answer = client.raw_answer.replace(key, twice + b", " + key, 1)
    with pytest.raises(Unusable, match="twice"):
        await on_chain(client, BYBIT)


@pytest.mark.parametrize("place", range(2))
@pytest.mark.asyncio
async def test_a_fixed_position_of_which_a_coin_is_told_twice_is_refused_wherever_it_stands(
    place: int,
) -> None:
    client = positions(FIXED)
    parts = client.raw_answer.split(b'"coin"')
    parts[place] += b'"coin": "ETH", '
    client.raw_answer = b'"coin"'.join(parts)
    with pytest.raises(Unusable, match="twice"):
        await fixed(client, BYBIT)
