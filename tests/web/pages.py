"""What tests of pages read out of them."""

import json
import re
from html import unescape
from typing import Any

from tests.web.browsers import Browser
from tests.worlds import Answer


async def page(browser: Browser, path: str) -> str:
    answer = await browser.ask("GET", path, Accept="text/html")
    assert answer.status == 200, answer.raw
    return answer.raw.decode()


def figures(html: str) -> list[str]:
    """The exact digits of all figures, in their order."""
    return re.findall(r'<data class="figure" value="([^"]*)"', html)


def within(html: str, start: str, end: str) -> str:
    """What stands between two texts, the first of each."""
    begin = html.index(start)
    return html[begin : html.index(end, begin)]


def text(html: str) -> str:
    """What a person reads, blanks folded."""
    said = re.sub(r"<(script|title).*?</\1>|<[^>]*>", " ", html, flags=re.DOTALL)
    return " ".join(unescape(said).split())


def chart(html: str) -> Any:
    return json.loads(within(html, '<script type="application/json">', "</script>").partition(">")[2])


def location(answer: Answer) -> str:
    assert answer.status == 303, answer.raw
    return str(answer.headers["Location"])
