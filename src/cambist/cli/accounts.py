"""Commands for exchange accounts: add, list, show, rename, lock, unlock, remove, load."""

import os
from collections.abc import Callable
from typing import Annotated, Any

import msgspec
import typer

from cambist.actions.connect_account import connect_account
from cambist.actions.control_account import last_control
from cambist.actions.lock_account import lock_account
from cambist.actions.rename_account import rename_account
from cambist.actions.unlock_account import unlock_account
from cambist.actions.update_account import update_account
from cambist.api.egresses import egress_of
from cambist.api.entity import AccountEntity, account_entity
from cambist.api.permissions import permissions_of
from cambist.cli.console import (
    COMMAND_LINE,
    AsJson,
    AsUser,
    caller,
    fail,
    in_installation,
    notices,
    print_json,
    print_table,
    screen,
)
from cambist.cli.control import unreconciled
from cambist.cli.given_keys import (
    Address,
    ApiKey,
    CustomerId,
    EgressName,
    Passphrase,
    PassphraseFile,
    SecretFile,
    SecretText,
    given_keys,
)
from cambist.core.credentials import NOTHING
from cambist.core.errors import CambistError, LoadFailed
from cambist.core.rights import in_words, warnings_of
from cambist.core.terms import Account
from cambist.exchanges.catalogue import market_of
from cambist.wiring import Cambist

_WALLET = "A wallet to cover beside the base wallet, as often as you like; all that answer by default."
_WALLET_NOW = "A wallet to cover from now on beside the base wallet, as often as you like."

app = typer.Typer(help="Exchange accounts.", no_args_is_help=True)


def entity(cambist: Cambist, account: Account) -> AccountEntity:
    """The account as the API writes it."""
    market = cambist.outside.exchanges.market(account.market)
    return account_entity(account, market, cambist.settings.public_url.rstrip("/"), False)


async def _told(cambist: Cambist, account: Account) -> dict[str, Any]:
    """The account as the API writes it, what its keys may do, its coverage, control and egress."""
    told: dict[str, Any] = msgspec.structs.asdict(entity(cambist, account))
    control = await last_control(cambist.outside, account)
    more = {
        "permissions": permissions_of(account),
        "coverage": account.coverage,
        "gaps": account.gaps,
        "egress": egress_of(account, cambist.outside.rules.egresses),
        "control": {"state": control.state, "reason": control.reason, "at": control.at},
    }
    return {**told, **more}


def _teller(cambist: Cambist) -> Callable[[str], None]:
    """Says which address to allow at the exchange, before keys are tried from it."""

    def tell(egress: str) -> None:
        address = cambist.outside.rules.egresses.get(egress)
        if address is not None:
            notices.print(f"Allow {address} (egress {egress}) for these keys at the exchange.", markup=False)

    return tell


def _tell_left_out(account: Account) -> None:
    for left_out in account.coverage.not_covered:
        reason = left_out.reason.rstrip(".")
        notices.print(f"Not covered: {left_out.wallet} ({reason}).", markup=False)


def _may(account: Account) -> str:
    told = in_words(account.rights)
    rights = [name.replace("_", " ") for name, right in told.items() if right is True]
    return ", ".join([*rights, "rest unknown"] if "unknown" in told.values() else rights)


async def _show(cambist: Cambist, accounts: list[Account], as_json: bool) -> None:
    if as_json:
        print_json([entity(cambist, account) for account in accounts])
        return
    rows = [
        (
            str(account.id),
            account.name,
            account.market,
            f"{account.figures.usd:,.2f}",
            f"{account.figures.btc:.8f}",
            f"{account.figures.day.usd.percent:+}%",
            account.key_state.value,
            _may(account),
            "" if account.lock_reason is None else "yes",
            account.loaded_at.isoformat(sep=" ", timespec="seconds").replace("+00:00", " UTC"),
            ", ".join(gone.wallet for gone in account.gaps.missing),
            unreconciled(await last_control(cambist.outside, account)),
        )
        for account in accounts
    ]
    headings = ("id", "name", "market", "USD", "BTC", "24 h", "keys", "may", "locked", "loaded", "missing")
    print_table(
        (*headings, "control"), rows, "There are no accounts yet: 'cambist accounts add' connects one."
    )


