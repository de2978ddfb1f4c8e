"""Gemini through Cambist: what is held and what is staked, keys of one account, codes, prices, rights."""

from decimal import Decimal
from typing import Any

import pytest

from cambist.core.errors import (
    ExchangeLimiting,
    ExchangeUnavailable,
    KeysRejected,
    LoadFailed,
    NotOffered,
)
from cambist.core.rights import KeyRights
from cambist.core.terms import Credentials, KeyState, Secret
from cambist.exchanges.dialects.gemini.failures import ERRORS
from tests.exchanges.recordings import Recorded
from tests.exchanges.recordings.gemini import GEMINI
from tests.exchanges.replayed import refusal, replayed_market, texts


@pytest.mark.asyncio
async def test_a_load_reads_what_is_held_and_what_is_staked_in_a_call_each() -> None:
    """BTC and USD are Gemini's documented example of balances, MATIC that of staking."""
    async with replayed_market("gemini", GEMINI) as gemini:
        found = await gemini.wallets()
        assert gemini.replay.paths == ["/v1/balances", "/v1/balances/staking"]
    assert {wallet: texts(balances) for wallet, balances in found.items()} == {
        "spot": [
            ("BTC", "BTC", "1129.10517279", "25.51516722", "1154.62034001", "0", "0"),
            ("USD", "USD", "14481.62", "4241.17", "18722.79", "0", "0"),
        ],
        "staking": [
            ("MATIC", "MATIC", "0", "10", "10", "0", "0"),
            ("ETH", "ETH", "0", "3.0123456789", "3.0123456789", "0", "0"),
        ],
    }


@pytest.mark.asyncio
async def test_keys_of_a_group_of_accounts_are_refused_with_what_to_do_and_nothing_is_asked() -> None:
    of_a_group = Credentials("master-key-of-the-test", Secret("c2VjcmV0" * 8))
    async with replayed_market("gemini", Recorded(GEMINI.answers, of_a_group)) as gemini:
        told = await gemini.failure()
        assert gemini.replay.paths == []
    assert isinstance(told, KeysRejected)
    assert "make keys in the account that is to be read" in str(told)


def error(reason: str) -> dict[str, str]:
    return {"result": "error", "reason": reason, "message": reason}


@pytest.mark.parametrize(
    ("status", "reason", "kind", "state"),
    [
        (400, "InvalidSignature", KeysRejected, KeyState.INVALID),
        (400, "InvalidApiKey", KeysRejected, KeyState.INVALID),
        (403, "MissingRole", KeysRejected, KeyState.NO_PERMISSION),
        (403, "RemoteAddressForbidden", KeysRejected, KeyState.IP_NOT_ALLOWED),
        (400, "InvalidNonce", ExchangeUnavailable, None),
        (429, "RateLimit", ExchangeLimiting, None),
        (503, "Maintenance", ExchangeUnavailable, None),
        (500, "System", ExchangeUnavailable, None),
        (400, "AccountNotOfTypeRequired", NotOffered, None),
    ],
)
def test_what_gemini_refuses_with_says_what_the_keys_are(
    status: int, reason: str, kind: type[LoadFailed], state: KeyState | None
) -> None:
    told = refusal(ERRORS, status, error(reason))
    assert (type(told), told.key_state) == (kind, state)


@pytest.mark.asyncio
async def test_an_error_told_with_status_200_is_no_empty_wallet() -> None:
    async with replayed_market("gemini", GEMINI) as gemini:
        gemini.answers(v1__balances=error("MissingRole"))
        told = await gemini.failure("spot")
    assert (type(told), told.key_state) == (KeysRejected, KeyState.NO_PERMISSION)


@pytest.mark.parametrize("price", ["last", "mid"])
@pytest.mark.asyncio
async def test_last_prices_value_accounts_since_bids_and_asks_are_not_told_in_one_call(price: str) -> None:
    async with replayed_market("gemini", GEMINI, price) as gemini:
        told = await gemini.gateway.price_list(gemini.market)
        rates: Any = await gemini.gateway.rates(gemini.market, ("BTC", "USD"))
        pairs = await gemini.gateway.pairs(gemini.market)
        assert set(gemini.replay.paths) == {"/v1/pricefeed", "/v1/symbols"}
    assert told.tells_dollars
    assert (rates.last, rates.bid, rates.ask) == (Decimal("63722.10"), None, None)
    # PAXGUSD is PAXG in dollars, and not PAX in Gemini's; perpetuals are no pairs.
    assert set(pairs) == {
        ("BTC", "USD"),
        ("ETH", "USD"),
        ("ETH", "BTC"),
        ("BTC", "GUSD"),
        ("PAXG", "USD"),
        ("SOL", "USDC"),
    }


@pytest.mark.asyncio
async def test_rights_orders_and_addresses_are_told_and_networks_not() -> None:
    async with replayed_market("gemini", GEMINI) as gemini:
        gateway, market, keys = gemini.gateway, gemini.market, gemini.credentials
        assert await gateway.rights(market, keys) == KeyRights(read=True, trade=False, withdraw=False)
        assert await gateway.open_orders(market, keys) == 1
        assert (await gateway.deposit_address(market, keys, "BTC", "bitcoin")).address == "new-of-the-test"
        with pytest.raises(NotOffered):
            await gateway.currencies(market, keys)
