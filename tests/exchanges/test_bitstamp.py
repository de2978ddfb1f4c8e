"""Bitstamp through Cambist: the wallet in one call, codes, prices, orders, addresses."""

from decimal import Decimal
from typing import Any

import pytest

from cambist.core.errors import (
    ExchangeLimiting,
    ExchangeRefused,
    ExchangeUnavailable,
    KeysRejected,
    LoadFailed,
    NotOffered,
)
from cambist.core.listings import Limits, Rates
from cambist.core.terms import KeyState
from cambist.exchanges.dialects.bitstamp.failures import ERRORS
from tests.exchanges.recordings.bitstamp import BITSTAMP
from tests.exchanges.replayed import refusal, replayed_market, texts


@pytest.mark.asyncio
async def test_a_load_reads_the_balances_in_one_call_as_they_are_told() -> None:
    """The row of usdt is ccxt's recorded example of this call."""
    async with replayed_market("bitstamp", BITSTAMP) as bitstamp:
        found = await bitstamp.wallets()
        assert bitstamp.replay.paths == ["/api/v2/account_balances/"]
    assert texts(found["spot"]) == [
        ("BTC", "btc", "0.5", "0.25", "0.75", "0", "0"),
        ("USDT", "usdt", "7", "0", "7", "0", "0"),
    ]


def error(code: str, reason: str) -> dict[str, str]:
    return {"status": "error", "reason": reason, "code": code}


@pytest.mark.parametrize(
    ("status", "body", "kind", "state"),
    [
        (403, error("API0001", "API key not found"), KeysRejected, KeyState.INVALID),
        (403, error("API0005", "Invalid signature"), KeysRejected, KeyState.INVALID),
        (403, error("API0002", "IP address not allowed"), KeysRejected, KeyState.IP_NOT_ALLOWED),
        (403, error("API0003", "No permission found"), KeysRejected, KeyState.NO_PERMISSION),
        (403, {"error": "No permission found"}, KeysRejected, KeyState.NO_PERMISSION),
        (403, error("API0004", "Invalid nonce"), ExchangeUnavailable, None),
        (403, error("API0017", "X-Auth-Timestamp header differs too much"), ExchangeUnavailable, None),
        (400, error("400.002", "Request rate limit exceeded."), ExchangeLimiting, None),
        (400, {"response_code": "400.002", "status": "error"}, ExchangeLimiting, None),
        (200, error("API9999", "Something new"), ExchangeRefused, None),
    ],
)
def test_what_bitstamp_refuses_with_says_what_the_keys_are(
    status: int, body: Any, kind: type[LoadFailed], state: KeyState | None
) -> None:
    told = refusal(ERRORS, status, body)
    assert (type(told), told.key_state) == (kind, state)


def test_a_limit_told_with_status_400_waits_for_a_minute() -> None:
    assert refusal(ERRORS, 400, error("400.002", "Request rate limit exceeded.")).retry_after_s == 60


@pytest.mark.asyncio
async def test_an_error_told_with_status_200_is_no_empty_wallet() -> None:
    async with replayed_market("bitstamp", BITSTAMP) as bitstamp:
        bitstamp.answers(account_balances=error("API0002", "IP address not allowed"))
        told = await bitstamp.failure()
    assert (type(told), told.key_state) == (KeysRejected, KeyState.IP_NOT_ALLOWED)


@pytest.mark.asyncio
async def test_prices_are_of_spot_pairs_that_trade() -> None:
    async with replayed_market("bitstamp", BITSTAMP) as bitstamp:
        pairs = await bitstamp.gateway.pairs(bitstamp.market)
        bitcoin = await bitstamp.gateway.rates(bitstamp.market, ("BTC", "USD"))
        assert await bitstamp.gateway.rates(bitstamp.market, ("XRP", "USD")) is None  # halted
        assert set(bitstamp.replay.paths) == {"/api/v2/markets/", "/api/v2/ticker/"}
    assert set(pairs) == {("BTC", "USD"), ("USDT", "USD")}
    assert bitcoin == Rates(Decimal("63722.1"), Decimal("63722.0"), Decimal("63722.3"), Limits())


@pytest.mark.asyncio
async def test_orders_and_addresses_are_told_rights_and_user_not() -> None:
    async with replayed_market("bitstamp", BITSTAMP) as bitstamp:
        gateway, market, keys = bitstamp.gateway, bitstamp.market, bitstamp.credentials
        assert await gateway.open_orders(market, keys) == 2
        found = await gateway.deposit_address(market, keys, "XRP", "")
        assert (found.address, found.tag) == ("r-of-the-test", "53965834")
        with pytest.raises(NotOffered):
            await gateway.deposit_address(market, keys, "NOSUCH", "")
        assert await gateway.uid(market, keys) is None
        assert not (await gateway.rights(market, keys)).told
