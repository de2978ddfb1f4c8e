"""Settings: of one's figures, of what is told where, of one's ways in; and what the server is set to."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from starlette.responses import RedirectResponse, Response

from cambist.actions.add_threshold import add_threshold
from cambist.actions.add_user import add_user, checked_name, checked_password, set_password
from cambist.actions.change_password import change_password
from cambist.actions.choose_preferences import DEFAULT, choose_preferences
from cambist.actions.deliver_events import send_test
from cambist.actions.end_session import end_session
from cambist.actions.facts import Caller
from cambist.actions.keep_webhook import add_webhook, rotate_webhook
from cambist.actions.list_sessions import list_sessions
from cambist.core.currencies import CURRENCIES, DUST_USD
from cambist.core.errors import AccessDenied, CambistError, InvalidInput, NotFound, Overloaded, RateLimited
from cambist.core.events import Kind
from cambist.core.money import typed_number
from cambist.core.sessions import Session
from cambist.core.terms import Account, Secret, Stablecoins
from cambist.core.thresholds import Measure, Side
from cambist.core.webhooks import Webhook
from cambist.web.agents import browser_name
from cambist.web.doors import Handler, Visit, headers_of, status_of
from cambist.web.forms import needed, needed_secret
from cambist.web.page import page
from cambist.web.rendering import rendered, view_in

SETTINGS = "/settings"
KIND = "kind."
EACH = ""
_ID_DIGITS = 18
_MOST_ACCOUNTS = 1_000
# What a person can do something about: said in its section, with what was typed.
_TOLD = (AccessDenied, InvalidInput, Overloaded, RateLimited)

STABLECOINS: Mapping[Stablecoins, str] = {
    Stablecoins.REFERENCE: "reference: by what bitcoin costs in each",
    Stablecoins.PAR: "par: one dollar each",
    Stablecoins.MARKET: "market: by their own price in dollars",
}
KINDS: Mapping[Kind, str] = {
    Kind.LOADED: "a load brought balances",
    Kind.KEY_INVALID: "an exchange came to refuse its keys",
    Kind.KEY_OK: "refused keys work again",
    Kind.PARTIAL: "a wallet stopped answering",
    Kind.COMPLETE: "all wallets answer again",
    Kind.UNRECONCILED: "a total came to be off the exchange's own",
    Kind.RECONCILED: "it fits again",
    Kind.UNEXPLAINED_CHANGE: "an amount changed and nothing explains it",
    Kind.THRESHOLD_CROSSED: "a figure crossed a threshold of yours",
    Kind.WEBHOOK_DISABLED: "a webhook was given up",
}
MEASURES: Mapping[Measure, str] = {
    Measure.USD: "worth in USD",
    Measure.DAY_PROFIT_PERCENT: "24 h profit in %",
}


@dataclass(frozen=True, slots=True)
class Said:
    """What a section says of what was asked of it. errors: by field; typed: what stays in the fields."""

    section: str
    sentence: str = ""
    is_bad: bool = False
    errors: Mapping[str, list[str]] = field(default_factory=dict)
    typed: Mapping[str, str] = field(default_factory=dict)


# {what was done: (its section, the sentence on the page after)}
DONE: Mapping[str, tuple[str, str]] = {
    "figures": ("figures", "Saved. Each account's next load brings its figures in this form."),
    "webhook-removed": ("webhooks", "The webhook is removed: nothing more is sent there."),
    "threshold-added": ("thresholds", "The threshold is added: the load that crosses it is told of."),
    "threshold-removed": ("thresholds", "The threshold is removed."),
    "password": ("password", "The password is changed, and all other sessions are ended."),
    "session-ended": ("sessions", "The session is ended."),
    "person-added": ("people", "The person is added and can sign in with that password."),
}

Work = Callable[[Visit, Caller], Awaitable[str | Response]]


async def _show(visit: Visit, caller: Caller) -> Response:
    section, sentence = DONE.get(visit.query.get("done", ""), ("", ""))
    return await _page(visit, caller, Said(section, sentence))


async def _do(visit: Visit, caller: Caller) -> Response:
    """What the form asks for; leads to the page that says it is done, or says there why not."""
    section, work = FORMS.get(visit.form.get("do", ""), ("", None))
    if work is None:
        raise NotFound("There is no such setting.")
    try:
        done = await work(visit, caller)
    except _TOLD as failure:
        response = await _page(visit, caller, _why(section, failure, visit.form))
        response.status_code = status_of(failure)
        response.headers.update(headers_of(failure))
        return response
    if isinstance(done, Response):
        return done
    return RedirectResponse(f"{view_in(visit).url(SETTINGS, done=done)}#{DONE[done][0]}", 303)


def _why(section: str, failure: CambistError, typed: Mapping[str, str]) -> Said:
    if isinstance(failure, InvalidInput):
        return Said(section, errors=failure.attributes, typed=typed)
    return Said(section, str(failure), is_bad=True)


async def _page(visit: Visit, caller: Caller, said: Said) -> Response:
    outside, session = visit.outside, _session(visit)
    user = await outside.users.get(caller.user_id)
    is_owner = await _is_owner(visit, caller)
    accounts = await outside.accounts.listed(caller.user_id, limit=_MOST_ACCOUNTS)
    return rendered(
        visit,
        "settings.html",
        said=said,
        user=user,
        default=outside.rules,
        currencies=CURRENCIES,
        dust="" if user.chosen.dust_usd is None else f"{user.chosen.dust_usd:f}",
        dust_by_default=f"{DUST_USD:f}",
        stablecoins=STABLECOINS,
        refresh_every=_span(visit.doors.refresh_every_s),
        keep_answers=_span(visit.doors.keep_answers_s),
        webhooks=await outside.webhooks.listed(caller.user_id),
        waiting=await outside.webhooks.waiting(caller.user_id),
        kinds=KINDS,
        thresholds=await outside.thresholds.listed(caller.user_id),
        measures=MEASURES,
        accounts=accounts,
        account_names=_names(accounts),
        sessions=await list_sessions(outside, caller.user_id),
        session=session,
        browser_name=browser_name,
        people=await outside.users.listed() if is_owner else [],
    )


def _names(accounts: list[Account]) -> dict[int, str]:
    return {account.id: account.name for account in accounts}


def _session(visit: Visit) -> Session:
    if visit.session is None:
        raise NotFound("Not Found")
    return visit.session


async def _is_owner(visit: Visit, caller: Caller) -> bool:
    return (await visit.outside.users.owner()).id == caller.user_id


def _span(seconds: int) -> str:
    """A setting's seconds in the largest unit that leaves no rest; empty for 0."""
    for size, name in ((86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second")):
        if seconds and seconds % size == 0:
            count = seconds // size
            return f"{count} {name}{'' if count == 1 else 's'}"
    return ""


def _id(visit: Visit, name: str = "id") -> int:
    """Raises NotFound for what cannot be one, as for an unknown one."""
    text = visit.form.get(name, "")
    if not (text.isascii() and text.isdigit() and len(text) <= _ID_DIGITS):
        raise NotFound("Not Found")
    return int(text)


async def _choose_figures(visit: Visit, caller: Caller) -> str:
    user = await visit.outside.users.get(caller.user_id)
    currency, mode = needed(visit.form, "display_currency"), needed(visit.form, "stablecoins")
    dust = visit.form.get("dust_usd", "").strip().replace(",", "") or DEFAULT
    await choose_preferences(visit.outside, user, caller.via, currency, mode, dust)
    return "figures"


async def _add_webhook(visit: Visit, caller: Caller) -> Response:
    kinds = [kind for kind in KINDS if KIND + kind in visit.form]
    url = needed(visit.form, "url").strip()
    return _secret_page(visit, *await add_webhook(visit.outside, caller, url, kinds))


async def _rotate_webhook(visit: Visit, caller: Caller) -> Response:
    return _secret_page(visit, *await rotate_webhook(visit.outside, caller, _id(visit)), rotated=True)


def _secret_page(visit: Visit, webhook: Webhook, secret: Secret, *, rotated: bool = False) -> Response:
    """The only page that ever shows the secret."""
    return rendered(
        visit, "webhook_secret.html", webhook=webhook, secret=secret.reveal(), rotated=rotated, kinds=KINDS
    )


async def _test_webhook(visit: Visit, caller: Caller) -> Response:
    webhook = await visit.outside.webhooks.get(caller.user_id, _id(visit))
    sent = await send_test(visit.outside, caller, webhook.id)
    said = (
        f"A test event was delivered: {webhook.url} answered {sent.status}."
        if sent.is_success
        else f"A test event was not delivered: {webhook.url} {sent.why}."
    )
    return await _page(visit, caller, Said("webhooks", said, is_bad=not sent.is_success))


async def _remove_webhook(visit: Visit, caller: Caller) -> str:
    outside = visit.outside
    await outside.webhooks.remove(caller.user_id, _id(visit), caller.via, outside.clock.now())
    return "webhook-removed"


async def _add_threshold(visit: Visit, caller: Caller) -> str:
    form = visit.form
    try:
        measure, side = Measure(form.get("measure", "")), Side(form.get("side", ""))
    except ValueError:
        raise InvalidInput({"measure": ["must be chosen"]}) from None
    try:
        value = typed_number(needed(form, "value").strip().replace(",", ""))
    except ValueError:
        raise InvalidInput({"value": ["must be a number such as 10000 or -2.5"]}) from None
    account_id = None if form.get("account_id", EACH) == EACH else _id(visit, "account_id")
    await add_threshold(visit.outside, caller, measure, side, value, account_id)
    return "threshold-added"


async def _remove_threshold(visit: Visit, caller: Caller) -> str:
    await visit.outside.thresholds.remove(caller.user_id, _id(visit))
    return "threshold-removed"


async def _change_password(visit: Visit, caller: Caller) -> str:
    old, new = needed_secret(visit.form, "old_password"), needed_secret(visit.form, "new_password")
    await change_password(visit.outside, _session(visit), old, new)
    return "password"


async def _end_session(visit: Visit, caller: Caller) -> str:
    await end_session(visit.outside, caller.user_id, _id(visit), caller.via)
    return "session-ended"


async def _add_person(visit: Visit, caller: Caller) -> str:
    if not await _is_owner(visit, caller):
        raise AccessDenied("Only the owner adds people.")
    name = checked_name(needed(visit.form, "name"))
    password = checked_password(needed_secret(visit.form, "password"))
    user = await add_user(visit.outside, name, caller.via)
    await set_password(visit.outside, user, password, caller.via)
    return "person-added"


# {what a form asks to do: (its section, the work)}
FORMS: Mapping[str, tuple[str, Work]] = {
    "choose-figures": ("figures", _choose_figures),
    "add-webhook": ("webhooks", _add_webhook),
    "rotate-webhook": ("webhooks", _rotate_webhook),
    "test-webhook": ("webhooks", _test_webhook),
    "remove-webhook": ("webhooks", _remove_webhook),
    "add-threshold": ("thresholds", _add_threshold),
    "remove-threshold": ("thresholds", _remove_threshold),
    "change-password": ("password", _change_password),
    "end-session": ("sessions", _end_session),
    "add-person": ("people", _add_person),
}

ROUTES: tuple[tuple[str, str, Handler], ...] = (
    ("GET", SETTINGS, page(_show)),
    ("POST", SETTINGS, page(_do)),
)
