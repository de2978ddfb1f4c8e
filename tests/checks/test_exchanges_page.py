"""The page of exchanges says what the catalogue says."""

from checks.exchanges_page import PAGE, page

from cambist.exchanges.catalogue import CATALOGUE


def test_the_page_of_exchanges_is_not_stale() -> None:
    assert PAGE.read_text() == page(), "write it anew: make docs"


def test_permissions_are_of_wallets_that_the_market_has() -> None:
    for market in CATALOGUE.values():
        assert set(market.permissions) <= set(market.wallets), market.code
        assert market.permission
