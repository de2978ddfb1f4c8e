"""`python -m tests.faults.runner FAULT… -- ARGUMENTS`: `cambist` with faults, without a hook in the product.

FAULT is one of
  kill:POINT@N   kill -9 of the process the N-th time it comes to a named point
  busy:SECONDS   the wait for another's lock is this short
  pages:FILE     the database may have as many pages as the file says (all, while there is no such file)
"""

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cambist.actions.load_balances import LoadBalances
from cambist.exchanges.gateway import Gateway
from cambist.store import connection
from cambist.store.loads import LoadStore

Strike = Callable[[], None]
MOST_PAGES = 1 << 30


def striking(nth: int) -> Strike:
    """Kills this process the nth time it is called."""
    calls = iter(range(1, nth + 1))

    def strike() -> None:
        if next(calls, 0) == nth:
            os.kill(os.getpid(), signal.SIGKILL)

    return strike


def before(owner: Any, name: str, strike: Strike) -> None:
    original = getattr(owner, name)

    def struck(*given: Any, **named: Any) -> Any:
        strike()
        return original(*given, **named)

    setattr(owner, name, struck)


def after(owner: Any, name: str, strike: Strike) -> None:
    original = getattr(owner, name)

    async def awaited(*given: Any, **named: Any) -> Any:
        result = await original(*given, **named)
        strike()
        return result

    def called(*given: Any, **named: Any) -> Any:
        result = original(*given, **named)
        strike()
        return result

    is_async = asyncio.iscoroutinefunction(original) or owner is LoadBalances
    setattr(owner, name, awaited if is_async else called)


def around_commit(strike: Strike, *, committed: bool, of: str = "add_receipt") -> None:
    """Strikes in transactions that keep a load, or call another query: right before their COMMIT or after."""
    keeps: list[bool] = []
    after(connection.queries, of, lambda: keeps.append(True))
    original = connection.Connection.execute

    def execute(self: connection.Connection, sql: str, parameters: Any = (), /) -> Any:
        strikes = sql == "COMMIT" and keeps
        if strikes and not committed:
            strike()
        if sql == "BEGIN IMMEDIATE":
            keeps.clear()
        result = original(self, sql, parameters)
        if strikes and committed:
            strike()
        return result

    connection.Connection.execute = execute  # type: ignore[method-assign]


POINTS: dict[str, Callable[[Strike], None]] = {
    "before-turn": lambda strike: before(LoadStore, "take_turn", strike),
    "turn-inserted": lambda strike: after(connection.queries, "begin_attempt", strike),
    "turn-taken": lambda strike: after(LoadStore, "take_turn", strike),
    "wallets-read": lambda strike: after(Gateway, "read_wallets", strike),
    "prices-read": lambda strike: after(Gateway, "price_list", strike),
    "before-keeping": lambda strike: before(LoadStore, "keep", strike),
    "attempt-ended": lambda strike: after(connection.queries, "end_attempt", strike),
    "snapshot-kept": lambda strike: after(connection.queries, "keep_snapshot", strike),
    "receipt-added": lambda strike: after(connection.queries, "add_receipt", strike),
    "account-set": lambda strike: after(connection.queries, "set_loaded", strike),
    "before-commit": lambda strike: around_commit(strike, committed=False),
    "after-commit": lambda strike: around_commit(strike, committed=True),
    "before-answer": lambda strike: after(LoadBalances, "__call__", strike),
}


def limit_pages(file: Path) -> None:
    original = connection.Connection.execute

    def execute(self: connection.Connection, sql: str, parameters: Any = (), /) -> Any:
        if sql == "BEGIN IMMEDIATE":
            most = int(file.read_text()) if file.exists() else MOST_PAGES
            original(self, f"PRAGMA max_page_count = {most}")
        return original(self, sql, parameters)

    connection.Connection.execute = execute  # type: ignore[method-assign]


def set_up(fault: str) -> None:
    kind, _, given = fault.partition(":")
    if kind == "kill":
        point, _, nth = given.partition("@")
        POINTS[point](striking(int(nth)))
    elif kind == "busy":
        connection.BUSY_TIMEOUT_S = float(given)  # type: ignore[assignment]
    elif kind == "pages":
        limit_pages(Path(given))
    else:
        raise SystemExit(f"There is no fault {fault!r}.")


if __name__ == "__main__":
    end = sys.argv.index("--")
    for each in sys.argv[1:end]:
        set_up(each)
    sys.argv = ["cambist", *sys.argv[end + 1 :]]
    from cambist.cli.main import main

    main()