@app.command()
def add(
    type: Annotated[str, typer.Argument(help="Market code, such as binance_us, or a ccxt exchange id.")],
    name: Annotated[str, typer.Option(help="What to call the account.")],
    api_key: ApiKey = None,
    secret: SecretText = None,
    secret_file: SecretFile = None,
    passphrase: Passphrase = None,
    passphrase_file: PassphraseFile = None,
    customer_id: CustomerId = None,
    address: Address = None,
    wallet: Annotated[list[str] | None, typer.Option(help=_WALLET)] = None,
    egress: EgressName = None,
    user: AsUser = None,
    as_json: AsJson = False,
) -> None:
    """Connect an exchange account: its keys are tried and the first load is made before it is kept."""
    keys = given_keys(
        market_of(type),
        api_key=api_key,
        address=address,
        customer_id=customer_id,
        secret=secret,
        secret_file=secret_file,
        passphrase=passphrase,
        passphrase_file=passphrase_file,
    )

    async def work(cambist: Cambist) -> None:
        account = await connect_account(
            cambist.outside,
            await caller(cambist, user),
            type=type,
            name=name,
            keys=keys,
            wallets=wallet or (),
            egress=egress,
            tell_egress=_teller(cambist),
        )
        await _show(cambist, [account], as_json)
        _tell_left_out(account)
        for warning in warnings_of(account.rights):
            notices.print(f"Warning: {warning}")

    in_installation(work)


@app.command("list")
def list_(user: AsUser = None, as_json: AsJson = False) -> None:
    """List accounts as they stand; nothing is asked of an exchange."""

    async def work(cambist: Cambist) -> None:
        accounts = await _all(cambist, (await caller(cambist, user)).user_id)
        if as_json:
            print_json([await _told(cambist, account) for account in accounts])
        else:
            await _show(cambist, accounts, as_json)

    in_installation(work)


@app.command()
def show(account_id: int, user: AsUser = None) -> None:
    """Print an account as the API answers it, its keys' rights, its coverage and gaps, its control."""

    async def work(cambist: Cambist) -> None:
        user_id = (await caller(cambist, user)).user_id
        print_json(await _told(cambist, await cambist.outside.accounts.get(user_id, account_id)))

    in_installation(work)


@app.command()
def update(
    account_id: int,
    name: Annotated[str | None, typer.Option(help="What to call the account.")] = None,
    api_key: ApiKey = None,
    secret: SecretText = None,
    secret_file: SecretFile = None,
    passphrase: Passphrase = None,
    passphrase_file: PassphraseFile = None,
    customer_id: CustomerId = None,
    address: Address = None,
    in_summary: Annotated[
        bool | None, typer.Option("--in-summary/--not-in-summary", help="Whether the summary counts it.")
    ] = None,
    egress: EgressName = None,
    wallet: Annotated[list[str] | None, typer.Option(help=_WALLET_NOW)] = None,
    all_wallets: Annotated[
        bool, typer.Option("--all-wallets", help="Cover all wallets that answer from now on.")
    ] = False,
    user: AsUser = None,
    as_json: AsJson = False,
) -> None:
    """Change an account's name, keys, egress or wallets; its keys are tried first, and history stays."""
    if wallet and all_wallets:
        raise typer.BadParameter("name wallets, or --all-wallets")

    async def work(cambist: Cambist) -> None:
        me = await caller(cambist, user)
        keys = NOTHING
        if any(given is not None for given in (api_key, address, customer_id, secret, secret_file)):
            account = await cambist.outside.accounts.get(me.user_id, account_id)
            keys = given_keys(
                market_of(account.market),
                api_key=api_key,
                address=address,
                customer_id=customer_id,
                secret=secret,
                secret_file=secret_file,
                passphrase=passphrase,
                passphrase_file=passphrase_file,
            )
        account = await update_account(
            cambist.outside,
            me,
            account_id,
            name=name,
            include_in_summary=in_summary,
            keys=keys,
            egress=egress,
            wallets=() if all_wallets else wallet or None,
            tell_egress=_teller(cambist),
        )
        await _show(cambist, [account], as_json)
        if wallet or all_wallets:
            _tell_left_out(account)

    in_installation(work)


