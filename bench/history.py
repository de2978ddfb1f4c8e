"""A year of an account's history: what it takes on disk under the retention, and what its chart costs.

`python -m bench.history [DAYS] [ASSETS]`: a load every five minutes, rolled up as the server does it.
"""

import asyncio
import hashlib
import json
import random
import statistics
import sys
import time
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from bench.exchange import scenario
from bench.stages import committed
from cambist.actions.chart_worth import MOST_POINTS
from cambist.actions.facts import AccountDraft, Load, Noted, SealedCredentials
from cambist.api.charts import chart_points
from cambist.core.audit import AuditEntry, Event
from cambist.core.changes import Totals, moved, totals_of
from cambist.core.flows import Change
from cambist.core.history import Baselines, Neighbours, Snapshot, milliseconds
from cambist.core.ledger import Booked, Entry, EntryKind
from cambist.core.prices import PriceList
from cambist.core.profit import DAY, MONTH, figures, starts
from cambist.core.receipts import Receipt
from cambist.core.terms import Account, Balance, Call, Coverage, Stablecoins, WalletBalances, Worth
from cambist.core.valuation import value
from cambist.exchanges.catalogue import CATALOGUE
from cambist.exchanges.tickers import Prices
from cambist.store.accounts import AccountStore
from cambist.store.answers import AnswerStore
from cambist.store.audit import AuditStore
from cambist.store.booking import book
from cambist.store.connection import Connection, connect, queries
from cambist.store.database import Database
from cambist.store.documents import encode_figures, encode_flows, encode_gaps
from cambist.store.events import EventStore, telling_load
from cambist.store.history import HistoryStore
from cambist.store.loads import snapshot_and_receipt
from cambist.store.migrate import migrate
from cambist.store.noting import note
from cambist.store.retention import RetentionStore
from cambist.store.users import UserStore

MARKET = CATALOGUE["binance_us"]
START = datetime(2025, 1, 1, tzinfo=UTC)
EVERY = timedelta(minutes=5)
PER_DAY = timedelta(days=1) // EVERY
_WALK = 0.002
_TRADES = 0.05


def loads(assets: int, count: int) -> Iterator[Load]:
    """Loads one after the other: prices walk at random, some amounts change, the digits are an exchange's."""
    chance = random.Random(7)
    play = json.loads(scenario(MARKET.code, assets, 1))
    told = {name: float(text) for name, text in play["prices"].items()}
    amounts = {asset: Decimal(row["free"]) for asset, row in play["wallets"]["spot"].items()}
    symbols = {(name.removesuffix("USDT"), "USDT"): name for name in told if name.endswith("USDT")}
    symbols[("BTC", "USD")] = "BTCUSD"
    past: list[Snapshot] = []
    totals: Totals | None = None
    for number in range(count):
        at = START + number * EVERY + timedelta(milliseconds=chance.randrange(9_000))
        told = {name: price * chance.gauss(1, _WALK) for name, price in told.items()}
        if chance.random() < _TRADES:
            amounts[chance.choice([*amounts])] += Decimal(chance.randrange(1, 10**8)).scaleb(-8)
        texts = {name: (f"{price:.8f}" if price < 1 else f"{price:.4f}",) for name, price in told.items()}
        priced = PriceList(f"binance_us {number}", Prices(symbols, texts)).priced(
            MARKET, Stablecoins.REFERENCE
        )
        balances = tuple(Balance(a, a, free, Decimal(0), free) for a, free in amounts.items())
        wallets = (WalletBalances("spot", balances, at - timedelta(milliseconds=41)),)
        valuation = value(wallets, priced)
        own = Snapshot(at, Worth(valuation.btc, valuation.usd), priced.numeraire.btc_usd)
        past.append(own)
        day, month = (_around(past, at - span) for span in (DAY, MONTH))
        since = starts(at, Baselines(day, month, past[0]), own)
        found = figures(own.worth, "USD", since)
        call = Call("GET", "/api/v3/account", 200, 2_713, 41, 20, f"{chance.getrandbits(256):064x}")
        receipt = Receipt(
            f"{milliseconds(at):012x}{chance.getrandbits(48):012x}",
            "refresher",
            at,
            MARKET.code,
            Stablecoins.REFERENCE,
            f"binance_us {number}",
            priced.numeraire,
            (call,),
            (),
            (),
            since,
            found,
            Coverage(("spot",)),
        )
        last, totals = totals, totals_of(at, wallets, valuation.routes)
        by = {} if last is None else moved(last, totals)
        changes = tuple(Change(asset, totals_at(last), at, amount, None) for asset, amount in by.items())
        yield Load(
            True,
            own,
            wallets,
            valuation.routes,
            found,
            receipt,
            at,
            Coverage(("spot",)),
            noted=Noted(totals, None if last is None else last.at, changes),
        )


def totals_at(totals: Totals | None) -> datetime:
    return START if totals is None else totals.at


def explained(load: Load) -> list[Booked]:
    """What a ledger tells of a load's changes: an entry for each, so that none stays open."""
    noted = load.noted
    return [
        Booked(
            "trades",
            Entry(f"{milliseconds(each.at)}", each.at, EntryKind.TRADE, each.asset, each.amount),
            None,
        )
        for each in (noted.changes if noted is not None else ())
    ]


def _around(past: Sequence[Snapshot], at: datetime) -> Neighbours:
    after = bisect_left(past, at, key=lambda each: each.at)
    return Neighbours(past[after - 1] if after else None, past[after])


