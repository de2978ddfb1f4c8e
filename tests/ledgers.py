"""What a sync leaves behind, written as it writes it: entries, changes, since when flows are known."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from sqlite3 import connect
from typing import Any
from unittest.mock import patch

from cambist.core.history import milliseconds
from cambist.core.ledger import Asked, Booked, Entry, EntryKind, Page, Terms
from cambist.core.terms import Market, Worth
from cambist.exchanges import speaking
from cambist.exchanges.dialect import LedgerSource
from cambist.exchanges.dialects.binance import dialect
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


def flows_unknown(world: World, account_id: int) -> None:
    """As on an exchange that tells no ledger."""
    with connect(world.cambist.settings.database) as database:
        database.execute("DELETE FROM flow_standing WHERE account_id = ?", (account_id,))


async def told_until(world: World, account_id: int, known_from: datetime, until: datetime) -> None:
    """The one source has told everything between them."""
    page = Page((), "", until, known_from)
    await world.cambist.outside.flows.keep_page(account_id, "history", page, (), until)


@contextmanager
def a_ledger_that_tests_write(*, leaves_out: bool = False) -> Iterator[None]:
    """Has Binance US tell of one source, so that loads note what changes; tests book its entries."""

    async def page(client: object, market: Market, asked: Asked) -> Page:
        return Page((), "", asked.now, asked.since)

    kinds = frozenset(EntryKind) - {EntryKind.COVERAGE}
    told, source = dialect.BINANCE_US, LedgerSource(Terms("history", kinds, leaves_out=leaves_out), page)
    with patch.object(dialect, "BINANCE_US", replace(told, ledger=(source,))):
        _forget()
        yield
    _forget()


def _forget() -> None:
    speaking.dialect_of.cache_clear()
    speaking._ledger.cache_clear()


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
