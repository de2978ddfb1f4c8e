"""Verify a receipt: work a load out again from what is kept of it, and compare every digit."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from hashlib import sha256

from cambist.actions.facts import Caller, KeptLoad
from cambist.actions.ports import Outside
from cambist.core.errors import AnswersNotKept, NotFound, SetupError
from cambist.core.history import Snapshot
from cambist.core.money import ONE, ZERO, exact, inverse_price
from cambist.core.prices import DOLLAR_COINS, Numeraire, Priced, Quote, Route
from cambist.core.profit import figures
from cambist.core.receipts import RawAnswer, Receipt
from cambist.core.terms import Call, Figures, Stablecoins, Worth
from cambist.core.valuation import Verdict, rate_of, value

Pairs = Iterator[tuple[str, object, object]]


@dataclass(frozen=True, slots=True)
class Difference:
    """A figure that is not what it is worked out to be: as it is kept, and as it comes out again."""

    field: str
    kept: str
    recomputed: str


@dataclass(frozen=True, slots=True)
class Hashed:
    """Of how many kept answers the sum was compared, and of how many it cannot be: something was removed."""

    hashed: int
    not_hashed: int


@dataclass(frozen=True, slots=True)
class Verified:
    """How many figures were compared, and those that differ. answers: None where none are kept."""

    receipt: Receipt
    compared: int
    differences: tuple[Difference, ...]
    answers: Hashed | None = None


async def verify_receipt(outside: Outside, caller: Caller, load_id: str) -> Verified:
    """The load worked out again, and the sums of the answers that are kept.

    Raises NotFound; SetupError where what is kept cannot be read or calculated with.
    """
    kept = await outside.history.kept_load(caller.user_id, load_id)
    if kept.snapshot is None:
        raise NotFound(f"The balances of load {load_id} are no longer kept: it cannot be worked out again.")
    try:
        heard = (await outside.answers.of_load(caller.user_id, load_id, outside.clock.now())).answers
    except AnswersNotKept:
        heard = None
    try:
        pairs = [*_pairs(load_id, kept, kept.snapshot), *_answer_pairs(kept.receipt.calls, heard)]
        unlike = tuple(Difference(name, _text(a), _text(b)) for name, a, b in pairs if a != b)
    except ArithmeticError as impossible:
        raise SetupError(
            f"Load {load_id} cannot be worked out again: the database was changed from outside."
        ) from impossible
    return Verified(kept.receipt, len(pairs), unlike, None if heard is None else _hashed(heard))


class _Kept(Priced):
    """A snapshot's routes, in the place of those that prices would give."""

    def __init__(self, known: Numeraire, routes: Mapping[str, Route]) -> None:
        self.numeraire = known
        self._kept = routes

    def route(self, asset: str) -> Route | None:
        return self._kept.get(asset)


def _pairs(load_id: str, kept: KeptLoad, snapshot: Snapshot) -> Pairs:
    """Every field that is compared: as it is kept, and as it comes out."""
    receipt, account = kept.receipt, kept.account
    rate = _rate(receipt)
    by_day = _daily(receipt)
    routes = {asset: _again(asset, route) for asset, route in kept.read.routes.items()} | by_day
    known = {asset: route for asset, route in routes.items() if route.quote in receipt.numeraire.quotes}
    valuation = value(kept.read.wallets, _Kept(receipt.numeraire, known))
    current = Worth(valuation.btc, valuation.usd, ZERO if rate is None else rate)
    again = figures(current, receipt.figures.currency, receipt.starts)
    complete = Verdict(receipt.missing).complete
    for asset, route in kept.read.routes.items():
        yield f"routes.{asset}.quote", route.quote, routes[asset].quote
        yield f"routes.{asset}.unit", route.unit, routes[asset].unit
    yield "snapshot.at", snapshot.at, receipt.at
    yield "snapshot.btc", snapshot.worth.btc, again.btc
    yield "snapshot.usd", snapshot.worth.usd, again.usd
    yield "snapshot.rate", snapshot.worth.rate, rate
    if snapshot.currency is not None:  # it was not always written down
        yield "snapshot.currency", snapshot.currency, receipt.figures.currency
    yield "snapshot.btc_usd", snapshot.btc_usd, receipt.numeraire.btc_usd
    yield "snapshot.complete", kept.complete, complete
    yield "receipt.load_id", receipt.load_id, load_id
    yield "receipt.market", receipt.market, account.market
    yield from _missing_pairs(kept)
    yield "receipt.unpriced", receipt.unpriced, valuation.unpriced
    yield from _coin_pairs(receipt)
    if receipt.valued_daily:
        yield "receipt.valued_daily", receipt.valued_daily, tuple(by_day)
    if receipt.display is not None:
        yield "receipt.display.currency", receipt.display.currency, receipt.figures.currency
        yield "receipt.display.rate", receipt.display.rate, rate
    yield from _figure_pairs("receipt", receipt.figures, again)
    if account.load_id == load_id:
        yield "account.loaded_at", account.loaded_at, receipt.at
        yield "account.complete", account.complete, complete
        yield from _figure_pairs("account", account.figures, again)
    if kept.sums is not None:
        yield "receipt.sum", *kept.sums


