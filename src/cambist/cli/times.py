"""Times as commands take and show them."""

from datetime import UTC, datetime, time

from cambist.core.errors import InvalidInput
from cambist.core.times import typed_time


def time_option(name: str, text: str | None) -> datetime | None:
    """An option's time; UTC where it names no zone. Raises InvalidInput."""
    return None if text is None else typed_time(name, text)


def time_of_day_option(name: str, text: str) -> time:
    """An option's time of day, UTC. Raises InvalidInput."""
    try:
        return datetime.strptime(text, "%H:%M").replace(tzinfo=UTC).time()
    except ValueError:
        raise InvalidInput({name: ["is not a time of day, HH:MM"]}) from None


def time_shown(at: datetime) -> str:
    """To the millisecond, in UTC."""
    return at.isoformat(sep=" ", timespec="milliseconds").replace("+00:00", " UTC")
