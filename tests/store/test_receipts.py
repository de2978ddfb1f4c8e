"""Receipts are kept without the profits that follow from them, and read back as they were written."""

import zlib
from dataclasses import replace
from decimal import Decimal
from hashlib import sha256

import msgspec
import pytest

from cambist.core.flows import Net
from cambist.core.profit import FlowsSince, Starts, figures
from cambist.core.receipts import Receipt, ReceiptDigest
from cambist.core.terms import Worth
from cambist.store.dictionaries import RECEIPT, WHOLE_RECEIPT, compressed, text_of
from cambist.store.receipts import (
    decode_digest,
    decode_receipt,
    encode_digest,
    encode_receipt,
    read_receipt,
)
from tests.store.builders import AT, DIGITS_45, LONG, WEI, load_of

NOW = Worth(Decimal("1.50"), Decimal("90000.125"), Decimal("0.9"))
STARTS = Starts(
    Worth(Decimal("1.25"), Decimal("80000.5"), Decimal("0.8")),
    Worth(Decimal("1.5"), Decimal("1E+2"), Decimal("0.91")),
    Worth(LONG, WEI, DIGITS_45),
    FlowsSince(month=Net(Decimal("0.125"), Decimal(-7), Decimal("-6.3"))),
)


def receipt_of(starts: Starts, now: Worth = NOW) -> Receipt:
    return replace(load_of("a").receipt, starts=starts, figures=figures(now, "EUR", starts))


def whole_text(receipt: Receipt) -> bytes:
    return msgspec.json.Encoder(decimal_format="string").encode(receipt)


def test_profits_that_follow_are_left_out_and_read_back_digit_for_digit() -> None:
    receipt = receipt_of(STARTS)
    document = encode_receipt(receipt)
    assert text_of(document).count(b'"amount":""') == 9
    assert repr(decode_receipt(document)) == repr(receipt)
    day, month = receipt.figures.day, decode_receipt(document).figures.month
    assert (str(day.btc.amount), str(day.usd.amount), str(day.display.amount)) == (
        "0.25",
        "9999.625",
        "16999.7125",
    )
    assert (str(month.btc.amount), str(month.usd.amount)) == ("-0.125", "89907.125")
    assert str(month.display.amount) == "80915.4125"
    plain = compressed(whole_text(receipt), WHOLE_RECEIPT, 6, zlib.Z_FILTERED)
    assert len(document) < 0.75 * len(plain)


@pytest.mark.parametrize(
    "starts", [Starts(), Starts(total=STARTS.total), replace(STARTS, flows=None), Starts(NOW, NOW, NOW)]
)
def test_a_receipt_without_all_of_the_starts_reads_back(starts: Starts) -> None:
    receipt = receipt_of(starts)
    assert repr(decode_receipt(encode_receipt(receipt))) == repr(receipt)


@pytest.mark.parametrize("told", ["0.250", "0.2", "0.25000000000000000001", "-0.25", "0", "2.5E-1"])
def test_a_profit_that_is_told_in_other_digits_is_kept_as_told(told: str) -> None:
    receipt = receipt_of(STARTS)
    day = receipt.figures.day
    other = replace(day, btc=replace(day.btc, amount=Decimal(told)))
    receipt = replace(receipt, figures=replace(receipt.figures, day=other))
    document = encode_receipt(receipt)
    assert text_of(document).count(b'"amount":""') == 9 - (str(Decimal(told)) != "0.25")
    assert repr(decode_receipt(document)) == repr(receipt)


@pytest.mark.parametrize("complete", [True, False])
def test_a_receipt_whose_profits_are_any_numbers_reads_back_whole(complete: bool) -> None:
    receipt = load_of("load", complete=complete).receipt
    assert repr(decode_receipt(encode_receipt(receipt))) == repr(receipt)


def test_receipts_from_before_profits_were_left_out_still_read() -> None:
    receipt = receipt_of(STARTS)
    for earlier in (
        compressed(whole_text(receipt), WHOLE_RECEIPT, 6, zlib.Z_FILTERED),
        zlib.compress(whole_text(receipt)),
    ):
        found, sums = read_receipt(earlier)
        assert (repr(found), sums) == (repr(receipt), None)
        assert encode_digest(earlier) == encode_digest(encode_receipt(receipt))
    without = (
        whole_text(receipt)
        .replace(b',"order":["USDT","BTC"]', b"")
        .replace(b',"flows":null,"display":null', b"")
    )
    found = decode_receipt(zlib.compress(without))
    assert found == replace(receipt, numeraire=replace(receipt.numeraire, order=()))


@pytest.mark.parametrize(
    ("written", "changed"),
    [
        (b'"80000.5"', b'"80000.6"'),
        (b'"status":200', b'"status":201'),
        (b'"percent":"20.00"', b'"percent":"20.01"'),
    ],
)
def test_the_sum_tells_that_anything_was_changed(written: bytes, changed: bytes) -> None:
    document = encode_receipt(receipt_of(STARTS))
    _, sums = read_receipt(document)
    assert sums is not None
    assert sums[0] == sums[1] == f"{zlib.crc32(whole_text(receipt_of(STARTS))):08x}"
    assert text_of(document).count(written) == 1
    _, after = read_receipt(compressed(text_of(document).replace(written, changed), RECEIPT, 6))
    assert after is not None
    assert (after[0], after[1] != after[0]) == (sums[0], True)


def test_a_profit_that_is_missing_without_a_start_is_no_receipt() -> None:
    text = text_of(encode_receipt(receipt_of(Starts()))).replace(b'"amount":"0"', b'"amount":""', 1)
    with pytest.raises(msgspec.DecodeError):
        decode_receipt(compressed(text, RECEIPT, 6))


def test_a_digest_is_made_of_the_whole_text() -> None:
    partial = replace(
        load_of("p", AT, complete=False).receipt, figures=receipt_of(STARTS).figures, starts=STARTS
    )
    found = decode_digest(encode_digest(encode_receipt(partial)))
    assert found == ReceiptDigest(sha256(whole_text(partial)).digest(), "test", 1, partial.missing, 1)
    assert ", partial, by test" in found.sentence("p", AT)
