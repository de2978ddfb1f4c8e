"""What is stored reads back as the same facts, digit for digit."""

import zlib
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cambist.core import errors
from cambist.core.errors import LOAD_FAILURES, KeysRejected, LoadFailed
from cambist.core.history import moment
from cambist.core.money import ONE, ZERO, exact
from cambist.core.prices import Numeraire, Quote, Route, Step, direct_route
from cambist.core.terms import Balance, Change, Figures, Profit, WalletBalances
from cambist.store import dictionaries
from cambist.store.dictionaries import text_of
from cambist.store.documents import (
    decode_failure,
    decode_figures,
    decode_holdings,
    encode_failure,
    encode_figures,
    encode_holdings,
)
from cambist.store.receipts import encode_receipt
from tests.store.builders import AT, DIGITS_45, LONG, WEI, figures_of, load_of

AMOUNTS = st.one_of(
    st.sampled_from((WEI, LONG, DIGITS_45, -DIGITS_45, Decimal(0), Decimal("-0"), Decimal("4E+1"))),
    st.builds(lambda n, e: Decimal(f"{n}E-{e}"), st.integers(-(10**50), 10**50), st.integers(0, 110)),
)
TEXTS = st.text(st.characters(codec="utf-8"), max_size=6)
TIMES = st.integers(0, 10**13).map(moment)
CHANGES = st.builds(Change, AMOUNTS, AMOUNTS)
PROFITS = st.builds(Profit, CHANGES, CHANGES, CHANGES)
FIGURES = st.builds(Figures, TEXTS, AMOUNTS, AMOUNTS, AMOUNTS, PROFITS, PROFITS, PROFITS)
BALANCES = st.builds(Balance, TEXTS, TEXTS, AMOUNTS, AMOUNTS, AMOUNTS, AMOUNTS, AMOUNTS)
STEPS = st.lists(st.builds(Step, TEXTS, TEXTS, AMOUNTS, st.booleans()), max_size=2).map(tuple)
ROUTES = st.builds(Route, TEXTS, AMOUNTS, STEPS, st.one_of(st.none(), TIMES))
ALL_ROUTES = st.dictionaries(TEXTS, ROUTES, max_size=3)


@st.composite
def plain_balances(draw: st.DrawFn) -> Balance:
    """What spot wallets hold: one name, no debt, a total of the two parts, both with as many places."""
    asset, places = draw(TEXTS), draw(st.integers(0, 60))
    free, locked = (Decimal(f"{draw(st.integers(0, 10**30))}E-{places}") for _ in range(2))
    locked = draw(st.sampled_from((locked, ZERO, Decimal("-0"), Decimal(f"0E-{places}"))))
    with exact():
        return Balance(asset, asset, free, locked, free + locked)


ROWS = st.lists(st.one_of(BALANCES, plain_balances()), max_size=3).map(tuple)
WALLETS = st.dictionaries(TEXTS, st.tuples(ROWS, TIMES, st.booleans()), max_size=3)


def written(decoded: object) -> str:
    """Facts with every digit of every number shown: equal Decimals may differ in their zeros."""
    return repr(decoded)


@given(FIGURES)
def test_figures_read_back_digit_for_digit(figures: Figures) -> None:
    assert written(decode_figures(encode_figures(figures))) == written(figures)


@given(WALLETS, ALL_ROUTES)
def test_holdings_read_back_digit_for_digit(
    held: dict[str, tuple[tuple[Balance, ...], datetime, bool]], routes: dict[str, Route]
) -> None:
    wallets = tuple(
        WalletBalances(name, balances, read_at, stale) for name, (balances, read_at, stale) in held.items()
    )
    found = decode_holdings(encode_holdings(wallets, routes), AT)
    assert found.at == AT
    assert written(found.wallets) == written(wallets)
    assert written(sorted(found.routes.items())) == written(sorted(routes.items()))


