"""An installation with accounts at a simulated exchange, and what must hold of its file at any moment."""

import sqlite3
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec

from cambist.actions.connect_account import connect_account
from cambist.actions.create_api_key import create_api_key
from cambist.actions.facts import Caller
from cambist.core.credentials import GivenKeys
from cambist.core.terms import Secret
from cambist.settings import Settings
from cambist.simulator.scenario import load_scenario
from cambist.simulator.server import Simulator
from cambist.store.documents import decode_figures
from cambist.store.receipts import decode_receipt
from cambist.wiring import Cambist, WallClock, running
from tests.worlds import Answer, Key, install, scenario, settings_in

ACCOUNT = "/api/v3/account"
BTC_USD = Decimal("63722.1")


def api_key_of(number: int) -> str:
    return f"exchange-key-{number:04d}"


def secret_of(number: int) -> str:
    return f"exchange-secret-{number:04d}"


def amount_of(number: int, round_: int) -> str:
    """The bitcoin that an account holds in a round: no two the same."""
    return f"{number + 1}.{round_:06d}01"


def keys_in(round_: int, accounts: int) -> list[dict[str, Any]]:
    return [
        {
            "api_key": api_key_of(number),
            "secret": secret_of(number),
            "uid": str(1000 + number),
            "wallets": {"spot": {"BTC": {"free": amount_of(number, round_)}}},
        }
        for number in range(accounts)
    ]


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """A load that a client was told of: by its receipt over HTTP, by its time on the command line."""

    account_id: int
    btc: Decimal
    usd: Decimal
    receipt: str | None = None
    at_ms: int | None = None


def acknowledged(account_id: int, answer: Answer) -> Acknowledged:
    told = answer.json
    return Acknowledged(
        account_id,
        Decimal(told["btc_amount"]),
        Decimal(told["usd_amount"]),
        answer.headers["X-Cambist-Receipt"],
    )


@dataclass(slots=True)
class Ground:
    """`accounts` are the ids; account n of the list has the exchange's key n."""

    settings: Settings
    simulator: Simulator
    key: Key
    accounts: list[int]
    round: int = 0
    told: list[Acknowledged] = field(default_factory=list)

    def turn_round(self) -> None:
        """Every account holds something new, and may be loaded at once again."""
        self.round += 1
        keys = keys_in(self.round, len(self.accounts))
        self.simulator.patch("binance_us", msgspec.json.encode({"keys": keys}))
        self.end_waits()

    def end_waits(self) -> list[int]:
        """Ends leases of the dead and the second of freshness; the accounts whose load had died.

        Waiting ten seconds after each kill would test the same clock over and over; the wait itself has a
        test of its own.
        """
        with closing(self.opened()) as file, file:
            died = file.execute("SELECT account_id FROM attempts WHERE ended_at IS NULL").fetchall()
            file.execute("UPDATE attempts SET lease_until = 0 WHERE ended_at IS NULL")
            file.execute("UPDATE accounts SET fresh_until = 0")
        return [account_id for (account_id,) in died]

    def holds(self, account_id: int) -> Decimal:
        """The bitcoin that the account holds in this round."""
        return Decimal(amount_of(self.accounts.index(account_id), self.round))

    def note(self, acknowledged: Acknowledged) -> None:
        assert acknowledged.btc == self.holds(acknowledged.account_id)
        assert acknowledged.usd == acknowledged.btc * BTC_USD
        self.told.append(acknowledged)

    def opened(self) -> sqlite3.Connection:
        return sqlite3.connect(self.settings.database, timeout=30)

    def check(self) -> None:
        """The file is sound, every load in it is whole, and no acknowledged one is missing."""
        with closing(self.opened()) as file:
            file.row_factory = sqlite3.Row
            check_whole(file)
            check_kept(file, self.told)


@asynccontextmanager
async def ground(folder: Path, accounts: int, **settings: Any) -> AsyncIterator[Ground]:
    """A fresh installation whose accounts have been connected."""
    first = scenario(keys=keys_in(0, accounts), prices={"BTCUSD": str(BTC_USD), "BTCUSDT": str(BTC_USD)})
    first |= {"wallets": {}, "weight_limit": 100_000_000}
    async with Simulator([load_scenario(msgspec.json.encode(first))], now=WallClock().now) as simulator:
        in_force = settings_in(folder, exchange_urls=simulator.exchange_urls, **settings)
        await install(folder)
        async with running(in_force) as cambist:
            ids = [await _connected(cambist, number) for number in range(accounts)]
            key, secret = await create_api_key(cambist.outside, await cambist.outside.users.owner(), "test")
        assert secret is not None
        yield Ground(in_force, simulator, Key(key.api_key, secret.reveal()), ids)


