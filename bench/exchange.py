"""The simulated exchange of the benchmarks, in a process of its own: prints its URLs, plays until killed."""

import asyncio
import sys

import msgspec
import uvloop

from cambist.simulator.scenario import load_scenario
from cambist.simulator.server import Simulator
from cambist.wiring import WallClock


def scenario(assets: int, accounts: int) -> bytes:
    """`accounts` keys that share a wallet of `assets` assets, on a market of 2,400 pairs."""
    coins = [f"COIN{number}" for number in range(assets - 2)]
    wallet = {
        coin: {"free": f"{n * 7 % 991}.{n * 104729 % 10**8:08d}", "locked": "0"}
        for n, coin in enumerate(coins, 1)
    }
    wallet |= {"BTC": {"free": "0.51230001", "locked": "0.1"}, "USDT": {"free": "31.17895883", "locked": "0"}}
    prices = {f"{coin}USDT": f"{n * 31 % 97}.{n * 7919 % 10**6:06d}1" for n, coin in enumerate(coins, 1)}
    made = {
        "exchange": "binance_us",
        "keys": [
            {"api_key": key_of(number), "secret": secret_of(number), "uid": str(number)}
            for number in range(accounts)
        ],
        "wallets": {"spot": wallet},
        "prices": {"BTCUSD": "63722.1", "BTCUSDT": "63656.71", **prices},
        "symbols": 2400,
        "weight_limit": 100_000_000,
    }
    return msgspec.json.encode(made)


def key_of(number: int) -> str:
    return f"bench-key-{number:05d}"


def secret_of(number: int) -> str:
    return f"bench-secret-{number:05d}"


async def main(assets: int, accounts: int, latency_ms: int) -> None:
    play = load_scenario(scenario(assets, accounts))
    async with Simulator([play], now=WallClock().now, latency_ms=latency_ms) as simulator:
        print(msgspec.json.encode(simulator.exchange_urls).decode(), flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main(*map(int, sys.argv[1:4])))
