"""Pages out of templates: every text escaped, every figure by `figures`. Jinja comes with the first page."""

from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from starlette.responses import Response

from cambist.web import figures, written
from cambist.web.assets import asset
from cambist.web.doors import Visit
from cambist.web.view import View, view_of

TEMPLATES = Path(__file__).parent / "templates"
THEME = "theme"
THEMES = ("light", "dark")
SYSTEM = "system"


def rendered(visit: Visit, template: str, status: int = 200, **facts: Any) -> Response:
    """A page; facts: what its template names beside what every page has."""
    now = visit.outside.clock.now()
    theme = visit.cookies.get(THEME, "")
    said = {
        "here": visit.here,
        "now": now,
        "theme": theme if theme in THEMES else "",
        "view": view_in(visit),
        "signed_in": visit.is_signed_in,
        **facts,
    }
    text: str = _environment().get_template(template).render(said)
    return Response(text, status, media_type="text/html")


def view_in(visit: Visit) -> View:
    return view_of(visit.query, visit.outside.rules.display_currency)


@cache
def _environment() -> Any:
    jinja2 = import_module("jinja2")
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    globals_: dict[str, Any] = {
        "written": written,
        "asset": asset,
        "money": figures.money,
        "units": figures.units,
        "percent": figures.percent,
        "price": figures.price,
        "direction": figures.direction,
        "age": figures.age,
    }
    made.globals.update(globals_)
    return made
