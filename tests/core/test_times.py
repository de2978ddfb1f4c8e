"""Times as people type them."""

import pytest

from cambist.core.errors import InvalidInput
from cambist.core.times import typed_time


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("2026-12-01T10:00", "2026-12-01T10:00:00+00:00"),
        ("2026-12-01", "2026-12-01T00:00:00+00:00"),
        ("2026-12-01T10:00:00.250+02:00", "2026-12-01T08:00:00.250000+00:00"),
        ("9999-12-31T23:59-01:00", None),
        ("tomorrow", None),
    ],
)
def test_a_time_is_of_utc_where_it_names_no_zone(text: str, read: str | None) -> None:
    if read is not None:
        assert typed_time("until", text).isoformat() == read
        return
    with pytest.raises(InvalidInput) as refused:
        typed_time("until", text)
    assert refused.value.attributes == {"until": ["is not an ISO 8601 time"]}
