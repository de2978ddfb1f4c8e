"""What Bybit is asked beside balances: rights, orders, networks, prices, limits, and how often."""

import asyncio
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from cambist.core.errors import ExchangeUnavailable, LoadFailed
from cambist.core.listings import Limits
from cambist.core.rights import KeyRights
from cambist.core.terms import Stablecoins
from cambist.exchanges.budget import Budget, NotSent
from cambist.exchanges.catalogue import market_of
from cambist.exchanges.dialects.bybit.limits import limits_in
from cambist.exchanges.speaking import dialect_of
from tests.exchanges.scenarios import BYBIT
from tests.exchanges.test_bybit import KEYS, WALLET, fault
from tests.worlds import FixedClock, world


@pytest.mark.parametrize(
    ("permissions", "ips", "told"),
    [
        (["read"], [], KeyRights(True, False, False, False)),
        (["read", "trade"], ["127.0.0.1"], KeyRights(True, True, False, True)),
        (["read", "withdraw"], [], KeyRights(True, False, True, False)),
        (["read", "trade", "withdraw"], ["127.0.0.1"], KeyRights(True, True, True, True)),
    ],
)
@pytest.mark.asyncio
async def test_a_keys_rights_are_read(
    tmp_path: Path, permissions: list[str], ips: list[str], told: KeyRights
) -> None:
    keys = [{**BYBIT["keys"][0], "permissions": permissions, "ips": ips}]
    async with world(tmp_path, BYBIT | {"keys": keys}) as made:
        assert await made.cambist.outside.inquiries.rights(market_of("bybit"), KEYS) == told


@pytest.mark.asyncio
async def test_open_orders_are_counted_page_by_page(tmp_path: Path) -> None:
    order = {
        "symbol": "BTCUSDT",
        "side": "buy",
        "price": "1",
        "quantity": "1",
        "time": "2023-06-19T00:00:00Z",
    }
    async with world(tmp_path, BYBIT | {"orders": [order] * 120}) as made:
        assert await made.cambist.outside.inquiries.open_orders(market_of("bybit"), KEYS) == 120
        assert made.exchange_calls("/v5/order/realtime") == 1 + 3 + 4  # to learn the time; spot; other kinds


COINS = {
    "USDT": {
        "name": "Tether",
        "networks": [
            {"network": "TRX", "name": "TRC20", "address": "T-address", "fee": "1", "least": "10"},
            {"network": "XRP", "address": "r-address", "tag": "777", "withdrawals": False},
            {"network": "ETH", "address": "0x-address", "deposits": False},
        ],
    }
}


@pytest.mark.asyncio
async def test_networks_and_deposit_addresses_are_those_bybit_tells(tmp_path: Path) -> None:
    async with world(tmp_path, BYBIT | {"coins": COINS}) as made:
        inquiries, found = made.cambist.outside.inquiries, market_of("bybit")
        (tether,) = await inquiries.currencies(found, KEYS)
        tron = await inquiries.deposit_address(found, KEYS, "USDT", "TRX")
        ripple = await inquiries.deposit_address(found, KEYS, "USDT", "XRP")
        with pytest.raises(LoadFailed):
            await inquiries.deposit_address(found, KEYS, "USDT", "ETH")
    assert [(each.code, each.deposits, each.withdrawals) for each in tether.networks] == [
        ("TRX", True, True),
        ("XRP", True, False),
        ("ETH", False, True),
    ]
    assert (tether.networks[0].withdrawal_fee, tether.networks[0].min_withdrawal) == (Decimal(1), Decimal(10))
    assert tether.networks[1].withdrawal_fee is None
    assert (tron.address, tron.tag) == ("T-address", "")
    assert (ripple.address, ripple.tag) == ("r-address", "777")


TICKERS = """{"retCode":0,"retMsg":"OK","result":{"category":"spot","list":[
{"symbol":"BTCUSDT","lastPrice":"60000.5","bid1Price":"60000","ask1Price":"60002"},
{"symbol":"ETHUSDT","lastPrice":"2400","bid1Price":"2399","ask1Price":"2401"}]},"time":1}"""


@pytest.mark.parametrize(("price", "btc"), [("last", "60000.5"), ("mid", "60001")])
@pytest.mark.asyncio
async def test_prices_are_last_or_the_middle_of_bid_and_ask_and_of_pairs_that_trade(
    tmp_path: Path, price: str, btc: str
) -> None:
    scenario = BYBIT | {
        "halted": ["ETHUSDT"],
        "faults": fault("status", "/v5/market/tickers", status=200, body=TICKERS),
    }
    async with world(tmp_path, scenario, price=price) as made:
        market = market_of("bybit")
        priced = (await made.cambist.outside.exchanges.price_list(market)).priced(
            market, Stablecoins.REFERENCE
        )
        assert priced.numeraire.btc_usd == Decimal(btc)
        assert priced.route("ETH") is None
        assert made.exchange_calls("/v5/market/tickers") == 1


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v5/market/tickers", TICKERS.replace("spot", "linear")),
        ("/v5/market/tickers", TICKERS.replace("ETHUSDT", "BTCUSDT")),
        ("/v5/market/tickers", TICKERS.replace('"lastPrice":"2400"', '"lastPrice":"2400","lastPrice":"1"')),
        (
            "/v5/market/instruments-info",
            '{"retCode":0,"result":{"category":"spot","list":[],"nextPageCursor":"more"}}',
        ),
    ],
)
@pytest.mark.asyncio
async def test_a_list_of_prices_or_pairs_that_is_not_whole_spots_is_refused(
    tmp_path: Path, path: str, body: str
) -> None:
    async with world(tmp_path, BYBIT | {"faults": fault("status", path, status=200, body=body)}) as made:
        with pytest.raises(ExchangeUnavailable):
            await made.cambist.outside.exchanges.price_list(market_of("bybit"))


@pytest.mark.asyncio
async def test_a_pairs_rates_come_with_the_limits_that_bybit_lists(tmp_path: Path) -> None:
    async with world(tmp_path, BYBIT) as made:
        rates = await made.cambist.outside.inquiries.rates(market_of("bybit"), ("ETH", "BTC"))
    assert rates is not None
    assert (rates.last, rates.bid, rates.ask) == (Decimal("0.04"), Decimal("0.03"), Decimal("0.05"))
    assert rates.limits == Limits(
        price_step=Decimal("0.01"),
        min_amount=Decimal("0.000048"),
        max_amount=Decimal("71.73956243"),
        amount_step=Decimal("0.000001"),
        min_total=Decimal(1),
        min_market_total=Decimal(1),
        max_total=Decimal(4_000_000),
    )


@pytest.mark.parametrize(
    "filters", [b"", b"[]", b"[{},{}", b'[{"minOrderQty":1},{}]', b'[{"minOrderQty":"x"},{}]']
)
def test_limits_that_cannot_be_read_are_not_believed(filters: bytes) -> None:
    with pytest.raises(ExchangeUnavailable):
        limits_in(filters)


@pytest.mark.asyncio
async def test_no_five_seconds_see_more_than_60_percent_of_the_calls_that_an_address_may_send() -> None:
    clock = FixedClock()
    budget = Budget(dialect_of("bybit").weights, clock.now)
    now = asyncio.get_running_loop().time
    for _ in range(360):
        await budget.spend(WALLET, now() + 1)
    with pytest.raises(NotSent) as held:
        await budget.spend(WALLET, now() + 1)
    assert held.value.retry_after_s == 6  # five seconds and a millisecond, rounded up
    clock.step(timedelta(milliseconds=5_001))
    await budget.spend(WALLET, now() + 1)
