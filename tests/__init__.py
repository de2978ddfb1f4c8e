"""The tests, room by room as the source."""
