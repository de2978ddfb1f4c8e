"""The simulated exchange of the benchmarks, in a process of its own: prints its URLs, plays until killed."""

import asyncio
import sys
from base64 import b64encode
from itertools import islice

import msgspec

from cambist.exchanges.catalogue import CATALOGUE
from cambist.outward.loop import Loop
from cambist.simulator.scenario import load_scenario
from cambist.simulator.server import Simulator
from cambist.wiring import WallClock

PASSPHRASE = "bench-passphrase"


def scenario(code: str, assets: int, accounts: int) -> bytes:
    """Keys of as many accounts, and as many more for the floor, on a market of 2,400 pairs.

    All hold the same `assets` assets, dealt out in turn to the wallets of the market. The floor has keys of
    its own, so that neither spends the other's nonces and calls.
    """
    market = CATALOGUE[code]
    dealt_to = [wallet for wallet in market.wallets if wallet != "margin"]  # Kraken's holds profit alone
    coins = [f"COIN{number}" for number in range(assets - 2)]
    held = {
        coin: {"free": f"{n * 7 % 991}.{n * 104729 % 10**8:08d}", "locked": "0"}
        for n, coin in enumerate(coins, 1)
    }
    held |= {"BTC": {"free": "0.51230001", "locked": "0.1"}, "USDT": {"free": "31.17895883", "locked": "0"}}
    prices = {f"{coin}USDT": f"{n * 31 % 97}.{n * 7919 % 10**6:06d}1" for n, coin in enumerate(coins, 1)}
    made = {
        "exchange": code,
        "keys": [
            {
                "api_key": key_of(number),
                "secret": secret_of(number),
                "passphrase": PASSPHRASE if "passphrase" in market.credentials else "",
                "uid": str(number),
            }
            for number in range(2 * accounts)
        ],
        "wallets": {
            wallet: dict(islice(held.items(), place, None, len(dealt_to)))
            for place, wallet in enumerate(dealt_to)
        },
        "prices": {"BTCUSD": "63722.1", "BTCUSDT": "63656.71", **prices},
        "symbols": 2400,
        "weight_limit": 100_000_000,
    }
    return msgspec.json.encode(made)


def key_of(number: int) -> str:
    return f"bench-key-{number:05d}"


def secret_of(number: int) -> str:
    """In base64, which Kraken's are."""
    return b64encode(f"bench-secret-{number:05d}".encode()).decode()


async def main(code: str, assets: int, accounts: int, latency_ms: int) -> None:
    play = load_scenario(scenario(code, assets, accounts))
    async with Simulator([play], now=WallClock().now, latency_ms=latency_ms) as simulator:
        print(msgspec.json.encode(simulator.exchange_urls).decode(), flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=Loop) as runner:
        runner.run(main(sys.argv[1], *map(int, sys.argv[2:5])))
