"""The one place where rooms meet: settings become ports, ports become a running service. Holds the clock."""

import asyncio
import gc
import logging
import secrets
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path

import structlog
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from cambist.actions.add_user import add_user
from cambist.actions.facts import Due, Rules
from cambist.actions.limit_requests import LimitRequests
from cambist.actions.load_balances import LoadBalances
from cambist.actions.ports import Clock, Outside, Waits, Worker
from cambist.actions.refresh_accounts import RefreshAccounts
from cambist.api.app import build_app
from cambist.api.endpoint import Served
from cambist.core.addresses import network
from cambist.core.errors import SetupError
from cambist.core.limits import Limits
from cambist.core.terms import Secret
from cambist.exchanges.gateway import Gateway
from cambist.exchanges.tries import WaitsAlone
from cambist.settings import Settings
from cambist.store.accounts import AccountStore
from cambist.store.api_keys import ApiKeyStore
from cambist.store.audit import AuditStore
from cambist.store.connection import Database, open_database
from cambist.store.history import HistoryStore
from cambist.store.installation import InstallationStore
from cambist.store.key_uses import KeyUseStore
from cambist.store.loads import LoadStore
from cambist.store.nonces import found_nonces, open_nonces
from cambist.store.traffic import TrafficStore
from cambist.store.users import UserStore
from cambist.store.waits import WaitStore
from cambist.vault.master_key import MasterKey, make_master_key, read_master_key
from cambist.vault.vault import Vault
from cambist.worker.refresher import Refresher

OWNER = "owner"
FINISH_WITHIN_S = 35
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_STATIC = Path(__file__).parent / "web" / "static"


class WallClock:
    """Now, in whole milliseconds: the resolution of what is stored and written."""

    def now(self) -> datetime:
        now = datetime.now(UTC)
        return now.replace(microsecond=now.microsecond // 1000 * 1000)

    async def sleep(self, seconds: int | float) -> None:
        await asyncio.sleep(seconds)


@dataclass(frozen=True, slots=True)
class Cambist:
    """A service in one process: the ports, and the loads that run."""

    settings: Settings
    outside: Outside
    load_balances: LoadBalances
    limit_requests: LimitRequests

    def app(self) -> Starlette:
        """The HTTP application over these ports."""
        served = Served(
            self.outside,
            self.load_balances,
            self.limit_requests,
            self.settings.public_url.rstrip("/"),
            self.settings.mask_api_keys,
            tuple(map(network, self.settings.trusted_proxies)),
        )
        return build_app(served, [Mount("/static", StaticFiles(directory=_STATIC))])

    def refreshing(self) -> AbstractAsyncContextManager[object]:
        """The refresh of accounts in the background, while its context lasts; nothing where it is off."""
        every = timedelta(seconds=self.settings.refresh_every_s)
        if not every:
            return nullcontext()
        return Refresher(RefreshAccounts(self.outside, self.load_balances, every), _open_queue)


@dataclass(frozen=True, slots=True)
class Installed:
    """Where an installation is, and what `init` has made anew."""

    data_dir: Path
    master_key_file: Path
    database: Path
    made: tuple[str, ...]


async def initialise(settings: Settings) -> Installed:
    """Makes what is missing of data folder, master key, database and owner; what is there stays as it is.

    Raises SetupError, above all where there are data but not the key that they were written under.
    """
    data_dir, key_file = Path(settings.data_dir), Path(settings.master_key_file)
    if key_file.absolute().is_relative_to(data_dir.absolute()):
        raise SetupError(
            f"The master key {key_file} would lie in the data folder {data_dir}, where a thief would find "
            "both: set CAMBIST_MASTER_KEY_FILE to a place outside it."
        )
    made: list[str] = []
    if not settings.database.exists() and not key_file.exists():
        make_master_key(key_file)
        made.append("master key")
    key = read_master_key(key_file)
    if not settings.database.exists():
        data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        found_nonces(data_dir, _boot())
        made.append("database")
    database = open_database(settings.database)
    try:
        await InstallationStore(database).found(key.check, Vault(key).new_audit_key())
        async with _assembled(settings, database, key, WallClock()) as cambist:
            if not await cambist.outside.users.listed():
                await add_user(cambist.outside, OWNER, "cambist init")
                made.append("owner")
    finally:
        database.close()
    return Installed(data_dir, key_file, settings.database, tuple(made))


@asynccontextmanager
async def running(settings: Settings, clock: Clock | None = None) -> AsyncIterator[Cambist]:
    """An initialised installation, opened; closes everything when done. Raises SetupError."""
    if not settings.database.exists():
        raise SetupError(f"There is no database in {settings.data_dir}: run 'cambist init' first.")
    key = read_master_key(Path(settings.master_key_file))
    database = open_database(settings.database)
    try:
        async with _assembled(settings, database, key, clock or WallClock()) as cambist:
            _collect_garbage_less_often()
            yield cambist
    finally:
        database.close()


def _collect_garbage_less_often() -> None:
    """A load makes thousands of facts and no cycles: looking for some after every 700 costs a fifth of it."""
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)


