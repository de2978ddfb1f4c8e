"""Pages as a person reads them who is signed in."""

from html import unescape

from tests.web.browsers import Browser, give_password
from tests.worlds import Answer, World


async def signed_in(made: World, name: str = "owner") -> Browser:
    await give_password(made, name)
    return await Browser(made, headers={"Accept": "text/html"}).signed_in(name)


def said(answer: Answer) -> str:
    """The page's text, quotes and signs as they are read."""
    return " ".join(unescape(answer.raw.decode()).split())


async def page(browser: Browser, path: str) -> str:
    answer = await browser.ask("GET", path)
    assert answer.status == 200, (path, answer.raw)
    return said(answer)
