"""ccxt's clients behind our door: ccxt builds and signs a request and knows an exchange's errors; the
sending, the limits and the reading of the answer are ours."""

import binascii
import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any, Protocol
from urllib.parse import urlsplit

from cambist.core.errors import ExchangeTimedOut, ExchangeUnavailable, KeysRejected, LoadFailed
from cambist.core.terms import Call, Credentials, Market
from cambist.exchanges.budget import Weights
from cambist.exchanges.dialect import Dialect
from cambist.exchanges.failures import Errors, failure_in, failure_of
from cambist.exchanges.guard import Unusable, checked_json
from cambist.exchanges.library import ccxt_library
from cambist.outward.failures import NotInTime, RequestFailed
from cambist.outward.session import MAX_ANSWER_BYTES, MAX_LIST_BYTES, Answer, Session

# Options that avoid calls we have not asked for.
_OPTIONS: dict[str, Any] = {
    "fetchMarkets": {"types": ["spot"]},
    "fetchMargins": False,
    "fetchCurrencies": False,
    "adjustForTimeDifference": False,
    "warnOnFetchOpenOrdersWithoutSymbol": False,
}


class Gate(Protocol):
    """Stands before the door: lets a call leave when it is its turn, and hears what comes back."""

    async def before(self, path: str, deadline: float) -> None: ...

    def after(self, path: str, headers: Mapping[str, str]) -> None: ...


class Door:
    """Stands before a ccxt exchange class: its `fetch` is the only place where a request leaves.

    raw: answers are handed on as bytes, for the reader that knows their shape.
    weight_limit: the exchange's own word on how much weight a minute may have, where an answer told it.
    deadline: until when a call may wait for its turn, in the event loop's time.
    """

    id: str
    session_of_ours: Session
    gate: Gate
    deadline: float
    errors_of_ours: Errors
    weights_of_ours: Weights
    now: Callable[[], datetime]
    raw: bool
    large: bool
    weight_limit: int | None
    trail: list[Call]
    answer: Answer | None
    secrets: tuple[str, ...]

    async def fetch(self, url: str, method: str = "GET", headers: Any = None, body: str | None = None) -> Any:
        sent: dict[str, str] = self.prepare_request_headers(headers)  # type: ignore[attr-defined]
        sent["Accept-Encoding"] = "gzip, deflate"
        most = MAX_LIST_BYTES if self.large else MAX_ANSWER_BYTES
        path = _path(url.partition("?")[0])
        await self.gate.before(path, self.deadline)
        answer = await self._sent(method, url, sent, body.encode() if body else None, most)
        self.gate.after(path, answer.headers)
        self.answer = answer
        digest, weight = hashlib.sha256(answer.body).hexdigest(), self.weights_of_ours.known(path)
        self.trail.append(Call(method, path, answer.status, len(answer.body), answer.ms, weight, digest))
        if self.raw and answer.status < 400:
            return answer.body
        failure = failure_in(self.errors_of_ours, answer, self.now(), self.secrets)
        if failure is not None:
            raise failure
        return self._parsed(answer, url, method, sent, body)

    async def _sent(
        self, method: str, url: str, headers: dict[str, str], body: bytes | None, most: int
    ) -> Answer:
        try:
            return await self.session_of_ours.send(method, url, headers, body, most)
        except NotInTime as late:
            raise ExchangeTimedOut(f"The exchange {late}.") from None
        except RequestFailed as failed:
            raise ExchangeUnavailable(f"The exchange {failed}.") from None

    def _parsed(self, answer: Answer, url: str, method: str, sent: dict[str, str], body: str | None) -> Any:
        """The answer's JSON after ccxt has looked for an error in it."""
        try:
            parsed = checked_json(answer.body)
        except Unusable:
            if answer.status < 400:
                raise
            parsed = None
        text = answer.body.decode(errors="replace")
        known: Any = self
        known.handle_errors(
            answer.status, answer.reason, url, method, dict(answer.headers), text, parsed, sent, body
        )
        known.handle_http_status_code(answer.status, answer.reason, url, method, text)
        return parsed


def new_client(
    market: Market, dialect: Dialect, session: Session, now: Callable[[], datetime], base_url: str | None
) -> Any:
    """A ccxt client of ours without credentials; base_url replaces the exchange's own address."""
    client: Any = _client_class(market.ccxt_id)({"enableRateLimit": False, "options": dict(_OPTIONS)})
    client.number = str
    client.timeout_on_exit = 0
    client.has["fetchCurrencies"] = False
    client.session_of_ours = session
    client.errors_of_ours = dialect.errors
    client.weights_of_ours = dialect.weights
    client.now = now
    client.raw = client.large = False
    client.weight_limit = None
    client.trail = []
    client.answer = None
    client.secrets = ()
    if base_url is not None:
        client.urls["api"] = repointed(client.urls["api"], base_url)
    return client


def give_credentials(client: Any, credentials: Credentials) -> None:
    """Hands the client an account's keys; whoever does so puts the client back as it was after use."""
    client.apiKey = credentials.api_key
    client.secret = credentials.secret.reveal()
    client.password = None if credentials.passphrase is None else credentials.passphrase.reveal()
    client.uid = credentials.customer_id
    hidden = (client.secret, client.password, client.apiKey)
    client.secrets = tuple(text for text in hidden if text)


def as_ours(error: Exception, client: Any) -> LoadFailed:
    """The failure that an exception of ccxt's, or of its parsing, is to us."""
    if isinstance(error, LoadFailed):
        return error
    if isinstance(error, Unusable):
        told = client.answer and failure_in(
            client.errors_of_ours, client.answer, client.now(), client.secrets
        )
        return told or ExchangeUnavailable(f"The exchange's answer cannot be used: {error}.")
    if isinstance(error, binascii.Error):
        return KeysRejected()  # some secrets are base64: what is not cannot be one
    return failure_of(error, client.answer, client.secrets)


def repointed(urls: Any, base_url: str) -> Any:
    """ccxt's addresses with scheme, host and prefix replaced; each keeps its own path."""
    if isinstance(urls, Mapping):
        return {name: repointed(url, base_url) for name, url in urls.items()}
    if isinstance(urls, list):
        return [repointed(url, base_url) for url in urls]
    return base_url.rstrip("/") + urlsplit(urls).path if isinstance(urls, str) else urls


@lru_cache(maxsize=1_024)
def _path(address: str) -> str:
    """The path of an address without its query: of those there are few, asked again and again."""
    return urlsplit(address).path


@lru_cache(maxsize=256)
def _client_class(ccxt_id: str) -> type:
    return type(f"Our{ccxt_id.capitalize()}", (Door, getattr(ccxt_library(), ccxt_id)), {})
