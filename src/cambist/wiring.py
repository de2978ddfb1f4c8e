"""The one place where rooms meet: settings become ports, ports become a running service. Holds the clock."""

import asyncio
import gc
import random
import secrets
import time
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
from cambist.actions.load_all import LoadAll
from cambist.actions.load_balances import LoadBalances
from cambist.actions.ports import Clock, Outside, Waits, Worker
from cambist.actions.refresh_accounts import RefreshAccounts
from cambist.actions.rotate_master_key import RotateMasterKey
from cambist.api.app import build_app
from cambist.api.endpoint import Served
from cambist.core.addresses import network
from cambist.core.currencies import known_currency
from cambist.core.doors import our_hosts
from cambist.core.errors import SetupError, StoreUnavailable
from cambist.core.history import milliseconds
from cambist.core.limits import Limits
from cambist.core.terms import Secret
from cambist.exchanges.ecb import EcbRates
from cambist.exchanges.gateway import Gateway
from cambist.exchanges.tries import WaitsAlone
from cambist.outward.post import WebhookPost
from cambist.settings import Settings, credentials_directory, taken_secret
from cambist.store.accounts import AccountStore
from cambist.store.answers import AnswerStore
from cambist.store.api_keys import ApiKeyStore
from cambist.store.audit import AuditStore
from cambist.store.controls import ControlStore
from cambist.store.daily_rates import DailyRateStore
from cambist.store.database import Database
from cambist.store.events import EventStore
from cambist.store.flows import FlowStore
from cambist.store.history import HistoryStore
from cambist.store.installation import InstallationStore
from cambist.store.key_uses import KeyUseStore
from cambist.store.last_uses import LastUses
from cambist.store.loads import LoadStore
from cambist.store.nonces import found_nonces, open_nonces
from cambist.store.opening import open_database
from cambist.store.refusals import RefusalLog
from cambist.store.retention import RetentionStore
from cambist.store.revocation import RevocationStore
from cambist.store.rights import RightsStore
from cambist.store.rotation import RotationRuns, RotationStore
from cambist.store.sessions import SessionStore
from cambist.store.sign_ins import AttemptStore, FirstRunStore
from cambist.store.thresholds import ThresholdStore
from cambist.store.traffic import TrafficStore
from cambist.store.users import UserStore
from cambist.store.waits import WaitStore
from cambist.store.webhooks import WebhookStore
from cambist.vault.rotation import MasterKeys
from cambist.vault.sources import VARIABLE, FileSource, Keeper, Source, chosen, sources
from cambist.vault.vault import Vault
from cambist.web.doors import Doors
from cambist.web.routes import web_routes
from cambist.worker.courier import Courier
from cambist.worker.refresher import Refresher
from cambist.worker.thinner import Thinner

OWNER = "owner"
FINISH_WITHIN_S = 35
# So many refreshes that brought nothing are an outage; without refreshing, loads are hoped for so often.
_GAPS, _NOT_REFRESHED_S = 3, 300
_log = structlog.get_logger()
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_STATIC = Path(__file__).parent / "web" / "static"