async def _connected(cambist: Cambist, number: int) -> int:
    me = Caller((await cambist.outside.users.owner()).id, "test")
    account = await connect_account(
        cambist.outside,
        me,
        type="binance_us",
        name=f"account {number}",
        keys=GivenKeys(api_key=api_key_of(number), secret=Secret(secret_of(number))),
    )
    return account.id


# What must hold, each a query for what breaks it.
BROKEN = {
    "a receipt without its snapshot": """
        SELECT receipts.load_id FROM receipts LEFT JOIN snapshots USING (account_id, at)
        WHERE snapshots.at IS NULL OR snapshots.kind = 'imported'""",
    "a receipt without its ended attempt": """
        SELECT receipts.load_id FROM receipts LEFT JOIN attempts USING (load_id, account_id)
        WHERE attempts.load_id IS NULL OR ended_at IS NULL OR ended_at <> at OR failure IS NOT NULL""",
    "a snapshot without its receipt": """
        SELECT snapshots.at FROM snapshots LEFT JOIN receipts USING (account_id, at)
        WHERE receipts.load_id IS NULL AND kind <> 'imported'""",
    "a load that succeeded without its receipt": """
        SELECT attempts.load_id FROM attempts LEFT JOIN receipts USING (load_id)
        WHERE ended_at IS NOT NULL AND failure IS NULL AND receipts.load_id IS NULL
          AND cause NOT LIKE '% reading flows'""",
    "an account whose load has no receipt": """
        SELECT accounts.id FROM accounts LEFT JOIN receipts
        ON receipts.load_id = accounts.load_id AND receipts.account_id = accounts.id
        WHERE receipts.load_id IS NULL OR receipts.at <> loaded_at""",
    "an account that is not at its last receipt": """
        SELECT id FROM accounts
        WHERE loaded_at <> (SELECT MAX(at) FROM receipts WHERE account_id = accounts.id)""",
    "a receipt without its event": """
        SELECT receipts.load_id FROM receipts LEFT JOIN events ON events.kind = 'account.loaded'
        AND json_extract(events.document, '$.load_id') = receipts.load_id WHERE events.id IS NULL""",
    "an event of a load without its receipt": """
        SELECT events.id FROM events LEFT JOIN receipts
        ON receipts.load_id = json_extract(events.document, '$.load_id')
        WHERE events.kind = 'account.loaded' AND receipts.load_id IS NULL""",
    "two running loads of an account": """
        SELECT account_id FROM attempts WHERE ended_at IS NULL GROUP BY account_id HAVING COUNT(*) > 1""",
}
FIGURES = """
    SELECT figures, document, usd, btc FROM accounts JOIN receipts USING (load_id)
    JOIN snapshots ON snapshots.account_id = accounts.id AND snapshots.at = receipts.at"""


def check_whole(file: sqlite3.Connection) -> None:
    assert [row[0] for row in file.execute("PRAGMA integrity_check")] == ["ok"]
    assert file.execute("PRAGMA foreign_key_check").fetchall() == []
    for what, query in BROKEN.items():
        assert [tuple(row) for row in file.execute(query)] == [], what
    for row in file.execute(FIGURES):
        shown, receipt = decode_figures(row["figures"]), decode_receipt(row["document"])
        assert shown == receipt.figures
        assert (shown.usd, shown.btc) == (Decimal(row["usd"]), Decimal(row["btc"]))


def check_kept(file: sqlite3.Connection, told: Iterable[Acknowledged]) -> None:
    """Each load that a client was told of is there with the figures that it was told."""
    rows = file.execute(
        "SELECT load_id, account_id, at, usd, btc FROM receipts JOIN snapshots USING (account_id, at)"
    )
    by_receipt, by_time = {}, {}
    for load_id, account_id, at, usd, btc in rows:
        by_receipt[load_id] = by_time[account_id, at] = (account_id, Decimal(btc), Decimal(usd))
    for each in told:
        kept = (
            by_time.get((each.account_id, each.at_ms or 0))
            if each.receipt is None
            else by_receipt.get(each.receipt)
        )
        assert kept == (each.account_id, each.btc, each.usd), f"{each} was acknowledged and is not there"
