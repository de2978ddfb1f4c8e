"""Commands for receipts: what a load did, and whether its figures come out again."""

from decimal import Decimal
from typing import Annotated, Any

import typer

from cambist.actions.facts import KeptLoad
from cambist.actions.show_receipt import Share, shares
from cambist.actions.verify_receipt import Hashed, Verified, verify_receipt
from cambist.cli.answers import answers_document, print_answers
from cambist.cli.console import AsJson, AsUser, caller, fail, in_installation, print_json
from cambist.cli.lines import print_columns, print_line
from cambist.cli.times import time_shown
from cambist.core.errors import CambistError
from cambist.core.money import plain_text
from cambist.core.prices import Quarantined, Route, Step
from cambist.core.receipts import Receipt
from cambist.core.terms import Change, Coverage, Figures, Profit, Worth
from cambist.core.valuation import Verdict
from cambist.wiring import Cambist

app = typer.Typer(help="What a load did, and what it was worked out from.", no_args_is_help=True)

LoadId = Annotated[str, typer.Argument(help="A load's id, as X-Cambist-Receipt names it.", metavar="LOAD_ID")]
_NAMED = 12


@app.command()
def show(
    load_id: LoadId,
    answers: Annotated[
        bool, typer.Option("--answers", help="What the exchange answered, also to a load that failed.")
    ] = False,
    user: AsUser = None,
    as_json: AsJson = False,
) -> None:
    """Print what a load asked, found, and how it came to its figures."""

    async def work(cambist: Cambist) -> None:
        me = await caller(cambist, user)
        if answers:
            now = cambist.outside.clock.now()
            heard = await cambist.outside.answers.of_load(me.user_id, load_id, now)
            print_json(answers_document(heard)) if as_json else print_answers(heard)
            return
        kept = await cambist.outside.history.kept_load(me.user_id, load_id)
        if as_json:
            print_json(_document(kept))
        else:
            _print(kept)

    in_installation(work)


@app.command()
def verify(load_id: LoadId, user: AsUser = None, as_json: AsJson = False) -> None:
    """Work a load out again from what is kept of it, and compare every digit."""

    async def work(cambist: Cambist) -> Verified:
        return await verify_receipt(cambist.outside, await caller(cambist, user), load_id)

    done = in_installation(work)
    agree = done.compared - len(done.differences)
    if as_json:
        unlike = [_plain_difference(d.field, d.kept, d.recomputed) for d in done.differences]
        print_json(
            {
                "load_id": load_id,
                "compared": done.compared,
                "agree": agree,
                "answers": done.answers,
                "differences": unlike,
            }
        )
    if done.differences:
        if not as_json:
            rows = [(d.field, "kept " + d.kept, "recomputed " + d.recomputed) for d in done.differences]
            print_columns(rows, indent="")
        fail(CambistError(_sentence(done)), as_json=False)  # the one document on stdout is printed already
    if not as_json:
        print_line(f"All {done.compared} figures of load {load_id} agree{_hashed_text(done.answers)}.")


def _hashed_text(answers: Hashed | None) -> str:
    if answers is None:
        return ""
    partial = f"; answers that are not whole: {answers.not_hashed}" if answers.not_hashed else ""
    return f", {answers.hashed} of them the SHA-256 of an answer that is kept{partial}"


def _plain_difference(field: str, kept: str, recomputed: str) -> dict[str, str]:
    return {"field": field, "kept": kept, "recomputed": recomputed}


def _sentence(done: Verified) -> str:
    names = [difference.field for difference in done.differences]
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return (
        f"{len(names)} of {done.compared} figures of load {done.receipt.load_id} do not agree: "
        f"{', '.join(names[:_NAMED])}{more}."
    )


