"""Which entries profit leaves out."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from cambist.core.ledger import IMPORTED, Booked, Entry, EntryKind, is_net_flow

NOW = datetime(2026, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("kind", "source", "matched", "known_from", "is_flow"),
    [
        (EntryKind.DEPOSIT, "list", False, None, True),
        (EntryKind.COVERAGE, "coverage", False, None, True),
        (EntryKind.REWARD, "list", False, NOW - HOUR, False),
        (EntryKind.TRANSFER, "list", False, NOW - HOUR, True),
        (EntryKind.TRANSFER, "list", False, NOW, False),
        (EntryKind.TRANSFER, "list", False, None, False),
        (EntryKind.TRANSFER, "list", True, None, True),
        (EntryKind.TRANSFER, IMPORTED, False, None, True),
    ],
)
def test_a_transfer_without_its_other_end_is_a_flow_from_where_flows_are_known(
    kind: EntryKind, source: str, matched: bool, known_from: datetime | None, is_flow: bool
) -> None:
    entry = Booked(source, Entry("1", NOW, kind, "BTC", Decimal(1)), None, matched=matched)
    assert is_net_flow(entry, known_from) is is_flow
