"""Scripted faults: what may be asked for, and which call meets one. `bending` and `wire` carry them out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Literal

from msgspec import Meta, Struct

from cambist.simulator.wording import PATH

LONGEST_WAIT_S = 120
LANDING = "/__redirected"

Path = Annotated[str, Meta(pattern=PATH, max_length=200)]
Count = Annotated[int, Meta(ge=1, le=1_000_000_000)]


class FaultBase(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="kind"):
    """`path` is exact or a prefix ending in *; `times` absent is always; `api_key` limits it to one key."""

    path: Path
    times: Count | None = None
    api_key: str | None = None

    def covers(self, path: str, api_key: str | None) -> bool:
        if self.api_key is not None and self.api_key != api_key:
            return False
        return path.startswith(self.path[:-1]) if self.path.endswith("*") else path == self.path

    @property
    def kind(self) -> str:
        return str(self.__struct_config__.tag)


class StatusFault(FaultBase, frozen=True, tag="status"):
    status: Annotated[int, Meta(ge=200, le=599)]
    retry_after_s: Annotated[int, Meta(ge=0)] | None = None
    body: str | None = None


class ErrorFault(FaultBase, frozen=True, tag="error"):
    code: int | str
    msg: str
    status: Annotated[int, Meta(ge=200, le=599)] = 400


class TimeoutFault(FaultBase, frozen=True, tag="timeout"):
    """Accepts the call and never answers, until the client leaves, at most LONGEST_WAIT_S."""


class SlowFault(FaultBase, frozen=True, tag="slow"):
    """Answers truly after `delay_ms`; `drip` is the bytes a second of the body after that."""

    delay_ms: Annotated[int, Meta(ge=0, le=LONGEST_WAIT_S * 1000)] = 0
    drip: Count | None = None


class ResetFault(FaultBase, frozen=True, tag="reset"):
    """The connection is reset (RST) instead of an answer."""


class EmptyFault(FaultBase, frozen=True, tag="empty"):
    """200 and not one byte of body."""


class TruncatedFault(FaultBase, frozen=True, tag="truncated"):
    """Half of the true body: `length` is a well-formed answer, `connection` breaks off in the middle."""

    cut: Literal["length", "connection"] = "length"


class HtmlFault(FaultBase, frozen=True, tag="html"):
    """200 with a web page, as a captive portal or a firewall answers."""


class RedirectFault(FaultBase, frozen=True, tag="redirect"):
    """302 to LANDING, which answers {} and is listed among the calls."""


class GzipBombFault(FaultBase, frozen=True, tag="gzip_bomb"):
    """A small gzip answer that unpacks to 100 MB of zeros."""


class BadNumberFault(FaultBase, frozen=True, tag="bad_number"):
    """One number of the answer becomes `value`: of the first row, or of the asset or symbol `row`.

    `bare` writes it as a JSON number instead of text.
    """

    value: Annotated[str, Meta(max_length=100_000)] = "1e20000000"
    row: str | None = None
    bare: bool = False


class DuplicateAssetFault(FaultBase, frozen=True, tag="duplicate_asset"):
    """The first row (or that of `row`) comes twice; with `key` its number does, the second time as zero."""

    key: bool = False
    row: str | None = None


class ClockSkewFault(FaultBase, frozen=True, kw_only=True, tag="clock_skew"):
    """The exchange's clock is off by this much; combines with whatever else the call meets."""

    path: Path = "*"
    skew_ms: Annotated[int, Meta(ge=-315_360_000_000, le=315_360_000_000)]


class BanFault(FaultBase, frozen=True, kw_only=True, tag="ban"):
    """418 to all covered calls for `seconds` from the first; `times` counts bans, not calls."""

    path: Path = "*"
    times: Count | None = 1
    seconds: Annotated[int, Meta(ge=1, le=259_200)]


Fault = (
    StatusFault
    | ErrorFault
    | TimeoutFault
    | SlowFault
    | ResetFault
    | EmptyFault
    | TruncatedFault
    | HtmlFault
    | RedirectFault
    | GzipBombFault
    | BadNumberFault
    | DuplicateAssetFault
    | ClockSkewFault
    | BanFault
)


@dataclass(frozen=True, slots=True)
class Met:
    """What a call runs into: at most one fault, the clock's skew, and the end of a ban."""

    fault: Fault | None
    skew: timedelta = timedelta()
    banned_until: datetime | None = None
    skewed: bool = False

    @property
    def kind(self) -> str | None:
        if self.fault is not None:
            return self.fault.kind
        return "clock_skew" if self.skewed else None


class FaultScript:
    """Counts how often each fault has struck; the first covering one that is not used up strikes."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = faults
        self._hits = [0] * len(faults)
        self._bans: dict[int, datetime] = {}

    def meet(self, path: str, api_key: str | None, now: datetime) -> Met:
        skew, skewed = timedelta(), False
        for place, fault in enumerate(self.faults):
            if not fault.covers(path, api_key):
                continue
            if place in self._bans and now < self._bans[place]:
                return Met(fault, skew, self._bans[place])
            if fault.times is not None and self._hits[place] >= fault.times:
                continue
            self._hits[place] += 1
            if isinstance(fault, ClockSkewFault):
                skew, skewed = skew + timedelta(milliseconds=fault.skew_ms), True
            elif isinstance(fault, BanFault):
                self._bans[place] = now + timedelta(seconds=fault.seconds)
                return Met(fault, skew, self._bans[place])
            else:
                return Met(fault, skew)
        return Met(None, skew, skewed=skewed)