def test_what_quotes_were_in_bitcoin_is_kept_but_where_it_is_a_dollar() -> None:
    price = Decimal("63656.71")
    quotes = {
        "BTC": Quote(ONE, ONE),
        "USD": Quote(ONE, price),
        "USDT": Quote(ONE, price + 1),
        "EUR": Quote(price, WEI),
    }
    known = Numeraire(price, "BTC/USD", {**quotes, "USDC": Quote(ONE, WEI)})
    by = {quote: direct_route(f"A{quote}", quote, ONE) for quote in quotes}
    routes = {f"A{quote}": route for quote, route in by.items()} | {"X": Route("EUR", ONE)}
    document = encode_holdings([], routes, known)
    assert decode_holdings(document, AT).quotes == {"USDT": quotes["USDT"], "EUR": quotes["EUR"]}
    assert decode_holdings(encode_holdings([], {}, known), AT).quotes == {}
    # One of before: the same without its last column.
    text = text_of(encode_holdings([], routes))
    old = zlib.compressobj(3, zdict=dictionaries.HOLDINGS)
    assert decode_holdings(old.compress(text[: -len(b",null]")] + b"]") + old.flush(), AT).quotes is None


def test_a_quote_takes_few_bytes_of_a_document() -> None:
    known = Numeraire(Decimal("63722.1"), "BTC/USD", {"USDT": Quote(ONE, Decimal("63656.71"))})
    routes = {f"A{n}": direct_route(f"A{n}", "USDT", Decimal(n)) for n in range(1, 21)}
    assert len(encode_holdings([], routes, known)) - len(encode_holdings([], routes)) <= 20


@pytest.mark.parametrize("free", ["1.50000000", "0E-8", "-1.5", "0", "4E+1", str(DIGITS_45)])
def test_a_balance_reads_back_digit_for_digit_whichever_way_it_is_shortened(free: str) -> None:
    def balances(locked: str, owed: str, interest: str) -> Iterator[Balance]:
        parts = Decimal(free), Decimal(locked)
        debts = Decimal(owed), Decimal(interest)
        with exact():
            whole = sum(parts, Decimal("-0"))
            totals = (whole, -whole, whole * Decimal("1.000"), whole + 1, whole - debts[0] - debts[1])
        for total, code in product(totals, ("X", "LDX")):
            yield Balance("X", code, *parts, total)
            yield Balance("X", code, *parts, total, *debts)
            yield Balance("X", code, *parts, total, borrowed=debts[0])
            yield Balance("X", code, *parts, total, interest=debts[1])

    locked = ("0E-8", "0", "-0", "-0E-8", "0.0", "0.00000001", "-1.5", str(WEI))
    debts = (("0", "0"), ("0E-18", "0"), ("0", "-0"), ("1", "0"), ("0", "1"))
    all_of_them = tuple(b for part, debt in product(locked, debts) for b in balances(part, *debt))
    wallets = (WalletBalances("spot", all_of_them, AT),)
    assert written(decode_holdings(encode_holdings(wallets, {}), AT).wallets) == written(wallets)


def test_what_most_wallets_are_takes_three_columns_and_what_most_routes_are_one_price() -> None:
    free, none, price = Decimal("1.50000000"), Decimal("0.00000000"), Decimal("2.10")
    some = Decimal("0.50000000")
    plain = (Balance("X", "X", free, none, free), Balance("Y", "Y", free, some, Decimal("2.00000000")))
    routes = {asset: Route("USD", price, (Step(asset, "USD", price),)) for asset in "XY"}
    document = text_of(encode_holdings([WalletBalances("spot", plain, AT)], routes))
    columns = b'["X","Y"],"1.50000000 1.50000000","0E-8 0.50000000",[],[],[],[]'
    assert columns + b']],{"USD":[["X","Y"],"2.10 2.10"]},{},null]' in document


