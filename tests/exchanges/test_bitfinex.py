"""Bitfinex through Cambist: three wallets in one call, positions once, codes, prices, rights, orders."""

import json
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
from cambist.core.listings import Limits, Rates
from cambist.core.rights import KeyRights
from cambist.core.terms import KeyState
from cambist.exchanges.catalogue import market_of
from cambist.exchanges.dialects.bitfinex.failures import ERRORS
from cambist.exchanges.dialects.bitfinex.wallets import margin_answer, positions_answer
from cambist.exchanges.guard import Unusable
from tests.exchanges.recordings.bitfinex import BITFINEX, position
from tests.exchanges.replayed import refusal, replayed_market, texts

WALLETS = "/v2/auth/r/wallets"


@pytest.mark.asyncio
async def test_a_load_asks_once_for_three_wallets_and_once_for_each_kind_of_position() -> None:
    """Margin: the net value less the balance, as in Bitfinex's own example of its older interface, whose
    14.61609298 is 14.80039951 with -0.18392 won and -0.00038653 of interest owed. The derivatives are in what
    they are quoted in; the profit of a margin position is in the first sum and not counted twice."""
    async with replayed_market("bitfinex", BITFINEX) as bitfinex:
        found = await bitfinex.wallets()
        paths = bitfinex.replay.paths
    assert paths[0] == WALLETS
    assert sorted(paths[1:]) == ["/v2/auth/r/info/margin/base", "/v2/auth/r/positions"]
    assert {wallet: texts(balances) for wallet, balances in found.items()} == {
        "exchange": [
            ("USDT", "UST", "19788.6529257", "0", "19788.6529257", "0", "0"),
            ("LINK", "LINK", "700.5", "77.277777", "777.777777", "0", "0"),
        ],
        "margin": [
            ("USDT", "UST", "0.25", "0.25", "0.5", "0", "0"),
            ("USDT", "USTF0", "107.75", "12.5", "120.25", "0", "0"),
        ],
        "funding": [("USD", "USD", "0", "1000.125", "1000.125", "0", "0")],
        "positions": [("USD", "USD", "-0.18430653", "0", "-0.18430653", "0", "0")],
        "derivatives": [
            ("USDT", "tBTCF0:USTF0", "4.75", "0", "4.75", "0", "0"),
            ("USDT", "tETHF0:USTF0", "-1.5", "0", "-1.5", "0", "0"),
        ],
    }


@pytest.mark.asyncio
async def test_only_what_is_covered_is_read_of_what_the_one_call_tells() -> None:
    async with replayed_market("bitfinex", BITFINEX) as bitfinex:
        assert list(await bitfinex.wallets("exchange", "funding")) == ["exchange", "funding"]
        assert bitfinex.replay.paths == [WALLETS]


@pytest.mark.asyncio
async def test_json_numbers_keep_every_digit() -> None:
    async with replayed_market("bitfinex", BITFINEX) as bitfinex:
        row = b'[["exchange","BTC",0.1234567890123456789012345,0,0.1234567890123456789,null,null]]'
        bitfinex.replay.recording.routes["/auth/r/wallets"] = row  # type: ignore[index]
        (balance,) = (await bitfinex.wallets("exchange"))["exchange"]
    assert balance.total == Decimal("0.1234567890123456789012345")
    assert balance.free == Decimal("0.1234567890123456789")


def test_nothing_won_and_no_position_is_an_empty_wallet() -> None:
    """The documented example of the newer interface, without positions."""
    assert margin_answer(b'["base",[0,0,49331.70267297,49331.70267297,0]]').balances == ()
    assert positions_answer(b"[]", market_of("bitfinex")).balances == ()


@pytest.mark.parametrize(
    "rows",
    [
        [position("tBTCF0:USTF0", 1, 7, 1), position("tETHF0:USTF0", 1, 7, 1)],
        [position("tBTCF0:USTF0", 1, 7, 2)],
        [position("tBTCUSTF0", 1, 7, 1)],
        [position("tBTCF0:USTF0", 1, 7, 1)[:15]],
    ],
)
def test_positions_that_do_not_tell_each_once_are_unusable(rows: list[Any]) -> None:
    with pytest.raises(Unusable):
        positions_answer(json.dumps(rows).encode(), market_of("bitfinex"))


@pytest.mark.parametrize(
    ("status", "body", "kind", "state"),
    [
        (500, ["error", 10100, "apikey: invalid"], KeysRejected, KeyState.INVALID),
        (500, ["error", 10100, "apikey: digest invalid"], KeysRejected, KeyState.INVALID),
        (500, ["error", 10001, "permission: invalid"], KeysRejected, KeyState.NO_PERMISSION),
        (500, ["error", 10001, "something else"], ExchangeUnavailable, None),
        (500, ["error", 10114, "nonce: small"], ExchangeUnavailable, None),
        (429, ["error", 11010, "ratelimit: error"], ExchangeLimiting, None),
        (200, ["error", 11010, "ratelimit: error"], ExchangeLimiting, None),
        (200, {"error": "ERR_RATE_LIMIT"}, ExchangeLimiting, None),
        (503, ["error", 20060, "maintenance"], ExchangeUnavailable, None),
        (503, {"code": 503, "error": "temporarily_unavailable"}, ExchangeUnavailable, None),
    ],
)
def test_what_bitfinex_refuses_with_says_what_the_keys_are(
    status: int, body: Any, kind: type[LoadFailed], state: KeyState | None
) -> None:
    told = refusal(ERRORS, status, body)
    assert (type(told), told.key_state) == (kind, state)


@pytest.mark.asyncio
async def test_an_error_told_with_status_200_is_no_empty_wallet_and_is_believed_when_said_twice() -> None:
    async with replayed_market("bitfinex", BITFINEX) as bitfinex:
        bitfinex.answers(auth__r__wallets=["error", 10100, "apikey: invalid"])
        told = await bitfinex.failure()
        assert isinstance(told, KeysRejected)
        assert bitfinex.replay.paths == [WALLETS, WALLETS]


@pytest.mark.asyncio
async def test_prices_are_of_spot_pairs_under_their_assets_names() -> None:
    async with replayed_market("bitfinex", BITFINEX) as bitfinex:
        pairs = await bitfinex.gateway.pairs(bitfinex.market)
        bitcoin = await bitfinex.gateway.rates(bitfinex.market, ("BTC", "USD"))
        chainlink = await bitfinex.gateway.rates(bitfinex.market, ("LINK", "USD"))
        assert set(bitfinex.replay.paths) == {"/v2/conf/pub:list:pair:exchange", "/v2/tickers"}
    assert set(pairs) == {("BTC", "USD"), ("LINK", "USD"), ("ETH", "BTC"), ("BTC", "USDT")}
    assert bitcoin == Rates(Decimal("63722.1"), Decimal(63722), Decimal("63722.3"), Limits())
    assert chainlink == Rates(Decimal("13.6"), Decimal("13.5"), Decimal("13.7"), Limits())


@pytest.mark.asyncio
async def test_rights_user_and_orders_are_told_and_addresses_not() -> None:
    async with replayed_market("bitfinex", BITFINEX) as bitfinex:
        gateway, market, keys = bitfinex.gateway, bitfinex.market, bitfinex.credentials
        assert await gateway.rights(market, keys) == KeyRights(read=True, trade=False, withdraw=True)
        assert await gateway.uid(market, keys) == "53888001"
        assert await gateway.open_orders(market, keys) == 2
        with pytest.raises(NotOffered, match="only to keys that may write"):
            await gateway.deposit_address(market, keys, "BTC", "bitcoin")
