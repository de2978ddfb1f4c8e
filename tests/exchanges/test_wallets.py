"""A spot account's answer: every digit as the exchange wrote it, or no answer at all."""

import json
import time
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cambist.core.terms import Balance
from cambist.exchanges.catalogue import CATALOGUE
from cambist.exchanges.dialect import WalletAnswer
from cambist.exchanges.dialects.binance.wallets import spot_answer
from cambist.exchanges.guard import Unusable

BINANCE = CATALOGUE["binance"]
GOOD = '{"asset":"BTC","free":"1.50","locked":"0.25"}'

DIGITS = "0123456789"
NUMBERS = st.builds(
    lambda sign, whole, part, power: sign + whole + part + power,
    st.sampled_from(("", "-")),
    st.text(DIGITS, min_size=1, max_size=40),
    st.one_of(st.just(""), st.text(DIGITS, min_size=1, max_size=60).map(".".__add__)),
    st.one_of(st.just(""), st.from_regex(r"[eE][+-]?[0-9]{1,2}", fullmatch=True)),
)
PLAIN = st.builds(lambda n, e: format(Decimal(f"{n}E-{e}"), "f"), st.integers(0, 10**20), st.just(8))
# No text that begins like a number: one with a long exponent is refused wherever it stands.
TEXTS = st.text(st.characters(codec="utf-8"), max_size=6).filter(
    lambda text: text[:1] not in tuple("+-" + DIGITS)
)
CODES = st.one_of(
    st.sampled_from(("BTC", "LDBTC", "LDO", "1INCH", "free", "locked", "asset", "balances", "uid", "é", "")),
    TEXTS,
)
AMOUNTS = st.one_of(NUMBERS, PLAIN, st.sampled_from(("0", "0.00000000", "-0", "0e9")))
ROWS = st.lists(st.tuples(CODES, AMOUNTS, AMOUNTS), max_size=6, unique_by=lambda row: row[0])
JUNK = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-(10**30), 10**30), TEXTS),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.one_of(st.sampled_from(("free", "locked", "asset", "balances", "uid")), TEXTS),
            inner,
            max_size=3,
        ),
    ),
    max_leaves=6,
)
NAMES_NOT_READ = TEXTS.filter(lambda name: name not in ("asset", "free", "locked", "balances", "uid"))
EXTRAS = st.dictionaries(NAMES_NOT_READ, JUNK, max_size=2)


def answer(*rows: str, more: str = "") -> bytes:
    return f'{{"makerCommission":15,"balances":[{",".join(rows)}]{more}}}'.encode()


def row(free: str = '"1.50"', locked: str = '"0.25"', asset: str = '"BTC"') -> str:
    """A row of JSON texts."""
    return f'{{"asset":{asset},"free":{free},"locked":{locked}}}'


def read(raw: bytes) -> WalletAnswer:
    return spot_answer(raw, BINANCE)


def refused(raw: bytes) -> str:
    with pytest.raises(Unusable) as wrong:
        read(raw)
    return str(wrong.value)


def held(rows: list[tuple[str, str, str]]) -> list[tuple[str, str, Decimal, Decimal, Fraction]]:
    """What rows hold, worked out from their texts with fractions."""
    return [
        (BINANCE.spellings.get(code, code), code, Decimal(free), Decimal(locked), total)
        for code, free, locked in rows
        if Fraction(free) or Fraction(locked)
        for total in [Fraction(free) + Fraction(locked)]
    ]


def found(balances: tuple[Balance, ...]) -> list[tuple[str, str, Decimal, Decimal, Fraction]]:
    assert not any(b.borrowed or b.interest for b in balances)
    return [(b.asset, b.code, b.free, b.locked, Fraction(b.total)) for b in balances]


# ── what is answered ─────────────────────────────────────────────────────────────────────────────────


