"""The recorded answers of each market of the catalogue that no simulator plays."""

from tests.exchanges.recordings import Recorded

RECORDINGS: dict[str, Recorded] = {}