def _rate(receipt: Receipt) -> Decimal | None:
    """R by what the receipt says that it was told by."""
    currency, display = receipt.figures.currency, receipt.display
    if display is not None and display.route is not None:
        return rate_of(currency, receipt.numeraire, _again(currency, display.route))
    if display is not None and receipt.daily is not None and currency != "USD":
        return receipt.daily.rate(currency)
    return rate_of(currency, receipt.numeraire)


def _daily(receipt: Receipt) -> dict[str, Route]:
    """The routes by the day's rates, made again from those."""
    quotes, daily = receipt.numeraire.quotes, receipt.daily
    found = {asset: None if daily is None else daily.route(asset, quotes) for asset in receipt.valued_daily}
    return {asset: route for asset, route in found.items() if route is not None}


def _coin_pairs(receipt: Receipt) -> Pairs:
    """At par, each dollar coin: as the numeraire has it, and as one dollar."""
    known = receipt.numeraire
    if receipt.stablecoins is Stablecoins.PAR:
        for coin in sorted(DOLLAR_COINS & known.quotes.keys()):
            yield f"numeraire.{coin}", known.quotes[coin], Quote(ONE, known.btc_usd)


def _missing_pairs(kept: KeptLoad) -> Pairs:
    """The covered wallets that did not answer: as named, and as the balances that were read tell."""
    if kept.receipt.coverage is not None:
        read = {wallet.wallet for wallet in kept.read.wallets if not wallet.stale}
        lacking = tuple(name for name in kept.receipt.coverage.wallets if name not in read)
        yield "receipt.missing", tuple(gone.wallet for gone in kept.receipt.missing), lacking


def _answer_pairs(calls: Sequence[Call], heard: Sequence[RawAnswer] | None) -> Pairs:
    """Each call's sum: as the receipt tells it, and of the answer that is kept, where that is whole."""
    if heard is None:
        return
    yield "calls", len(calls), len(heard)
    for number, (call, answer) in enumerate(zip(calls, heard, strict=False)):
        again = answer.call.sha256 if _is_partial(answer) else sha256(answer.body or b"").hexdigest()
        yield f"calls.{number}.sha256", call.sha256, again


def _hashed(heard: Sequence[RawAnswer]) -> Hashed:
    partial = sum(map(_is_partial, heard))
    return Hashed(len(heard) - partial, partial)


def _is_partial(answer: RawAnswer) -> bool:
    return answer.redacted or answer.body is None


def _again(asset: str, route: Route) -> Route:
    """The route as its steps make it: where they lead from the asset, and the product of their prices."""
    here, unit = asset, ONE
    for step in route.steps:
        start, end = (step.quote, step.base) if step.inverted else (step.base, step.quote)
        here = end if start == here else f"{here}, which {start}/{end} does not start from"
        with exact():
            unit *= inverse_price(step.price) if step.inverted else step.price
    return route._replace(quote=here, unit=unit)


def _figure_pairs(where: str, kept: Figures, again: Figures) -> Pairs:
    yield f"{where}.currency", kept.currency, again.currency
    for name in ("btc", "usd", "display"):
        yield f"{where}.{name}", getattr(kept, name), getattr(again, name)
    for span in ("day", "month", "total"):
        for name in ("btc", "usd", "display"):
            kept_change = getattr(getattr(kept, span), name)
            change = getattr(getattr(again, span), name)
            yield f"{where}.{span}.{name}", kept_change.amount, change.amount
            yield f"{where}.{span}.{name}.percent", kept_change.percent, change.percent


def _text(value: object) -> str:
    match value:
        case Decimal():
            return format(value, "f")
        case datetime():
            return value.isoformat()
        case tuple():
            return ", ".join(map(str, value)) or "none"
    return str(value)
