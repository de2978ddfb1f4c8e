"""Rotation of the master key: kill -9 at every step, under a server that loads and is signed to."""

import asyncio
import os
import signal
import sqlite3
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from cambist.actions.facts import ChainWhole, Place, account_record, api_key_record
from cambist.core.audit import Event
from cambist.core.errors import SetupError
from cambist.vault.envelope import Envelope, SealBroken
from cambist.vault.master_key import MasterKey, read_master_key
from cambist.wiring import running
from tests.faults.grounds import Ground, ground, secret_of
from tests.faults.processes import ROOT, Client, client, environment, serving
from tests.faults.rotator import POINTS, STEPS, commits

ACCOUNTS = 4
SECRETS = ACCOUNTS + 1
WITHIN_S = 120

SEALED = """
    SELECT 'accounts', accounts.id, user_id, secret, data_key FROM accounts JOIN users ON users.id = user_id
    UNION ALL
    SELECT 'api_keys', api_key, user_id, secret, data_key FROM api_keys JOIN users ON users.id = user_id"""


@dataclass(frozen=True, slots=True)
class Sealed:
    """A ciphertext of the file, where it belongs."""

    text: bytes
    place: Place
    holds: str


@dataclass(slots=True)
class Keys:
    """The installation's key file, and every key and data key that it has ever had."""

    here: Ground
    seen: set[bytes] = field(default_factory=set)
    wrapped: set[bytes] = field(default_factory=set)

    @property
    def file(self) -> Path:
        return Path(self.here.settings.master_key_file)

    @property
    def next(self) -> Path:
        return self.file.with_name(self.file.name + ".next")

    def offered(self) -> list[MasterKey]:
        """The whole keys that lie there."""
        found = []
        for path in (self.file, self.next):
            try:
                found.append(read_master_key(path))
            except SetupError:
                assert path == self.next, "the current key is always whole"
        return found

    def check(self) -> MasterKey:
        """Exactly one key there opens the file, and opens all of it; what was before opens nothing."""
        with closing(self.here.opened()) as database:
            [(check,)] = database.execute("SELECT value FROM installation WHERE name = 'master_key_check'")
            sealed = list(self._sealed(database))
        assert len(sealed) == SECRETS
        [in_force] = {key.reveal(): key for key in self.offered() if key.check == check}.values()
        opener = Envelope(in_force)
        assert [opener.open(each.text, each.place).reveal() for each in sealed] == [s.holds for s in sealed]
        now = {each.place.user_key for each in sealed}
        self.seen |= {key.reveal() for key in self.offered()}
        for old in self.seen - {in_force.reveal()}:
            assert opened(Envelope(MasterKey(old)), sealed, self.wrapped | now) == 0
        assert opened(opener, sealed, self.wrapped - now) == 0
        self.wrapped |= now
        return in_force

    def _sealed(self, database: sqlite3.Connection) -> Iterator[Sealed]:
        for table, name, user_id, text, user_key in database.execute(SEALED):
            if table == "accounts":
                holds = secret_of(self.here.accounts.index(int(name)))
                yield Sealed(text, Place(user_id, user_key, account_record(int(name)), "secret"), holds)
            else:
                assert name == self.here.key.api_key
                place = Place(user_id, user_key, api_key_record(name), "secret")
                yield Sealed(text, place, self.here.key.secret)


def opened(envelope: Envelope, sealed: list[Sealed], user_keys: set[bytes]) -> int:
    """How many of the texts open with any of the wrapped data keys."""
    count = 0
    for each in sealed:
        for user_key in user_keys:
            place = Place(each.place.user_id, user_key, each.place.record, each.place.field)
            try:
                envelope.open(each.text, place)
            except SealBroken:
                continue
            count += 1
    return count


