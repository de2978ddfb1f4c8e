"""Bybit through the whole server: exact balances and figures, honest failures, rights, what it is asked."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from cambist.core.errors import ExchangeLimiting, ExchangeUnavailable, LoadFailed
from cambist.core.rights import KeyRights
from cambist.core.terms import Balance, Credentials, KeyState, Secret
from cambist.exchanges.catalogue import market_of
from tests.exchanges.scenarios import BYBIT
from tests.worlds import EXCHANGE_KEY, EXCHANGE_SECRET, World, world

WALLET = "/v5/account/wallet-balance"
FUND = "/v5/asset/transfer/query-account-coins-balance"
KEYS = Credentials(EXCHANGE_KEY, Secret(EXCHANGE_SECRET))
BY_CODE = pytest.mark.parametrize("market", ["bybit", "bybit_spot"])


async def connected(made: World, market: str = "bybit") -> int:
    return await made.connected(type=market, name="My Bybit")


async def read(made: World, market: str = "bybit") -> dict[str, tuple[Balance, ...]]:
    found = market_of(market)
    reading = await made.cambist.outside.exchanges.read_wallets(found, KEYS, found.wallets)
    assert not reading.failed, reading.failed
    return {each.wallet: each.balances for each in reading.answered}


async def failure(made: World) -> LoadFailed:
    with pytest.raises(LoadFailed) as failed:
        await read(made)
    return failed.value


def fault(kind: str, path: str = WALLET, **more: Any) -> list[dict[str, Any]]:
    return [{"kind": kind, "path": path, **more}]


def error(code: int, words: str = "words of the exchange") -> list[dict[str, Any]]:
    return fault("error", code=code, msg=words, status=200)


@BY_CODE
@pytest.mark.asyncio
async def test_a_load_values_every_wallet_net_of_debt_with_the_open_positions_profit_in_it(
    tmp_path: Path, market: str
) -> None:
    async with world(tmp_path, BYBIT) as made:
        account = await connected(made, market)
        answer = await made.load(account)
        assert answer.status == 201
        # BTC 0.75 · 60000 + USDT (120 − 150.5) + USDC (10 − 13.45487861) + ETH 2 · 2400
        assert Decimal(answer.json["usd_amount"]) == Decimal("49766.04512139")
        assert answer.headers["Cambist-Verdict"] == "complete"


@pytest.mark.asyncio
async def test_a_warm_load_asks_once_for_each_wallet_and_never_for_the_list_of_pairs(tmp_path: Path) -> None:
    async with world(tmp_path, BYBIT) as made:
        account = await connected(made)
        before = len(made.simulator.calls)
        assert (await made.load(account)).status == 201
        asked = sorted(call.path for call in made.simulator.calls[before:])
        assert asked == [WALLET, FUND, "/v5/market/tickers"]