def _open_queue(refresh: Callable[[Due], Awaitable[None]]) -> AbstractAsyncContextManager[Worker]:
    queue: AbstractAsyncContextManager[Worker] = import_module("cambist.worker.queue").MemoryQueue(refresh)
    return queue


@asynccontextmanager
async def exchanges_alone(
    settings: Settings, waits: Mapping[str, datetime] | None = None
) -> AsyncIterator[Gateway]:
    """The exchanges without an installation: for keys that are tried and never kept.

    waits: until when exchanges, by ccxt id, are known to want no calls of ours.
    """
    gateway = _gateway(settings, WallClock(), WaitsAlone(waits or {}))
    try:
        yield gateway
    finally:
        await gateway.close()


def _gateway(settings: Settings, clock: Clock, waits: Waits) -> Gateway:
    return Gateway(clock.now, waits, settings.exchange_timeout_s, settings.exchange_urls, settings.price)


@asynccontextmanager
async def _assembled(
    settings: Settings, database: Database, key: MasterKey, clock: Clock
) -> AsyncIterator[Cambist]:
    vault = Vault(key)
    audit = AuditStore(database, vault.audit_link(_audit_key(InstallationStore(database), key)))
    gateway = _gateway(settings, clock, WaitStore(database))
    traffic = TrafficStore(database, process=secrets.token_hex(8))
    nonces = open_nonces(Path(settings.data_dir), _boot(), clock.now())
    outside = Outside(
        clock=clock,
        new_id=lambda: secrets.token_hex(12),
        new_secret=lambda: Secret(secrets.token_hex(32)),
        exchanges=gateway,
        inquiries=gateway,
        vault=vault,
        users=UserStore(database, audit),
        keys=ApiKeyStore(database, audit),
        nonces=nonces,
        accounts=AccountStore(database, audit),
        loads=LoadStore(database, audit),
        key_uses=KeyUseStore(database, audit),
        audit=audit,
        history=HistoryStore(database),
        traffic=traffic,
        rules=Rules(settings.stablecoins, settings.display_currency.upper()),
    )
    load_balances = LoadBalances(outside)
    try:
        yield Cambist(settings, outside, load_balances, LimitRequests(clock, traffic, _limits(settings)))
    finally:
        await load_balances.finish(FINISH_WITHIN_S)
        await traffic.finish()
        await gateway.close()
        nonces.close()


def _boot() -> str | None:
    """What names this start of the machine; None where nothing does (only Linux has such a name)."""
    return _BOOT_ID.read_text().strip() if _BOOT_ID.exists() else None


def _limits(settings: Settings) -> Limits:
    return Limits(
        settings.requests_a_minute,
        timedelta(seconds=settings.restricted_s),
        settings.requests_until_banned,
    )


def _audit_key(installation: InstallationStore, key: MasterKey) -> bytes:
    """The audit log's key, wrapped. Raises SetupError where the master key is not this database's."""
    check, audit_key = installation.master_key_check(), installation.audit_key()
    if check is None or audit_key is None:
        raise SetupError("The database does not say what its master key is: run 'cambist init'.")
    if check != key.check:
        raise SetupError(
            "The master key is not the one that this database was written under: bring that one back "
            "(CAMBIST_MASTER_KEY_FILE names where it is)."
        )
    return audit_key


def start_logging(settings: Settings) -> None:
    """Logs to stderr, as text or JSON. Libraries that would log requests with their keys stay silent."""
    level = logging.getLevelNamesMapping()[settings.log_level]
    as_json = settings.log_format == "json"
    render: Callable[..., object] = (
        structlog.processors.JSONRenderer()
        if as_json
        else structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
        )
    )
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            *([structlog.processors.format_exc_info] if as_json else []),
            render,  # type: ignore[list-item]
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(level=max(level, logging.INFO), format="%(levelname)s %(name)s: %(message)s")
    for library in ("ccxt", "aiohttp", "asyncio", "uvicorn"):
        logging.getLogger(library).setLevel(logging.WARNING)
