"""Import an account's history from another service, and write it out in the same form.

CSV with a header: date,usd,btc[,usd_deposit_amount,btc_deposit_amount], the date in ISO 8601 or seconds
since 1970; or the JSON list of points that balance_chart_data answers. Amounts stay digit for digit.
"""

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal

from cambist.actions.facts import Caller, Imported
from cambist.actions.ports import Outside
from cambist.core.errors import InvalidInput
from cambist.core.history import Snapshot, moment
from cambist.core.money import imported_number, plain_text
from cambist.core.terms import Worth

MAX_POINTS = 1_000_000
_SECONDS = re.compile(r"[0-9]{1,11}(\.[0-9]{1,3})?")


async def import_history(outside: Outside, caller: Caller, account_id: int, text: str) -> Imported:
    """How many points were kept and left out; a file with one bad line is refused whole.

    R of a point is looked up when a load is held against it, in the currency of that load, at its own time.
    Raises InvalidInput naming the line, NotFound.
    """
    await outside.accounts.get(caller.user_id, account_id)
    points = list(read_points(text))
    return await outside.history.import_points(account_id, points)


async def export_history(outside: Outside, caller: Caller, account_id: int) -> str:
    """All points of complete loads and imports as the CSV that import reads. Raises NotFound."""
    await outside.accounts.get(caller.user_id, account_id)
    written = io.StringIO()
    rows = csv.writer(written, lineterminator="\n")
    rows.writerow(("date", "usd", "btc"))
    for point in await outside.history.points(account_id):
        at = point.at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        rows.writerow((at, plain_text(point.worth.usd), plain_text(point.worth.btc)))
    return written.getvalue()


def read_points(text: str) -> Iterator[Snapshot]:
    """The points of a CSV or JSON text, in its order. Raises InvalidInput naming what is wrong."""
    rows = _json_rows(text) if text.lstrip().startswith("[") else _csv_rows(text)
    for number, (where, row) in enumerate(rows):
        if number == MAX_POINTS:
            raise InvalidInput({"file": [f"has more than {MAX_POINTS} points"]})
        try:
            yield Snapshot(
                read_time(row["date"]), Worth(btc=read_amount(row["btc"]), usd=read_amount(row["usd"]))
            )
        except KeyError as missing:
            raise InvalidInput({"file": [f"{where}: {missing.args[0]} is missing"]}) from missing
        except (ValueError, OverflowError) as wrong:
            raise InvalidInput({"file": [f"{where}: {wrong}"]}) from wrong


def _csv_rows(text: str) -> Iterable[tuple[str, Mapping[str, str]]]:
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")), restval="")
    if not {"date", "usd", "btc"} <= set(reader.fieldnames or ()):
        raise InvalidInput({"file": ["needs a first line that names the columns: date,usd,btc"]})
    return ((f"line {reader.line_num}", row) for row in reader)


def _json_rows(text: str) -> Iterable[tuple[str, Mapping[str, str]]]:
    try:
        points = json.loads(text, parse_float=str, parse_int=str, parse_constant=str)
    except (ValueError, RecursionError) as broken:
        raise InvalidInput({"file": ["is not JSON that can be read"]}) from broken
    if not all(isinstance(point, dict) for point in points):
        raise InvalidInput({"file": ["needs a list of points {date, usd, btc}"]})
    return ((f"point {number}", point) for number, point in enumerate(points, start=1))


def read_amount(text: object) -> Decimal:
    """An amount as imported files write it. Raises ValueError in words."""
    try:
        return imported_number(str(text))
    except ValueError:
        raise ValueError(f"{str(text)[:40]!r} is not a decimal number with at most 100 decimals") from None


def read_time(text: object) -> datetime:
    """A time as imported files write it. Raises ValueError in words."""
    written = str(text)
    if _SECONDS.fullmatch(written):
        return moment(int(Decimal(written) * 1000))
    try:
        at = datetime.fromisoformat(written)
    except ValueError:
        raise ValueError(f"{written[:40]!r} is neither an ISO 8601 time nor seconds since 1970") from None
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
