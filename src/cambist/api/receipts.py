"""The endpoints of what a load read and worked out: balances by wallet, the receipt whole; exact texts."""

from datetime import datetime, timedelta
from decimal import Decimal

import msgspec

from cambist.actions.facts import KeptLoad
from cambist.api.endpoint import Answered, Asked
from cambist.api.entity import time_text
from cambist.api.starts import FlowsStateTold, StartsTold, flows_told, starts_told
from cambist.core.errors import NotFound
from cambist.core.money import plain_text
from cambist.core.prices import Numeraire, Quarantined, Route
from cambist.core.shares import Pricing
from cambist.core.terms import (
    Balance,
    Call,
    Change,
    Coverage,
    Figures,
    MissingWallet,
    Profit,
    WalletBalances,
)
from cambist.core.valuation import Verdict


class StepTold(msgspec.Struct):
    """One price: of one base in quote; inverted: one divided by it."""

    base: str
    quote: str
    price: str
    inverted: bool


class RouteTold(msgspec.Struct):
    """How one unit of an asset is valued: `unit` in `quote`. carried_from: when an older price was good."""

    quote: str
    unit: str
    steps: list[StepTold]
    carried_from: str | None


class BalanceTold(msgspec.Struct):
    """One asset in one wallet. price and price_btc: of one unit, in USD and BTC; null without a price.

    source: the price list, or "carried" for an older price.
    """

    asset: str
    code: str
    free: str
    locked: str
    borrowed: str
    interest: str
    total: str
    price: str | None
    price_btc: str | None
    usd: str | None
    source: str | None
    route: RouteTold | None


class WalletTold(msgspec.Struct):
    """A wallet. age_s: whole seconds since it was read; stale: its last good reading stands in."""

    wallet: str
    read_at: str
    age_s: int
    stale: bool
    balances: list[BalanceTold]


class Balances(msgspec.Struct):
    """What the last load read; missing: covered wallets that did not answer it, and why.

    covered: the wallets agreed when the account was connected; not_covered: others of its market, and why
    not. unpriced: assets that add nothing, since they have no price.
    """

    account_id: int
    load_id: str
    loaded_at: str
    verdict: str
    missing: tuple[MissingWallet, ...]
    covered: tuple[str, ...]
    not_covered: tuple[MissingWallet, ...]
    unpriced: tuple[str, ...]
    wallets: list[WalletTold]


class QuoteTold(msgspec.Struct):
    """What one unit of a quote is in BTC: numerator / denominator."""

    numerator: str
    denominator: str


class NumeraireTold(msgspec.Struct):
    """source: the exchange's own pair, or "foreign: " and the exchanges whose median btc_usd is."""

    btc_usd: str
    source: str
    quotes: dict[str, QuoteTold]


class ChangeTold(msgspec.Struct):
    amount: str
    percent: str


class ProfitTold(msgspec.Struct):
    btc: ChangeTold
    usd: ChangeTold
    display: ChangeTold


class FiguresTold(msgspec.Struct):
    currency: str
    btc: str
    usd: str
    display: str
    day: ProfitTold
    month: ProfitTold
    total: ProfitTold


class QuarantinedTold(msgspec.Struct):
    """A price too far from the last one to be believed yet, and the one used instead."""

    base: str
    quote: str
    told: str
    used: str
    since: str


class ReceiptTold(msgspec.Struct):
    """What a load did, and all that its figures follow from.

    coverage: null in receipts from before accounts had one.
    wallets: with ages at the load; null where the balances are no longer kept.
    """

    load_id: str
    at: str
    cause: str
    account_id: int
    market: str
    verdict: str
    missing: tuple[MissingWallet, ...]
    coverage: Coverage | None
    calls: tuple[Call, ...]
    tickers: str
    quarantined: list[QuarantinedTold]
    stablecoins: str
    numeraire: NumeraireTold
    wallets: list[WalletTold] | None
    unpriced: tuple[str, ...]
    flows: FlowsStateTold
    starts: StartsTold
    figures: FiguresTold


async def balances(asked: Asked) -> Answered[Balances]:
    account = await asked.outside.accounts.get(asked.caller.user_id, asked.account_id)
    kept = await asked.outside.history.kept_load(account.user_id, account.load_id)
    return Answered(
        Balances(
            account_id=account.id,
            load_id=account.load_id,
            loaded_at=time_text(account.loaded_at),
            verdict=str(Verdict(kept.receipt.missing)),
            missing=kept.receipt.missing,
            covered=account.coverage.wallets,
            not_covered=account.coverage.not_covered,
            unpriced=kept.receipt.unpriced,
            wallets=_wallets(kept, asked.outside.clock.now()),
        )
    )


