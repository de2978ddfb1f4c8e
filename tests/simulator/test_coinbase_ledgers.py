"""ccxt's own reading of transactions and fills must take the simulated ones for Coinbase's."""

import json
from typing import Any

import ccxt.async_support as ccxt
import pytest

from cambist.simulator.coinbase.accounts import accounts_of
from cambist.simulator.scenario import Balance
from tests.simulator.test_coinbase import COINBASE, by_ccxt

SENT = {"kind": "withdrawal", "asset": "BTC", "amount": "0.5", "fee": "0.001", "tx": "2732bbcf"}
FLOWS = [
    {**SENT, "time": "2024-01-16T10:00:00Z"},
    {"kind": "deposit", "asset": "BTC", "amount": "1.25", "state": "pending", "time": "2024-01-17T10:00:00Z"},
]
TRADE = {"symbol": "BTCUSD", "side": "buy", "price": "100.5", "quantity": "2", "fee": "1.2"}
TRADES = [{**TRADE, "time": "2024-01-18T10:00:00Z"}]
ACCOUNT = accounts_of({"spot": {"BTC": Balance("0")}}, "7")[0].id


@pytest.mark.asyncio
async def test_ccxt_reads_an_accounts_transactions_page_by_page_and_one_by_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(COINBASE, "flows", FLOWS)
    monkeypatch.setitem(COINBASE, "trades", TRADES)
    async with by_ccxt() as client:
        asked: dict[str, Any] = {"account_id": ACCOUNT, "limit": 2}
        first = await client.v2_private_get_accounts_account_id_transactions(asked)
        ids = [row["id"] for row in first["data"]]
        rest = await client.v2_private_get_accounts_account_id_transactions(
            {**asked, "starting_after": ids[-1]}
        )
        one = await client.v2_private_get_accounts_account_id_transactions_transaction_id(
            {"account_id": ACCOUNT, "transaction_id": ids[1]}
        )
        (sent,) = await client.fetch_ledger(
            "BTC", None, None, {"account_id": ACCOUNT, "starting_after": ids[-1]}
        )
        with pytest.raises(ccxt.ExchangeError, match="not_found"):
            await client.v2_private_get_accounts_account_id_transactions({"account_id": "none"})
    types = [(row["type"], row["status"], row["amount"]["amount"]) for row in first["data"]]
    assert types == [("advanced_trade_fill", "completed", "2"), ("send", "pending", "1.25")]
    assert f"starting_after={ids[-1]}" in first["pagination"]["next_uri"]
    assert (one["data"], rest["pagination"]["next_uri"]) == (first["data"][1], None)
    assert (sent["direction"], sent["amount"], sent["fee"]["cost"]) == ("out", "0.501", "0.001")
    assert json.dumps(rest["data"]).count("2732bbcf") == 1


@pytest.mark.asyncio
async def test_ccxt_reads_fills_as_trades(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(COINBASE, "trades", TRADES)
    async with by_ccxt() as client:
        (told,) = await client.fetch_my_trades("BTC/USD")
        later = await client.fetch_my_trades("BTC/USD", client.parse8601("2024-01-19T00:00:00Z"))
    assert (told["side"], told["amount"], told["price"], told["fee"]["cost"]) == ("buy", "2", "100.5", "1.2")
    assert (told["datetime"], later) == ("2024-01-18T10:00:00.000Z", [])
