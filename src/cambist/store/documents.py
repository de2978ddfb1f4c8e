"""How facts become what is stored: figures as JSON text, the larger ones as compressed documents.

A snapshot's holdings are one document, in columns and without names, since there is one a load. Every amount
is decimal text, digit for digit.
"""

import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from itertools import repeat, starmap
from operator import add, is_not

import msgspec

from cambist.actions.facts import LastRead
from cambist.core.control import Control
from cambist.core.errors import LOAD_FAILURES, LoadFailed
from cambist.core.money import ONE, ZERO, exact
from cambist.core.prices import Numeraire, Quote, Route, direct_route
from cambist.core.receipts import RawAnswer
from cambist.core.rights import UNKNOWN, KeyRights
from cambist.core.terms import Balance, Coverage, Figures, FlowsTold, Gaps, WalletBalances
from cambist.store.dictionaries import HOLDINGS, compressed, text_of

_Texts = tuple[str, ...]
_Amounts = tuple[Decimal, ...]
# Amounts as one text, a space between two; as a list in documents from before.
_Column = str | _Amounts


class _Wallet(msgspec.Struct, array_like=True):
    """A column a field. Empty: names that are the codes, totals of free and locked, debts of nothing."""

    wallet: str
    read_at: datetime
    stale: bool
    codes: _Texts = ()
    free: _Column = ()
    locked: _Column = ()
    assets: _Texts = ()
    totals: _Column = ()
    borrowed: _Column = ()
    interest: _Column = ()


class _Holdings(msgspec.Struct, array_like=True):
    """Prices are routes of one step, asset to quote; they are most: {quote: the assets, a column of prices}.

    quotes: {quote that routes end in: what a unit is in BTC, the denominator and a numerator that is not 1},
    but BTC and what is worth a dollar. None in documents from before they were kept.
    """

    wallets: list[_Wallet]
    prices: dict[str, tuple[_Texts, str] | dict[str, Decimal]]
    routes: dict[str, Route]
    quotes: dict[str, _Amounts] | None = None


class _WalletNames(msgspec.Struct, array_like=True):
    """The first columns of a wallet, the amounts left unread."""

    wallet: str
    read_at: datetime
    stale: bool
    codes: _Texts = ()
    free: msgspec.Raw = msgspec.Raw()
    locked: msgspec.Raw = msgspec.Raw()
    assets: _Texts = ()


class _HoldingsNames(msgspec.Struct, array_like=True):
    wallets: list[_WalletNames]


_encoder = msgspec.json.Encoder(decimal_format="string")
_holdings = msgspec.json.Decoder(_Holdings)
_holdings_names = msgspec.json.Decoder(_HoldingsNames)
_figures = msgspec.json.Decoder(Figures)
_rights = msgspec.json.Decoder(KeyRights)
_control = msgspec.json.Decoder(Control)
_answers = msgspec.msgpack.Decoder(tuple[RawAnswer, ...])
_coverage = msgspec.json.Decoder(Coverage)
_rates = msgspec.json.Decoder(dict[str, Decimal])
_gaps = msgspec.json.Decoder(Gaps)
_flows = msgspec.json.Decoder(FlowsTold)


def encode_figures(figures: Figures) -> str:
    return _encoder.encode(figures).decode()


@lru_cache(maxsize=1_024)
def decode_figures(text: str) -> Figures:
    """Figures read before are not read again: a list of accounts is read anew after every commit."""
    return _figures.decode(text)


def encode_rights(rights: KeyRights) -> str:
    return _encoder.encode(rights).decode()


@lru_cache(maxsize=128)
def decode_rights(text: str | None) -> KeyRights:
    """All unknown where none were ever kept."""
    return UNKNOWN if text is None else _rights.decode(text)


def encode_control(control: Control) -> str:
    return _encoder.encode(control).decode()


def decode_control(text: str) -> Control:
    return _control.decode(text)


def encode_coverage(coverage: Coverage) -> str:
    return _encoder.encode(coverage).decode()


@lru_cache(maxsize=1_024)
def decode_coverage(text: str) -> Coverage:
    return _coverage.decode(text)


def encode_gaps(gaps: Gaps) -> str:
    return _encoder.encode(gaps).decode()


@lru_cache(maxsize=1_024)
def decode_gaps(text: str) -> Gaps:
    return _gaps.decode(text)


def encode_flows(flows: FlowsTold) -> str:
    return _encoder.encode(flows).decode()


@lru_cache(maxsize=1_024)
def decode_flows(text: str | None) -> FlowsTold:
    """Unknown where no load has told any."""
    return FlowsTold() if text is None else _flows.decode(text)


def encode_rates(rates: Mapping[str, Decimal]) -> str:
    return _encoder.encode(rates).decode()


def decode_rates(text: str) -> dict[str, Decimal]:
    return _rates.decode(text)


def encode_answers(answers: Sequence[RawAnswer]) -> bytes:
    """In msgpack, which holds bytes as they are."""
    return zlib.compress(msgspec.msgpack.encode(answers), 1)


def decode_answers(document: bytes) -> tuple[RawAnswer, ...]:
    return _answers.decode(zlib.decompress(document))