async def measure(days: int, assets: int, folder: Path) -> dict[str, float]:
    """{figure: value} of an account loaded for so many days, rolled up twice a day as the server does."""
    migrate(folder / "bench.sqlite3")
    database = Database(folder / "bench.sqlite3")
    audit = AuditStore(database, lambda text: hashlib.sha256(text).digest())
    answers, retention = AnswerStore(database, timedelta(0)), RetentionStore(database)
    events = EventStore(database)
    made = loads(assets, days * PER_DAY)
    user = await UserStore(database, audit).add("bench", lambda _: b"key", "bench", START)
    draft = AccountDraft(user.id, MARKET.code, "bench", "key", "uid", ("spot",), (MARKET.code,))
    store = AccountStore(database, audit, answers)
    account = await store.connect(draft, lambda *_: SealedCredentials("key", b"secret"), next(made))
    slowest = spent = 0.0
    while day := [*islice(made, PER_DAY // 2)]:
        await database.write(partial(_keep_some, audit, account, day))
        now = day[-1].snapshot.at
        before = time.process_time()
        for each in await retention.days(account.id, now, anew=False):
            began = time.process_time()
            await retention.thin(account.id, each, now)
            slowest = max(slowest, time.process_time() - began)
        await retention.done(account.id, now)
        await events.prune(now)
        spent += time.process_time() - before
    connection = connect(folder / "bench.sqlite3")
    sizes = {
        row[0]: row[1]
        for row in connection.execute(
            "SELECT COALESCE(sqlite_master.tbl_name, dbstat.name), SUM(pgsize) FROM dbstat"
            " LEFT JOIN sqlite_master USING (name) GROUP BY 1"
        )
    }
    count = connection.execute("SELECT COUNT(*) FROM snapshots").fetchone()[0]
    free = connection.execute("PRAGMA freelist_count").fetchone()[0] * 4096
    history = HistoryStore(database, audit)
    chart_ms = [await _chart_ms(history, account.id, now - timedelta(days=365), now) for _ in range(9)]
    database.close()
    return {
        "snapshots": count,
        "snapshots_mb": sizes["snapshots"] / 1e6,
        "receipts_mb": sizes["receipts"] / 1e6,
        "attempts_mb": sizes["attempts"] / 1e6,
        "events_mb": sizes["events"] / 1e6,
        "changes_mb": sizes["changes"] / 1e6,
        "entries_mb": sizes["entries"] / 1e6,
        "free_mb": free / 1e6,
        "account_mb": (sum(sizes.values()) - sizes["audit"] + free) / 1e6,
        "audit_mb": sizes["audit"] / 1e6,
        "roll_up_ms_a_day": spent * 1000 / days,
        "slowest_thinning_ms": slowest * 1000,
        "chart_ms": statistics.median(chart_ms),
    }


def snapshot_bytes(assets: int, folder: Path) -> float:
    """What a whole snapshot takes, its part of the index included: a week of them."""
    migrate(folder / "week.sqlite3")
    connection = connect(folder / "week.sqlite3")
    connection.execute("PRAGMA foreign_keys = OFF")
    week = [snapshot_and_receipt(load) for load in loads(assets, 7 * PER_DAY)]
    committed(connection, lambda connection: [write(connection, 1) for write in week])
    size: int = connection.execute(
        "SELECT SUM(pgsize) FROM dbstat JOIN sqlite_master USING (name) WHERE tbl_name = 'snapshots'"
    ).fetchone()[0]
    connection.close()
    return size / len(week)


def _keep_some(audit: AuditStore, account: Account, day: Sequence[Load], connection: Connection) -> None:
    """Loads as `LoadStore` keeps them, half a day's in one transaction."""
    for load in day:
        load_id, at = load.receipt.load_id, milliseconds(load.snapshot.at)
        queries.begin_attempt(
            connection,
            load_id=load_id,
            user_id=account.user_id,
            account_id=account.id,
            cause="refresher",
            at=at,
            lease_until=at,
        )
        used = AuditEntry(
            load.snapshot.at, Event.KEYS_USED, "refresher", account.user_id, account.id, load_id
        )
        audit.append(connection, used)
        queries.end_attempt(connection, load_id=load_id, at=at, failure=None)
        snapshot_and_receipt(load)(connection, account.id)
        telling_load(load)(connection, account.id, None)
        row = queries.set_loaded(
            connection,
            id=account.id,
            figures=encode_figures(load.figures),
            load_id=load_id,
            complete=True,
            gaps=encode_gaps(load.gaps),
            flows=encode_flows(load.flows),
            egress=None,
            worked_from=None,
            at=at,
            fresh_until=at,
        )
        book(connection, account.id, explained(load))
        note(connection, account.id, load, row["latest_entry"])


async def _chart_ms(history: HistoryStore, account_id: int, since: datetime, until: datetime) -> float:
    """CPU of a year's chart, from the database to the bytes of the answer."""
    before = time.process_time()
    found = await history.worths(account_id, since, until, MOST_POINTS)
    msgspec.json.encode(chart_points(found.at, found.usd, found.btc))
    return (time.process_time() - before) * 1000


def main() -> None:
    days, assets = (int(text) for text in (*sys.argv[1:], "365", "20")[:2])
    with TemporaryDirectory() as folder:
        bytes_each = snapshot_bytes(assets, Path(folder))
        found = asyncio.run(measure(days, assets, Path(folder)))
    print(f"{days} days of an account with {assets} assets, a load every 5 minutes")
    print(f"a snapshot, indexes included     {bytes_each:8.0f} bytes  (at most 700 at 20 assets)")
    print(f"the account's history on disk    {found['account_mb']:8.2f} MB     (at most 5 at 20 assets)")
    print(f"the chart of a year, CPU         {found['chart_ms']:8.1f} ms     (at most 20)")
    for name, figure in found.items():
        print(f"  {name:<24} {figure:10.2f}")


if __name__ == "__main__":
    main()
