"""The recorded answers of each market of the catalogue that no simulator plays."""

from tests.exchanges.recordings import Recorded, bitget, gate, kucoin

RECORDINGS: dict[str, Recorded] = {**kucoin.RECORDINGS, **gate.RECORDINGS, **bitget.RECORDINGS}
