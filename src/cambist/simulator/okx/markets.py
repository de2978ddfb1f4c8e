"""OKX's list of spot pairs and their tickers, out of a scenario's prices in text."""

from typing import Any

from cambist.simulator.pairs import Pair, Units

Row = dict[str, Any]
MINUTE_MS = 60_000


def name(pair: Pair) -> str:
    return f"{pair.base}-{pair.quote}"


def instrument(pair: Pair) -> Row:
    """A pair of the real thing's fields; a halted one is suspended."""
    return {
        "alias": "",
        "auctionEndTime": "",
        "baseCcy": pair.base,
        "category": "1",
        "contTdSwTime": "",
        "ctMult": "",
        "ctType": "",
        "ctVal": "",
        "ctValCcy": "",
        "expTime": "",
        "futureSettlement": False,
        "instFamily": "",
        "instId": name(pair),
        "instIdCode": 1,
        "instType": "SPOT",
        "lever": "",
        "listTime": "1606468572000",
        "lotSz": "0.00000001",
        "maxIcebergSz": "9999999999",
        "maxLmtAmt": "20000000",
        "maxLmtSz": "9999999999",
        "maxMktAmt": "1000000",
        "maxMktSz": "1000000",
        "maxStopSz": "1000000",
        "maxTriggerSz": "9999999999",
        "maxTwapSz": "9999999999",
        "minSz": "0.00001",
        "openType": "call_auction",
        "optType": "",
        "quoteCcy": pair.quote,
        "ruleType": "normal",
        "settleCcy": "",
        "state": "suspend" if pair.halted else "live",
        "stk": "",
        "tickSz": str(Units(1, Units.of(pair.price or "0.01").digits)),
        "tradeQuoteCcyList": [pair.quote],
        "uly": "",
    }


def ticker(pair: Pair, now_ms: int) -> Row:
    """Bid and ask one tick around the price, so that their middle is the price to the digit."""
    last = pair.price or "0"
    price = Units.of(last)
    tick = 1 if price.count else 0
    return {
        "instType": "SPOT",
        "instId": name(pair),
        "last": last,
        "lastSz": "0.00731",
        "askPx": str(price.plus(tick)),
        "askSz": "0.09592",
        "bidPx": str(price.plus(-tick)),
        "bidSz": "7.15931",
        "open24h": last,
        "high24h": last,
        "low24h": last,
        "volCcy24h": str(price.times(1000)),
        "vol24h": "1000",
        "ts": str(now_ms),
        "sodUtc0": last,
        "sodUtc8": last,
    }


def candles(price: str, until_ms: int, limit: int) -> list[list[str]]:
    newest = (until_ms - 1) // MINUTE_MS * MINUTE_MS
    began = range(newest, newest - limit * MINUTE_MS, -MINUTE_MS)
    return [[str(at), price, price, price, price, "1", price, price, "1"] for at in began]
