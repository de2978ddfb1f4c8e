"""Rotation beside what is sealed meanwhile: whatever was read before it, what is written after it opens."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from sqlite3 import connect
from typing import Any

import msgspec
import pytest

from cambist.actions.add_user import add_user
from cambist.actions.connect_account import connect_account
from cambist.actions.create_api_key import create_api_key
from cambist.actions.facts import Caller, ChainWhole, Place, Rotated, Turn
from cambist.actions.ports import Outside
from cambist.actions.seal_credentials import open_credentials
from cambist.actions.update_account import update_account
from cambist.core.audit import Event
from cambist.core.credentials import GivenKeys
from cambist.core.errors import SetupError
from cambist.core.terms import Account, Secret
from cambist.settings import Settings
from cambist.simulator.scenario import load_scenario
from cambist.simulator.server import Simulator
from cambist.vault.envelope import SealBroken
from cambist.wiring import Cambist, running
from tests.worlds import EXCHANGE_KEY, EXCHANGE_SECRET, FixedClock, install, scenario, settings_in

LATER = timedelta(seconds=11)  # than a turn's lease
NEW_KEY, NEW_SECRET = "second-key-of-the-test", "second-secret-of-the-test"
KEYS = [
    {"api_key": EXCHANGE_KEY, "secret": EXCHANGE_SECRET, "uid": "1001"},
    {"api_key": NEW_KEY, "secret": NEW_SECRET, "uid": "1001"},
]


@dataclass(slots=True)
class Pair:
    """Two processes' worth of Cambist over one installation: one works, the other rotates."""

    settings: Settings
    works: Cambist
    rotates: Cambist
    me: Caller

    async def rotate(self) -> Rotated:
        return await self.rotates.rotate_master_key("test", lambda *_: None)

    def rotating_meanwhile(self) -> Outside:
        """The working one's ports, where asking the exchange for its wallets takes as long as a rotation."""
        outside, rotate = self.works.outside, self.rotate

        class Slow:
            def __getattr__(self, asked: str) -> Any:
                return getattr(outside.exchanges, asked)

            async def read_wallets(self, *given: Any) -> Any:
                await rotate()
                return await outside.exchanges.read_wallets(*given)

        return replace(outside, exchanges=Slow())

    async def connected(self, outside: Outside) -> Account:
        return await connect_account(
            outside,
            self.me,
            type="binance_us",
            name="My account",
            keys=GivenKeys(
                api_key=EXCHANGE_KEY, secret=Secret(EXCHANGE_SECRET), passphrase=Secret("a passphrase")
            ),
        )

    async def credentials(self, cambist: Cambist, account_id: int) -> tuple[str, str | None]:
        """The secrets that a use of the account's keys opens."""
        outside = cambist.outside
        use = await outside.key_uses.begin(
            self.me.user_id, account_id, outside.new_id(), "test", outside.clock.now()
        )
        found = open_credentials(outside.vault, use)
        return found.secret.reveal(), None if found.passphrase is None else found.passphrase.reveal()


@asynccontextmanager
async def pair(folder: Path) -> AsyncIterator[Pair]:
    clock = FixedClock()
    plays = load_scenario(msgspec.json.encode(scenario(keys=KEYS)))
    await install(folder)
    async with Simulator([plays], now=clock.now) as simulator:
        settings = settings_in(folder, exchange_urls=simulator.exchange_urls)
        async with running(settings, clock) as works, running(settings, clock) as rotates:
            me = Caller((await works.outside.users.owner()).id, "test")
            yield Pair(settings, works, rotates, me)


@pytest.mark.asyncio
async def test_keys_connected_while_the_master_key_is_rotated_open_in_every_process(tmp_path: Path) -> None:
    async with pair(tmp_path) as two:
        account = await two.connected(two.rotating_meanwhile())
        for cambist in (two.works, two.rotates):
            assert await two.credentials(cambist, account.id) == (EXCHANGE_SECRET, "a passphrase")
        async with running(two.settings) as later:
            assert await two.credentials(later, account.id) == (EXCHANGE_SECRET, "a passphrase")


@pytest.mark.asyncio
async def test_keys_replaced_while_the_master_key_is_rotated_open_in_every_process(tmp_path: Path) -> None:
    async with pair(tmp_path) as two:
        account = await two.connected(two.works.outside)
        new = GivenKeys(NEW_KEY, Secret(NEW_SECRET), Secret("another passphrase"))
        await update_account(two.rotating_meanwhile(), two.me, account.id, keys=new)
        for cambist in (two.works, two.rotates):
            assert await two.credentials(cambist, account.id) == (NEW_SECRET, "another passphrase")


@pytest.mark.asyncio
async def test_an_api_key_and_a_person_added_after_a_rotation_by_who_read_before_it_open(
    tmp_path: Path,
) -> None:
    async with pair(tmp_path) as two:
        outside = two.works.outside
        owner = await outside.users.owner()
        await two.rotate()
        person = await add_user(outside, "somebody", "test")
        made, secret = await create_api_key(outside, owner, "test")
        assert secret is not None
        assert made.secret is not None
        place = Place(owner.id, made.user_key, f"api_key:{made.api_key}", "secret")
        sealed = outside.vault.seal(Secret("hers"), Place(person.id, person.data_key, "x", "y"))
        await two.rotate()
        async with running(two.settings) as later:
            found = await later.outside.keys.find(made.api_key)
            assert found is not None
            assert found.secret is not None
            now = replace(place, user_key=found.user_key)
            assert later.outside.vault.open(found.secret, now).reveal() == secret.reveal()
            with pytest.raises(SealBroken):  # the row's own text only: what was sealed before is gone
                later.outside.vault.open(made.secret, place)
            again = await later.outside.users.get(person.id)
            assert again.data_key != person.data_key
            assert later.outside.vault.seal(Secret(""), Place(person.id, again.data_key, "x", "y")) != sealed