def _print(kept: KeptLoad) -> None:
    receipt, known = kept.receipt, kept.receipt.numeraire
    print_line(f"Load {receipt.load_id}")
    print_columns(
        [
            ("when", time_shown(receipt.at)),
            ("cause", receipt.cause),
            ("account", f"{kept.account.id} “{kept.account.name}”"),
            ("market", receipt.market),
            ("verdict", str(Verdict(receipt.missing))),
            *(("missing", f"{gone.wallet}: {gone.reason}") for gone in receipt.missing),
            *_coverage_rows(receipt.coverage),
            *(("quarantined", _quarantine_text(held)) for held in receipt.quarantined),
            ("prices", f"{receipt.tickers}, dollar coins by {receipt.stablecoins.value}"),
            ("BTC/USD", f"{plain_text(known.btc_usd)} by {known.source}"),
            *_currency_rows(receipt),
        ]
    )
    print_line("Calls")
    print_columns(
        [
            (
                call.method,
                call.path,
                str(call.status),
                f"{call.bytes} bytes",
                f"{call.ms} ms",
                f"weight {'unknown' if call.weight is None else call.weight}",
                f"sha256 {call.sha256}" if call.sha256 else "",
            )
            for call in receipt.calls
        ]
    )
    _print_shares(kept)
    _print_figures(receipt.figures)


def _currency_rows(receipt: Receipt) -> list[tuple[str, str]]:
    display, daily, rows = receipt.display, receipt.daily, []
    if display is not None and display.currency != display.wanted:
        rows.append(("display", f"USD, since nothing tells a rate of {display.wanted}"))
    elif display is not None:
        by = _route_text(display.route) or "by daily rates"
        rows.append(("display", f"1 USD is {plain_text(display.rate)} {display.currency} ({by})"))
        if display.assumed:
            rows.append(("display", f"at this rate for want of an older one: {', '.join(display.assumed)}"))
    if daily is not None:
        rates = ", ".join(f"{plain_text(rate)} {name}" for name, rate in daily.rates.items())
        of_assets = f"; they value {', '.join(receipt.valued_daily)}" if receipt.valued_daily else ""
        rows.append(("daily rates", f"1 EUR is {rates} by {daily.source}, {daily.day}{of_assets}"))
    return rows


def _quarantine_text(held: Quarantined) -> str:
    told, used = plain_text(held.told), plain_text(held.used)
    return f"{told} {held.base}/{held.quote} since {time_shown(held.since)}; {used} is used"


def _coverage_rows(coverage: Coverage | None) -> list[tuple[str, str]]:
    if coverage is None:
        return []
    left_out = [("not covered", f"{gone.wallet}: {gone.reason}") for gone in coverage.not_covered]
    return [("covered", ", ".join(coverage.wallets)), *left_out]


def _print_shares(kept: KeptLoad) -> None:
    if kept.snapshot is None:
        print_line("The balances of this load are no longer kept.")
        return
    priced = [share for share in shares(kept) if share.usd is not None]
    if priced:
        print_line("Assets: amount × price by route = value, share")
        print_columns([_share_row(share) for share in priced])
    if kept.receipt.unpriced:
        print_line(f"Without a price, worth nothing here: {', '.join(kept.receipt.unpriced)}")


def _share_row(share: Share) -> tuple[str, ...]:
    wallet = share.wallet + (" (last good reading)" if share.stale else "")
    usd = f"= {share.usd:,.2f} USD"
    return (
        wallet,
        share.balance.asset,
        plain_text(share.balance.total),
        _route_text(share.route),
        usd,
        f"{share.percent} %",
    )


def _route_text(route: Route | None) -> str:
    if route is None:
        return ""
    steps = " ".join(map(_step_text, route.steps)) or f"× 1 {route.quote}"
    return steps + (f" (of {time_shown(route.carried_from)})" if route.carried_from else "")


def _step_text(step: Step) -> str:
    return f"{'÷' if step.inverted else '×'} {plain_text(step.price)} {step.base}/{step.quote}"


