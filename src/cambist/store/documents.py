"""How facts become what is stored: figures as JSON text, holdings and receipts as compressed documents.

A snapshot's holdings are one document: arrays without names, since there is one a load. Every amount is
decimal text, digit for digit.
"""

import zlib
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

import msgspec

from cambist.actions.ports import LastRead
from cambist.core.errors import LOAD_FAILURES, LoadFailed
from cambist.core.prices import Route, Step
from cambist.core.receipts import Receipt
from cambist.core.terms import Balance, Figures, WalletBalances
from cambist.core.valuation import Holding


class _Row(msgspec.Struct, array_like=True):
    asset: str
    code: str
    free: Decimal
    locked: Decimal
    total: Decimal
    borrowed: Decimal
    interest: Decimal
    quote: str | None
    unit: Decimal | None
    carried_from: datetime | None
    steps: list[tuple[str, str, Decimal, bool]]


class _Wallet(msgspec.Struct, array_like=True):
    wallet: str
    read_at: datetime
    stale: bool
    rows: list[_Row]


_encoder = msgspec.json.Encoder(decimal_format="string")
_wallets = msgspec.json.Decoder(list[_Wallet])
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


def encode_holdings(wallets: Sequence[WalletBalances], holdings: Sequence[Holding]) -> bytes:
    """Wallets with their rows: the holdings, in the order in which the wallets hold their balances."""
    rows: dict[str, list[_Row]] = {wallet.wallet: [] for wallet in wallets}
    for holding in holdings:
        rows[holding.wallet].append(_row(holding))
    document = [_Wallet(w.wallet, w.read_at, w.stale, rows[w.wallet]) for w in wallets]
    return zlib.compress(_encoder.encode(document), 6)


def decode_holdings(document: bytes, at: datetime) -> LastRead:
    holdings: list[Holding] = []
    wallets: list[WalletBalances] = []
    for wallet in _wallets.decode(zlib.decompress(document)):
        found = [_holding(wallet.wallet, row) for row in wallet.rows]
        holdings.extend(found)
        balances = tuple(holding.balance for holding in found)
        wallets.append(WalletBalances(wallet.wallet, balances, wallet.read_at, wallet.stale))
    return LastRead(at, tuple(wallets), tuple(holdings))


def _row(holding: Holding) -> _Row:
    balance, route = holding.balance, holding.route
    return _Row(
        balance.asset,
        balance.code,
        balance.free,
        balance.locked,
        balance.total,
        balance.borrowed,
        balance.interest,
        None if route is None else route.quote,
        None if route is None else route.unit,
        None if route is None else route.carried_from,
        [] if route is None else [(s.base, s.quote, s.price, s.inverted) for s in route.steps],
    )


def _holding(wallet: str, row: _Row) -> Holding:
    balance = Balance(row.asset, row.code, row.free, row.locked, row.total, row.borrowed, row.interest)
    if row.quote is None or row.unit is None:
        return Holding(wallet, balance, None)
    steps = tuple(Step(*step) for step in row.steps)
    return Holding(wallet, balance, Route(row.quote, row.unit, steps, row.carried_from))
