"""Connect an exchange account: choose the exchange, give its keys, see them tried before they are kept."""

from collections.abc import Mapping

from starlette.responses import RedirectResponse, Response

from cambist.actions.connect_account import connect_account
from cambist.actions.facts import Caller
from cambist.core.errors import CambistError, NotFound
from cambist.core.terms import Market
from cambist.web.doors import Handler, Visit
from cambist.web.exchange_keys import Refusal, asked_of, given_keys, refusal_of
from cambist.web.page import page
from cambist.web.rendering import rendered, view_in

MAX_SEARCH = 80
WALLET = "wallet."


async def _picker(visit: Visit, _: Caller) -> Response:
    """All markets, or those that the search finds; else what is known of that name."""
    sought = visit.query.get("q", "").strip()[:MAX_SEARCH]
    found = [market for market in visit.outside.exchanges.markets() if _fits(market, sought)]
    other, sentence = None, ""
    if not found:
        try:
            other = visit.outside.exchanges.market(sought.lower())
        except NotFound as unknown:
            sentence = str(unknown)
    return rendered(visit, "connect.html", sought=sought, markets=found, other=other, sentence=sentence)


def _fits(market: Market, sought: str) -> bool:
    names = f"{market.exchange_name} {market.code} {market.ccxt_id}".casefold()
    return all(word in names for word in sought.casefold().split())


async def _form(visit: Visit, _: Caller) -> Response:
    return _asking(visit, visit.outside.exchanges.market(visit.path["market"]))


async def _connect(visit: Visit, caller: Caller) -> Response:
    """Leads on to the account; or the page again, with all that was typed but secrets."""
    market, form = visit.outside.exchanges.market(visit.path["market"]), visit.form
    try:
        account = await connect_account(
            visit.outside,
            caller,
            type=market.code,
            name=form.get("name", ""),
            keys=given_keys(market, form),
            wallets=_wallets(form),
            egress=form.get("egress") or None,
        )
    except CambistError as failure:
        return _asking(visit, market, refusal_of(failure, market, {"name", *market.credentials}))
    return RedirectResponse(view_in(visit).url(f"/accounts/{account.id}"), 303)


def _wallets(form: Mapping[str, str]) -> list[str]:
    return [field.removeprefix(WALLET) for field in form if field.startswith(WALLET)]


def _asking(visit: Visit, market: Market, refusal: Refusal | None = None) -> Response:
    return rendered(
        visit,
        "connect_market.html",
        **asked_of(visit, market, market.wallets, refusal),
        chosen=_wallets(visit.form),
        egress=visit.form.get("egress", ""),
    )


ROUTES: tuple[tuple[str, str, Handler], ...] = (
    ("GET", "/connect", page(_picker)),
    ("GET", "/connect/{market}", page(_form)),
    ("POST", "/connect/{market}", page(_connect)),
)
