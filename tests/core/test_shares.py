"""What is held of each asset, over wallets and accounts, and what it is worth."""

from decimal import Decimal

from cambist.core.prices import Numeraire, Quote, Route
from cambist.core.shares import Pricing, day_change, holdings, together, whole
from cambist.core.terms import Balance
from tests.core.builders import balance, wallet

ONE = Decimal(1)
KNOWN = Numeraire(Decimal(50_000), "BTC/USD", {"BTC": Quote(ONE, ONE), "USDT": Quote(ONE, Decimal(49_999))})
ROUTES = {"BTC": Route("BTC", ONE), "ADA": Route("USDT", Decimal("0.5")), "GONE": Route("TRY", ONE)}
NOW = Pricing(ROUTES, KNOWN, rate=Decimal("0.9"))


def test_an_asset_in_several_wallets_is_one_holding_to_the_last_digit() -> None:
    debt = Balance("BTC", "BTC", ONE, Decimal(0), Decimal("-0.5"), borrowed=ONE, interest=Decimal("0.5"))
    spot, margin = wallet("spot", balance("BTC", "1" + "0" * 30)), wallet("margin", debt)
    (btc,) = holdings((spot, margin), NOW)
    assert (btc.total, btc.free) == (Decimal("9" * 30 + ".5"), Decimal("1" + "0" * 29 + "1"))
    assert btc.borrowed == Decimal("1.5")


def test_what_has_no_price_keeps_its_amount_and_comes_last() -> None:
    rows = (balance("NEW", "5"), balance("GONE", "5"), balance("ADA", "4"), balance("BTC", "1"))
    found = holdings((wallet("spot", *rows),), NOW)
    assert [each.asset for each in found] == ["BTC", "ADA", "GONE", "NEW"]
    assert [each.value is None for each in found] == [False, False, True, True]
    assert found[3].total == 5
    assert found[0].value is not None
    assert (found[0].value.usd, found[0].value.display) == (Decimal(50_000), Decimal(45_000))


def test_what_is_owed_is_not_taken_off_the_whole() -> None:
    found = holdings((wallet("margin", balance("BTC", "2"), balance("ADA", "-1000")),), NOW)
    assert whole(found) == 100_000


def test_accounts_are_added_and_a_price_is_that_of_the_first_that_has_one() -> None:
    dear = Pricing({"BTC": Route("BTC", ONE)}, Numeraire(Decimal(60_000), "x", {"BTC": Quote(ONE, ONE)}))
    none = Pricing({}, KNOWN)
    held = (wallet("spot", balance("BTC", "1")),)
    (btc,) = together([holdings(held, none), holdings(held, NOW), holdings(held, dear)])
    assert btc.total == 3
    assert btc.value is not None
    assert btc.value.usd == 110_000
    assert btc.price is not None
    assert btc.price.usd == 50_000


def test_a_day_change_is_known_only_with_both_prices() -> None:
    held = (wallet("spot", balance("BTC", "1"), balance("ADA", "1")),)
    then = Pricing({"BTC": ROUTES["BTC"]}, Numeraire(Decimal(40_000), "x", KNOWN.quotes))
    btc, ada = holdings(held, NOW, then)
    assert day_change(btc) == (Decimal(0), Decimal(25))
    assert day_change(ada) is None
