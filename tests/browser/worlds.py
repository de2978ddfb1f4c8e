"""A furnished world: three accounts, one with bad keys and one read in part, and a year of history."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec

from cambist.actions.import_history import import_history
from cambist.simulator.scenario import default_scenario
from tests.web.browsers import give_password
from tests.worlds import World, world

# {market: (the account's name, assets)}; the keys of the second go bad, a wallet of the third fails.
HOUSE = {"binance_us": ("My Binance US", 15), "kraken": ("Kraken, for long", 8), "binance": ("Binance", 6)}
SILENT_WALLET = {"path": "/sapi/v1/asset/get-funding-asset", "kind": "status", "status": 500}
A_YEAR = 365
STEP_DAYS = 5


@asynccontextmanager
async def furnished(folder: Path, **settings: Any) -> AsyncIterator[World]:
    """One such world; its owner has a password and one API key more, which is revoked."""
    plays = [msgspec.to_builtins(default_scenario(code, assets=count)) for code, (_, count) in HOUSE.items()]
    async with world(folder, *plays, **settings) as made:
        await give_password(made)
        for play in plays:
            code, (key, *_) = play["exchange"], play["keys"]
            name, _ = HOUSE[code]
            keys = {"api_key": key["api_key"], "secret": key["secret"]}
            account_id = await made.connected(type=code, name=name, **keys)
            await import_history(
                made.cambist.outside, await made.me(), account_id, await _past(made, account_id)
            )
        made.patch("kraken", keys=[])
        made.patch("binance", faults=[SILENT_WALLET])
        for account_id in (1, 2, 3):
            await made.load(account_id)
        yield made


async def _past(made: World, account_id: int) -> str:
    """A year as CSV, made up as shares of what the account is worth today."""
    account = (await made.call("GET", f"/accounts/{account_id}")).json
    usd, btc, now = Decimal(account["usd_amount"]), Decimal(account["btc_amount"]), made.clock.now()
    lines = ["date,usd,btc"]
    for days in range(A_YEAR, 0, -STEP_DAYS):
        share = Decimal(7 * A_YEAR - 3 * days + days * 7919 % 41 * 8) / (7 * A_YEAR)
        lines.append(f"{(now - timedelta(days=days)).isoformat()},{usd * share:.8f},{btc * share:.12f}")
    return "\n".join(lines)
