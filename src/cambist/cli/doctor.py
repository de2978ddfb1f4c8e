"""The command `doctor`: is the database whole, the key the right one, the clock true, the exchange there?"""

import asyncio
import shutil
import threading
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from cambist.cli.console import AsJson, fail, print_json, run, settings_in_force
from cambist.cli.lines import print_columns
from cambist.core.egress import UNNAMED, Egress
from cambist.core.errors import CambistError
from cambist.exchanges.library import ccxt_library
from cambist.settings import Settings
from cambist.store.health import Health, health_of
from cambist.vault.sources import Source, the_key
from cambist.wiring import exchanges_alone, key_source

T = TypeVar("T")

LIMIT_S = 5
MOST_OFFSET_MS = 1_000
LEAST_FREE_BYTES = 200 * 1024 * 1024
_WORDS = {True: "ok", False: "FAULT", None: "skipped"}
_NOTHING_INSTALLED = "nothing is installed here: 'cambist init' makes an installation"


@dataclass(frozen=True, slots=True)
class Checked:
    """One thing looked at; ok is None where there was nothing to look at."""

    check: str
    ok: bool | None
    detail: str


@dataclass(frozen=True, slots=True)
class _Reached:
    """An exchange after one call: its time minus ours where it tells one, or why it did not answer."""

    exchange: str
    ms: int
    offset_ms: int | None
    failure: str | None
    egress: str


def doctor(as_json: AsJson = False) -> None:
    """Check database, master key, clock, exchanges, egresses and disk, each within five seconds."""
    found = run(_examined(settings_in_force()))
    if as_json:
        print_json(found)
    else:
        print_columns([(each.check, _WORDS[each.ok], each.detail) for each in found], indent="")
    faults = [each.check for each in found if each.ok is False]
    if faults:
        fail(CambistError(f"Not in order: {', '.join(faults)}."), as_json=False)


async def _examined(settings: Settings) -> list[Checked]:
    health: Health | None = None
    installed, source = settings.database.exists(), key_source(settings)

    async def database() -> Checked:
        nonlocal health
        health = await _in_a_thread(lambda: health_of(settings.database))
        return _database(settings.database, health)

    async def master_key() -> Checked:
        return await _in_a_thread(lambda: _master_key(source, installed, health))

    async def disk() -> Checked:
        return await _in_a_thread(lambda: _disk(Path(settings.data_dir)))

    checked = [
        await _within("database", database) if installed else _no_database(settings, source),
        await _within("master_key", master_key),
    ]
    reached = await _reach(settings, health) if health is not None and health.markets else []
    first = _by(next(iter(settings.addresses), UNNAMED.name), reached)
    egress = _egress(settings, health, reached)
    return [*checked, _clock(first), _exchanges(first), *egress, await _within("disk", disk)]


async def _within(check: str, work: Callable[[], Awaitable[Checked]]) -> Checked:
    """The check's result, or that it failed or took too long."""
    try:
        async with asyncio.timeout(LIMIT_S):
            return await work()
    except TimeoutError:
        return Checked(check, False, f"took longer than {LIMIT_S} s")
    except CambistError as failure:
        return Checked(check, False, str(failure))
    except OSError as refused:
        return Checked(check, False, f"the system refused: {refused}")


