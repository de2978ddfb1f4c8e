"""How facts become what is stored: figures as JSON text, holdings and receipts as compressed documents.

A snapshot's holdings are one document: arrays without names, since there is one a load. Every amount is
decimal text, digit for digit.
"""

import zlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec

from cambist.actions.facts import LastRead
from cambist.core.errors import LOAD_FAILURES, LoadFailed
from cambist.core.money import ZERO, exact
from cambist.core.prices import Route
from cambist.core.receipts import Receipt
from cambist.core.terms import Balance, Figures, WalletBalances

# A balance as a row: (code, free), (code, free, locked), or every field where these do not say it all.
_Row = tuple[Any, ...]


class _Wallet(msgspec.Struct, array_like=True):
    wallet: str
    read_at: datetime
    stale: bool
    rows: list[_Row]


class _Holdings(msgspec.Struct, array_like=True):
    wallets: list[_Wallet]
    routes: dict[str, Route]


_encoder = msgspec.json.Encoder(decimal_format="string")
_holdings = msgspec.json.Decoder(_Holdings)
_figures = msgspec.json.Decoder(Figures)
_receipt = msgspec.json.Decoder(Receipt)


def encode_figures(figures: Figures) -> str:
    return _encoder.encode(figures).decode()


def decode_figures(text: str) -> Figures:
    return _figures.decode(text)


def encode_receipt(receipt: Receipt) -> bytes:
    return zlib.compress(_encoder.encode(receipt), 3)


def decode_receipt(document: bytes) -> Receipt:
    return _receipt.decode(zlib.decompress(document))


def encode_failure(failure: LoadFailed) -> str:
    """The failure's kind, sentence, seconds to wait and key state: nothing else of it is kept."""
    known = (type(failure).__name__, str(failure), failure.retry_after_s, failure.key_state)
    return _encoder.encode(known).decode()


def decode_failure(text: str) -> LoadFailed:
    kind, message, retry_after_s, key_state = msgspec.json.decode(
        text, type=tuple[str, str, int | None, str | None]
    )
    return LOAD_FAILURES[kind](message, retry_after_s=retry_after_s, key_state=key_state)


def encode_holdings(wallets: Sequence[WalletBalances], routes: Mapping[str, Route]) -> bytes:
    """Wallets with their balances, and the route of each asset held."""
    with exact():
        rows = [_Wallet(w.wallet, w.read_at, w.stale, [_row(b) for b in w.balances]) for w in wallets]
    document = _Holdings(rows, dict(routes))
    return zlib.compress(_encoder.encode(document), 1)


def decode_holdings(document: bytes, at: datetime) -> LastRead:
    kept = _holdings.decode(zlib.decompress(document))
    with exact():
        wallets = tuple(
            WalletBalances(w.wallet, tuple(_balance(row) for row in w.rows), w.read_at, w.stale)
            for w in kept.wallets
        )
    return LastRead(at, wallets, kept.routes)


def _row(balance: Balance) -> _Row:
    """The shortest row that reads back digit for digit, zeros at the end of a number included."""
    asset, code, free, locked, total, borrowed, interest = balance
    if asset != code or borrowed is not ZERO or interest is not ZERO or total.compare_total(free + locked):
        return balance
    return (code, free, locked) if locked.compare_total(free - free) else (code, free)


def _balance(row: _Row) -> Balance:
    if len(row) == len(Balance._fields):
        return Balance(*row[:2], *map(Decimal, row[2:]))
    free = Decimal(row[1])
    locked = Decimal(row[2]) if len(row) > 2 else free - free
    return Balance(row[0], row[0], free, locked, free + locked)
