"""Which dialect each exchange speaks, by its ccxt id."""

from functools import lru_cache

from cambist.exchanges.binance import BINANCE, BINANCE_US
from cambist.exchanges.bybit import BYBIT
from cambist.exchanges.ccxt_rules import dialect_by_ccxt
from cambist.exchanges.dialect import Dialect
from cambist.exchanges.kraken import KRAKEN, KRAKEN_FUTURES
from cambist.exchanges.okx import OKX

DIALECTS = {
    "binance": BINANCE,
    "binanceus": BINANCE_US,
    "bybit": BYBIT,
    "kraken": KRAKEN,
    "krakenfutures": KRAKEN_FUTURES,
    "okx": OKX,
}


@lru_cache(maxsize=256)
def dialect_of(ccxt_id: str) -> Dialect:
    return DIALECTS.get(ccxt_id) or dialect_by_ccxt(ccxt_id)
