"""The pages before the others: sign in, first run; and the theme, which a cookie holds."""

from starlette.responses import RedirectResponse, Response

from cambist.core.doors import local_path
from cambist.core.errors import NotFound
from cambist.web.doors import Handler, Visit
from cambist.web.rendering import SYSTEM, THEME, THEMES, rendered

_A_YEAR_S = 365 * 86_400


async def sign_in(visit: Visit) -> Response:
    return await sign_in_page(visit, visit.query.get("next", "/"))


async def sign_in_page(
    visit: Visit,
    next_path: str,
    status: int = 200,
    *,
    name: str = "",
    sentence: str = "",
    errors: dict[str, list[str]] | None = None,
) -> Response:
    """sentence: why a try failed; what was typed as a name stays, a password never does."""
    owner = await visit.outside.users.owner()
    return rendered(
        visit,
        "sign_in.html",
        status,
        next=local_path(next_path, "/"),
        name=name,
        sentence=sentence,
        errors=errors or {},
        first_run=not owner.has_password,
    )


async def first_run(visit: Visit) -> Response:
    return first_run_page(visit)


def first_run_page(
    visit: Visit,
    status: int = 200,
    *,
    name: str = "",
    sentence: str = "",
    errors: dict[str, list[str]] | None = None,
) -> Response:
    return rendered(visit, "first_run.html", status, name=name, sentence=sentence, errors=errors or {})


async def choose_theme(visit: Visit) -> Response:
    """Of the two, or the system's own, which needs no cookie. Raises NotFound for any other."""
    theme = visit.form.get("theme", "")
    if theme not in (*THEMES, SYSTEM):
        raise NotFound("There is no such theme.")
    response = RedirectResponse(local_path(visit.form.get("next"), "/"), 303)
    if theme == SYSTEM:
        response.delete_cookie(THEME, secure=visit.doors.cookie_is_secure, httponly=True, samesite="lax")
        return response
    response.set_cookie(
        THEME,
        theme,
        max_age=_A_YEAR_S,
        secure=visit.doors.cookie_is_secure,
        httponly=True,
        samesite="lax",
    )
    return response


ROUTES: tuple[tuple[str, str, Handler], ...] = (
    ("GET", "/sign-in", sign_in),
    ("GET", "/first-run", first_run),
    ("POST", "/theme", choose_theme),
)
