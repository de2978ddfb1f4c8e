"""The ASGI application: each request measured, signed, permitted, answered, and every answer JSON."""

import secrets
import time
from collections.abc import Sequence
from functools import partial
from typing import Any

import msgspec
import structlog
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from cambist.actions.authenticate import Authenticate
from cambist.api import errors
from cambist.api.endpoint import Asked, Endpoint, Served
from cambist.api.errors import WireError, wire_error
from cambist.api.origin import origin
from cambist.api.reference import reference_routes
from cambist.api.routes import ENDPOINTS
from cambist.api.signing import signed_request
from cambist.api.streaming import EventStream, Streamed
from cambist.api.values import JSON, UnsupportedMediaType, Values, read_values
from cambist.core.addresses import Address
from cambist.core.doors import MAX_BODY_BYTES, host_name
from cambist.core.errors import CambistError, RateLimited

log = structlog.get_logger(__name__)
_encoder = msgspec.json.Encoder(decimal_format="string")


def build_app(served: Served, others: Sequence[BaseRoute] = ()) -> Starlette:
    """The application: every endpoint at each of its paths, then the routes of other rooms."""
    authenticate = Authenticate(served.outside, served.limit_requests)
    routes = [
        Route(path, _Entrance(served, endpoint, authenticate), methods=[endpoint.method])
        for endpoint in ENDPOINTS
        for path in endpoint.paths
    ]
    app = Starlette(
        routes=[*routes, *reference_routes(served.public_url), *others],
        exception_handlers={HTTPException: partial(_unrouted, served), Exception: _broken},
        middleware=[Middleware(_HostDoor, served)],
    )
    app.router.redirect_slashes = False
    app.state.streams = served.streams
    return app


class _HostDoor:
    """Before all routes: lets in what asks for this server by one of its names, so that no page whose own
    name was turned to our address (DNS rebinding) can ask anything here."""

    def __init__(self, app: ASGIApp, served: Served) -> None:
        self._app = app
        self._served = served

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        hosts = [value for name, value in scope["headers"] if name == b"host"]
        if len(hosts) == 1 and host_name(hosts[0].decode("latin-1")) in self._served.hosts:
            await self._app(scope, receive, send)
        else:
            answer = _refused(self._served, Request(scope), WireError(*errors.MISDIRECTED))
            await answer(scope, receive, send)


class _Entrance:
    """The door of one endpoint; checks run in the order of the specification's API page."""

    def __init__(self, served: Served, endpoint: Endpoint, authenticate: Authenticate) -> None:
        self._served = served
        self._endpoint = endpoint
        self._authenticate = authenticate

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request_id = secrets.token_hex(8)
        started = time.perf_counter()
        try:
            response = await self._respond(Request(scope, receive))
        except CambistError as failure:
            error = wire_error(failure)
            if error.status == 500:
                log.error("request failed", request_id=request_id, error=type(failure).__name__)
            response = _error_response(error)
        except WireError as error:
            response = _error_response(error)
        except ClientDisconnect:
            return  # whoever asked went away before the body was whole: nobody is there to answer
        except Exception:
            log.exception("request broke", request_id=request_id)
            response = _error_response(WireError(*errors.INTERNAL_ERROR))
        response.headers["X-Request-Id"] = request_id
        log.info(
            "request",
            request_id=request_id,
            method=self._endpoint.method,
            route=self._endpoint.path,
            status=response.status_code,
            ms=round((time.perf_counter() - started) * 1000, 1),
        )
        await response(scope, receive, send)

    async def _respond(self, request: Request) -> Response:
        address = _admitted(self._served, request)
        body = await _body(request)
        values = _read(request, body)
        caller = api_key = None
        if not self._endpoint.public:
            signed = signed_request(request, body, self._served.public_url)
            api_key = signed.api_key
            caller = await self._authenticate(signed, address, self._endpoint.permission)
        path = request.path_params
        asked = Asked(self._served, self._endpoint, values, path, caller, api_key, request.headers)
        answered = await self._endpoint.handler(asked)
        if isinstance(answered.body, Streamed):
            return EventStream(answered.body)
        if self._endpoint.media_type != JSON:
            headers = dict(answered.headers)
            return Response(answered.body, self._endpoint.status, headers, self._endpoint.media_type)
        return _json(answered.body, self._endpoint.status, dict(answered.headers))


def _admitted(served: Served, request: Request) -> Address:
    """The address that a request comes from, and counts for. Raises RateLimited, or AddressBanned."""
    address = origin(request, served.trusted_proxies)
    served.limit_requests.of_address(address)
    return address


async def _body(request: Request) -> bytes:
    """The body, read no further than its limit."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            raise WireError(*errors.PAYLOAD_TOO_LARGE)
    return bytes(body)


def _read(request: Request, body: bytes) -> Values:
    """What the request says."""
    path: bytes = request.scope["raw_path"]
    if path != request.scope["path"].encode():
        raise WireError(*errors.NOT_FOUND)
    query: bytes = request.scope["query_string"]
    content_type = request.headers.get("content-type", "")
    if request.headers.get("content-encoding", "identity") != "identity":
        raise WireError(*errors.UNSUPPORTED_MEDIA_TYPE)
    try:
        return read_values(query, body, content_type)
    except UnsupportedMediaType:
        raise WireError(*errors.UNSUPPORTED_MEDIA_TYPE) from None


def _json(body: Any, status: int, headers: dict[str, str] | None = None) -> Response:
    return Response(_encoder.encode(body), status, headers, media_type="application/json")


def _error_response(error: WireError) -> Response:
    headers = {} if error.retry_after_s is None else {"Retry-After": str(error.retry_after_s)}
    if error.status == 413:
        headers["Connection"] = "close"
    return _json(error.body, error.status, headers)


async def _unrouted(served: Served, request: Request, exception: Exception) -> Response:
    """What the router itself refuses: no such path, or not by this method."""
    status = exception.status_code if isinstance(exception, HTTPException) else 404
    error = WireError(*(errors.METHOD_NOT_ALLOWED if status == 405 else errors.NOT_FOUND))
    response = _refused(served, request, error)
    if isinstance(exception, HTTPException) and exception.headers:
        response.headers.update(exception.headers)
    return response


def _refused(served: Served, request: Request, error: WireError) -> Response:
    """The answer to what reaches no endpoint, which counts for its address all the same."""
    try:
        _admitted(served, request)
    except RateLimited as failure:
        error = wire_error(failure)
    response = _error_response(error)
    response.headers["X-Request-Id"] = secrets.token_hex(8)
    return response


async def _broken(_: Request, __: Exception) -> Response:
    return _error_response(WireError(*errors.INTERNAL_ERROR))
