"""People at a browser: what they type and see, and everything on their pages that must not happen."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, Request, Response, WebError

from tests.web.browsers import PASSWORD, give_password
from tests.worlds import World

DESKTOP, PHONE = (1440, 900), (390, 844)
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_NOTED = "console error: Failed to load resource: the server responded with a status of"
LIMIT_MS = 10_000


@dataclass
class Watch:
    """What went wrong or out: a console message, a broken script, another host, a page without the CSP.

    Chromium itself notes each answer of 4xx in the console: those to forms are meant, and told by the page.
    Without slots: Playwright keeps its own attributes on whom it tells.
    """

    address: str
    seen: list[str] = field(default_factory=list)
    refused: set[str] = field(default_factory=set)

    @property
    def faults(self) -> list[str]:
        return [each for each in self.seen if each not in self.refused]

    def over(self, context: BrowserContext) -> None:
        context.on("console", self._console)
        context.on("weberror", self._error)
        context.on("request", self._request)
        context.on("requestfailed", self._failed)
        context.on("response", self._response)

    def _console(self, message: ConsoleMessage) -> None:
        self.seen.append(f"console {message.type}: {message.text} ({message.location.get('url')})")

    def _error(self, error: WebError) -> None:
        self.seen.append(f"script: {error.error}")

    def _request(self, request: Request) -> None:
        if not request.url.startswith((f"{self.address}/", "data:")):
            self.seen.append(f"asked elsewhere: {request.url}")

    def _failed(self, request: Request) -> None:
        # A page that is left breaks off what it was still loading.
        if request.failure != "net::ERR_ABORTED":
            self.seen.append(f"failed: {request.url}: {request.failure}")

    def _response(self, response: Response) -> None:
        if response.request.method == "POST" and 400 <= response.status < 500:
            self.refused.add(f"{_NOTED} {response.status} ({response.status_text}) ({response.url})")
        is_page = response.headers.get("content-type", "").startswith("text/html")
        if is_page and response.headers.get("content-security-policy") != CSP:
            self.seen.append(f"without the CSP: {response.url}")


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody at a page of a world's server."""

    world: World
    page: Page
    watch: Watch

    async def opens(self, path: str) -> Response:
        answer = await self.page.goto(self.world.address + path)
        assert answer is not None
        return answer

    async def types(self, **fields: str) -> None:
        """Into the fields of these names."""
        for name, text in fields.items():
            await self.page.fill(f"main [name={name}]", text)

    async def presses(self, name: str, within: str = "body") -> None:
        """The button or link with exactly this name; whatever it leads to is loaded afterwards."""
        both = self.page.locator(within).get_by_role("button", name=name, exact=True)
        await both.or_(self.page.locator(within).get_by_role("link", name=name, exact=True)).first.click()
        await self.page.wait_for_load_state()

    async def signs_in(self, name: str = "owner", password: str = PASSWORD) -> None:
        await self.opens("/sign-in")
        await self.types(name=name, password=password)
        await self.presses("Sign in", "main")
        assert self.path == "/"

    @property
    def path(self) -> str:
        return self.page.url.removeprefix(self.world.address).partition("?")[0]

    @property
    def address(self) -> str:
        """Path and query."""
        return self.page.url.removeprefix(self.world.address)

    async def has(self, name: str) -> bool:
        """Whether a button of this name is seen."""
        return await self.page.get_by_role("button", name=name, exact=True).count() > 0

    async def token(self) -> str:
        """Of the session, as the browser keeps it."""
        kept = {each["name"]: each["value"] for each in await self.page.context.cookies()}
        return kept["__Host-cambist"]

    async def background(self) -> str:
        return str(await self.page.evaluate("getComputedStyle(document.body).backgroundColor"))

    async def reads(self, selector: str = "main") -> str:
        """The text as shown."""
        return await self.page.inner_text(selector)


@asynccontextmanager
async def somebody(chromium: Browser, made: World, **options: Any) -> AsyncIterator[Person]:
    """A person nobody knows yet; when they leave, nothing may have gone wrong on their pages."""
    width, height = DESKTOP
    context = await chromium.new_context(**{"viewport": {"width": width, "height": height}, **options})
    context.set_default_timeout(LIMIT_MS)
    watch = Watch(made.address)
    watch.over(context)
    try:
        yield Person(made, await context.new_page(), watch)
    finally:
        await context.close()
    faults = watch.faults
    assert not faults, "\n".join(faults)


@asynccontextmanager
async def owner(chromium: Browser, made: World, **options: Any) -> AsyncIterator[Person]:
    """The owner, signed in."""
    if not (await made.owner()).has_password:
        await give_password(made)
    async with somebody(chromium, made, **options) as person:
        await person.signs_in()
        yield person
