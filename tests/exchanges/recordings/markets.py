"""The recorded answers of each market of the catalogue that no simulator plays."""

from tests.exchanges.recordings import Recorded
from tests.exchanges.recordings.bitfinex import BITFINEX
from tests.exchanges.recordings.bitstamp import BITSTAMP
from tests.exchanges.recordings.cryptocom import CRYPTOCOM
from tests.exchanges.recordings.gemini import GEMINI
from tests.exchanges.recordings.htx import HTX

RECORDINGS: dict[str, Recorded] = {
    "bitfinex": BITFINEX,
    "bitstamp": BITSTAMP,
    "cryptocom": CRYPTOCOM,
    "gemini": GEMINI,
    "huobi": HTX,
}
