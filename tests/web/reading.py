"""Pages as a person reads them who is signed in: rows of cells, exact digits of figures, what is written."""

import re
from dataclasses import dataclass, field
from html import unescape
from html.parser import HTMLParser

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


@dataclass(slots=True)
class Cell:
    """text: as it is read; exact: the digits of its figures; links: where it leads."""

    text: str = ""
    exact: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)


class Page(HTMLParser):
    """rows: all rows of all tables in their order; text: all that is written, spaces as one."""

    def __init__(self, raw: bytes) -> None:
        super().__init__()
        self.rows: list[list[Cell]] = []
        self.whole = Cell()
        self._cell: Cell | None = None
        self.feed(raw.decode())
        self.text = _spaced(self.whole.text)
        for cell in (cell for row in self.rows for cell in row):
            cell.text = _spaced(cell.text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "tr":
            self.rows.append([])
        elif tag in {"td", "th"}:
            self._cell = Cell()
            self.rows[-1].append(self._cell)
        for into in (self.whole, self._cell):
            if into is not None and tag == "data":
                into.exact.append(given["value"] or "")
            if into is not None and tag == "a":
                into.links.append(given["href"] or "")

    def handle_endtag(self, tag: str) -> None:
        if tag in {"td", "th"}:
            self._cell = None

    def handle_data(self, data: str) -> None:
        for into in (self.whole, self._cell):
            if into is not None:
                into.text += data

    def row(self, begins: str) -> list[Cell]:
        """The one row whose first cell begins so."""
        [found] = [row for row in self.rows if row and row[0].text.startswith(begins)]
        return found

    def names(self) -> list[str]:
        """What the rows of the first table's body begin with, one word each."""
        return [row[0].text.split()[0] for row in self.rows[1:] if row[0].text]


def _spaced(text: str) -> str:
    """Plain spaces as one; those that break no line are part of a figure."""
    return re.sub("[ \n]+", " ", text).strip(" ")
