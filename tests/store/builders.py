"""A store in a folder, and facts to put into it, built by hand."""

import hmac
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from cambist.actions.facts import AccountDraft, Fresh, Held, Load, SealedCredentials, Turn
from cambist.core.history import Snapshot
from cambist.core.prices import Numeraire, Quote, Route, Step
from cambist.core.profit import Starts
from cambist.core.receipts import Receipt
from cambist.core.terms import (
    Account,
    Balance,
    Call,
    Change,
    Coverage,
    Figures,
    MissingWallet,
    Profit,
    Stablecoins,
    WalletBalances,
    Worth,
)
from cambist.store.accounts import AccountStore
from cambist.store.answers import AnswerStore
from cambist.store.api_keys import ApiKeyStore
from cambist.store.audit import AuditStore
from cambist.store.database import Database
from cambist.store.flows import FlowStore
from cambist.store.history import HistoryStore
from cambist.store.key_uses import KeyUseStore
from cambist.store.loads import LoadStore
from cambist.store.opening import open_database
from cambist.store.revocation import RevocationStore
from cambist.store.sessions import SessionStore
from cambist.store.users import UserStore

AT = datetime(2023, 6, 19, 16, 50, 57, 303_000, UTC)
SECOND = timedelta(seconds=1)
MS = timedelta(milliseconds=1)
LEASE = timedelta(seconds=10)
KEEP_ANSWERS = timedelta(hours=1)
SEALED_SECRET = b"sealed-secret-0c4e9d"
SEALED_PASSPHRASE = b"sealed-passphrase-71b2"
WEI = Decimal("0.000000000000000001")
LONG = Decimal("0.00048979846479077665182507861307944101622368")
COVERED = Coverage(("spot", "earn", "margin"), (MissingWallet("funding", "the keys may not read it"),))
DIGITS_45 = Decimal("123456789012345678901.234567890123456789012345")


def link(text: bytes) -> bytes:
    """An audit link by a key that tests know."""
    return hmac.digest(b"audit key of the test", text, "sha256")


