"""How a fault changes the answer an exchange would have given; pure, the wire is not touched here."""

import struct
import zlib
from collections.abc import Callable
from dataclasses import replace
from functools import cache, reduce
from http import HTTPStatus
from typing import Any

from msgspec import Raw, json

from cambist.simulator import faults
from cambist.simulator.protocol import HTML, Answer, Exchange

BOMB_BYTES = 100_000_000
PAGE = b"<!DOCTYPE html><html><head><title>Sign in</title></head><body><h1>Please sign in</h1></body></html>"
ROW_NAMES = ("asset", "symbol", "coin", "ccy", "instId", "product_id", "pair")
MONEY = ("value", "amount")
ROW_NUMBERS = (
    *("free", "price", "lastPrice", "bidPrice", "last"),
    *("totalAmount", "amount", "marginBalance", "totalWalletBalance"),
    *("equity", "walletBalance", "balance", "quantity"),
    *("eq", "bal", "amt"),
    "available_balance",
    *("totalEquity", "totalBal"),
    *("change", "txnAmt", "orderValue", "balChg", "earnings"),
)
Row = dict[str, Any]
_GZIP_HEADER = b"\x1f\x8b\x08\0\0\0\0\0\2\xff"


def bend(  # noqa: PLR0911 - one return a fault
    fault: faults.Fault | None, answer: Answer, exchange: Exchange, home: str
) -> Answer:
    """The answer after the fault; `home` is the path under which the exchange is served."""
    match fault:
        case faults.StatusFault():
            return _status(fault, exchange)
        case faults.ErrorFault():
            return exchange.error(fault.status, fault.code, fault.msg)
        case faults.EmptyFault():
            return Answer(200, b"")
        case faults.HtmlFault():
            return Answer(200, PAGE, HTML)
        case faults.RedirectFault():
            return Answer(302, b"", HTML, {"Location": home + faults.LANDING})
        case faults.GzipBombFault():
            return Answer(200, gzip_bomb(), headers={"Content-Encoding": "gzip"})
        case faults.TruncatedFault(cut="length"):
            return replace(answer, body=answer.body[: len(answer.body) // 2])
        case faults.BadNumberFault():
            value = Raw(fault.value.encode()) if fault.bare else fault.value
            return _with_row(answer, exchange, fault.row, lambda row: [_renumbered(row, value)])
        case faults.DuplicateAssetFault(key=True):
            return _with_row(answer, exchange, fault.row, lambda row: [_doubled_key(row)])
        case faults.DuplicateAssetFault():
            return _with_row(answer, exchange, fault.row, lambda row: [row, row])
        case _:
            return answer


def _status(fault: faults.StatusFault, exchange: Exchange) -> Answer:
    headers = {} if fault.retry_after_s is None else {"Retry-After": str(fault.retry_after_s)}
    if fault.body is not None:
        return Answer(fault.status, fault.body.encode(), headers=headers)
    if fault.status == HTTPStatus.FORBIDDEN or fault.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        page = f"<html><body><h1>{fault.status}</h1></body></html>".encode()
        return Answer(fault.status, page, HTML, headers)
    return replace(exchange.refusal(fault.status), headers=headers)


def _with_row(
    answer: Answer, exchange: Exchange, name: str | None, change: Callable[[Row], list[Any]]
) -> Answer:
    """Changes one row of an account or a ticker list; an error or any answer without such a row stays."""
    body = json.decode(answer.body)
    rows = exchange.rows(body)
    if isinstance(rows, dict):
        return replace(answer, body=_with_member(json.encode(body), rows, name, change))
    single = not rows and isinstance(body, dict)
    rows = [body] if single else rows
    for place, row in enumerate(rows):
        if _number(row) and name in (None, *(row.get(key) for key in ROW_NAMES)):
            rows[place : place + 1] = change(row)
            return replace(answer, body=json.encode(rows[0] if single else body))
    return answer


def _with_member(
    body: bytes, rows: dict[str, Any], name: str | None, change: Callable[[Row], list[Any]]
) -> bytes:
    """Changes one row of an object by name; one that comes twice has its name twice, as JSON allows."""
    for key, row in rows.items():
        if isinstance(row, dict) and _number(row) and name in (None, key):
            changed = b",".join(_member(key, each) for each in change(row))
            return body.replace(_member(key, row), changed, 1)
    return body


def _member(name: str, row: Any) -> bytes:
    return json.encode(name) + b":" + json.encode(row)


def _number(row: Row) -> str:
    return next((key for key in ROW_NUMBERS if key in row), "")


def _renumbered(row: Row, value: Raw | str) -> Row:
    """With its number so written; that of money stands in an object, beside its currency."""
    name = _number(row)
    money = row[name]
    if isinstance(money, dict):
        return {**row, name: {part: value if part in MONEY else old for part, old in money.items()}}
    return {**row, name: value}


def _doubled_key(row: Row) -> Raw:
    """The second value is zero, so that a reader who keeps the last one is seen to lose the asset."""
    return Raw(json.encode(row)[:-1] + b',"' + _number(row).encode() + b'":"0.00000000"}')


@cache
def gzip_bomb() -> bytes:
    """Gzip of BOMB_BYTES zeros, some 100 KB: a packed megabyte over and over, for packing all takes 0.7 s."""
    block = bytes(1_000_000)
    times = BOMB_BYTES // len(block)
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    packed = packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH)
    checksum = reduce(lambda known, _: zlib.crc32(block, known), range(times), 0)
    return _GZIP_HEADER + packed * times + packer.flush() + struct.pack("<II", checksum, BOMB_BYTES)