async def _in_a_thread(work: Callable[[], T]) -> T:
    """The function's result; one that hangs is left behind and holds up neither the wait nor the exit."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[T] = loop.create_future()

    def settle(result: T | None, failure: Exception | None) -> None:
        if done.done():
            return
        if failure is not None:
            done.set_exception(failure)
        else:
            done.set_result(result)  # type: ignore[arg-type]

    def tell() -> None:
        result, failure = None, None
        try:
            result = work()
        except Exception as raised:  # noqa: BLE001 - handed to whoever waits
            failure = raised
        if not loop.is_closed():
            loop.call_soon_threadsafe(settle, result, failure)

    threading.Thread(target=tell, daemon=True).start()
    return await done


def _no_database(settings: Settings, source: Source) -> Checked:
    if source.is_there():
        told = f"there is a master key but no database at {settings.database}: bring a backup back"
        return Checked("database", False, told)
    return Checked("database", None, _NOTHING_INSTALLED)


def _database(path: Path, health: Health) -> Checked:
    if health.faults:
        return Checked("database", False, f"{path} is damaged: {'; '.join(health.faults)}")
    if health.schema != health.known:
        told = f"{path} has schema {health.schema}; this program's is {health.known}"
        return Checked("database", False, told)
    return Checked("database", True, f"{path} is whole, schema {health.schema}")


def _master_key(source: Source, installed: bool, health: Health | None) -> Checked:
    if not installed and not source.is_there():
        return Checked("master_key", None, _NOTHING_INSTALLED)
    if health is None or health.key_check is None:
        source.current()
        told = f"there is a key in {source.where}; no database tells whether it is the right one"
        return Checked("master_key", None, told)
    the_key(source, health.key_check)
    return Checked("master_key", True, f"the key of this database comes from {source.where}")


async def _reach(settings: Settings, health: Health) -> list[_Reached]:
    """One call to each exchange in use by each egress, all at once; none where one has told it to wait."""
    ccxt_library()  # takes seconds where it is not compiled yet, which no exchange is to blame for
    async with exchanges_alone(settings, health.waits) as exchanges:

        async def ask(egress: Egress, code: str) -> _Reached:
            started = time.perf_counter()
            name, offset, failure = code, None, None
            try:
                market = exchanges.market(code)
                name = market.ccxt_id
                async with asyncio.timeout(LIMIT_S):
                    offset = await exchanges.reach(market, egress.name)
            except TimeoutError:
                failure = f"did not answer within {LIMIT_S} s"
            except CambistError as failed:
                failure = str(failed)
            ms = round((time.perf_counter() - started) * 1000)
            return _Reached(name, ms, offset, failure, egress.name)

        by_exchange = {exchanges.market(code).ccxt_id: code for code in health.markets}
        egresses = settings.egresses or (UNNAMED,)
        return list(
            await asyncio.gather(*(ask(egress, code) for egress in egresses for code in by_exchange.values()))
        )


def _egress(settings: Settings, health: Health | None, reached: Sequence[_Reached]) -> list[Checked]:
    """Whether exchanges are reached by each egress; nothing where there is none."""
    lost = sorted({*(health.egresses if health else ())} - {*settings.addresses})
    told = [f"accounts go by {name}, which CAMBIST_EGRESS does not name" for name in lost]
    for name, address in settings.addresses.items():
        answers = ", ".join(map(_answer, _by(name, reached))) or "no account is connected: no exchange to ask"
        told.append(f"{name} ({address}): {answers}")
    if not told:
        return []
    ok = not lost and all(each.failure is None for each in reached)
    return [Checked("egress", ok if lost or reached else None, "; ".join(told))]


def _by(egress: str, reached: Sequence[_Reached]) -> list[_Reached]:
    return [each for each in reached if each.egress == egress]


def _answer(reached: _Reached) -> str:
    if reached.failure is not None:
        return f"{reached.exchange}: {reached.failure}"
    return f"{reached.exchange} answers in {reached.ms} ms"


def _clock(reached: Sequence[_Reached]) -> Checked:
    told = next((each for each in reached if each.offset_ms is not None), None)
    if told is None or told.offset_ms is None:
        why = "no exchange told its time" if reached else "no account is connected: no exchange to ask"
        return Checked("clock", None, why)
    unsure_ms = -(-told.ms // 2)
    ok = abs(told.offset_ms) - unsure_ms <= MOST_OFFSET_MS
    advice = "" if ok else f" (more than {MOST_OFFSET_MS} ms: let the system keep its time by NTP)"
    return Checked(
        "clock",
        ok,
        f"{told.exchange} is {told.offset_ms:+} ms from ours, give or take {unsure_ms} ms{advice}",
    )


def _exchanges(reached: Sequence[_Reached]) -> Checked:
    if not reached:
        return Checked("exchanges", None, "no account is connected: no exchange to ask")
    return Checked(
        "exchanges", all(each.failure is None for each in reached), "; ".join(map(_answer, reached))
    )


def _disk(folder: Path) -> Checked:
    """Free space where the data folder is, or would be."""
    there = next(place for place in (folder.absolute(), *folder.absolute().parents) if place.exists())
    free = shutil.disk_usage(there).free
    return Checked("disk", free >= LEAST_FREE_BYTES, f"{free >> 20:,} MiB free at {there}")
