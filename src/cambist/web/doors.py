"""The doors for browsers: who is let in, from which page, and what every answer carries."""

import gzip
import secrets
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

import structlog
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from cambist.actions.limit_requests import LimitRequests
from cambist.actions.load_all import LoadAll
from cambist.actions.load_balances import LoadBalances
from cambist.actions.ports import Outside
from cambist.core import errors
from cambist.core.addresses import NOWHERE, Address, Network, address, origin
from cambist.core.doors import comes_from_us
from cambist.core.sessions import Session, Visitor, shortened_agent
from cambist.core.terms import Secret
from cambist.web.forms import Refused, read_form

# Referrer-Policy is not no-referrer, under which browsers send "Origin: null" with our own forms.
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
}
RETRY_S = 5
_LEVEL = 4  # a page of a hundred accounts in two milliseconds, to a tenth

# The first row that fits decides; a failure without one is ours.
_STATUSES: tuple[tuple[type[errors.CambistError], int], ...] = (
    (errors.InvalidInput, 400),
    (errors.SignInRefused, 401),
    (errors.AccessDenied, 403),
    (errors.NotFound, 404),
    (errors.RateLimited, 429),
    (errors.Overloaded, 503),
    (errors.StoreUnavailable, 503),
    (errors.LoadFailed, 502),
)

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Doors:
    """What the routes for browsers work with. refresh_every_s, keep_answers_s: as set; 0 is off."""

    outside: Outside
    load_balances: LoadBalances
    load_all: LoadAll
    limit_requests: LimitRequests
    public_url: str
    trusted_proxies: tuple[Network, ...] = ()
    allow_plain_http: bool = False
    refresh_every_s: int = 0
    keep_answers_s: int = 0

    @property
    def cookie_is_secure(self) -> bool:
        return self.public_url.startswith("https://") or not self.allow_plain_http

    @property
    def cookie(self) -> str:
        """The cookie's name; its prefix makes browsers hold it to this host, to TLS and to no other path."""
        return "__Host-cambist" if self.cookie_is_secure else "cambist"


@dataclass(frozen=True, slots=True)
class Visit:
    """One request of a browser: where it comes from, its session's token, what its form says.

    here: the path and query asked for. wants_page: a person looks at the answer, no program. by_script: htmx
    asks, and puts the answer into the page that is there.
    session: of the person signed in, once it is recognised.
    """

    doors: Doors
    visitor: Visitor
    token: Secret | None
    form: Mapping[str, str]
    path: Mapping[str, str]
    query: Mapping[str, str] = field(default_factory=dict)
    cookies: Mapping[str, str] = field(default_factory=dict)
    here: str = "/"
    wants_page: bool = False
    by_script: bool = False
    session: Session | None = None

    @property
    def outside(self) -> Outside:
        return self.doors.outside

    @property
    def is_signed_in(self) -> bool:
        return self.session is not None


Handler = Callable[[Visit], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Entrance:
    """The door of one route."""

    doors: Doors
    method: str
    path: str
    handler: Handler

    @property
    def route(self) -> Route:
        return Route(self.path, self, methods=[self.method])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request_id, started = secrets.token_hex(8), time.perf_counter()
        request = Request(scope, receive)
        try:
            response = await self._respond(request)
        except ClientDisconnect:
            return  # whoever asked went away before the form was whole
        except Refused as refused:
            response = PlainTextResponse(str(refused), refused.status)
        except errors.CambistError as failure:
            response = _told(failure)
            if response.status_code == 500:
                log.error("request failed", request_id=request_id, error=type(failure).__name__)
        except Exception:
            log.exception("request broke", request_id=request_id)
            response = PlainTextResponse(_OURS, 500)
        response.headers.update({**HEADERS, "X-Request-Id": request_id})
        if response.media_type == "text/html" and "gzip" in request.headers.get("accept-encoding", ""):
            _pack(response)
        log.info(
            "request",
            request_id=request_id,
            method=self.method,
            route=self.path,
            status=response.status_code,
            ms=round((time.perf_counter() - started) * 1000, 1),
        )
        await response(scope, receive, send)

    async def _respond(self, request: Request) -> Response:
        asker = _asker(request, self.doors.trusted_proxies)
        self.doors.limit_requests.of_address(asker)
        form: Mapping[str, str] = {}
        if request.method == "POST":
            self._check_page(request)
            form = await read_form(request)
        token = request.cookies.get(self.doors.cookie)
        visit = Visit(
            self.doors,
            Visitor(str(asker), shortened_agent(request.headers.get("user-agent", ""))),
            None if token is None else Secret(token),
            form,
            request.path_params,
            request.query_params,
            request.cookies,
            request.url.path + (f"?{request.url.query}" if request.url.query else ""),
            "text/html" in request.headers.get("accept", ""),
            "hx-request" in request.headers,
        )
        return await self.handler(visit)

    def _check_page(self, request: Request) -> None:
        headers, url = request.headers, self.doors.public_url
        if not comes_from_us(headers.get("origin"), headers.get("sec-fetch-site"), url):
            raise errors.AccessDenied(f"This was not sent by a page of {url}: open that and try again.")


def _pack(response: Response) -> None:
    response.body = gzip.compress(response.body, _LEVEL)
    response.headers.update({"Content-Encoding": "gzip", "Content-Length": str(len(response.body))})


def _asker(request: Request, trusted: tuple[Network, ...]) -> Address:
    peer = NOWHERE if request.client is None else address(request.client.host)
    return origin(peer, request.headers.getlist("x-forwarded-for"), trusted)


def status_of(failure: errors.CambistError) -> int:
    return next((status for kind, status in _STATUSES if isinstance(failure, kind)), 500)


_OURS = "Something went wrong on our side; X-Request-Id names it in the log."


def _told(failure: errors.CambistError) -> Response:
    """The failure's own sentence with its status; one of ours is told in no detail."""
    status = status_of(failure)
    return PlainTextResponse(_OURS if status == 500 else str(failure), status, headers_of(failure))


def headers_of(failure: errors.CambistError) -> dict[str, str]:
    """When it may be tried again, where that is known."""
    if isinstance(failure, errors.RateLimited):
        return {"Retry-After": str(failure.retry_after_s)}
    return {"Retry-After": str(RETRY_S)} if status_of(failure) == 503 else {}
