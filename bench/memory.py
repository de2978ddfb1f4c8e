"""Memory of a process that has asked 40 exchanges for lists of 2,000 pairs each, and after they were idle.

The lists are made up, as large as exchanges' are; all else is ccxt's and ours. Prints JSON in MB.
"""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cambist.exchanges.catalogue import CATALOGUE
from cambist.exchanges.client import client_class
from cambist.exchanges.gateway import Gateway
from cambist.exchanges.library import ccxt_library
from cambist.exchanges.tries import WaitsAlone

EXCHANGES = 40
PAIRS = 2_000
_NOWHERE = "http://127.0.0.1:1"


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.at = datetime(2026, 1, 1, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at


def resident_mb() -> float:
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


def _pair(client: Any, number: int) -> Any:
    base, quote = f"COIN{number}", "USDT" if number % 2 else "BTC"
    told = {
        "id": base + quote,
        "symbol": f"{base}/{quote}",
        "base": base,
        "quote": quote,
        "baseId": base,
        "quoteId": quote,
        "type": "spot",
        "spot": True,
        "active": True,
        "precision": {"amount": "0.001", "price": "0.01"},
        "limits": {"amount": {"min": "0.001"}, "price": {"min": "0.01"}, "cost": {"min": "1"}},
        "info": {f"field {field}": f"told of {number} {field}" for field in range(25)},
    }
    return client.safe_market_structure(told)


async def _made_up(client: Any, _: Any = None) -> list[Any]:
    return [_pair(client, number) for number in range(PAIRS)]


async def measured() -> dict[str, float]:
    taken = {market.ccxt_id for market in CATALOGUE.values()} | {"ndax"}
    ids = [each for each in ccxt_library().exchanges if each not in taken][:EXCHANGES]
    clock = Clock()
    gateway = Gateway(clock.now, WaitsAlone({}), 5, dict.fromkeys(ids, _NOWHERE), "last")
    figures = {"ccxt imported": resident_mb()}
    for ccxt_id in ids:
        client_class(ccxt_id).fetch_markets = _made_up  # type: ignore[attr-defined]
        await gateway.pairs(gateway.market(ccxt_id))
    figures["loaded"] = resident_mb()
    clock.at += timedelta(hours=1)
    if len(gateway.let_go_idle()) != EXCHANGES:
        raise RuntimeError("not all exchanges were let go of")
    figures["idle"] = resident_mb()
    await gateway.close()
    return figures


if __name__ == "__main__":
    print(json.dumps(asyncio.run(measured())), flush=True)
