"""A pool of ccxt clients per exchange: one borrower at a time, put back as new."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

from cambist.core.terms import Credentials, Market
from cambist.exchanges.client import as_ours, give_credentials, new_client
from cambist.exchanges.dialect import Dialect
from cambist.outward.session import Session

MOST_CLIENTS = 64


class Pool:
    """Clients of one exchange; construction costs 4 ms and 0.25 MB each, so they are kept and lent.

    Whatever a borrower leaves in a client, keys and what ccxt remembers of an account, is gone after:
    its attributes and options are those of a client just made, its markets those of the exchange.
    Nonces, where ccxt counts them, rise from one borrower to the next.
    """

    def __init__(
        self,
        market: Market,
        dialect: Dialect,
        session: Session,
        now: Callable[[], datetime],
        base_url: str | None,
    ) -> None:
        self._make: Callable[[], Any] = lambda: new_client(market, dialect, session, now, base_url)
        self._places = asyncio.Semaphore(MOST_CLIENTS)
        self._idle: list[tuple[Any, dict[str, Any], dict[str, Any]]] = []
        self._donor: Any = None
        self.clock_offset_ms = 0
        self._last_nonce = 0

    @asynccontextmanager
    async def borrow(self, credentials: Credentials | None = None) -> AsyncIterator[Any]:
        """A client for one use; raises LoadFailed for whatever goes wrong in it."""
        async with self._places:
            client, attributes, options = self._idle.pop() if self._idle else self._new()
            client.options["timeDifference"] = self.clock_offset_ms
            client.options["lastNonce"] = self._last_nonce
            client.trail = []
            if self._donor is not None and client.markets is not self._donor.markets:
                client.set_markets_from_exchange(self._donor)
            if credentials is not None:
                give_credentials(client, credentials)
            try:
                yield client
            except Exception as error:  # noqa: BLE001 - whatever ccxt raises is translated here
                raise as_ours(error, client) from None
            finally:
                self.clock_offset_ms = client.options["timeDifference"]
                self._last_nonce = max(self._last_nonce, client.options["lastNonce"])
                self._idle.append((_as_new(client, attributes, options), attributes, options))

    def share_markets(self, client: Any) -> None:
        """Makes the markets that a client has loaded those of every client of the exchange."""
        donor = self._make()
        donor.set_markets_from_exchange(client)
        self._donor = donor

    def _new(self) -> tuple[Any, dict[str, Any], dict[str, Any]]:
        client = self._make()
        return client, dict(vars(client)), dict(client.options)


def _as_new(client: Any, attributes: dict[str, Any], options: dict[str, Any]) -> Any:
    vars(client).clear()
    vars(client).update(attributes)
    client.options.clear()
    client.options.update(options)
    return client