@app.command()
def rename(account_id: int, name: str, user: AsUser = None) -> None:
    """Give an account another name."""

    async def work(cambist: Cambist) -> None:
        account = await rename_account(cambist.outside, await caller(cambist, user), account_id, name)
        screen.print(f"Account {account.id} is called {account.name}.")

    in_installation(work)


@app.command()
def lock(
    account_id: int,
    reason: Annotated[str | None, typer.Option(help="What those are told who ask for a load.")] = None,
    user: AsUser = None,
    as_json: AsJson = False,
) -> None:
    """Lock an account: it is not loaded and its keys are not opened until it is unlocked."""

    async def work(cambist: Cambist) -> None:
        account = await lock_account(cambist.outside, await caller(cambist, user), account_id, reason)
        await _tell(cambist, account, f"Account {account_id} is locked: {account.lock_reason}", as_json)

    in_installation(work)


@app.command()
def unlock(account_id: int, user: AsUser = None, as_json: AsJson = False) -> None:
    """Unlock an account; the server reads anew what its keys may do, which may lock it again."""

    async def work(cambist: Cambist) -> None:
        account = await unlock_account(cambist.outside, await caller(cambist, user), account_id)
        await _tell(cambist, account, f"Account {account_id} is not locked.", as_json)

    in_installation(work)


async def _tell(cambist: Cambist, account: Account, sentence: str, as_json: bool) -> None:
    if as_json:
        print_json(await _told(cambist, account))
    else:
        screen.print(sentence, markup=False)


@app.command()
def remove(account_id: int, user: AsUser = None) -> None:
    """Remove an account and erase its keys."""

    async def work(cambist: Cambist) -> None:
        user_id = (await caller(cambist, user)).user_id
        await cambist.outside.accounts.remove(user_id, account_id, COMMAND_LINE, cambist.outside.clock.now())
        screen.print(f"Account {account_id} is removed and its keys are erased.")

    in_installation(work)


def load(
    account_ids: Annotated[list[int] | None, typer.Argument(help="Accounts to load.", metavar="ID…")] = None,
    every: Annotated[bool, typer.Option("--all", help="Load every account.")] = False,
    user: AsUser = None,
    as_json: AsJson = False,
) -> None:
    """Bring accounts up to date from their exchanges."""
    if bool(account_ids) == every:
        raise typer.BadParameter("name the accounts to load, or --all")
    # Only this command draws progress: a server need not carry it.
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn  # noqa: PLC0415

    async def work(cambist: Cambist) -> str | None:
        me = await caller(cambist, user)
        ids = account_ids or [account.id for account in await _all(cambist, me.user_id)]
        loaded: list[Account] = []
        failures: list[LoadFailed] = []
        with Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            console=notices,
            disable=len(ids) < 2 or not os.isatty(2),
            transient=True,
        ) as progress:
            bar = progress.add_task("loading", total=len(ids))
            for account_id in ids:
                progress.update(bar, description=f"loading account {account_id}")
                try:
                    loaded.append(await cambist.load_balances(me, account_id))
                except LoadFailed as failure:
                    if len(ids) == 1:
                        raise
                    failures.append(failure)
                    notices.print(f"account {account_id}: {failure}")
                progress.advance(bar)
        await _show(cambist, loaded, as_json)
        return f"{len(failures)} of {len(ids)} accounts could not be loaded." if failures else None

    shortfall = in_installation(work)
    if shortfall is not None:
        fail(CambistError(shortfall), as_json=False)  # the one document on stdout is the accounts' already


async def _all(cambist: Cambist, user_id: int) -> list[Account]:
    accounts: list[Account] = []
    while page := await cambist.outside.accounts.listed(user_id, offset=len(accounts)):
        accounts += page
    return accounts