class WallClock:
    """Now, in whole milliseconds: the resolution of what is stored and written."""

    def now(self) -> datetime:
        return datetime.fromtimestamp(time.time_ns() // 1_000_000 / 1000, UTC)

    async def sleep(self, seconds: int | float) -> None:
        await asyncio.sleep(seconds)


@dataclass(frozen=True, slots=True)
class Cambist:
    """A service in one process: the ports, and the loads that run."""

    settings: Settings
    outside: Outside
    load_balances: LoadBalances
    load_all: LoadAll
    limit_requests: LimitRequests
    rotate_master_key: RotateMasterKey

    def app(self) -> Starlette:
        """The HTTP application over these ports."""
        served = Served(
            self.outside,
            self.load_balances,
            self.limit_requests,
            self.settings.public_url.rstrip("/"),
            self.settings.mask_api_keys,
            tuple(map(network, self.settings.trusted_proxies)),
            our_hosts(self.settings.public_url, self.settings.allowed_hosts),
        )
        doors = Doors(
            self.outside,
            self.load_balances,
            self.load_all,
            self.limit_requests,
            served.public_url,
            served.trusted_proxies,
            self.settings.allow_plain_http,
            self.settings.refresh_every_s,
            self.settings.keep_answers_s,
        )
        return build_app(served, [*web_routes(doors), Mount("/static", StaticFiles(directory=_STATIC))])

    def refreshing(self) -> AbstractAsyncContextManager[object]:
        """The refresh of accounts in the background, while its context lasts; nothing where it is off."""
        every = timedelta(seconds=self.settings.refresh_every_s)
        if not every:
            return nullcontext()
        return Refresher(RefreshAccounts(self.outside, self.load_balances, every), _open_queue)

    def thinning(self) -> AbstractAsyncContextManager[object]:
        """The roll-up of histories in the background, while its context lasts."""
        return Thinner(self.outside)

    def delivering(self) -> AbstractAsyncContextManager[object]:
        """The delivery of events to webhooks in the background, while its context lasts."""
        return Courier(self.outside, random.random)


@dataclass(frozen=True, slots=True)
class Installed:
    """Where an installation is, and what `init` has made anew.

    master_key: names where the key is kept. master_key_file: its file, where it is in one.
    """

    data_dir: Path
    database: Path
    master_key: str
    master_key_file: str | None
    made: tuple[str, ...]


async def initialise(settings: Settings) -> Installed:
    """Makes what is missing of data folder, master key, database and owner; what is there stays as it is.

    Raises SetupError, above all where there are data but not the key that they were written under.
    """
    data_dir, source = Path(settings.data_dir), key_source(settings)
    key_file = source.path if isinstance(source, FileSource) else None
    if key_file is not None and key_file.absolute().is_relative_to(data_dir.absolute()):
        raise SetupError(
            f"The master key {key_file} would lie in the data folder {data_dir}, where a thief would find "
            "both: set CAMBIST_MASTER_KEY_FILE to a place outside it."
        )
    made: list[str] = []
    if not settings.database.exists() and isinstance(source, Keeper) and not source.is_there():
        source.make()
        made.append("master key")
    key = source.current()
    if not settings.database.exists():
        data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        found_nonces(data_dir, _boot())
        made.append("database")
    database = open_database(settings.database)
    try:
        await InstallationStore(database).found(key.check, Vault(key).new_audit_key())
        async with _assembled(settings, database, source, WallClock()) as cambist:
            if not await cambist.outside.users.listed():
                await add_user(cambist.outside, OWNER, "cambist init")
                made.append("owner")
    finally:
        database.close()
    file = None if key_file is None else str(key_file)
    return Installed(data_dir, settings.database, source.where, file, tuple(made))


def key_source(settings: Settings) -> Source:
    """The place that the settings name for the master key, or the first that has one."""
    named = sources(
        credentials_directory(),
        Path(settings.master_key_file),
        Path(settings.data_dir),
        taken_secret(VARIABLE),
        taken_secret(f"{VARIABLE}_NEXT"),
    )
    source = chosen(named, settings.master_key_source)
    if source.caution is not None:
        _log.warning(source.caution)
    return source


@asynccontextmanager
async def running(settings: Settings, clock: Clock | None = None) -> AsyncIterator[Cambist]:
    """An initialised installation, opened; closes everything when done. Raises SetupError."""
    if not settings.database.exists():
        raise SetupError(f"There is no database in {settings.data_dir}: run 'cambist init' first.")
    source = key_source(settings)
    database = open_database(settings.database)
    try:
        async with _assembled(settings, database, source, clock or WallClock()) as cambist:
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
    settings: Settings, waits: Mapping[tuple[str, str], datetime] | None = None
) -> AsyncIterator[Gateway]:
    """The exchanges without an installation: for keys that are tried and never kept.

    waits: until when exchanges, by ccxt id, are known to want no calls of an address of ours.
    """
    gateway = _gateway(settings, WallClock(), WaitsAlone(waits or {}))
    try:
        yield gateway
    finally:
        await gateway.close()


def _gateway(settings: Settings, clock: Clock, waits: Waits) -> Gateway:
    return Gateway(
        clock.now,
        waits,
        settings.exchange_timeout_s,
        settings.exchange_urls,
        settings.price,
        egresses=settings.egresses,
    )


