"""The pure stages of a load, one by one: CPU milliseconds on one core, medians."""

import hashlib
import hmac
import json
import statistics
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from bench.exchange import scenario
from cambist.actions.facts import Load
from cambist.api.entity import account_entity
from cambist.api.signing import signed_texts
from cambist.core.history import Baselines, Neighbours, Snapshot
from cambist.core.prices import PriceList
from cambist.core.profit import figures, starts
from cambist.core.receipts import Receipt
from cambist.core.terms import Account, Coverage, KeyState, Secret, Stablecoins, WalletBalances, Worth
from cambist.core.valuation import value
from cambist.exchanges.catalogue import CATALOGUE
from cambist.exchanges.dialects.binance.wallets import spot_answer
from cambist.exchanges.tickers import Prices
from cambist.store.connection import Connection, connect
from cambist.store.loads import snapshot_and_receipt
from cambist.store.migrate import migrate
from cambist.vault.signatures import hmac_matches

NOW = datetime(2026, 1, 1, tzinfo=UTC)
MARKET = CATALOGUE["binance_us"]
REPEAT = 15
AT_ONCE = 16
COMMITS = 4


def stages_ms(assets: int) -> dict[str, float]:
    """{stage: milliseconds} of one load of `assets` assets."""
    play = json.loads(scenario(MARKET.code, assets, 1))
    rows = [{"asset": asset, **row} for asset, row in play["wallets"]["spot"].items()]
    raw = json.dumps({"uid": 1, "balances": rows}).encode()
    pairs = {name: name for name in play["prices"]}
    symbols = {(name.removesuffix("USDT"), "USDT"): name for name in pairs if name.endswith("USDT")}
    symbols[("BTC", "USD")] = "BTCUSD"
    prices = Prices(symbols, {name: (text,) for name, text in play["prices"].items()})

    balances = spot_answer(raw, MARKET).balances
    wallets = (WalletBalances("spot", balances, NOW),)
    listed = PriceList("bench", prices)
    known = listed.priced(MARKET, Stablecoins.REFERENCE).numeraire
    valuation = value(wallets, listed.priced(MARKET, Stablecoins.REFERENCE))
    current = Worth(valuation.btc, valuation.usd)
    own = Snapshot(NOW, current, known.btc_usd)
    earlier = Snapshot(NOW - timedelta(hours=25), Worth(valuation.btc, valuation.usd / 3), known.btc_usd)
    past = Baselines(Neighbours(earlier), Neighbours(earlier), earlier)
    found = figures(current, "USD", starts(NOW, past, own))
    receipt = Receipt(
        "load",
        "bench",
        NOW,
        MARKET.code,
        Stablecoins.REFERENCE,
        "tickers",
        known,
        (),
        (),
        (),
        starts(NOW, past, own),
        found,
    )
    load = Load(True, own, wallets, valuation.routes, found, receipt, NOW, Coverage(("spot",)))
    account = Account(1, 1, MARKET.code, "name", "key", KeyState.OK, NOW, NOW, found, NOW, "load")

    stages: dict[str, Callable[[], object]] = {
        "auth": _auth,
        "parse": lambda: spot_answer(raw, MARKET),
        "value": lambda: value(wallets, listed.priced(MARKET, Stablecoins.REFERENCE)),
        "profit": lambda: figures(current, "USD", starts(NOW, past, own)),
        "encode": lambda: msgspec.json.encode(account_entity(account, MARKET, "http://x", False)),
    }
    measured = {name: _median_ms(stage) for name, stage in stages.items()}
    with TemporaryDirectory() as folder:
        measured["transaction"] = _transaction_ms(Path(folder) / "bench.sqlite3", load)
    return measured


def _auth() -> None:
    path, secret = b"/public/api/ver1/accounts/1/load_balances", Secret("s" * 64)
    signature = hmac.digest(secret.reveal().encode(), path, hashlib.sha256)
    texts, _ = signed_texts(path, b"", b"", "")
    if not hmac_matches(secret, signature, texts):
        raise RuntimeError("the signature does not match")


def _transaction_ms(database: Path, load: Load) -> float:
    """A load's part of the transaction that keeps it, encoding included, its waiting for the disk not.

    16 at once share a commit, as those of the server do.
    """
    migrate(database)
    connection = connect(database)
    connection.execute("PRAGMA foreign_keys = OFF")
    count = AT_ONCE * (1 + REPEAT * COMMITS)
    loads = iter([_later(load, NOW + timedelta(milliseconds=number)) for number in range(count)])

    def keep_some(connection: Connection) -> None:
        for later in islice(loads, AT_ONCE):
            snapshot_and_receipt(later)(connection, 1)

    try:
        return _median_ms(lambda: committed(connection, keep_some), COMMITS) / AT_ONCE
    finally:
        connection.close()


def committed(connection: Connection, work: Callable[[Connection], object]) -> None:
    """Runs a function in a transaction, as the store does with those that share one."""
    connection.execute("BEGIN IMMEDIATE")
    work(connection)
    connection.execute("COMMIT")


def _later(load: Load, at: datetime) -> Load:
    return replace(
        load, snapshot=replace(load.snapshot, at=at), receipt=replace(load.receipt, load_id=at.isoformat())
    )


def _median_ms(stage: Callable[[], object], times: int = 40) -> float:
    """CPU milliseconds of one run: the median of several batches."""
    stage()
    spent = []
    for _ in range(REPEAT):
        before = time.process_time()
        for _ in range(times):
            stage()
        spent.append((time.process_time() - before) * 1000 / times)
    return statistics.median(spent)
