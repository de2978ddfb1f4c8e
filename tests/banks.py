"""A central bank for tests: serves reference rates in the form of the European Central Bank's files."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date

from aiohttp import web

Rates = Mapping[str, str]

_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<gesmes:Envelope xmlns:gesmes="http://www.gesmes.org/xml/2002-08-01" '
    'xmlns="http://www.ecb.int/vocabulary/2002-08-01/eurofxref">\n'
    "\t<gesmes:subject>Reference rates</gesmes:subject>\n"
    "\t<gesmes:Sender>\n\t\t<gesmes:name>European Central Bank</gesmes:name>\n\t</gesmes:Sender>\n\t<Cube>\n"
)


def file_of(days: Mapping[date, Rates]) -> str:
    """The newest day first."""
    cubes = (
        f"\t\t<Cube time='{day}'>\n"
        + "".join(f"\t\t\t<Cube currency='{name}' rate='{rate}'/>\n" for name, rate in rates.items())
        + "\t\t</Cube>\n"
        for day, rates in sorted(days.items(), reverse=True)
    )
    return f"{_HEAD}{''.join(cubes)}\t</Cube>\n</gesmes:Envelope>"


@dataclass
class Bank:
    """asked: the files that it was asked for. body: what it answers in the place of a file."""

    days: dict[date, Rates]
    asked: list[str] = field(default_factory=list)
    status: int = 200
    body: str | None = None
    url: str = ""

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        self.asked.append(request.path.rpartition("-")[2])
        days = self.days
        if request.path.endswith("daily.xml"):
            days = {max(days): days[max(days)]}
        text = file_of(days) if self.body is None else self.body
        return web.Response(status=self.status, text=text, content_type="text/xml")


@asynccontextmanager
async def bank(days: Mapping[date, Rates]) -> AsyncIterator[Bank]:
    """A bank that knows the rates of some days."""
    made = Bank(dict(days))
    runner = web.ServerRunner(web.Server(made.answer))
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        made.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        yield made
    finally:
        await runner.cleanup()
