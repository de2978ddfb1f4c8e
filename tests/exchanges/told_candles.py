"""One-minute candles as each exchange documents them, with figures of our own, and what is asked for them."""

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

MINUTE = datetime(2023, 6, 19, 13, 50, tzinfo=UTC)
S = int(MINUTE.timestamp())
BOUNDS_S, BOUNDS_MS = (S, S + 60), (S * 1000, (S + 60) * 1000)
DIGITS = "0.0408510000000000012"  # more than a float has
CLOSE = Decimal(DIGITS)


@dataclass(frozen=True, slots=True)
class Told:
    """An exchange's list of pairs, and its candles of a minute and the next, each figure another.

    listed: {part of a request: its answer}. asks: what is sent, with BEGAN and NEXT for the minute's bounds.
    tells: the answer, with BEGAN and NEXT for them and CLOSE for the close. twice: a part of it that may not
    come twice.
    """

    code: str
    ccxt_id: str
    listed: dict[str, Any]
    symbol: str
    asks: str
    tells: str
    bounds: tuple[int, int] = BOUNDS_S
    twice: str = ""

    @property
    def asked(self) -> str:
        began, ended = self.bounds
        return self.asks.replace("BEGAN", str(began)).replace("NEXT", str(ended))

    def answer(self, began: int | str | None = None) -> str:
        told = self.tells.replace("BEGAN", str(self.bounds[0] if began is None else began))
        return told.replace("NEXT", str(self.bounds[1])).replace("CLOSE", DIGITS)


