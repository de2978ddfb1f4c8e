"""What the smaller functions of core say, by value: names, rights, links, stamps, sums of accounts."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from hashlib import sha256
from ipaddress import ip_address, ip_network

import pytest

from cambist.core.addresses import origin
from cambist.core.assets import Named, named
from cambist.core.audit import FIRST_LINK, AuditEntry, Event, chained
from cambist.core.coverage import check_counted_once
from cambist.core.credentials import GivenKeys
from cambist.core.errors import AnswersNotKept, InvalidInput, RateLimited, VolumeUnknown
from cambist.core.flows import Net, NetFlows
from cambist.core.money import fixed_text, half_even_text, typed_number
from cambist.core.prices import PriceList, Quarantined, quarantined_in
from cambist.core.receipts import ReceiptDigest
from cambist.core.rights import UNKNOWN, KeyRights, in_words, warnings_of
from cambist.core.sessions import Session, Visitor, subject_of_user
from cambist.core.signing import KeyKind, Stamp, algorithm_of
from cambist.core.summary import Point, summed, thinned, worth_over_time
from cambist.core.terms import (
    Balance,
    Change,
    Figures,
    MissingWallet,
    Profit,
    Stablecoins,
    balances_of,
)
from cambist.core.valuation import valued_again
from tests.core.builders import HOUR, NOW, SECOND, balance, market, priced, prices, wallet

OURS = [ip_network("10.0.0.0/8")]
PROXY, OUTSIDE = ip_address("10.0.0.1"), ip_address("203.0.113.7")


@pytest.mark.parametrize(
    ("peer", "forwarded", "counts_for"),
    [
        (OUTSIDE, ["198.51.100.1"], "203.0.113.7"),
        (PROXY, [], "10.0.0.1"),
        (PROXY, ["198.51.100.1, 203.0.113.7"], "203.0.113.7"),
        (PROXY, ["198.51.100.1", "203.0.113.7, 10.9.9.9"], "203.0.113.7"),
        (PROXY, ["10.1.1.1, 10.2.2.2"], "10.1.1.1"),
        (PROXY, ["203.0.113.7, unknown, 10.2.2.2"], "10.2.2.2"),
    ],
)
def test_a_request_counts_for_the_first_hop_that_is_no_trusted_proxy(
    peer: object, forwarded: list[str], counts_for: str
) -> None:
    assert str(origin(peer, forwarded, OURS)) == counts_for  # type: ignore[arg-type]
    assert origin(PROXY, ["198.51.100.1"], []) == PROXY


def test_an_asset_without_a_name_of_ours_is_called_by_its_code() -> None:
    assert (named("BTC").name, named("XYZ")) == ("Bitcoin", Named("XYZ", "xyz"))


def test_a_link_is_made_over_the_one_before_and_all_that_an_entry_says() -> None:
    entry = AuditEntry(NOW, Event.KEYS_USED, "refresher", 7, None, "a load")
    said = (
        b'[3,"2023-06-19T17:16:29.008000+00:00","%b","refresher",7,null,"a load"]' % Event.KEYS_USED.encode()
    )
    assert chained(FIRST_LINK, 3, entry) == bytes(32) + said


def test_a_wallet_is_covered_once_but_a_whole_may_stand_beside_its_part() -> None:
    check_counted_once({"spot"}, [])
    check_counted_once({"spot", "earn"}, [{"spot"}, {"margin"}])
    with pytest.raises(InvalidInput) as already:
        check_counted_once({"spot", "earn"}, [{"spot", "margin"}, {"earn"}])
    assert already.value.attributes == {"api_key": ["This account is already connected!"]}
    with pytest.raises(InvalidInput) as twice:
        check_counted_once({"spot", "earn", "funding"}, [{"spot", "margin", "earn"}])
    assert twice.value.attributes == {"wallets": ["are connected already: earn, spot"]}


def test_failures_say_what_they_are() -> None:
    assert str(VolumeUnknown()) == "Volume data not found"
    assert "CAMBIST_KEEP_ANSWERS_S says for how long it is" in str(AnswersNotKept())
    limited = RateLimited("Too many.", 7)
    assert (str(limited), limited.retry_after_s) == ("Too many.", 7)
    assert (GivenKeys().are_none, GivenKeys("a-key").are_none) == (True, False)


def test_a_digest_tells_in_a_receipts_place_when_by_whom_and_how_much_was_read() -> None:
    digest = ReceiptDigest(sha256(b"").digest(), "test", 2, (MissingWallet("earn", "timed out"),), 1)
    assert digest.sentence("a", NOW) == (
        "Only a digest is kept of the receipt of load a, which is older than 7 days: "
        "2023-06-19T17:16:29.008+00:00, partial, by test, calls: 2, assets without a price: 1, "
        f"SHA-256 {sha256(b'').hexdigest()}."
    )
    assert ", complete, by test" in replace(digest, missing=()).sentence("a", NOW)


@pytest.mark.parametrize("text", ["", "1e3", "+1", "1.", ".5", "1" * 31, f"0.{'1' * 21}", "1_0", "１"])
def test_a_number_that_a_person_asks_by_has_one_form(text: str) -> None:
    assert typed_number("-12.50") == Decimal("-12.50")
    with pytest.raises(ValueError, match="at most 30 digits before the point"):
        typed_number(text)


def test_figures_for_the_eye_are_rounded_as_they_say() -> None:
    halves = [Decimal("0.125"), Decimal("0.135"), Decimal("-0.125"), Decimal("-0.001"), Decimal(7)]
    assert [fixed_text(each, 2) for each in halves] == ["0.13", "0.14", "-0.13", "0.00", "7.00"]
    assert [half_even_text(each, 2) for each in halves] == ["0.12", "0.14", "-0.12", "0.00", "7.00"]


def test_prices_in_quarantine_are_those_that_the_load_would_have_gone_by() -> None:
    given = prices({"BTC/USD": "100", "ETH/USD": "10", "SOL/USD": "1"})
    held = {
        pair: Quarantined(*pair, Decimal(9), Decimal(1), NOW) for pair in (("ETH", "USD"), ("SOL", "USD"))
    }
    listed = PriceList("listed", given, held)
    known = listed.priced(market(), Stablecoins.REFERENCE)
    route = known.route("ETH")
    assert route is not None
    assert quarantined_in(listed, known.numeraire, {"ETH": route}) == (held["ETH", "USD"],)
    assert quarantined_in(PriceList("none", given), known.numeraire, {"ETH": route}) == ()
    of_quote = {("BTC", "USD"): Quarantined("BTC", "USD", Decimal(9), Decimal(100), NOW)}
    assert quarantined_in(PriceList("p", given, of_quote), known.numeraire, {}) == (of_quote["BTC", "USD"],)


def test_of_rights_the_known_ones_are_warned_of_and_the_unknown_said_to_be_so() -> None:
    assert (UNKNOWN.told, KeyRights(read=True).told, KeyRights(ip_bound=False).told) == (False, False, True)
    assert warnings_of(UNKNOWN) == warnings_of(KeyRights(True, False, False, True)) == ()
    assert [words.split()[3] for words in warnings_of(KeyRights(True, True, True, False))] == [
        "withdraw:",
        "trade,",
        "from",
    ]
    assert in_words(KeyRights(read=True, withdraw=False)) == {
        "read": True,
        "trade": "unknown",
        "withdraw": False,
        "ip_bound": "unknown",
    }


def test_a_session_is_open_until_it_was_idle_or_grew_old() -> None:
    session = Session(7, 1, NOW, NOW, Visitor("203.0.113.7", "a browser"))
    assert session.is_open(NOW + SECOND)
    assert not session.is_open(NOW + timedelta(days=365))
    assert (session.name, subject_of_user(7)) == ("session 7", "user 7")


@pytest.mark.parametrize(("age_s", "holds"), [(60, True), (61, False), (-5, True), (-6, False), (0, True)])
def test_a_stamp_holds_for_a_minute_and_five_seconds_ahead(age_s: int, holds: bool) -> None:
    second = NOW.replace(microsecond=0)
    assert Stamp(int(second.timestamp()) - age_s, "nonce").holds(second) is holds


def test_a_request_is_signed_as_its_key_signs_or_not_at_all() -> None:
    rsa = KeyKind.STRICT_RSA
    assert algorithm_of(rsa, Stamp(0, "n")) == "rsa-pss-sha512"
    assert algorithm_of(rsa, Stamp(0, "n", "rsa-v1_5-sha256")) == "rsa-v1_5-sha256"
    assert algorithm_of(rsa, Stamp(0, "n", "ed25519")) is None
    assert algorithm_of(rsa, None) is None
    assert algorithm_of(KeyKind.SYSTEM, Stamp(0, "n")) is None
    assert algorithm_of(KeyKind.SYSTEM, None) == "hmac-sha256"


def _figures(currency: str, display: str, gained: str) -> Figures:
    change = Change(Decimal(gained), Decimal(0))
    profit = Profit(change, change, Change(Decimal(gained) * 2, Decimal(0)))
    return Figures(currency, Decimal(1), Decimal(100), Decimal(display), profit, profit, profit)


def test_accounts_add_up_and_percentages_are_those_of_the_sum() -> None:
    both = summed([_figures("EUR", "90", "10"), _figures("EUR", "90", "-5")], "EUR")
    assert both.currency == "EUR"
    assert (both.btc, both.usd, both.display) == (Decimal(2), Decimal(200), Decimal(180))
    assert (both.day.usd, both.month.display) == (
        Change(Decimal(5), Decimal("2.56")),
        Change(Decimal(10), Decimal("5.88")),
    )
    assert both.day.display == Change(Decimal(10), Decimal("5.8824"))
    mixed = summed([_figures("EUR", "90", "10"), _figures("GBP", "80", "-5")], "EUR")
    assert mixed.currency == "USD"
    assert (mixed.display, mixed.day.display.amount) == (Decimal(200), Decimal(5))
    nothing = summed([], "EUR")
    zero = Decimal(0)
    assert (nothing.currency, nothing.usd, nothing.total.usd) == ("EUR", zero, Change(zero, zero))


def test_flows_in_a_display_currency_are_each_at_the_rate_of_their_time() -> None:
    flows = NetFlows([(NOW - HOUR, Net(Decimal(1), Decimal(10))), (NOW, Net(Decimal(2), Decimal(20)))])
    shown = flows.displayed("EUR", lambda at, flow: Decimal(2) if at == NOW else Decimal(3))
    assert [flow.display for _, flow in shown] == [30, 40]
    assert flows.displayed("EUR", lambda *_: Decimal(0)) is shown
    assert [flow.display for _, flow in flows.displayed("GBP", lambda *_: Decimal(1))] == [10, 20]


def test_balances_come_of_columns_and_owe_nothing_without_one_for_it() -> None:
    columns = (["A"], ["LDA"], [Decimal(1)], [Decimal(2)], [Decimal(3)])
    own = Balance("A", "LDA", Decimal(1), Decimal(2), Decimal(3))
    assert balances_of(*columns) == [own]
    assert balances_of(*columns, [Decimal(4)]) == [own._replace(borrowed=Decimal(4))]
    with pytest.raises(ValueError, match="is longer"):
        balances_of(*columns, [Decimal(4)] * 2)


def test_balances_are_valued_again_by_routes_that_were_found_before() -> None:
    known = priced(prices({"BTC/USD": "100", "ETH/USD": "10"}))
    route = known.route("ETH")
    assert route is not None
    held = [wallet("spot", balance("ETH", "3"), balance("SOL", "1"))]
    again = valued_again(held, {"ETH": route}, known.numeraire)
    assert (again.usd, again.btc, again.unpriced) == (Decimal(30), Decimal("0.3"), ("SOL",))


def test_of_each_span_of_time_its_last_point_stays() -> None:
    points = [Point(at, Decimal(at), Decimal(0)) for at in (0, 3, 5, 9)]
    assert [point.at for point in thinned(points, 0, 9, 2)] == [3, 9]
    assert worth_over_time([], 0) == []