@asynccontextmanager
async def rotator(here: Ground) -> AsyncIterator[Callable[[str], "asyncio.Future[int]"]]:
    """Rotates in a process of its own that dies at a step; how it ended."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.faults.rotator"),
        cwd=ROOT,
        env=environment(here.settings),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    given, told = process.stdin, process.stdout

    async def rotate(step: str) -> int:
        given.write(f"{step}\n".encode())
        return int(await told.readline())

    try:
        yield lambda step: asyncio.ensure_future(rotate(step))
    finally:
        given.close()
        await asyncio.wait_for(process.wait(), 30)


@dataclass(slots=True)
class Traffic:
    """What a server answered meanwhile: loads and signed reads, none of which may fail."""

    loads: int = 0
    reads: int = 0


@asynccontextmanager
async def traffic(here: Ground, asking: Client) -> AsyncIterator[Traffic]:
    """Each account loaded and read over and over, while this lasts."""
    made, is_over = Traffic(), asyncio.Event()

    async def ask(account_id: int) -> None:
        while not is_over.is_set():
            loaded = await asking.load(account_id)
            assert loaded.status == 201, loaded.raw
            made.loads += 1
            read = await asking.call("GET", f"/accounts/{account_id}")
            assert read.status == 200, read.raw
            made.reads += 1
            await asyncio.sleep(0.05)

    async with asyncio.TaskGroup() as group:
        for account_id in here.accounts:
            group.create_task(ask(account_id))
        yield made
        is_over.set()


@contextmanager
def noted(step: str) -> Iterator[None]:
    try:
        yield
    except BaseException as broken:
        broken.add_note(f"the rotation that was killed: {step}")
        raise


async def settled(here: Ground) -> None:
    """Another process opens the installation: it finishes what was cut short, and all hangs together."""
    async with running(here.settings) as cambist:
        entries = list(await cambist.outside.audit.entries())
        assert isinstance(await cambist.outside.audit.verify(lambda _: None), ChainWhole)
        here.check()
        assert {entry.by for entry in entries if entry.event is Event.MASTER_KEY_ROTATED} <= {"command line"}


@pytest.mark.asyncio
async def test_a_rotation_killed_at_any_step_twice_leaves_one_key_that_opens_all_and_no_request_fails(
    tmp_path: Path,
) -> None:
    async with (
        ground(tmp_path, ACCOUNTS) as here,
        serving(here.settings) as server,
        client(server.address, here.key) as asking,
        rotator(here) as rotate,
        asyncio.timeout(WITHIN_S),
    ):
        keys = Keys(here)
        before = keys.check()
        async with traffic(here, asking) as seen:
            for step in STEPS * 2:
                with noted(step):
                    loads, reads = seen.loads, seen.reads
                    assert await rotate(step) == -signal.SIGKILL
                    after = keys.check()
                    assert (after != before) == commits(step)
                    while seen.loads < loads + ACCOUNTS or seen.reads < reads + ACCOUNTS:
                        await asyncio.sleep(0.01)
                    if commits(step):
                        await settled(here)
                        assert read_master_key(keys.file) == keys.check() == after
                        assert not keys.next.exists()
                    before = after
            assert await rotate("-") == 0
            assert keys.check() != before
            assert not keys.next.exists()
        assert b"Traceback" not in server.told
        await settled(here)
        assert len(keys.seen) > len(STEPS)
    assert set(POINTS) == {step.partition("@")[0] for step in STEPS}


@pytest.mark.asyncio
async def test_of_two_rotations_at_once_one_is_refused(tmp_path: Path) -> None:
    async with ground(tmp_path, 1) as here:
        keys = Path(here.settings.master_key_file)
        before = read_master_key(keys)
        async with running(here.settings) as first, running(here.settings) as second:
            records = first.rotate_master_key._records
            with records.alone():
                with pytest.raises(SetupError) as refused:
                    await second.rotate_master_key("test", lambda *_: None)
                assert str(refused.value) == (
                    "Another rotation of the master key is running: wait until it has ended."
                )
            assert read_master_key(keys) == before
            assert os.listdir(keys.parent) == [keys.name]
            await second.rotate_master_key("test", lambda *_: None)
            between = read_master_key(keys)
            await first.rotate_master_key("test", lambda *_: None)
        assert len({key.reveal() for key in (before, between, read_master_key(keys))}) == 3
        assert os.listdir(keys.parent) == [keys.name]