@pytest.mark.asyncio
async def test_a_turn_taken_before_a_rotation_opens_what_it_read_and_one_taken_after_it_too(
    tmp_path: Path,
) -> None:
    async with pair(tmp_path) as two:
        account = await two.connected(two.works.outside)
        for _ in range(3):
            outside = two.works.outside
            await outside.clock.sleep(LATER.total_seconds())
            turn = await outside.loads.take_turn(
                two.me.user_id, account.id, outside.new_id(), "test", outside.clock.now(), LATER / 2
            )
            assert isinstance(turn, Turn)
            async with running(two.settings) as rotates:
                await rotates.rotate_master_key("test", lambda *_: None)
            assert open_credentials(outside.vault, turn).secret.reveal() == EXCHANGE_SECRET
            assert await two.credentials(two.works, account.id) == (EXCHANGE_SECRET, "a passphrase")


@pytest.mark.asyncio
async def test_a_rotation_is_told_in_the_audit_log_whose_chain_holds_and_empties_the_write_ahead_log(
    tmp_path: Path,
) -> None:
    async with pair(tmp_path) as two:
        account = await two.connected(two.works.outside)
        before = two.settings.database.read_bytes()
        assert await two.rotate() == Rotated(users=1, secrets=2)
        log = two.settings.database.with_name(two.settings.database.name + "-wal")
        assert log.stat().st_size == 0
        with closing(connect(two.settings.database)) as database:
            [(secret, passphrase)] = database.execute("SELECT secret, passphrase FROM accounts")
        assert secret not in before
        assert passphrase in two.settings.database.read_bytes()
        entries = list(await two.works.outside.audit.entries())
        assert (entries[-1].event, entries[-1].by, entries[-1].user_id) == (
            Event.MASTER_KEY_ROTATED,
            "test",
            None,
        )
        assert len(entries[-1].about) == len("6affa4a2bc2ab311 to 6affa4a2bc2ab311")
        await two.credentials(two.works, account.id)
        verified = await two.works.outside.audit.verify(lambda _: None)
        assert isinstance(verified, ChainWhole)
        assert verified.head.number == len(entries) + 1


@pytest.mark.asyncio
async def test_where_one_secret_does_not_open_nothing_is_rotated_and_the_key_stays(tmp_path: Path) -> None:
    async with pair(tmp_path) as two:
        account = await two.connected(two.works.outside)
        await create_api_key(two.works.outside, await two.works.outside.users.owner(), "test")
        with closing(connect(two.settings.database)) as database, database:
            database.execute("UPDATE api_keys SET secret = zeroblob(60)")
            before = database.execute("SELECT secret, passphrase FROM accounts").fetchall()
        key = Path(two.settings.master_key_file).read_bytes()
        with pytest.raises(SetupError, match="does not open in its place"):
            await two.rotate()
        assert Path(two.settings.master_key_file).read_bytes() == key
        with closing(connect(two.settings.database)) as database:
            assert database.execute("SELECT secret, passphrase FROM accounts").fetchall() == before
            database.execute("UPDATE api_keys SET secret = NULL")
            database.commit()
        assert await two.rotate() == Rotated(users=1, secrets=2)
        assert await two.credentials(two.works, account.id) == (EXCHANGE_SECRET, "a passphrase")


@pytest.mark.asyncio
async def test_nothing_of_the_old_keys_is_left_in_any_column_of_the_database(tmp_path: Path) -> None:
    """So that a column sealed some day and forgotten in a rotation is seen."""
    async with pair(tmp_path) as two:
        await two.connected(two.works.outside)
        owner = await two.works.outside.users.owner()
        await create_api_key(two.works.outside, owner, "test")
        old_master, old_data_key = owner.data_key[1:9], owner.data_key[9:17]
        assert _columns_with(two.settings.database, old_data_key) == {
            "users.data_key",
            "accounts.secret",
            "accounts.passphrase",
            "api_keys.secret",
        }
        await two.rotate()
        assert _columns_with(two.settings.database, old_data_key) == set()
        assert _columns_with(two.settings.database, old_master) == set()
        for file in Path(two.settings.data_dir).iterdir():
            assert old_data_key not in file.read_bytes()


def _columns_with(file: Path, piece: bytes) -> set[str]:
    """The columns that hold these bytes, or their digits, other than in the audit log's words."""
    with closing(connect(file)) as database:
        tables = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        columns = [
            (table, column[1])
            for (table,) in tables
            for column in database.execute(f"PRAGMA table_info({table})")
            if (table, column[1]) != ("audit", "about")
        ]
        query = 'SELECT 1 FROM {0} WHERE instr(CAST("{1}" AS BLOB), ?) OR instr("{1}", ?) LIMIT 1'
        return {
            f"{table}.{column}"
            for table, column in columns
            if database.execute(query.format(table, column), (piece, piece.hex())).fetchone()
        }