@dataclass
class Store:
    """All tables' verbs over one file."""

    path: Path
    database: Database
    users: UserStore = field(init=False)
    keys: ApiKeyStore = field(init=False)
    answers: AnswerStore = field(init=False)
    accounts: AccountStore = field(init=False)
    loads: LoadStore = field(init=False)
    key_uses: KeyUseStore = field(init=False)
    audit: AuditStore = field(init=False)
    revocation: RevocationStore = field(init=False)
    sessions: SessionStore = field(init=False)
    history: HistoryStore = field(init=False)
    flows: FlowStore = field(init=False)

    def __post_init__(self) -> None:
        self.audit = AuditStore(self.database, link)
        self.users = UserStore(self.database, self.audit)
        self.keys = ApiKeyStore(self.database, self.audit)
        self.answers = AnswerStore(self.database, KEEP_ANSWERS)
        self.accounts = AccountStore(self.database, self.audit, self.answers)
        self.loads = LoadStore(self.database, self.audit, self.answers)
        self.key_uses = KeyUseStore(self.database, self.audit)
        self.revocation = RevocationStore(self.database, self.audit)
        self.sessions = SessionStore(self.database, self.audit)
        self.history = HistoryStore(self.database, self.audit)
        self.flows = FlowStore(self.database)

    async def user(self, name: str = "owner") -> int:
        return (await self.users.add(name, lambda _: f"wrapped key of {name}".encode(), "test", AT)).id

    async def connected(self, user_id: int | None = None, **given: Any) -> Account:
        """An account kept at AT with the first load, of a new user unless one is named."""
        uid = given.pop("uid", None)
        api_key = given.pop("api_key", "the-public-key")
        owner = await self.user() if user_id is None else user_id
        load = given.pop("load", None) or load_of(f"first-{owner}-{api_key}")
        return await self.accounts.connect(draft(owner, api_key, uid, **given), seal, load)

    async def turn(self, account: Account, load_id: str, now: datetime) -> Turn | Held | Fresh:
        return await self.loads.take_turn(account.user_id, account.id, load_id, "test", now, LEASE)

    def rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """What another process sees."""
        with closing(sqlite3.connect(self.path)) as other:
            return other.execute(sql, values).fetchall()

    def change(self, sql: str, *values: object) -> None:
        with closing(sqlite3.connect(self.path)) as other, other:
            other.execute(sql, values)

    def contents(self) -> dict[str, list[tuple[Any, ...]]]:
        """Every row of every table."""
        tables = self.rows("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
        return {name: sorted(self.rows(f"SELECT * FROM {name}"), key=repr) for (name,) in tables}


@contextmanager
def store_at(path: Path) -> Iterator[Store]:
    database = open_database(path)
    try:
        yield Store(path, database)
    finally:
        database.close()


def fresh_copy(template: Path, path: Path) -> Path:
    """A new database without the second that making its tables takes."""
    return Path(shutil.copy(template, path))


def draft(
    user_id: int, api_key: str = "the-public-key", uid: str | None = None, market: str = "binance_us"
) -> AccountDraft:
    return AccountDraft(user_id, market, "My account", api_key, uid, COVERED.wallets, (market,))


def seal(account_id: int, _: bytes) -> SealedCredentials:
    return SealedCredentials("not looked at", SEALED_SECRET, SEALED_PASSPHRASE, f"customer of {account_id}")


def change(amount: Decimal) -> Change:
    return Change(amount, Decimal("-2.12"))


def figures_of(amount: Decimal = LONG) -> Figures:
    profit = Profit(change(amount), change(-amount), change(DIGITS_45))
    return Figures("USD", amount, DIGITS_45, DIGITS_45, profit, profit, profit)


def balance_of(asset: str, amount: Decimal) -> Balance:
    return Balance(asset, f"LD{asset}", amount, WEI, amount, borrowed=LONG, interest=WEI)


def load_of(
    load_id: str,
    at: datetime = AT,
    usd: str = "31.2",
    btc: str = "0.0005",
    complete: bool = True,
    amount: Decimal = LONG,
) -> Load:
    """A load of two wallets, one of them stale where the load is partial."""
    worth = Worth(Decimal(btc), Decimal(usd), Decimal("0.91"))
    steps = (Step("ADA", "ETH", WEI), Step("USDT", "ETH", DIGITS_45, inverted=True))
    routes = {
        "BTC": Route("BTC", Decimal(1)),
        "ADA": Route("USDT", LONG, steps, carried_from=at - 3 * SECOND),
    }
    spot = (balance_of("BTC", amount), balance_of("ADA", DIGITS_45))
    wallets = (
        WalletBalances("spot", spot, at - SECOND),
        WalletBalances("earn", (balance_of("NEW", WEI),), at - 9 * SECOND, stale=not complete),
        WalletBalances("margin", (), at - SECOND),
    )
    figures = figures_of(amount)
    known = Numeraire(
        Decimal("63722.1"), "BTC/USD", {"USDT": Quote(WEI, Decimal("63656.71"))}, ("USDT", "BTC")
    )
    receipt = Receipt(
        load_id=load_id,
        cause="test",
        at=at,
        market="binance_us",
        stablecoins=Stablecoins.REFERENCE,
        tickers="tickers-1",
        numeraire=known,
        calls=(Call("GET", "/api/v3/account", 200, 512, 20),),
        missing=() if complete else (MissingWallet("earn", "timed out"),),
        unpriced=("NEW",),
        starts=Starts(day=worth, month=None, total=Worth(LONG, DIGITS_45, WEI)),
        figures=figures,
        coverage=COVERED,
    )
    return Load(
        complete=complete,
        snapshot=Snapshot(at, worth, Decimal("63722.1")),
        wallets=wallets,
        routes=routes,
        figures=figures,
        receipt=receipt,
        fresh_until=at + SECOND,
        coverage=COVERED,
    )
