"""The command `probe`: try exchange keys without keeping or valuing anything."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from decimal import Decimal
from typing import Annotated, Any

import typer

from cambist.actions.choose_egress import named_egress
from cambist.actions.facts import Probed
from cambist.actions.probe_keys import probe_keys
from cambist.cli.console import AsJson, notices, print_json, run, settings_in_force
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
from cambist.cli.lines import print_columns, print_line
from cambist.core.terms import Balance
from cambist.exchanges.catalogue import market_of
from cambist.wiring import exchanges_alone

PATIENCE_S = 5
_RIGHTS = ("read", "trade", "withdraw", "ip_bound")
_WORDS = {True: "yes", False: "no", None: "unknown"}


def probe(
    type: Annotated[str, typer.Argument(help="Market code, such as binance_us, or a ccxt exchange id.")],
    api_key: ApiKey = None,
    secret: SecretText = None,
    secret_file: SecretFile = None,
    passphrase: Passphrase = None,
    passphrase_file: PassphraseFile = None,
    customer_id: CustomerId = None,
    address: Address = None,
    egress: EgressName = None,
    as_json: AsJson = False,
) -> None:
    """Try exchange keys: what they open and may do. Nothing is kept; no installation is needed."""
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
    settings = settings_in_force()

    async def work() -> Probed:
        async with exchanges_alone(settings) as exchanges:
            by = None if egress is None else named_egress(settings.addresses, egress)
            trying = probe_keys(exchanges, type, keys, by)
            return await patiently(trying, exchanges.waiting_for, notices.print)

    found = run(work())
    if as_json:
        print_json(_document(type, found))
    else:
        _print(found)


async def patiently(
    work: Coroutine[Any, Any, Probed],
    waiting_for: Callable[[], Sequence[str]],
    tell: Callable[[str], None],
    patience_s: int | float = PATIENCE_S,
) -> Probed:
    """The result of work; every few seconds that it takes, it is told what is waited for."""
    task = asyncio.ensure_future(work)
    waited_s: int | float = 0
    try:
        while not (await asyncio.wait({task}, timeout=patience_s))[0]:
            waited_s += patience_s
            whom = ", ".join(waiting_for()) or "a turn within the exchange's limits"
            tell(f"Waiting for {whom} ({waited_s} s so far; Ctrl-C ends it).")
        return task.result()
    finally:
        task.cancel()


def _document(market_code: str, found: Probed) -> dict[str, Any]:
    rights = {name: getattr(found.rights, name) for name in _RIGHTS}
    return {
        "market_code": market_code,
        "wallets": [
            {"wallet": wallet.wallet, "balances": [_balance(balance) for balance in wallet.balances]}
            for wallet in found.answered
        ],
        "missing": found.failed,
        "permissions": {name: "unknown" if right is None else right for name, right in rights.items()},
        "clock_offset_ms": found.clock_offset_ms,
        "calls": [
            {
                "method": call.method,
                "path": call.path,
                "status": call.status,
                "ms": call.ms,
                "weight": call.weight,
            }
            for call in found.calls
        ],
    }


def _balance(balance: Balance) -> dict[str, str]:
    return {
        "asset": balance.asset,
        "code": balance.code,
        **{
            name: _plain(getattr(balance, name))
            for name in ("free", "locked", "borrowed", "interest", "total")
        },
    }


def _plain(value: Decimal) -> str:
    return format(value, "f")


def _print(found: Probed) -> None:
    for wallet in found.answered:
        print_line(f"Wallet {wallet.wallet}" + ("" if wallet.balances else ": empty"))
        print_columns([_row(balance) for balance in wallet.balances])
    for gone in found.failed:
        print_line(f"Wallet {gone.wallet} did not answer: {gone.reason}")
    may = ", ".join(f"{name.replace('_', ' ')} {_WORDS[getattr(found.rights, name)]}" for name in _RIGHTS)
    print_line(f"Permissions: {may}")
    offset = found.clock_offset_ms
    print_line(f"Clock: {'the exchange tells no time' if offset is None else f'{offset:+} ms from ours'}")
    print_line("Calls")
    print_columns(
        [
            (
                call.method,
                call.path,
                str(call.status),
                f"{call.ms} ms",
                f"weight {'unknown' if call.weight is None else call.weight}",
            )
            for call in found.calls
        ]
    )


def _row(balance: Balance) -> tuple[str, ...]:
    owed = balance.borrowed or balance.interest
    return (
        balance.asset if balance.asset == balance.code else f"{balance.asset} (as {balance.code})",
        _plain(balance.total),
        f"free {_plain(balance.free)}",
        f"locked {_plain(balance.locked)}",
        f"owed {_plain(balance.borrowed)} + {_plain(balance.interest)}" if owed else "",
    )