def test_a_document_of_before_whose_columns_are_lists_still_reads_digit_for_digit() -> None:
    earlier = (
        b'[[["spot","2023-06-19T16:50:57.303000Z",true,["X","LDY","Z"],["1.50","-1","7"],["0E-8","0","0"],'
        b'["X","Y","Z"],["1.50000000","2","7"],["0","1E+3","0"],["0","0","0.1"]]],'
        b'{"USD":{"X":"2.10","Y":"3"},"BTC":{"Z":"0.01"}},{"W":["USD","2",[],null]},{"USD":["4","5"]}]'
    )
    by = zlib.compressobj(3, zdict=dictionaries.HOLDINGS)
    found = decode_holdings(by.compress(earlier) + by.flush(), AT)
    one, seven = Decimal("1.50"), Decimal(7)
    balances = (
        Balance("X", "X", one, Decimal("0E-8"), Decimal("1.50000000")),
        Balance("Y", "LDY", Decimal(-1), ZERO, Decimal(2), Decimal("1E+3")),
        Balance("Z", "Z", seven, ZERO, seven, ZERO, Decimal("0.1")),
    )
    assert written(found.wallets) == written((WalletBalances("spot", balances, AT, stale=True),))
    assert written(found.routes) == written(
        {
            "X": direct_route("X", "USD", Decimal("2.10")),
            "Y": direct_route("Y", "USD", Decimal(3)),
            "Z": direct_route("Z", "BTC", Decimal("0.01")),
            "W": Route("USD", Decimal(2)),
        }
    )
    assert found.quotes == {"USD": Quote(Decimal(5), Decimal(4))}
    again = decode_holdings(encode_holdings(found.wallets, found.routes), AT)
    assert (written(again.wallets), written(sorted(again.routes.items()))) == (
        written(found.wallets),
        written(sorted(found.routes.items())),
    )


def test_a_route_that_only_looks_like_one_price_is_kept_whole() -> None:
    price = Decimal("2.10")
    routes = {
        "X": Route("USD", price, (Step("X", "USD", price, inverted=True),)),
        "Y": Route("USD", price, (Step("X", "USD", price),)),
        "Z": Route("USD", price, (Step("Z", "EUR", price),)),
        "W": Route("USD", price, (Step("W", "USD", Decimal("2.1")),)),
        "V": Route("USD", price, (Step("V", "USD", price),), carried_from=AT),
    }
    found = decode_holdings(encode_holdings([], routes), AT).routes
    assert written(sorted(found.items())) == written(sorted(routes.items()))


def test_holdings_of_several_wallets_come_back_to_their_own() -> None:
    load = load_of("load")
    shuffled = (load.wallets[2], *load.wallets[:2])
    turned = dict(reversed(list(load.routes.items())))
    found = decode_holdings(encode_holdings(shuffled, turned), AT)
    assert found.wallets == shuffled
    assert found.routes == load.routes


def test_amounts_are_stored_as_text_and_not_as_numbers() -> None:
    load = load_of("load", amount=DIGITS_45)
    documents = (
        encode_figures(figures_of(DIGITS_45)),
        text_of(encode_receipt(load.receipt)).decode(),
    )
    for document in documents:
        assert f'"{DIGITS_45}"' in document
    assert f'"{DIGITS_45}' in text_of(encode_holdings(load.wallets, load.routes)).decode()


@pytest.mark.parametrize("kind", LOAD_FAILURES.values())
@pytest.mark.parametrize(("wait", "state"), [(None, None), (30, None), (None, "ip_not_allowed"), (0, "ok")])
def test_a_failure_reads_back_as_the_same_kind(
    kind: type[LoadFailed], wait: int | None, state: str | None
) -> None:
    failure = kind("Its sentence: „so“.", retry_after_s=wait, key_state=state)
    found = decode_failure(encode_failure(failure))
    assert type(found) is kind
    assert (str(found), found.retry_after_s, found.key_state) == (str(failure), wait, state)


def test_every_failure_that_a_load_can_raise_reads_back() -> None:
    ours = [each for each in LoadFailed.__subclasses__() if each.__module__ == errors.__name__]
    assert [type(decode_failure(encode_failure(kind("")))) for kind in ours] == ours


def test_nothing_of_a_failure_is_kept_but_what_is_safe_to_show() -> None:
    failure = KeysRejected()
    failure.__cause__ = RuntimeError("https://exchange.invalid/?signature=canary")
    failure.add_note("canary")
    assert "canary" not in encode_failure(failure)


@pytest.mark.parametrize(
    ("dictionary", "sum_of_it"),
    [
        (dictionaries.HOLDINGS, 2320243898),
        (dictionaries.WHOLE_RECEIPT, 1362020271),
        (dictionaries.RECEIPT, 1947067817),
    ],
)
def test_what_is_kept_is_read_by_the_dictionaries_that_it_was_written_by(
    dictionary: bytes, sum_of_it: int
) -> None:
    assert zlib.adler32(dictionary) == sum_of_it, "a changed dictionary reads nothing that is kept"
