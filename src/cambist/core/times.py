"""Times as people type them."""

from datetime import UTC, datetime

from cambist.core.errors import InvalidInput


def typed_time(field: str, text: str) -> datetime:
    """An ISO 8601 time; UTC where it names no zone. Raises InvalidInput on the field."""
    try:
        at = datetime.fromisoformat(text)
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        raise InvalidInput({field: ["is not an ISO 8601 time"]}) from None
