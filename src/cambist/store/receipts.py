"""How receipts are stored: their JSON text, but for what follows from the rest of it.

Most of a receipt's digits are those of its nine profits, each the difference of two amounts that it tells as
well. Where one is that, digit for digit, it is left empty. A sum of the whole text stands after it: what is
read is what was written, and a changed digit is not taken for another profit.
"""

import zlib
from decimal import Decimal
from hashlib import sha256

import msgspec

from cambist.core.money import exact
from cambist.core.profit import FlowsSince
from cambist.core.receipts import Receipt, ReceiptDigest
from cambist.store.dictionaries import RECEIPT, compressed, text_of

# What nothing else in a receipt's text is called.
_PROFIT = b'"amount":"'

_encoder = msgspec.json.Encoder(decimal_format="string")
_receipt = msgspec.json.Decoder(Receipt)
_digest = msgspec.msgpack.Decoder(ReceiptDigest)


def encode_receipt(receipt: Receipt) -> bytes:
    text = _encoder.encode(receipt)
    before, *parts = text.split(_PROFIT)
    short = _PROFIT.join((before, *map(_shortened, parts, _differences(receipt))))
    return compressed(b"%b\n%b" % (short, _sum_of(text)), RECEIPT, 6, zlib.Z_FILTERED)


def decode_receipt(document: bytes) -> Receipt:
    return read_receipt(document)[0]


def read_receipt(document: bytes) -> tuple[Receipt, tuple[str, str] | None]:
    """A receipt, and the sum of its text: as kept, and as it is; None in those from before one was kept."""
    text, kept_sum = _whole(document)
    return _receipt.decode(text), (kept_sum.decode(), _sum_of(text).decode()) if kept_sum else None


def encode_digest(document: bytes) -> bytes:
    """What stays of a kept receipt: the SHA-256 of its JSON text, and what its snapshot does not tell."""
    text, _ = _whole(document)
    told = _receipt.decode(text)
    return msgspec.msgpack.encode(
        ReceiptDigest(sha256(text).digest(), told.cause, len(told.calls), told.missing, len(told.unpriced))
    )


def decode_digest(document: bytes) -> ReceiptDigest:
    return _digest.decode(document)


def _whole(document: bytes) -> tuple[bytes, bytes]:
    """A receipt's JSON text as it was written, and the sum kept with it, empty where none was.

    Raises as decoding does for what is no receipt.
    """
    short, _, kept_sum = text_of(document).partition(b"\n")
    before, *parts = short.split(_PROFIT)
    if not any(part.startswith(b'"') for part in parts):
        return short, kept_sum
    told = _differences(_receipt.decode(short.replace(_PROFIT + b'"', _PROFIT + b'0"')))
    whole = (each + part if part.startswith(b'"') else part for part, each in zip(parts, told, strict=True))
    return _PROFIT.join((before, *whole)), kept_sum


def _sum_of(text: bytes) -> bytes:
    return b"%08x" % zlib.crc32(text)


def _shortened(part: bytes, told: bytes) -> bytes:
    return part.removeprefix(told) if part.startswith(told + b'"') else part


def _differences(receipt: Receipt) -> list[bytes]:
    """Each profit as it follows: amount − (start + flows since); in the order of the text."""
    now, starts = receipt.figures, receipt.starts
    flows = starts.flows or FlowsSince()
    found: list[Decimal | None] = []
    with exact():
        for start, since in (
            (starts.day, flows.day),
            (starts.month, flows.month),
            (starts.total, flows.total),
        ):
            if start is None:
                found += (None, None, None)
            else:
                found += (
                    now.btc - (start.btc + since.btc),
                    now.usd - (start.usd + since.usd),
                    now.display - (start.usd * start.rate + since.display),
                )
    return [str(each).encode() for each in found]
