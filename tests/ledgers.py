"""What a sync leaves behind, written as it writes it: entries, changes, since when flows are known."""

from datetime import datetime
from decimal import Decimal
from sqlite3 import connect
from typing import Any

from cambist.core.history import milliseconds
from cambist.core.ledger import Booked, Entry, EntryKind
from cambist.core.terms import Worth
from tests.worlds import World


def entry(
    id: str, at: datetime, kind: str, asset: str, amount: str, worth: tuple[str, str] | None, **more: Any
) -> Booked:
    """worth: (btc, usd)."""
    told = Entry(id, at, EntryKind(kind), asset, Decimal(amount), **more)
    return Booked("history", told, worth and Worth(Decimal(worth[0]), Decimal(worth[1])))


async def book(world: World, account_id: int, *booked: Booked) -> None:
    await world.cambist.outside.flows.book(account_id, booked)


def flows_known(world: World, account_id: int, since: datetime, noted: datetime | None = None) -> None:
    """Flows are known, and changes noted, since then."""
    with connect(world.cambist.settings.database) as database:
        database.execute(
            "INSERT INTO flow_standing (account_id, version, known_from, changes_from) VALUES (?, 1, ?, ?) "
            "ON CONFLICT (account_id) DO UPDATE SET version = version + 1, known_from = excluded.known_from, "
            "changes_from = excluded.changes_from",
            (account_id, milliseconds(since), milliseconds(noted or since)),
        )


def left_over(
    world: World,
    account_id: int,
    stretch: tuple[datetime, datetime],
    asset: str,
    amount: str,
    price: tuple[str, str] | None,
) -> None:
    """A change that a load found and no entry explains. price: of one unit, (btc, usd)."""
    btc, usd = price or (None, None)
    with connect(world.cambist.settings.database) as database:
        database.execute(
            "INSERT OR REPLACE INTO changes (account_id, asset, since, at, amount, btc, usd, rate, "
            "marked_to_market, residual) VALUES (?, ?, ?, ?, ?, ?, ?, '1', FALSE, ?)",
            (account_id, asset, *map(milliseconds, stretch), amount, btc, usd, amount),
        )
        database.execute("UPDATE flow_standing SET version = version + 1 WHERE account_id = ?", (account_id,))


async def loaded_at(world: World, account_id: int, at: datetime, spot: dict[str, str], price: str) -> Any:
    """The account's load at a time, of so much and with BTC at a price in USD and USDT."""
    world.clock.set(at)
    world.patch(
        wallets={"spot": {asset: {"free": amount} for asset, amount in spot.items()}},
        prices={"BTCUSD": price, "BTCUSDT": price, "ETHBTC": "0.04"},
    )
    answer = await world.load(account_id)
    assert answer.status == 201, answer.raw
    return answer.json
