"""Replace an account's exchange keys: tried first; its id and its history stay."""

from starlette.responses import RedirectResponse, Response

from cambist.actions.choose_egress import egress_in_force
from cambist.actions.facts import Caller
from cambist.actions.update_account import update_account
from cambist.core.credentials import NOTHING, credentials_for
from cambist.core.errors import CambistError
from cambist.core.terms import Account
from cambist.web.doors import Handler, Visit
from cambist.web.exchange_keys import Refusal, asked_of, given_keys, refusal_of
from cambist.web.page import id_in_path, page
from cambist.web.rendering import rendered, view_in


async def _form(visit: Visit, caller: Caller) -> Response:
    return _asking(visit, await visit.outside.accounts.get(caller.user_id, id_in_path(visit)))


async def _replace(visit: Visit, caller: Caller) -> Response:
    """Leads back to the account; or the page again, with all that was typed but secrets."""
    account = await visit.outside.accounts.get(caller.user_id, id_in_path(visit))
    market = visit.outside.exchanges.market(account.market)
    keys = given_keys(market, visit.form)
    try:
        if keys == NOTHING:
            credentials_for(market, keys)  # raises: to the action, no keys at all would be those there are
        await update_account(
            visit.outside, caller, account.id, keys=keys, egress=visit.form.get("egress") or None
        )
    except CambistError as failure:
        return _asking(visit, account, refusal_of(failure, market, market.credentials))
    return RedirectResponse(view_in(visit).url(f"/accounts/{account.id}"), 303)


def _asking(visit: Visit, account: Account, refusal: Refusal | None = None) -> Response:
    market = visit.outside.exchanges.market(account.market)
    in_force = egress_in_force(visit.outside.rules.egresses, account.egress)
    return rendered(
        visit,
        "replace_keys.html",
        **asked_of(visit, market, account.coverage.wallets, refusal),
        account=account,
        egress=visit.form.get("egress") or in_force,
    )


ROUTES: tuple[tuple[str, str, Handler], ...] = (
    ("GET", "/accounts/{id}/keys", page(_form)),
    ("POST", "/accounts/{id}/keys", page(_replace)),
)