@given(ROWS, st.one_of(st.none(), st.integers(0, 2**63)), st.data())
def test_valid_rows_come_back_digit_for_digit(
    rows: list[tuple[str, str, str]], uid: int | None, data: st.DataObject
) -> None:
    spelled = []
    for code, free, locked in rows:
        fields = [("asset", code), ("free", free), ("locked", locked), *data.draw(EXTRAS).items()]
        spelled.append(dict(data.draw(st.permutations(fields))))
    whole = {**data.draw(EXTRAS), "balances": spelled, "uid": uid}
    raw = json.dumps(
        whole,
        ensure_ascii=data.draw(st.booleans()),
        indent=data.draw(st.sampled_from((None, 1, "\t"))),
        separators=data.draw(st.sampled_from(((",", ":"), (" ,\n", " :\r\n")))),
    ).encode()
    told = read(raw)
    # repr, since equal Decimals may differ in their digits
    assert repr(found(told.balances)) == repr(held(rows))
    assert told.uid == (None if uid is None else str(uid))


@given(st.lists(st.tuples(st.text("0123456789eE.+-_ \u0660NaInfity", max_size=8), st.booleans()), max_size=4))
def test_rows_of_any_text_are_exact_or_refused(texts: list[tuple[str, bool]]) -> None:
    rows = [
        (f"A{n}", text if first else "1", "1" if first else text) for n, (text, first) in enumerate(texts)
    ]
    raw = answer(
        *(row(json.dumps(free), json.dumps(locked), json.dumps(code)) for code, free, locked in rows)
    )
    valid = all(is_number(text) for text, _ in texts)
    if valid:
        assert repr(found(read(raw).balances)) == repr(held(rows))
    else:
        refused(raw)


def is_number(text: str) -> bool:
    """-?digits(.digits)?(e[+-]?d{1,2})?, by hand; these texts are short."""
    mantissa, mark, power = text.replace("E", "e").partition("e")
    whole, point, part = mantissa.removeprefix("-").partition(".")
    digits = power[1:] if power[:1] in ("+", "-") else power
    parts = [whole, *([part] if point else []), *([digits] if mark else [])]
    return all(each and set(each) <= set(DIGITS) for each in parts) and len(digits) <= 2


def test_rows_without_anything_are_left_out_and_earn_coins_are_the_coins() -> None:
    told = read(
        answer(row('"0.00"', '"0"', '"ETH"'), row('"0.0"', '"0.10"', '"LDBTC"'), more=',"uid":354937868')
    )
    assert told == WalletAnswer(
        (Balance("BTC", "LDBTC", Decimal("0.0"), Decimal("0.10"), Decimal("0.10")),), "354937868"
    )


def test_a_coin_and_its_earn_coin_are_two_rows_and_no_duplicate() -> None:
    told = read(answer(GOOD, row(asset='"LDBTC"')))
    assert [(b.asset, b.code) for b in told.balances] == [("BTC", "BTC"), ("BTC", "LDBTC")]


def test_an_account_without_rows_holds_nothing() -> None:
    assert read(answer()) == WalletAnswer(())


def test_the_longest_numbers_that_are_accepted_come_back_whole() -> None:
    long = "9" * 40 + "." + "9" * 59 + "e-99"  # 104 characters
    (balance,) = read(answer(row(f'"{long}"', '"1e99"'))).balances
    assert repr(balance.free) == repr(Decimal(long))
    assert Fraction(balance.total) == Fraction(long) + 10**99


# ── malformed numbers ────────────────────────────────────────────────────────────────────────────────

MALFORMED = [
    '"1e20000000"', '"1e-20000000"', '"1e100"', '"1E999"', '"NaN"', '"nan"', '"sNaN"', '"-NaN"', '"Infinity"',
    '"-Infinity"', '"inf"',
    '"+1"', '" 1"', '"1 "', '"1\\n"', '"\\t1"', '"1_000"', '"1,000"', '"1,5"', '"0x1"',
    '"\u0661\u0662\u0663"', '"1.\u0665"', '"\uff11"', '"\\u0661"', f'"{"1" * 41}"', f'"0.{"1" * 61}"', '""',
    '"."', '"1."',
    '".5"', '"-"', '"--1"', '"1e"', '"1e+"', '"1.2.3"', '"1e1e1"', '"one"', '"null"', '"\u22121"',
    '"1\\u0000"',
    "1", "1.5",
    "-1", "0", "1e5", "1e20000000", "NaN", "Infinity", "null", "true", "[]", "{}", '["1"]', "1_000",
]  # fmt: skip