PRODUCT = {
    "product_id": "ETH-BTC",
    "price": "0.05",
    "base_currency_id": "ETH",
    "quote_currency_id": "BTC",
}
COINBASE = Told(
    "coinbase_advanced",
    "coinbase",
    {"/market/products?": {"products": [PRODUCT]}},
    "ETH-BTC",
    "/coinbase/api/v3/brokerage/market/products/ETH-BTC/candles?granularity=ONE_MINUTE&start=BEGAN&end=NEXT",
    '{"candles": [{"start": "NEXT", "low": "1", "high": "4", "open": "2", "close": "3", "volume": "9"},'
    '{"start": "BEGAN", "low": "5", "high": "8", "open": "6", "close": "CLOSE", "volume": "9"}]}',
    twice='"close": "3"',
)
EACH = (
    COINBASE,
    Told(
        "bitstamp",
        "bitstamp",
        {
            "/api/v2/markets/": [
                {
                    "name": "ETH/BTC",
                    "base_currency": "ETH",
                    "counter_currency": "BTC",
                    "trading": "Enabled",
                    "market_type": "SPOT",
                }
            ]
        },
        "ETH/BTC",
        "/bitstamp/api/v2/ohlc/ethbtc/?step=60&start=BEGAN&end=NEXT&limit=2",
        '{"data": {"pair": "ETH/BTC", "ohlc": ['
        '{"high": "4", "timestamp": "BEGAN", "volume": "9", "low": "1", "close": "CLOSE", "open": "2"},'
        '{"high": "8", "timestamp": "NEXT", "volume": "9", "low": "5", "close": "7", "open": "6"}]}}',
        twice='"close": "7"',
    ),
    Told(
        "bitfinex",
        "bitfinex",
        {"pub:list:pair:exchange": [["ETHBTC"]]},
        "tETHBTC",
        "/bitfinex/v2/candles/trade:1m:tETHBTC/hist?start=BEGAN&end=NEXT&limit=2",
        "[[NEXT,6,7,8,5,9],[BEGAN,2,CLOSE,4,1,9.5]]",
        BOUNDS_MS,
    ),
    Told(
        "kucoin",
        "kucoin",
        {
            "/api/v2/symbols": {
                "code": "200000",
                "data": [
                    {
                        "symbol": "ETH-BTC",
                        "baseCurrency": "ETH",
                        "quoteCurrency": "BTC",
                        "enableTrading": True,
                    }
                ],
            }
        },
        "ETH-BTC",
        "/kucoin/api/v1/market/candles?symbol=ETH-BTC&type=1min&startAt=BEGAN&endAt=NEXT",
        '{"code": "200000", "data": [["NEXT", "6", "7", "8", "5", "9", "9"],'
        '["BEGAN", "2", "CLOSE", "4", "1", "9", "9"]]}',
        twice='"code": "200000"',
    ),
    Told(
        "gate_io",
        "gate",
        {
            "/spot/currency_pairs": [
                {"id": "ETH_BTC", "base": "ETH", "quote": "BTC", "trade_status": "tradable"}
            ]
        },
        "ETH_BTC",
        "/gate/api/v4/spot/candlesticks?currency_pair=ETH_BTC&interval=1m&from=BEGAN&to=NEXT",
        '[["BEGAN", "9", "CLOSE", "4", "1", "2", "9", "true"],'
        '["NEXT", "9", "7", "8", "5", "6", "9", "true"]]',
    ),
    Told(
        "bitget",
        "bitget",
        {
            "/spot/public/symbols": {
                "code": "00000",
                "data": [
                    {"symbol": "ETHBTC", "baseCoin": "ETH", "quoteCoin": "BTC", "status": "online"},
                ],
            }
        },
        "ETHBTC",
        "/bitget/api/v2/spot/market/candles?symbol=ETHBTC&granularity=1min&endTime=NEXT&limit=2",
        '{"code": "00000", "msg": "success", "data": [["BEGAN", "2", "4", "1", "CLOSE", "9", "9", "9"],'
        '["NEXT", "6", "8", "5", "7", "9", "9", "9"]]}',
        BOUNDS_MS,
        twice='"code": "00000"',
    ),
    Told(
        "huobi",
        "htx",
        {
            "/v1/common/symbols": {
                "status": "ok",
                "data": [
                    {
                        "symbol": "ethbtc",
                        "base-currency": "eth",
                        "quote-currency": "btc",
                        "state": "online",
                    }
                ],
            }
        },
        "ethbtc",
        "/htx/market/history/candles?symbol=ethbtc&period=1min&from=BEGAN&to=NEXT",
        '{"status": "ok", "ch": "market.ethbtc.kline.1min", "ts": 1, "data": ['
        '{"id": NEXT, "open": 6, "close": 7, "low": 5, "high": 8, "amount": 9, "vol": 9, "count": 9},'
        '{"id": BEGAN, "open": 2, "close": CLOSE, "low": 1, "high": 4, "amount": 9, "vol": 9, "count": 9}]}',
        twice='"close": 7',
    ),
    Told(
        "gemini",
        "gemini",
        {"/v1/symbols": ["ethbtc"]},
        "ETHBTC",
        "/gemini/v2/candles/ethbtc/1m",
        "[[NEXT,6,8,5,7,9],[BEGAN,2,4,1,CLOSE,9]]",
        BOUNDS_MS,
    ),
    Told(
        "cryptocom",
        "cryptocom",
        {
            "/public/get-instruments": {
                "code": 0,
                "result": {
                    "data": [
                        {
                            "symbol": "ETH_BTC",
                            "inst_type": "CCY_PAIR",
                            "base_ccy": "ETH",
                            "quote_ccy": "BTC",
                            "tradable": True,
                        }
                    ]
                },
            }
        },
        "ETH_BTC",
        "/cryptocom/exchange/v1/public/get-candlestick"
        f"?instrument_name=ETH_BTC&timeframe=1m&start_ts={(S - 60) * 1000}&end_ts=NEXT",
        '{"id": -1, "method": "public/get-candlestick", "code": 0, "result": {"interval": "1m", "data": ['
        '{"o": "2", "h": "4", "l": "1", "c": "CLOSE", "v": "9", "t": BEGAN},'
        '{"o": "6", "h": "8", "l": "5", "c": "7", "v": "9", "t": NEXT}], "instrument_name": "ETH_BTC"}}',
        BOUNDS_MS,
        twice='"c": "7"',
    ),
    Told(
        "deribit",
        "deribit",
        {
            "/public/get_instruments": {
                "result": [
                    {
                        "instrument_name": "ETH_BTC",
                        "base_currency": "ETH",
                        "quote_currency": "BTC",
                        "kind": "spot",
                        "is_active": True,
                    }
                ]
            }
        },
        "ETH_BTC",
        "/deribit/api/v2/public/get_tradingview_chart_data"
        "?instrument_name=ETH_BTC&resolution=1&start_timestamp=BEGAN&end_timestamp=NEXT",
        '{"jsonrpc": "2.0", "result": {"volume": [9, 9], "ticks": [BEGAN, NEXT], "status": "ok",'
        ' "open": [2, 6], "low": [1, 5], "high": [4, 8], "cost": [9, 9], "close": [CLOSE, 7]}}',
        BOUNDS_MS,
        twice='"close": [CLOSE, 7]',
    ),
    Told(
        "whitebit",
        "whitebit",
        {
            "/public/markets": [
                {"name": "ETH_BTC", "stock": "ETH", "money": "BTC", "type": "spot", "tradesEnabled": True}
            ]
        },
        "ETH_BTC",
        "/whitebit/api/v1/public/kline?market=ETH_BTC&interval=1m&start=BEGAN&end=NEXT",
        '{"success": true, "message": "", "result": [[BEGAN, "2", "CLOSE", "4", "1", "9", "9"],'
        '[NEXT, "6", "7", "8", "5", "9", "9"]]}',
        twice='"success": true',
    ),
    Told(
        "bitvavo",
        "bitvavo",
        {"/v2/markets": [{"market": "ETH-BTC", "status": "trading", "base": "ETH", "quote": "BTC"}]},
        "ETH-BTC",
        "/bitvavo/v2/ETH-BTC/candles?interval=1m&start=BEGAN&end=NEXT",
        '[[NEXT, "6", "8", "5", "7", "9"],[BEGAN, "2", "4", "1", "CLOSE", "9"]]',
        BOUNDS_MS,
    ),
    Told(
        "hyperliquid",
        "hyperliquid",
        {
            '"spotMeta"': {
                "tokens": [{"name": "UETH", "index": 221}, {"name": "UBTC", "index": 197}],
                "universe": [{"name": "@151", "tokens": [221, 197]}],
            }
        },
        "@151",
        '/hyperliquid/info{"type":"candleSnapshot",'
        '"req":{"coin":"@151","interval":"1m","startTime":BEGAN,"endTime":NEXT}}',
        '[{"T": 1, "c": "CLOSE", "h": "4", "i": "1m", "l": "1", "n": 9, "o": "2", "s": "@151", "t": BEGAN,'
        ' "v": "9"}, {"T": 1, "c": "7", "h": "8", "i": "1m", "l": "5", "n": 9, "o": "6", "s": "@151",'
        ' "t": NEXT, "v": "9"}]',
        BOUNDS_MS,
        twice='"c": "7"',
    ),
)
