"""The grammar of numbers from outside, and how figures become text."""

import re
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cambist.core.money import exchange_number, exchange_numbers, imported_number, plain_text
from tests.core.oracles import number_in, signed

NEARLY = st.text(alphabet="0123456789.eE+-_ \n٣５²NaInf,x", max_size=12)


def digits(most: int) -> st.SearchStrategy[str]:
    """1 to `most` digits, leading zeros included."""
    return st.builds(
        lambda n, size: str(n).zfill(size)[:size], st.integers(0, 10**most), st.integers(1, most)
    )


def written(whole: int, decimals: int, exponent: int) -> st.SearchStrategy[str]:
    """Text in the grammar's form, each part up to so many digits."""
    return st.builds(
        "{}{}{}{}".format,
        st.sampled_from(("", "-")),
        digits(whole),
        st.one_of(st.just(""), digits(decimals).map(".{}".format)),
        st.one_of(
            st.just(""),
            st.builds(
                "{}{}{}".format, st.sampled_from("eE"), st.sampled_from(("", "+", "-")), digits(exponent)
            ),
        ),
    )


AS_WRITTEN = written(42, 62, 3)


@given(st.lists(st.one_of(AS_WRITTEN, NEARLY, st.sampled_from(["1", "2\n3", "\n", ""])), max_size=4))
def test_many_numbers_are_read_as_one_by_one_or_refused_together(texts: list[str]) -> None:
    if any(map(refused, texts)):
        with pytest.raises(ValueError, match=r"^not all are numbers in the accepted form$"):
            exchange_numbers(texts)
    else:
        one_by_one = [exchange_number(text).as_tuple() for text in texts]
        assert [number.as_tuple() for number in exchange_numbers(texts)] == one_by_one


def test_numbers_that_repeat_are_as_many_and_as_exact_and_one_that_is_none_refuses_all() -> None:
    texts = ["0.00", *["0"] * 5, "0.00", "1e-8"]
    assert [str(number) for number in exchange_numbers(texts)] == ["0.00", *["0"] * 5, "0.00", "1E-8"]
    with pytest.raises(ValueError, match=r"^not all are numbers in the accepted form$"):
        exchange_numbers([*texts, "-"])


def test_one_number_of_a_character_too_many_refuses_all() -> None:
    longest = "9" * 40 + "." + "9" * 59 + "e-99"  # 104 characters
    assert exchange_numbers(["1", longest]) == [Decimal(1), Decimal(longest)]
    with pytest.raises(ValueError, match=r"^not all are numbers in the accepted form$"):
        exchange_numbers(["1", "9" * 40 + "." + "9" * 60 + "e-99"])


def refused(text: str) -> bool:
    try:
        exchange_number(text)
    except ValueError:
        return True
    return False


@given(st.one_of(AS_WRITTEN, NEARLY, st.text(max_size=8)))
def test_an_exchanges_number_is_read_exactly_or_refused(text: str) -> None:
    expected = number_in(text, 60) if len(text) <= 104 else None
    if expected is None:
        with pytest.raises(ValueError, match=r"^not a number in the accepted form$"):
            exchange_number(text)
    else:
        assert Fraction(exchange_number(text)) == expected


@given(st.one_of(written(41, 102, 2), NEARLY))
def test_an_imported_number_is_read_exactly_or_refused(text: str) -> None:
    expected = number_in(text, 100)
    if expected is None or (expected * 10**100).denominator != 1:
        with pytest.raises(ValueError, match="at most 100 digits after the point"):
            imported_number(text)
    elif written_decimals(text) <= 100:
        assert Fraction(imported_number(text)) == expected


def written_decimals(text: str) -> int:
    mantissa, _, exponent = text.lower().partition("e")
    return len(mantissa.partition(".")[2]) - int(exponent or 0)


@pytest.mark.parametrize(
    "text",
    [
        "9" * 40,
        "0." + "1" * 60,
        "-" + "9" * 40 + "." + "9" * 60 + "e9",  # 104 characters
        "1e99",
        "1E-99",
        "-0",
        "007",
    ],
)
def test_the_longest_accepted_numbers_keep_every_digit(text: str) -> None:
    assert exchange_number(text) == Decimal(text)
    assert exchange_number(text).as_tuple() == Decimal(text).as_tuple()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "9" * 41,
        "0." + "1" * 61,
        "-" + "9" * 40 + "." + "9" * 60 + "e+9",  # 105 characters, each part within its limit
        "1e100",
        "1e20000000",
        "1e-20000000",
        "+1",
        " 1",
        "1 ",
        "1\n",
        "\t1",
        "1_000",
        "1,5",
        ".5",
        "5.",
        "-.5",
        "--1",
        "1e",
        "1e+",
        "e5",
        "1.2.3",
        "0x10",
        "NaN",
        "sNaN",
        "Infinity",
        "-inf",
        "١٢٣",
        "１２",
        "²",
        "1" * 105,
        "1" * 1_000_000,
    ],
)
def test_anything_but_plain_ascii_digits_is_refused(text: str) -> None:
    assert refused(text)


@pytest.mark.parametrize("text", ["0." + "1" * 100, "1e-99", "1.5e-99", "-" + "9" * 40, "24.0", "1e5"])
def test_an_import_takes_up_to_a_hundred_decimals(text: str) -> None:
    assert imported_number(text).as_tuple() == Decimal(text).as_tuple()


@pytest.mark.parametrize("text", ["0." + "1" * 101, "1.25e-99", "9" * 41, "1e100", "", "+1", "NaN", "١"])
def test_an_import_refuses_more_decimals_than_are_ever_kept(text: str) -> None:
    with pytest.raises(ValueError, match=r"^not a decimal number with at most 100 digits after the point$"):
        imported_number(text)


@given(st.one_of(signed(60), st.builds(lambda n, e: Decimal(f"{n}E{e}"), st.integers(), st.integers(0, 50))))
@example(Decimal("-0"))
@example(Decimal("-0.000"))
@example(Decimal("0E-99"))
@example(Decimal("0E+9"))
@example(Decimal("-1E-60"))
def test_plain_text_reads_back_as_the_same_number_in_one_form(value: Decimal) -> None:
    text = plain_text(value)
    assert Fraction(text) == Fraction(value)
    assert re.fullmatch(r"-?(0|[1-9][0-9]*)\.(0|[0-9]*[1-9])", text)
    assert text != "-0.0"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("24", "24.0"),
        ("24.000", "24.0"),
        ("0", "0.0"),
        ("-0.00", "0.0"),
        ("100", "100.0"),
        ("-100", "-100.0"),
        ("1E+3", "1000.0"),
        ("-1E-7", "-0.0000001"),
        ("10.50", "10.5"),
        ("-0.50", "-0.5"),
        ("0.00048979846479077665182507861307944101622368", "0.00048979846479077665182507861307944101622368"),
    ],
)
def test_figures_are_written_plainly(value: str, text: str) -> None:
    assert plain_text(Decimal(value)) == text