def _print_figures(figures: Figures) -> None:
    print_line("Figures")
    unit = figures.currency
    others = () if unit == "USD" else (unit,)
    shown = () if unit == "USD" else (plain_text(figures.display),)
    rows: list[tuple[str, ...]] = [
        ("", "BTC", "USD", *others),
        ("amount", plain_text(figures.btc), plain_text(figures.usd), *shown),
    ]
    for name in ("day", "month", "total"):
        profit: Profit = getattr(figures, name)
        changes = (profit.btc, profit.usd, *(profit.display for _ in others))
        rows.append((f"{name} profit", *map(_change_text, changes)))
    print_columns(rows)


def _change_text(change: Change) -> str:
    return f"{plain_text(change.amount)} ({plain_text(change.percent)} %)"


def _document(kept: KeptLoad) -> dict[str, Any]:
    """The receipt as one JSON document; amounts are text in plain notation."""
    receipt, known = kept.receipt, kept.receipt.numeraire
    return {
        "load_id": receipt.load_id,
        "at": receipt.at,
        "cause": receipt.cause,
        "account_id": kept.account.id,
        "market": receipt.market,
        "verdict": str(Verdict(receipt.missing)),
        "missing": receipt.missing,
        "coverage": receipt.coverage,
        "calls": receipt.calls,
        "tickers": receipt.tickers,
        "quarantined": [
            {**held._asdict(), "told": _plain(held.told), "used": _plain(held.used)}
            for held in receipt.quarantined
        ],
        "stablecoins": receipt.stablecoins,
        "display": None
        if receipt.display is None
        else {
            "wanted": receipt.display.wanted,
            "currency": receipt.display.currency,
            "rate": _plain(receipt.display.rate),
            "route": _route_document(receipt.display.route),
            "assumed": receipt.display.assumed,
        },
        "daily": None
        if receipt.daily is None
        else {
            "source": receipt.daily.source,
            "day": receipt.daily.day,
            "rates": {name: _plain(rate) for name, rate in receipt.daily.rates.items()},
            "assets": receipt.valued_daily,
        },
        "numeraire": {
            "btc_usd": _plain(known.btc_usd),
            "source": known.source,
            "quotes": {
                name: {"numerator": _plain(quote.numerator), "denominator": _plain(quote.denominator)}
                for name, quote in known.quotes.items()
            },
        },
        "assets": [_share_document(share) for share in shares(kept)],
        "unpriced": receipt.unpriced,
        "starts": {name: _worth(getattr(receipt.starts, name)) for name in ("day", "month", "total")},
        "figures": _figures_document(receipt.figures),
    }


def _route_document(route: Route | None) -> dict[str, Any] | None:
    if route is None:
        return None
    return {
        "quote": route.quote,
        "unit": _plain(route.unit),
        "steps": [{**step._asdict(), "price": _plain(step.price)} for step in route.steps],
        "carried_from": route.carried_from,
    }


def _share_document(share: Share) -> dict[str, Any]:
    return {
        "wallet": share.wallet,
        "stale": share.stale,
        "asset": share.balance.asset,
        "code": share.balance.code,
        "total": _plain(share.balance.total),
        "route": _route_document(share.route),
        "usd": None if share.usd is None else plain_text(share.usd),
        "percent": None if share.percent is None else plain_text(share.percent),
    }


def _figures_document(figures: Figures) -> dict[str, Any]:
    told: dict[str, Any] = {"currency": figures.currency}
    told |= {name: plain_text(getattr(figures, name)) for name in ("btc", "usd", "display")}
    for span in ("day", "month", "total"):
        profit: Profit = getattr(figures, span)
        told[span] = {
            name: {"amount": plain_text(change.amount), "percent": plain_text(change.percent)}
            for name in ("btc", "usd", "display")
            for change in [getattr(profit, name)]
        }
    return told


def _worth(worth: Worth | None) -> dict[str, str] | None:
    if worth is None:
        return None
    return {"btc": plain_text(worth.btc), "usd": plain_text(worth.usd), "rate": plain_text(worth.rate)}


def _plain(value: Decimal) -> str:
    return format(value, "f")