@pytest.mark.parametrize("text", MALFORMED)
def test_a_malformed_number_is_refused_wherever_it_stands_and_at_once(text: str) -> None:
    started = time.perf_counter()
    for bad in (row(free=text), row(locked=text), row(text, text)):
        for rows in ([bad], [row(asset='"ETH"'), bad], [bad, row(asset='"ETH"')]):
            assert "1e2000" not in refused(answer(*rows))
    assert time.perf_counter() - started < 2


@pytest.mark.parametrize("text", MALFORMED)
def test_a_malformed_number_is_not_hidden_by_well_formed_ones_that_nothing_reads(text: str) -> None:
    """Whatever else the answer has that looks like a row, the row itself is looked at."""
    decoys = (
        ',"more":{"free":"1"}',
        ',"more":[{"free":"1","locked":"2","asset":"X"}]',
        ',"more":"free","free":"1"',
        ',"free":"1","locked":"1","asset":"Y"',
        ',"more":{"balances":[{"asset":"X","free":"1","locked":"1"}]}',
        ',"more":"\\"free\\":\\"1\\""',
    )
    for decoy in decoys:
        refused(answer(row(free=text), more=decoy))
        refused(answer(f'{{"asset":"BTC","free":{text},"locked":"1"{decoy}}}'))
        refused(answer(f'{{"asset":"BTC","locked":"1"{decoy},"free":{text}}}'))


# ── malformed answers ────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "bad",
    [
        '{"asset":"BTC","free":"1","free":"2","locked":"0"}',
        '{"asset":"BTC","free":"1","free":"1","locked":"0"}',
        '{"asset":"BTC","free":"1","locked":"0","locked":"5"}',
        '{"asset":"BTC","free":"1","locked":"0","asset":"ETH"}',
        '{"asset":"BTC","free":"1","locked":"0","fre\\u0065":"2"}',
        '{"asset":"BTC","fr\\u0065e":"2","free":"1","locked":"0"}',
        '{"asset":"BTC","free":"1","locked":"0","\\u0061sset":"ETH"}',
        '{"asset":"BTC","free":"1","locked":"0","free":"NaN"}',
        '{"asset":"BTC","free":"NaN","locked":"0","free":"1"}',
    ],
)
def test_a_key_that_comes_twice_in_a_row_is_refused(bad: str) -> None:
    refused(answer(bad))
    refused(answer(row(asset='"XRP"'), bad))


def test_a_key_that_comes_twice_in_the_answer_is_refused() -> None:
    refused(answer(GOOD, more=',"balances":[]'))
    refused(answer(GOOD, more=f',"balances":[{GOOD}]'))
    refused(answer(GOOD, more=',"b\\u0061lances":[]'))
    refused(answer(GOOD, more=',"uid":1,"uid":2'))
    refused(answer(GOOD, more=',"uid":1,"\\u0075id":2'))


@pytest.mark.parametrize("second", [GOOD, row('"0"', '"0"'), row('"0.00000000"', '"0"'), row('"2"', '"3"')])
def test_an_asset_that_comes_twice_is_refused_also_where_one_row_has_nothing(second: str) -> None:
    for rows in ((GOOD, second), (second, GOOD), (GOOD, row(asset='"ETH"'), second), (second, second)):
        assert refused(answer(*rows)) == "the answer has an asset twice"


def test_an_asset_that_comes_twice_in_other_spellings_of_the_same_text_is_refused() -> None:
    refused(answer(GOOD, row(asset='"\\u0042TC"')))


