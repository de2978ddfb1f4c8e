"""The recorded answers of each market of the catalogue that no simulator plays."""

from tests.exchanges.recordings import Recorded, coinbase

RECORDINGS: dict[str, Recorded] = {**coinbase.RECORDINGS}
