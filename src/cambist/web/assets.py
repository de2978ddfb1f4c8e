"""What pages load beside themselves: each file under a name that holds its content's hash, kept for ever."""

import gzip
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

STATIC = Path(__file__).parent / "static"
_MEDIA = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
_NAMES = (
    "cambist.css",
    "cambist.svg",
    "keys.css",
    "copy.js",
    "sent_once.js",
    "chart.css",
    "chart.js",
    "overview.css",
    "tables.css",
    "settings.css",
    "vendor/htmx.min.js",
    "vendor/hx-sse.min.js",
    "vendor/uplot.min.js",
    "vendor/uplot.css",
)
_KEPT = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class Asset:
    """A file as it is sent; packed: gzipped, once a process."""

    path: str
    media_type: str
    body: bytes
    packed: bytes


@cache
def assets() -> dict[str, Asset]:
    """Every asset by its own name. Raises FileNotFoundError where the build has not fetched them."""
    found = {}
    for name in _NAMES:
        file = STATIC / name
        body = file.read_bytes()
        path = f"/assets/{file.stem}.{sha256(body).hexdigest()[:12]}{file.suffix}"
        found[name] = Asset(path, _MEDIA[file.suffix], body, gzip.compress(body, 9, mtime=0))
    return found


def asset(name: str) -> str:
    """The path of an asset."""
    return assets()[name].path


async def _send(request: Request) -> Response:
    sought = next((each for each in assets().values() if each.path == request.url.path), None)
    headers = {"Cache-Control": _KEPT, "X-Content-Type-Options": "nosniff", "Vary": "Accept-Encoding"}
    if sought is None:
        return Response("There is no such file.", 404, media_type="text/plain")
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(sought.packed, 200, {**headers, "Content-Encoding": "gzip"}, sought.media_type)
    return Response(sought.body, 200, headers, sought.media_type)


ROUTE = Route("/assets/{name}", _send, methods=["GET"])