def test_a_key_or_a_number_that_is_escaped_is_read_as_what_it_says() -> None:
    escaped = '{"\\u0061sset":"B\\u0054C","fr\\u0065e":"\\u0031.50","lock\\u0065d":"0.2\\u0035"}'
    assert read(answer(escaped)) == read(answer(GOOD))
    hidden = '{"asset":"BTC","fr\\u0065e":"NaN","locked":"0"}'
    refused(answer(hidden))
    refused(answer(hidden, more=',"more":{"free":"1"}'))


@pytest.mark.parametrize("gone", ["asset", "free", "locked"])
def test_a_row_that_lacks_a_field_is_refused(gone: str) -> None:
    fields = {"asset": "BTC", "free": "1", "locked": "0"}
    del fields[gone]
    refused(answer(json.dumps(fields)))
    refused(answer(GOOD, json.dumps({**fields, "more": {gone: "1"}})))
    refused(answer(GOOD, json.dumps({**fields, gone.upper(): "1"})))
    refused(answer(json.dumps({**fields, gone: None})))


@pytest.mark.parametrize(
    "junk",
    [
        '{"free":"7","locked":"8","asset":"X"}',
        '[{"balances":[{"asset":"X","free":"7","locked":"8"}]}]',
        '{"balances":[],"uid":9}',
        '"free"',
        '["\\"free\\":\\"7\\"","\\\\"]',
        '{"a":{"b":[{"c":[[],{}]}]}}',
        '"]}"',
    ],
)
def test_nested_junk_that_nothing_reads_changes_no_digit(junk: str) -> None:
    good = read(answer(GOOD, more=',"uid":5'))
    assert read(answer(GOOD, more=f',"uid":5,"more":{junk}')) == good
    assert read(answer(f'{GOOD[:-1]},"more":{junk}}}', more=',"uid":5')) == good


@pytest.mark.parametrize("depth", [1_000, 100_000])
def test_nesting_without_an_end_is_refused(depth: int) -> None:
    for nested in ("[" * depth + "]" * depth, '{"a":' * depth + "1" + "}" * depth, "[" * depth):
        try:
            told = read(answer(GOOD, more=f',"more":{nested}'))
        except Unusable:
            continue
        assert told == read(answer(GOOD))


@pytest.mark.parametrize(
    "raw",
    [
        b"", b" \n", b"{}", b"[]", b"null", b"true", b"0", b'""', b'"balances"', b"[[]]", b"NaN",
        b"<!DOCTYPE html><html><body>502 Bad Gateway</body></html>",
        b'{"balances":null}',
        b'{"balances":{}}', b'{"balances":"[]"}', b'{"balances":[null]}', b'{"balances":[[]]}',
        b'{"balances":["BTC"]}',
        b'{"balances":[{}]}', b'{"Balances":[]}', b'{"code":-2015,"msg":"Invalid API-key"}',
        b'{"more":{"balances":[]}}', b'[{"balances":[]}]',
        b'{"balances":[{"asset":1,"free":"1","locked":"1"}]}',
        b'{"balances":[{"asset":null,"free":"1","locked":"1"}]}',
        b'{"balances":[{"asset":"\xff","free":"1","locked":"1"}]}',
        b'{"balances":[{"asset":"A","free":"\xff","locked":"1"}]}',
        b'{"balances":[{"asset":"A","free":"1\x00","locked":"1"}]}',
        b'{"balances":[{"asset":"\\ud800","free":"1","locked":"1"},]}',
        b'{"balances":[]}{"balances":[]}', b'{"balances":[]} x', b'{"balances":[],}', b"{'balances':[]}",
        b'\xef\xbb\xbf{"balances":[]}', '{"balances":[]}'.encode("utf-16"),
        *(b'{"balances":[],"uid":' + uid + b"}" for uid in (b"1.5", b'"5"', b"true", b"[1]", b"1e20000000")),
    ],
)  # fmt: skip
def test_what_is_no_accounts_answer_is_refused(raw: bytes) -> None:
    refused(raw)


def test_an_answer_that_is_cut_anywhere_is_refused() -> None:
    whole = answer(GOOD, row(asset='"ETH"'), more=',"uid":354937868')
    assert len(read(whole).balances) == 2
    for end in range(len(whole)):
        refused(whole[:end])
