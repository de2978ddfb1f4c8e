"""The recorded answers of each market of the catalogue that no simulator plays."""

from tests.exchanges.recordings import Recorded, bitvavo, coinbase, deribit, dydx, hyperliquid, mexc, whitebit

RECORDINGS: dict[str, Recorded] = {
    **bitvavo.RECORDINGS,
    **coinbase.RECORDINGS,
    **deribit.RECORDINGS,
    **dydx.RECORDINGS,
    **hyperliquid.RECORDINGS,
    **mexc.RECORDINGS,
    **whitebit.RECORDINGS,
}