@asynccontextmanager
async def _assembled(
    settings: Settings, database: Database, source: Source, clock: Clock
) -> AsyncIterator[Cambist]:
    check, audit_key = _founded(InstallationStore(database))
    master_keys = MasterKeys(source)
    vault = Vault(master_keys.named(check), master_keys.find)
    audit = AuditStore(database, vault.audit_link(audit_key))
    records = RotationStore(database, audit, Path(settings.data_dir) / "rotation.lock")
    rotate_master_key = RotateMasterKey(clock, master_keys, records)
    if not master_keys.is_promoted(check):
        await _finish_rotation(rotate_master_key)
    gateway = _gateway(settings, clock, WaitStore(database))
    reference_rates = EcbRates(
        clock.now,
        DailyRateStore(database),
        settings.exchange_timeout_s,
        settings.exchange_urls,
        settings.egresses,
    )
    refusals = RefusalLog(database, audit)
    last_uses = LastUses(database)
    traffic = TrafficStore(database, process=secrets.token_hex(8))
    nonces = open_nonces(Path(settings.data_dir), _boot(), clock.now())
    post = WebhookPost(settings.webhook_urls)
    answers = AnswerStore(database, timedelta(seconds=settings.keep_answers_s))
    outside = Outside(
        clock=clock,
        # Growing with time, so that what is kept by them is written side by side, to few pages.
        new_id=lambda: f"{milliseconds(clock.now()):012x}{secrets.token_hex(6)}",
        new_secret=lambda: Secret(secrets.token_hex(32)),
        exchanges=gateway,
        inquiries=gateway,
        ledgers=gateway,
        reference_rates=reference_rates,
        vault=vault,
        users=UserStore(database, audit),
        keys=ApiKeyStore(database, audit),
        nonces=nonces,
        accounts=AccountStore(database, audit, answers),
        loads=LoadStore(database, audit, answers),
        key_uses=KeyUseStore(database, audit),
        rights=RightsStore(database, audit),
        controls=ControlStore(database),
        audit=audit,
        refusals=refusals,
        last_uses=last_uses,
        revocation=RevocationStore(database, audit),
        sessions=SessionStore(database, audit),
        attempts=AttemptStore(database),
        first_runs=FirstRunStore(database, audit),
        history=HistoryStore(database, audit),
        flows=FlowStore(database),
        retention=RetentionStore(database),
        answers=answers,
        traffic=traffic,
        events=EventStore(database),
        thresholds=ThresholdStore(database),
        webhooks=WebhookStore(database, audit),
        post=post,
        rules=_rules(settings),
    )
    load_balances = LoadBalances(outside)
    load_all = LoadAll(outside, load_balances)
    try:
        limit_requests = LimitRequests(clock, traffic, _limits(settings))
        yield Cambist(settings, outside, load_balances, load_all, limit_requests, rotate_master_key)
    finally:
        await load_all.finish()
        await load_balances.finish(FINISH_WITHIN_S)
        await refusals.finish()
        await last_uses.finish()
        await traffic.finish()
        await gateway.close()
        await reference_rates.close()
        await post.close()
        nonces.close()


def _boot() -> str | None:
    """What names this start of the machine; None where nothing does (only Linux has such a name)."""
    return _BOOT_ID.read_text().strip() if _BOOT_ID.exists() else None


def _rules(settings: Settings) -> Rules:
    return Rules(
        settings.stablecoins,
        known_currency(settings.display_currency),
        settings.allow_withdraw_keys,
        keep_answers=settings.keep_answers_s > 0,
        egresses=settings.addresses,
        gap_after=_GAPS * timedelta(seconds=settings.refresh_every_s or _NOT_REFRESHED_S),
    )


def _limits(settings: Settings) -> Limits:
    return Limits(
        settings.requests_a_minute,
        timedelta(seconds=settings.restricted_s),
        settings.requests_until_banned,
    )


def _founded(installation: InstallationStore) -> tuple[str, bytes]:
    """The master key's check value, and the audit log's key, wrapped."""
    check, audit_key = installation.master_key_check(), installation.audit_key()
    if check is None or audit_key is None:
        raise SetupError("The database does not say what its master key is: run 'cambist init'.")
    return check, audit_key


async def _finish_rotation(rotate: RotateMasterKey) -> None:
    """Ends a rotation that was cut short; what keeps it from that is told and keeps nothing else."""
    try:
        await rotate.resume()
    except RotationRuns:
        return  # it comes to its end by itself
    except (SetupError, StoreUnavailable) as hindered:
        _log.warning(str(hindered))
    if rotate.how_to_follow:
        _log.warning(rotate.how_to_follow)
