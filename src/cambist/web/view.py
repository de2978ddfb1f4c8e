"""How a page is looked at: over which time, in which unit. Its address says it; reload and share keep it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import urlencode

RANGES: Mapping[str, timedelta | None] = {
    "24h": timedelta(days=1),
    "7d": timedelta(days=7),
    "30d": timedelta(days=30),
    "1y": timedelta(days=365),
    "all": None,
}
_RANGE = "30d"


@dataclass(frozen=True, slots=True)
class View:
    """range: one of RANGES. unit: one of `units`. other: what else is asked."""

    range: str
    unit: str
    units: tuple[str, ...]
    other: Mapping[str, str]

    def since(self, now: datetime) -> datetime | None:
        """Where the range begins; None for all there is."""
        span = RANGES[self.range]
        return None if span is None else now - span

    def url(self, path: str, **changes: str) -> str:
        """A path in this view, or in one that differs in these."""
        asked = {"range": self.range, "unit": self.unit, **changes}
        return f"{path}?{urlencode(asked)}"

    def with_unit(self, unit: str) -> "View":
        return replace(self, unit=unit)


def view_of(query: Mapping[str, str], display: str) -> View:
    """What is not one of the choices is taken for the default: an address is typed by people too."""
    units = tuple(dict.fromkeys(("USD", "BTC", display)))
    span, unit = query.get("range", _RANGE), query.get("unit", display)
    return View(
        span if span in RANGES else _RANGE,
        unit if unit in units else display,
        units,
        {name: text for name, text in query.items() if name not in {"range", "unit"}},
    )