def encode_failure(failure: LoadFailed) -> str:
    """The failure's kind, sentence, seconds to wait and key state: nothing else of it is kept."""
    known = (type(failure).__name__, str(failure), failure.retry_after_s, failure.key_state)
    return _encoder.encode(known).decode()


def decode_failure(text: str) -> LoadFailed:
    kind, message, retry_after_s, key_state = msgspec.json.decode(
        text, type=tuple[str, str, int | None, str | None]
    )
    return LOAD_FAILURES[kind](message, retry_after_s=retry_after_s, key_state=key_state)


def encode_holdings(
    wallets: Sequence[WalletBalances], routes: Mapping[str, Route], known: Numeraire | None = None
) -> bytes:
    """Wallets with their balances, the route of each asset held, and what the routes' quotes are in BTC."""
    direct: defaultdict[str, dict[str, Decimal]] = defaultdict(dict)
    others: dict[str, Route] = {}
    for asset, route in routes.items():
        match route:
            # Where asset, quote and price say all of the route, digit for digit.
            case (quote, unit, ((base, into, price, False),), None) if (
                price is unit and base == asset and into == quote
            ):
                direct[quote][asset] = unit
            case _:
                others[asset] = route
    prices = {quote: (tuple(units), _column(units.values())) for quote, units in direct.items()}
    with exact():
        document = _Holdings([_columns(wallet) for wallet in wallets], {**prices}, others)
    if known is not None:
        used = direct.keys() | {route.quote for route in others.values()}
        document.quotes = {q: _fraction(known.quotes[q]) for q in used if not _is_dollar_or_btc(q, known)}
    return compressed(_encoder.encode(document), HOLDINGS, 3)


def decode_holdings(document: bytes, at: datetime) -> LastRead:
    kept = _holdings.decode(text_of(document))
    direct = {
        asset: direct_route(asset, quote, unit)
        for quote, prices in kept.prices.items()
        for asset, unit in _units(prices)
    }
    with exact():
        wallets = tuple(
            WalletBalances(w.wallet, tuple(_balances(w)), w.read_at, w.stale) for w in kept.wallets
        )
    quotes = None if kept.quotes is None else {name: _quote(*told) for name, told in kept.quotes.items()}
    return LastRead(at, wallets, direct | kept.routes, quotes)


def _is_dollar_or_btc(quote: str, known: Numeraire) -> bool:
    return quote == "BTC" or known.quotes[quote] == Quote(ONE, known.btc_usd)


def _fraction(quote: Quote) -> _Amounts:
    if quote.numerator == ONE:
        return (quote.denominator,)
    return quote.denominator, quote.numerator


def _quote(denominator: Decimal, numerator: Decimal = ONE) -> Quote:
    return Quote(numerator, denominator)


def names_in(document: bytes) -> set[str]:
    """All assets in a document of holdings, by their folded names and as the exchange writes them."""
    kept = _holdings_names.decode(text_of(document))
    return {name for wallet in kept.wallets for name in (*wallet.codes, *wallet.assets)}


def _columns(wallet: WalletBalances) -> _Wallet:
    kept = _Wallet(wallet.wallet, wallet.read_at, wallet.stale)
    if not wallet.balances:
        return kept
    assets, kept.codes, free, locked, totals, borrowed, interest = zip(*wallet.balances, strict=True)
    kept.free, kept.locked = _column(free), _column(locked)
    if assets != kept.codes:
        kept.assets = assets
    if any(map(Decimal.compare_total, totals, map(add, free, locked))):
        kept.totals = _column(totals)
    if any(map(is_not, borrowed, repeat(ZERO))):
        kept.borrowed = _column(borrowed)
    if any(map(is_not, interest, repeat(ZERO))):
        kept.interest = _column(interest)
    return kept


def _column(amounts: Iterable[Decimal]) -> str:
    return " ".join([str(amount) for amount in amounts])


def _amounts(column: _Column) -> _Amounts:
    return tuple(map(Decimal, column.split())) if isinstance(column, str) else column


def _units(prices: tuple[_Texts, str] | dict[str, Decimal]) -> Iterable[tuple[str, Decimal]]:
    """Raises ValueError where not each asset has a price."""
    if isinstance(prices, dict):
        return prices.items()
    assets, units = prices
    return zip(assets, _amounts(units), strict=True)


def _balances(kept: _Wallet) -> Iterator[Balance]:
    """Raises ValueError where the columns are not of one length."""
    without = (ZERO,) * len(kept.codes)
    free, locked = _amounts(kept.free), _amounts(kept.locked)
    columns = (
        kept.assets or kept.codes,
        kept.codes,
        free,
        locked,
        _amounts(kept.totals) or tuple(map(add, free, locked)),
        _amounts(kept.borrowed) or without,
        _amounts(kept.interest) or without,
    )
    return starmap(Balance, zip(*columns, strict=True))


def encode_resting(resting: Sequence[tuple[str, str | None]]) -> str:
    """Markets, each with an egress, as the queries of what is due compare them."""
    return msgspec.json.encode([f"{market} {egress or ''}" for market, egress in resting]).decode()


def encode_numbers(numbers: Iterable[int]) -> str:
    """Numbers as queries over several of them read them."""
    return msgspec.json.encode([*numbers]).decode()
