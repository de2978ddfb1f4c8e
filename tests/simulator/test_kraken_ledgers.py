"""Independent clients must take the simulated ledgers of Kraken and Kraken Futures for the exchange's."""

import ccxt.async_support as ccxt
import pytest
from kraken.futures import User as FuturesUser
from kraken.spot import User as SpotUser

from tests.exchanges.scenarios import KRAKEN, KRAKEN_FUTURES, KRAKEN_KEY, KRAKEN_SECRET
from tests.simulator.test_kraken import KEY, by_ccxt, by_sdk, played

DEPOSIT = {
    "kind": "deposit",
    "asset": "BTC",
    "amount": "0.5",
    "tx": "6544b41b",
    "time": "2023-06-01T00:00:00Z",
}
PAID = {
    "kind": "withdrawal",
    "asset": "ETH",
    "amount": "2",
    "fee": "0.01",
    "time": "2023-06-02T00:00:00.250Z",
}
TRADE = {"symbol": "BTCUSD", "side": "buy", "price": "100", "quantity": "1", "fee": "0.2", "fee_asset": "USD"}
FLOWS, TRADES = [DEPOSIT, PAID], [{**TRADE, "time": "2023-06-03T00:00:00Z"}]
DEPOSIT_S = 1685577600


@pytest.mark.asyncio
async def test_the_kraken_sdk_reads_the_ledger_and_ccxt_where_deposits_came_from() -> None:
    async with played(KRAKEN, flows=FLOWS, trades=TRADES) as simulator:

        def user() -> SpotUser:
            return SpotUser(KRAKEN_KEY, KRAKEN_SECRET, url=simulator.base_url)

        told = await by_sdk(user(), lambda asked: asked.get_ledgers_info())
        after = await by_sdk(user(), lambda asked: asked.get_ledgers_info(start=DEPOSIT_S, ofs=1))
        paid = await by_sdk(user(), lambda asked: asked.get_ledgers_info(type_="withdrawal"))
    async with by_ccxt("kraken", KRAKEN, flows=FLOWS) as client:
        (deposit,) = (await client.private_post_depositstatus())["result"]
    rows = list(told["ledger"].values())
    assert told["count"] == 4
    assert [(row["type"], row["asset"], row["amount"], row["fee"]) for row in rows] == [
        ("trade", "XXBT", "1", "0"),
        ("trade", "ZUSD", "-100", "0.2"),
        ("withdrawal", "XETH", "-2", "0.01"),
        ("deposit", "XXBT", "0.5", "0"),
    ]
    assert (after["count"], list(after["ledger"].values())) == (3, rows[1:3])
    assert (rows[2]["time"], list(paid["ledger"].values())) == (1685664000.25, [rows[2]])
    assert (deposit["refid"], deposit["txid"], deposit["time"]) == (rows[3]["refid"], "6544b41b", DEPOSIT_S)


@pytest.mark.asyncio
async def test_a_call_for_the_ledger_raises_the_keys_counter_by_two() -> None:
    async with by_ccxt("kraken", KRAKEN) as client:
        for _ in range(7):
            await client.private_post_ledgers()
        with pytest.raises(ccxt.DDoSProtection, match="EAPI:Rate limit exceeded"):
            await client.private_post_ledgers()
    async with by_ccxt("kraken", KRAKEN, keys=[{**KEY, "permissions": ["trade"]}]) as client:
        with pytest.raises(ccxt.PermissionDenied):
            await client.private_post_ledgers()


@pytest.mark.asyncio
async def test_the_kraken_sdk_and_ccxt_read_the_account_log_of_kraken_futures() -> None:
    settled = {
        "kind": "realised",
        "asset": "USD",
        "amount": "-0.0042",
        "fee": "0.0035",
        "time": "2023-06-04T00:00:00Z",
    }
    changes = {"flows": [*FLOWS, settled], "trades": TRADES}
    async with played(KRAKEN_FUTURES, **changes) as simulator:
        user = FuturesUser(KRAKEN_KEY, KRAKEN_SECRET, url=simulator.base_url)
        told = await by_sdk(user, lambda asked: asked.get_account_log(sort="asc", from_=2, count=2))
    assert [(row["id"], row["info"], row["asset"]) for row in told["logs"]] == [
        (2, "cross-exchange transfer", "eth"),
        (3, "futures trade", "usd"),
    ]
    async with by_ccxt("krakenfutures", KRAKEN_FUTURES, **changes) as client:
        client.set_markets({})
        ledger = (await client.history_get_account_log({"since": DEPOSIT_S * 1000, "sort": "asc"}))["logs"]
    assert [row["id"] for row in ledger] == [2, 3, 4, 5]
    last = ledger[-1]
    assert (last["old_balance"], last["new_balance"], last["realized_pnl"], last["fee"]) == (
        -0.2,
        -0.2077,
        -0.0042,
        0.0035,
    )
