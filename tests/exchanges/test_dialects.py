"""Dialects: whatever an exchange is called by, its market's wallets are ones that its dialect reads."""

import pytest

from cambist.exchanges.catalogue import CATALOGUE, market_of
from cambist.exchanges.speaking import DIALECTS, dialect_of


@pytest.mark.parametrize("code", [*CATALOGUE, *DIALECTS, "bitstamp", "hitbtc"])
def test_every_wallet_of_a_market_has_its_reader(code: str) -> None:
    market = market_of(code)
    assert set(market.wallets) <= dialect_of(market.ccxt_id).wallets.keys()


def test_the_catalogue_says_of_which_exchanges_rights_are_told() -> None:
    for market in CATALOGUE.values():
        assert market.tells_rights is (dialect_of(market.ccxt_id).rights is not None), market.code


@pytest.mark.parametrize(
    ("ccxt_id", "code"),
    [
        ("okx", "okex"),
        ("binanceus", "binance_us"),
        ("krakenfutures", "kraken_futures"),
        ("bybit", "bybit"),
        ("kucoinfutures", "kucoin_futures"),
        ("gate", "gate_io"),
    ],
)
def test_an_exchange_of_the_catalogue_is_known_by_its_ccxt_id_too(ccxt_id: str, code: str) -> None:
    assert market_of(ccxt_id) is CATALOGUE[code]
