"""The two clients, blocking and asynchronous: they differ in nothing but in how they send and wait."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import aclosing, closing
from datetime import datetime
from typing import Any, Generic, Self, TypeVar

import httpx

from cambist.client import questions
from cambist.client.answers import Account, Balances, History
from cambist.client.asking import MOST_BYTES, Came, Patience, TooLarge, steps, told
from cambist.client.following import Event, EventLines
from cambist.client.questions import Question

TIMEOUT_S = 90.0

T = TypeVar("T")
H = TypeVar("H", httpx.Client, httpx.AsyncClient)


class _Asks(Generic[H]):
    """What both clients ask with."""

    def __init__(self, http: H, patience: Patience) -> None:
        self._http: H = http
        self._patience = patience

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self._http.base_url).rstrip('/')!r})"

    def _build(self, question: Question[Any], within_s: float) -> httpx.Request:
        timeout_s = max(min(within_s, TIMEOUT_S), 0.001)
        request: httpx.Request = self._http.build_request(question.method, question.path, timeout=timeout_s)
        return request


class Client(_Asks[httpx.Client]):
    """Asks a server and waits for it. url: where the server is, as http://127.0.0.1:8600.

    Every method raises ApiError, Unreachable or AnswerUnreadable.
    """

    def __init__(
        self,
        url: str,
        auth: httpx.Auth,
        *,
        patience: Patience = Patience(),  # noqa: B008 - frozen
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        super().__init__(httpx.Client(base_url=url, auth=auth, trust_env=False), patience)
        self._sleep = sleep

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._http.close()

    def accounts(self, page: int = 1, per_page: int = 100) -> list[Account]:
        """A page of the accounts as they stand."""
        return self.ask(questions.accounts(page, per_page))

    def account(self, account_id: int) -> Account:
        """An account as it stands; nothing is asked of its exchange."""
        return self.ask(questions.account(account_id))

    def summary(self) -> Account:
        """All accounts that are included in the summary, as one; its id is 0."""
        return self.ask(questions.summary())

    def load_balances(self, account_id: int) -> Account:
        """The account brought up to date from its exchange. Asked once only."""
        return self.ask(questions.load_balances(account_id))

    def balances(self, account_id: int) -> Balances:
        """What each wallet held at the last load, exactly."""
        return self.ask(questions.balances(account_id))

    def receipt(self, account_id: int, load_id: str) -> dict[str, Any]:
        """What a load did, as the JSON says it; amounts are texts, exact to the last digit."""
        return self.ask(questions.receipt(account_id, load_id))

    def history(
        self,
        account_id: int,
        since: datetime | None = None,
        until: datetime | None = None,
        resolution: str = "raw",
        limit: int = 10_000,
    ) -> History:
        """What an account was worth. resolution: raw, hour or day."""
        return self.ask(questions.history(account_id, since, until, resolution, limit))

    def events(self, after: int | None = None) -> Iterator[Event]:
        """Events after an id (None: from now on) as they come, until the stream ends; go on then."""
        request, lines = self._build(questions.events(after), TIMEOUT_S), EventLines()
        try:
            answer = self._http.send(request, stream=True)
            with closing(answer):
                if not answer.is_success:
                    told((answer, answer.read()), Event)
                for line in answer.iter_lines():
                    yield from lines.take(line)
        except httpx.TransportError as failure:
            told(failure, Event)

    def ask(self, question: Question[T]) -> T:
        asking = steps(lambda left_s: self._build(question, left_s), self._patience, question.answer)
        came: Came = None
        while True:
            try:
                wanted = asking.send(came)
            except StopIteration as done:
                result: T = done.value
                return result
            if isinstance(wanted, httpx.Request):
                came = self._sent(wanted)
            else:
                self._sleep(wanted)

    def _sent(self, request: httpx.Request) -> Came:
        try:
            answer = self._http.send(request, stream=True)
            try:
                body = bytearray()
                for chunk in answer.iter_bytes():
                    body += chunk
                    if len(body) > MOST_BYTES:
                        return TooLarge()
            finally:
                answer.close()
        except httpx.TransportError as failure:
            return failure
        return answer, bytes(body)


class AsyncClient(_Asks[httpx.AsyncClient]):
    """The same for programs that run on asyncio."""

    def __init__(
        self,
        url: str,
        auth: httpx.Auth,
        *,
        patience: Patience = Patience(),  # noqa: B008 - frozen
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        super().__init__(httpx.AsyncClient(base_url=url, auth=auth, trust_env=False), patience)
        self._sleep = sleep

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        await self._http.aclose()

    async def accounts(self, page: int = 1, per_page: int = 100) -> list[Account]:
        """A page of the accounts as they stand."""
        return await self.ask(questions.accounts(page, per_page))

    async def account(self, account_id: int) -> Account:
        """An account as it stands; nothing is asked of its exchange."""
        return await self.ask(questions.account(account_id))

    async def summary(self) -> Account:
        """All accounts that are included in the summary, as one; its id is 0."""
        return await self.ask(questions.summary())

    async def load_balances(self, account_id: int) -> Account:
        """The account brought up to date from its exchange. Asked once only."""
        return await self.ask(questions.load_balances(account_id))

    async def balances(self, account_id: int) -> Balances:
        """What each wallet held at the last load, exactly."""
        return await self.ask(questions.balances(account_id))

    async def receipt(self, account_id: int, load_id: str) -> dict[str, Any]:
        """What a load did, as the JSON says it; amounts are texts, exact to the last digit."""
        return await self.ask(questions.receipt(account_id, load_id))

    async def history(
        self,
        account_id: int,
        since: datetime | None = None,
        until: datetime | None = None,
        resolution: str = "raw",
        limit: int = 10_000,
    ) -> History:
        """What an account was worth. resolution: raw, hour or day."""
        return await self.ask(questions.history(account_id, since, until, resolution, limit))

    async def events(self, after: int | None = None) -> AsyncIterator[Event]:
        """Events after an id (None: from now on) as they come, until the stream ends; go on then."""
        request, lines = self._build(questions.events(after), TIMEOUT_S), EventLines()
        try:
            answer = await self._http.send(request, stream=True)
            async with aclosing(answer):
                if not answer.is_success:
                    told((answer, await answer.aread()), Event)
                async for line in answer.aiter_lines():
                    for event in lines.take(line):
                        yield event
        except httpx.TransportError as failure:
            told(failure, Event)

    async def ask(self, question: Question[T]) -> T:
        asking = steps(lambda left_s: self._build(question, left_s), self._patience, question.answer)
        came: Came = None
        while True:
            try:
                wanted = asking.send(came)
            except StopIteration as done:
                result: T = done.value
                return result
            if isinstance(wanted, httpx.Request):
                came = await self._sent(wanted)
            else:
                await self._sleep(wanted)

    async def _sent(self, request: httpx.Request) -> Came:
        try:
            answer = await self._http.send(request, stream=True)
            try:
                body = bytearray()
                async for chunk in answer.aiter_bytes():
                    body += chunk
                    if len(body) > MOST_BYTES:
                        return TooLarge()
            finally:
                await answer.aclose()
        except httpx.TransportError as failure:
            return failure
        return answer, bytes(body)
