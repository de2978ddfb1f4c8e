"""What others do with ccxt for the same result: CPU milliseconds, naive and careful."""

import asyncio
import json
import statistics
import sys
import time
from typing import Any

import ccxt.async_support as ccxt

from bench.exchange import key_of, secret_of

NAIVE_ROUNDS = 5
CAREFUL_ROUNDS = 200


def client(base_url: str) -> Any:
    made = ccxt.binanceus({"apiKey": key_of(0), "secret": secret_of(0)})
    made.urls["api"] = {"public": f"{base_url}/api/v3", "private": f"{base_url}/api/v3"}
    return made


async def naive(base_url: str) -> None:
    """A new client a call, market list and 24 h tickers each time, as many scripts do."""
    made = client(base_url)
    try:
        await made.load_markets()
        await made.fetch_balance()
        await made.fetch_tickers()
    finally:
        await made.close()


async def main(base_url: str) -> None:
    spent = []
    for _ in range(NAIVE_ROUNDS):
        before = time.process_time()
        await naive(base_url)
        spent.append((time.process_time() - before) * 1000)

    shared = client(base_url)
    shared.number, shared.enableRateLimit = str, False
    try:
        await shared.load_markets()
        await shared.fetch_last_prices()  # shared by all accounts: once in two seconds, not once a load
        before = time.process_time()
        for _ in range(CAREFUL_ROUNDS):
            await shared.fetch_balance({"omitZeroBalances": True})
        careful = (time.process_time() - before) * 1000 / CAREFUL_ROUNDS
    finally:
        await shared.close()
    print(json.dumps({"naive_ms": statistics.median(spent), "careful_ms": careful}))


if __name__ == "__main__":
    asyncio.run(main(json.loads(sys.argv[1])["binanceus"]))
