"""Pages for whoever is signed in: who is not is led to sign in, and a failure is told on a page."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from urllib.parse import urlencode

from starlette.responses import RedirectResponse, Response

from cambist.actions.facts import Caller
from cambist.actions.recognise import recognise
from cambist.core.errors import CambistError, NotFound, SignInRefused
from cambist.core.sessions import Session
from cambist.web.doors import Handler, Visit, status_of
from cambist.web.rendering import rendered

SIGN_IN = "/sign-in"
_ID_DIGITS = 18

PageHandler = Callable[[Visit, Caller], Awaitable[Response]]


def page(handler: PageHandler) -> Handler:
    """A handler for whoever is signed in; the caller is that person, by the session's name."""

    async def answered(visit: Visit) -> Response:
        try:
            session = await recognise(visit.outside, visit.token)
        except SignInRefused:
            return _led_to_sign_in(visit)
        known = replace(visit, session=session)
        try:
            return await handler(known, caller_of(session))
        except CambistError as failure:
            return failed(known, failure)

    return answered


def _led_to_sign_in(visit: Visit) -> Response:
    """And back: to the page asked for, or the one that a form names as the next."""
    path = f"{SIGN_IN}?{urlencode({'next': visit.form.get('next', visit.here)})}"
    # A redirect would be followed by the script, and the page put into the one that is there.
    return Response(headers={"HX-Redirect": path}) if visit.by_script else RedirectResponse(path, 303)


def caller_of(session: Session) -> Caller:
    return Caller(session.user_id, session.name)


def id_in_path(visit: Visit) -> int:
    """The id that the path names. Raises NotFound for what cannot be one, as for an unknown one."""
    text = visit.path["id"]
    if not (text.isascii() and text.isdigit() and len(text) <= _ID_DIGITS):
        raise NotFound("Not Found")
    return int(text)


def failed(visit: Visit, failure: CambistError) -> Response:
    """The failure's own sentence on a page; one of ours is told in no detail."""
    status = status_of(failure)
    sentence = "Something went wrong on our side; the log names it." if status == 500 else str(failure)
    return rendered(visit, "failed.html", status, sentence=sentence)
