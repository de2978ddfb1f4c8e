"""The words and the arithmetic: pure functions over facts, no I/O, no clock, no third-party library."""
