"""Routes of sessions: first run, sign in and out, where one is signed in."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from starlette.responses import RedirectResponse, Response

from cambist.actions.end_session import end_replaced, end_session, sign_out
from cambist.actions.first_run import finish_first_run
from cambist.actions.list_sessions import list_sessions
from cambist.actions.recognise import recognise
from cambist.actions.sign_in import sign_in
from cambist.core.doors import is_in_the_clear, local_path
from cambist.core.errors import (
    AccessDenied,
    CambistError,
    InvalidInput,
    NotFound,
    Overloaded,
    RateLimited,
    SignInRefused,
)
from cambist.core.sessions import Session
from cambist.core.terms import Secret
from cambist.web.doors import Doors, Handler, Visit, headers_of, status_of
from cambist.web.forms import needed, needed_secret
from cambist.web.pages.doors import first_run_page, sign_in_page

# What a person can do something about: the page is shown again and says it.
_TOLD = (AccessDenied, InvalidInput, Overloaded, RateLimited, SignInRefused)
AFTER_SIGN_IN, AFTER_SIGN_OUT, SESSIONS = "/", "/sign-in", "/sessions"
_ID_DIGITS = 18


class OpenSession(msgspec.Struct):
    """A session as its person sees it; current: the one that asks."""

    id: int
    created_at: datetime
    seen_at: datetime
    address: str
    agent: str
    current: bool


async def _first_run(visit: Visit) -> Response:
    """Signed in; or the page again, with what was typed as a name and never a secret."""
    form = visit.form
    try:
        _refuse_in_the_clear(visit.doors)
        begun = await finish_first_run(
            visit.outside,
            needed_secret(form, "token"),
            needed(form, "name"),
            needed_secret(form, "password"),
            visit.visitor,
        )
    except _TOLD as failure:
        if not visit.wants_page:
            raise
        return _again(failure, first_run_page(visit, **_why(visit, failure)))
    return await _signed_in(visit, *begun)


async def _sign_in(visit: Visit) -> Response:
    """The same of signing in."""
    try:
        _refuse_in_the_clear(visit.doors)
        name, password = needed(visit.form, "name"), needed_secret(visit.form, "password")
        begun = await sign_in(visit.outside, name, password, visit.visitor)
    except _TOLD as failure:
        if not visit.wants_page:
            raise
        return _again(failure, await sign_in_page(visit, visit.form.get("next", ""), **_why(visit, failure)))
    return await _signed_in(visit, *begun)


def _why(visit: Visit, failure: CambistError) -> dict[str, Any]:
    errors = failure.attributes if isinstance(failure, InvalidInput) else {}
    sentence = "" if errors else str(failure)
    return {"name": visit.form.get("name", ""), "sentence": sentence, "errors": errors}


def _again(failure: CambistError, response: Response) -> Response:
    response.status_code = status_of(failure)
    response.headers.update(headers_of(failure))
    return response


async def _sign_out(visit: Visit) -> Response:
    await sign_out(visit.outside, await recognise(visit.outside, visit.token))
    response = _on_to(visit, AFTER_SIGN_OUT)
    response.delete_cookie(
        visit.doors.cookie, secure=visit.doors.cookie_is_secure, httponly=True, samesite="lax"
    )
    return response


async def _sessions(visit: Visit) -> Response:
    own = await recognise(visit.outside, visit.token)
    listed = [
        OpenSession(
            each.id,
            each.created_at,
            each.seen_at,
            each.visitor.address,
            each.visitor.agent,
            each.id == own.id,
        )
        for each in await list_sessions(visit.outside, own.user_id)
    ]
    return Response(msgspec.json.encode(listed), media_type="application/json")


async def _end_session(visit: Visit) -> Response:
    own = await recognise(visit.outside, visit.token)
    session_id = visit.path["id"]
    if not (session_id.isascii() and session_id.isdigit() and len(session_id) <= _ID_DIGITS):
        raise NotFound("There is no such session.")
    await end_session(visit.outside, own.user_id, int(session_id), own.name)
    return _on_to(visit, SESSIONS)


def _refuse_in_the_clear(doors: Doors) -> None:
    """Raises AccessDenied where a password would cross a network that anybody on it can read."""
    if is_in_the_clear(doors.public_url) and not doors.allow_plain_http:
        raise AccessDenied(
            "Signing in over plain HTTP would show the password to the network: serve with TLS and an "
            "https CAMBIST_PUBLIC_URL, or set CAMBIST_ALLOW_PLAIN_HTTP."
        )


async def _signed_in(visit: Visit, session: Session, token: Secret) -> Response:
    await end_replaced(visit.outside, visit.token, session)
    response = _on_to(visit, AFTER_SIGN_IN)
    response.set_cookie(
        visit.doors.cookie,
        token.reveal(),
        secure=visit.doors.cookie_is_secure,
        httponly=True,
        samesite="lax",
    )
    return response


def _on_to(visit: Visit, otherwise: str) -> Response:
    return RedirectResponse(local_path(visit.form.get("next"), otherwise), 303)


ROUTES: Sequence[tuple[str, str, Handler]] = (
    ("POST", "/first-run", _first_run),
    ("POST", "/sign-in", _sign_in),
    ("POST", "/sign-out", _sign_out),
    ("GET", SESSIONS, _sessions),
    ("POST", "/sessions/{id}/end", _end_session),
)