async def receipt(asked: Asked) -> Answered[ReceiptTold]:
    """Raises NotFound for a load of another account too."""
    account = await asked.outside.accounts.get(asked.caller.user_id, asked.account_id)
    kept = await asked.outside.history.kept_load(account.user_id, asked.path["load_id"])
    if kept.account.id != account.id:
        raise NotFound("Not Found")
    told = kept.receipt
    return Answered(
        ReceiptTold(
            load_id=told.load_id,
            at=time_text(told.at),
            cause=told.cause,
            account_id=account.id,
            market=told.market,
            verdict=str(Verdict(told.missing)),
            missing=told.missing,
            coverage=told.coverage,
            calls=told.calls,
            tickers=told.tickers,
            quarantined=[_quarantined(held) for held in told.quarantined],
            stablecoins=told.stablecoins.value,
            numeraire=_numeraire(told.numeraire),
            wallets=None if kept.snapshot is None else _wallets(kept, told.at),
            unpriced=told.unpriced,
            flows=flows_told(told.flows),
            starts=starts_told(told.starts),
            figures=_figures(told.figures),
        )
    )


def _wallets(kept: KeptLoad, at: datetime) -> list[WalletTold]:
    rate = Decimal(1) if kept.snapshot is None else kept.snapshot.worth.rate
    pricing = Pricing(kept.read.routes, kept.receipt.numeraire, rate)
    return [_wallet(each, pricing, kept.receipt.tickers, at) for each in kept.read.wallets]


def _wallet(held: WalletBalances, pricing: Pricing, tickers: str, at: datetime) -> WalletTold:
    return WalletTold(
        wallet=held.wallet,
        read_at=time_text(held.read_at),
        age_s=(at - held.read_at) // timedelta(seconds=1),
        stale=held.stale,
        balances=[_balance(each, pricing, tickers) for each in held.balances],
    )


def _balance(held: Balance, pricing: Pricing, tickers: str) -> BalanceTold:
    route = pricing.routes.get(held.asset)
    price, value = pricing.value(held.asset), pricing.value(held.asset, held.total)
    source = "carried" if route is not None and route.carried_from is not None else tickers
    return BalanceTold(
        asset=held.asset,
        code=held.code,
        free=_digits(held.free),
        locked=_digits(held.locked),
        borrowed=_digits(held.borrowed),
        interest=_digits(held.interest),
        total=_digits(held.total),
        price=None if price is None else plain_text(price.usd),
        price_btc=None if price is None else plain_text(price.btc),
        usd=None if value is None else plain_text(value.usd),
        source=None if price is None else source,
        route=None if route is None else _route(route),
    )


def _route(route: Route) -> RouteTold:
    steps = [StepTold(step.base, step.quote, _digits(step.price), step.inverted) for step in route.steps]
    carried_from = None if route.carried_from is None else time_text(route.carried_from)
    return RouteTold(route.quote, _digits(route.unit), steps, carried_from)


def _numeraire(known: Numeraire) -> NumeraireTold:
    quotes = {
        asset: QuoteTold(_digits(quote.numerator), _digits(quote.denominator))
        for asset, quote in known.quotes.items()
    }
    return NumeraireTold(_digits(known.btc_usd), known.source, quotes)


def _quarantined(held: Quarantined) -> QuarantinedTold:
    told, used = _digits(held.told), _digits(held.used)
    return QuarantinedTold(held.base, held.quote, told, used, time_text(held.since))


def _figures(figures: Figures) -> FiguresTold:
    return FiguresTold(
        currency=figures.currency,
        btc=plain_text(figures.btc),
        usd=plain_text(figures.usd),
        display=plain_text(figures.display),
        day=_profit(figures.day),
        month=_profit(figures.month),
        total=_profit(figures.total),
    )


def _profit(profit: Profit) -> ProfitTold:
    return ProfitTold(*map(_change, (profit.btc, profit.usd, profit.display)))


def _change(change: Change) -> ChangeTold:
    return ChangeTold(plain_text(change.amount), plain_text(change.percent))


def _digits(value: Decimal) -> str:
    """Every digit as it was told, in plain notation."""
    return format(value, "f")
