"""Take stock of an exchange account: read wallets and prices side by side, value them, work out profit."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any, TypeVar

from cambist.actions.facts import Heard, LastRead, Load, Reading
from cambist.actions.find_rate import LoadRates, at_their_rates, rates_then
from cambist.actions.note_changes import Stock, note_changes, with_noted
from cambist.actions.ports import Outside
from cambist.core.currencies import Chosen, Display
from cambist.core.flows import NetFlows
from cambist.core.flows import told as told_of
from cambist.core.history import Baselines, Snapshot
from cambist.core.money import ONE
from cambist.core.prices import Priced, Route, quarantined_in
from cambist.core.profit import DAY, MONTH, NO_FLOWS, begins, figures, starts
from cambist.core.receipts import Receipt
from cambist.core.terms import Coverage, Credentials, FlowState, Market, WalletBalances, Worth
from cambist.core.valuation import (
    Valuation,
    Verdict,
    counted_once,
    judge,
    value,
    value_with,
    value_with_carried,
    worth_of,
)

A = TypeVar("A")
B = TypeVar("B")

FRESH_FOR = timedelta(seconds=1)
ASK_AGAIN_AFTER_S = 2


async def take_stock(
    outside: Outside,
    market: Market,
    credentials: Credentials,
    *,
    load_id: str,
    cause: str,
    wallets: Sequence[str],
    agree: Callable[[Reading], Coverage],
    chosen: Chosen,
    account_id: int | None = None,
    heard: Heard | None = None,
) -> Load:
    """Everything a load brings, nothing of it kept yet. An account not yet kept has no id and no past.

    wallets: those to read. agree: what the account covers, now that they were read. chosen: the form of its
    user's figures.
    heard: takes down what the exchange answers, whether or not the load comes to its end.
    Raises LoadFailed.
    """
    preferences = outside.rules.preferences(chosen)
    past, rates = _Past(outside, account_id), LoadRates(outside)
    reading, price_list = await side_by_side(
        _read(outside, market, credentials, wallets, past, heard), outside.exchanges.price_list(market)
    )
    now = outside.clock.now()
    coverage = agree(reading)
    held, verdict = await _judge(market, coverage, reading, past)
    priced = price_list.priced(market, preferences.stablecoins)
    valuation, valued_daily = await _value(held, priced, past, rates, now)
    display = await rates.display(preferences.display_currency, priced)
    known = priced.numeraire
    current = Worth(valuation.btc, valuation.usd, display.rate)
    snapshot = Snapshot(now, current, known.btc_usd, display.currency)
    own = snapshot if verdict.complete else None
    before, assumed = await at_their_rates(outside, await past.baselines(now), display)
    noted = None
    if verdict.complete:
        stock = Stock(now, held, valuation.routes, partial(_price, priced, valuation, current.rate))
        noted = await note_changes(outside, account_id, market, before, stock)
    then = await rates_then(outside, display.currency, display.rate)
    flows, noted = with_noted(then.flows(await past.flows(before)), before, noted)
    since = starts(now, before, own, flows)
    told = told_of(flows, begins(now, before), now)
    found = figures(current, display.currency, since)
    receipt = Receipt(
        load_id=load_id,
        cause=cause,
        at=now,
        market=market.code,
        stablecoins=preferences.stablecoins,
        tickers=price_list.id,
        numeraire=known,
        calls=reading.calls,
        missing=verdict.missing,
        unpriced=valuation.unpriced,
        starts=since,
        figures=found,
        coverage=coverage,
        quarantined=quarantined_in(price_list, known, _gone_by(valuation, display)),
        flows=None if told.state is FlowState.UNKNOWN else told,
        display=None if display == Display() else replace(display, assumed=assumed),
        daily=rates.used,
        valued_daily=valued_daily,
    )
    return Load(
        complete=verdict.complete,
        snapshot=snapshot,
        wallets=held,
        routes=valuation.routes,
        figures=found,
        receipt=receipt,
        fresh_until=now + FRESH_FOR,
        coverage=coverage,
        uid=reading.uid,
        answers=None if heard is None else tuple(heard.answers),
        egress=reading.egress,
        noted=noted,
        flows=told,
    )


class _Past:
    """An account's history, read only when asked for."""

    def __init__(self, outside: Outside, account_id: int | None) -> None:
        self._history = outside.history
        self._flows = outside.flows
        self._account_id = account_id

    async def last_read(self) -> LastRead:
        return LastRead() if self._account_id is None else await self._history.last_read(self._account_id)

    async def baselines(self, now: datetime) -> Baselines:
        if self._account_id is None:
            return Baselines()
        return await self._history.baselines(self._account_id, now - DAY, now - MONTH)

    async def flows(self, known: Baselines) -> NetFlows:
        if self._account_id is None or known.flows is None:
            return NO_FLOWS
        return await self._flows.net(self._account_id, known.flows.version)


async def _read(
    outside: Outside,
    market: Market,
    credentials: Credentials,
    wallets: Sequence[str],
    past: _Past,
    heard: Heard | None,
) -> Reading:
    """The wallets; an account that is empty now and was not before is read once more, then believed."""
    reading = await outside.exchanges.read_wallets(market, credentials, wallets, heard)
    if _holds_something(reading.answered) or not _holds_something((await past.last_read()).wallets):
        return reading
    await outside.clock.sleep(ASK_AGAIN_AFTER_S)
    again = await outside.exchanges.read_wallets(market, credentials, wallets, heard)
    return replace(again, calls=reading.calls + again.calls)


def _holds_something(wallets: tuple[WalletBalances, ...]) -> bool:
    return any(balance.total for wallet in wallets for balance in wallet.balances)


async def _judge(
    market: Market, coverage: Coverage, reading: Reading, past: _Past
) -> tuple[tuple[WalletBalances, ...], Verdict]:
    last = await past.last_read() if reading.failures else LastRead()
    last_good = {wallet.wallet: wallet for wallet in last.wallets}
    wallets, verdict = judge(coverage.wallets, reading.answered, reading.failed, last_good)
    return counted_once(wallets, market.mirrors), verdict


def _price(priced: Priced, valuation: Valuation, rate: Decimal, asset: str) -> Worth | None:
    """Of one unit, whether it is held or not."""
    route = valuation.routes.get(asset) or priced.route(asset)
    return None if route is None else worth_of(ONE, route, valuation.numeraire, rate)


async def _value(
    held: Sequence[WalletBalances], priced: Priced, past: _Past, rates: LoadRates, now: datetime
) -> tuple[Valuation, tuple[str, ...]]:
    """The worth of what is held, and the assets valued by daily rates: fiat that has no price.

    Whatever else has none is valued by its last price.
    """
    valuation = value(held, priced)
    if not valuation.unpriced:
        return valuation, ()
    daily = await rates.routes(valuation.unpriced, priced)
    valuation = value_with(held, valuation, daily)
    if valuation.unpriced and (last := await past.last_read()).at is not None:
        valuation = value_with_carried(held, valuation, last.routes, last.at, now)
    return valuation, tuple(daily)


def _gone_by(valuation: Valuation, display: Display) -> Mapping[str, Route]:
    """The routes that figures follow from, that of the display currency among them."""
    route = display.route
    return valuation.routes if route is None else {display.currency: route, **valuation.routes}


async def side_by_side(first: Coroutine[Any, Any, A], second: Coroutine[Any, Any, B]) -> tuple[A, B]:
    """Both results; the first's failure counts before the second's, and neither outlives the other."""
    other = asyncio.ensure_future(second)
    try:
        return await first, await other
    finally:
        other.cancel()
