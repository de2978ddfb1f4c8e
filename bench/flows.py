"""The median of a load while another account's flows are synced, beside that of loads alone.

Run as a process, it is the exchange: it plays until it is told, on stdin, that the first account has traded.
"""

import asyncio
import json
import sys
from datetime import datetime, timedelta

import msgspec

from bench.exchange import scenario
from cambist.outward.loop import Loop
from cambist.simulator.scenario import load_scenario
from cambist.simulator.server import Simulator
from cambist.wiring import WallClock

CODE = "binance_us"
TRADES = 10_000
LATENCY_MS = 20


def traded(play: bytes, first: datetime, last: datetime) -> bytes:
    """What changes of a scenario when the first of its accounts has traded, evenly between two times."""
    told = json.loads(play)
    first_key, *others = told["keys"]
    wallets = told["wallets"]
    spot = wallets["spot"] | {"BTC": {"free": "0.6123", "locked": "0.1"}, "USDT": {"free": "25.17895883"}}
    bought = {"symbol": "BTCUSDT", "side": "buy", "price": "63656.71", "quantity": "0.00001"}
    times = (first + number * (last - first) / TRADES for number in range(TRADES))
    trades = [{**bought, "time": at.isoformat()} for at in times]
    key = {**first_key, "wallets": {**wallets, "spot": spot}, "trades": trades}
    return msgspec.json.encode({"keys": [key, *others]})


async def main(assets: int, accounts: int) -> None:
    play = scenario(CODE, assets, accounts)
    clock = WallClock()
    async with Simulator([load_scenario(play)], now=clock.now, latency_ms=LATENCY_MS) as simulator:
        print(msgspec.json.encode(simulator.exchange_urls).decode(), flush=True)
        connected = msgspec.json.decode(await asyncio.to_thread(sys.stdin.readline), type=datetime)
        last = clock.now() - timedelta(milliseconds=10)
        simulator.patch(CODE, traded(play, connected, last))
        print("traded", flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=Loop) as runner:
        runner.run(main(*map(int, sys.argv[1:3])))
