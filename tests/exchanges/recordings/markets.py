"""The recorded answers of each market of the catalogue that no simulator plays."""

from tests.exchanges.recordings import (
    Recorded,
    bitget,
    bitvavo,
    coinbase,
    deribit,
    dydx,
    gate,
    hyperliquid,
    kucoin,
    mexc,
    whitebit,
)
from tests.exchanges.recordings.bitfinex import BITFINEX
from tests.exchanges.recordings.bitstamp import BITSTAMP
from tests.exchanges.recordings.cryptocom import CRYPTOCOM
from tests.exchanges.recordings.gemini import GEMINI
from tests.exchanges.recordings.htx import HTX

RECORDINGS: dict[str, Recorded] = {
    **bitget.RECORDINGS,
    **gate.RECORDINGS,
    **kucoin.RECORDINGS,
    **bitvavo.RECORDINGS,
    **coinbase.RECORDINGS,
    **deribit.RECORDINGS,
    **dydx.RECORDINGS,
    **hyperliquid.RECORDINGS,
    **mexc.RECORDINGS,
    **whitebit.RECORDINGS,
    "bitfinex": BITFINEX,
    "bitstamp": BITSTAMP,
    "cryptocom": CRYPTOCOM,
    "gemini": GEMINI,
    "huobi": HTX,
}
