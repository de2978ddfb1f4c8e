"""Which dialect each exchange speaks, by its ccxt id; imported when the exchange is first asked."""

from functools import lru_cache
from importlib import import_module
from types import ModuleType

from cambist.core.ledger import Terms
from cambist.core.terms import Market
from cambist.exchanges.dialect import Dialect

# {ccxt id: its exchange's folder, and the name of its dialect there}; any other goes by ccxt's own rules.
DIALECTS = {
    "binance": ("binance", "BINANCE"),
    "binanceus": ("binance", "BINANCE_US"),
    "bitfinex": ("bitfinex", "BITFINEX"),
    "bitget": ("bitget", "BITGET"),
    "bitstamp": ("bitstamp", "BITSTAMP"),
    "bitvavo": ("bitvavo", "BITVAVO"),
    "bybit": ("bybit", "BYBIT"),
    "coinbase": ("coinbase", "COINBASE_ADVANCED"),
    "coinbaseexchange": ("coinbase", "COINBASE_EXCHANGE"),
    "cryptocom": ("cryptocom", "CRYPTOCOM"),
    "deribit": ("deribit", "DERIBIT"),
    "dydx": ("dydx", "DYDX"),
    "gate": ("gate", "GATE"),
    "gemini": ("gemini", "GEMINI"),
    "htx": ("htx", "HTX"),
    "hyperliquid": ("hyperliquid", "HYPERLIQUID"),
    "kraken": ("kraken", "KRAKEN"),
    "krakenfutures": ("kraken", "KRAKEN_FUTURES"),
    "kucoin": ("kucoin", "KUCOIN"),
    "mexc": ("mexc", "MEXC"),
    "okx": ("okx", "OKX"),
    "whitebit": ("whitebit", "WHITEBIT"),
}


@lru_cache(maxsize=256)
def dialect_of(ccxt_id: str) -> Dialect:
    if ccxt_id not in DIALECTS:
        by_ccxt: Dialect = _module("ccxt_rules").dialect_by_ccxt(ccxt_id)
        return by_ccxt
    folder, name = DIALECTS[ccxt_id]
    dialect: Dialect = getattr(_module(folder), name)
    return dialect


def ledger_of(market: Market) -> tuple[Terms, ...]:
    """The sources that tell of a market's wallets; every load asks for them."""
    return _ledger(market.ccxt_id, market.wallets)


@lru_cache(maxsize=256)
def _ledger(ccxt_id: str, wallets: tuple[str, ...]) -> tuple[Terms, ...]:
    told = (source.terms for source in dialect_of(ccxt_id).ledger)
    return tuple(each for each in told if not each.wallets or not each.wallets.isdisjoint(wallets))


def _module(folder: str) -> ModuleType:
    return import_module(f"cambist.exchanges.dialects.{folder}.dialect")
