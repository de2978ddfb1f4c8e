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
from cambist.core.receipts import RawAnswer
from cambist.core.terms import Call, Credentials, Market
from cambist.exchanges.dialect import Dialect
from cambist.exchanges.failures import Errors, failure_in, failure_of
from cambist.exchanges.guard import Unusable, checked_json
from cambist.exchanges.library import ccxt_library
from cambist.exchanges.pem import as_pem, lines_of
from cambist.exchanges.redaction import sent_tokens, without_secrets
from cambist.outward.failures import NotInTime, RequestFailed
from cambist.outward.session import MAX_ANSWER_BYTES, MAX_LIST_BYTES, Answer, Session

# Options that avoid calls we have not asked for; one that names a method of ccxt's there stays as it is.
_OPTIONS: dict[str, Any] = {
    "fetchMarkets": {"types": ["spot"]},
    "fetchMargins": False,
    "fetchCurrencies": False,
    "adjustForTimeDifference": False,
    "warnOnFetchOpenOrdersWithoutSymbol": False,
}
_NO_KEY = "The secret is not a key that this exchange's requests can be signed with."


class Gate(Protocol):
    """Stands before the door: lets a call leave when it is its turn, and hears what comes back."""

    async def before(self, path: str, deadline: float) -> None: ...

    def after(self, path: str, headers: Mapping[str, str]) -> None: ...


class Door:
    """Stands before a ccxt exchange class: its `fetch` is the only place where a request leaves.

    raw: answers are handed on as bytes, for the reader that knows their shape.
    weight_limit: the exchange's own word on how much weight a minute may have, where an answer told it.
    deadline: until when a call may wait for its turn, in the event loop's time.
    heard: what was answered to the calls of the trail, without secrets; None where nobody wants it.
    """

    id: str
    markets: Any
    session_of_ours: Session
    gate: Gate
    deadline: float
    errors_of_ours: Errors
    weight_of: Callable[[str], int | None]
    path_of: Callable[[str, str | None], str]
    now: Callable[[], datetime]
    raw: bool
    large: bool
    weight_limit: int | None
    trail: list[Call]
    heard: list[RawAnswer] | None
    answer: Answer | None
    secrets: tuple[str, ...]

    async def load_markets(self, reload: bool = False, params: Any = None) -> Any:
        """The exchange's list, where it is asked for by name; a reader goes by what there is, if any."""
        if not reload:
            return self.markets or {}
        return await super().load_markets(reload, params or {})  # type: ignore[misc]

    def sign(self, *call: Any, **more: Any) -> Any:
        """ccxt's signature. Raises KeysRejected where what was given for a secret is no key to sign with."""
        try:
            return super().sign(*call, **more)  # type: ignore[misc]
        except Exception as error:
            if not self.secrets or isinstance(error, ccxt_library().BaseError):
                raise
            raise KeysRejected(_NO_KEY) from None

    async def fetch2(self, path: str, api: Any, method: str, params: Any, config: Any = None) -> Any:
        """A call as ccxt signs it; how fast calls leave, and which are tried again, is for us to say."""
        signed = self.sign(path, api, method, params.copy())
        return await self.fetch(signed["url"], signed["method"], signed["headers"], signed["body"])

    async def fetch(self, url: str, method: str = "GET", headers: Any = None, body: str | None = None) -> Any:
        sent: dict[str, str] = self.prepare_request_headers(headers)  # type: ignore[attr-defined]
        sent["Accept-Encoding"] = "gzip, deflate"
        most = MAX_LIST_BYTES if self.large else MAX_ANSWER_BYTES
        path = self.path_of(_path(url.partition("?")[0]), body)
        await self.gate.before(path, self.deadline)
        answer = await self._sent(method, url, sent, body.encode() if body else None, most)
        self.gate.after(path, answer.headers)
        self.answer = answer
        digest, weight = hashlib.sha256(answer.body).hexdigest(), self.weight_of(path)
        call = Call(method, path, answer.status, len(answer.body), answer.ms, weight, digest)
        self.trail.append(call)
        if self.heard is not None:
            hidden = {*self.secrets, *sent_tokens(url, sent, body)}
            self.heard.append(without_secrets(call, answer.body, hidden))
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
    client: Any = client_class(market.ccxt_id)(
        {"enableRateLimit": False, "options": _options(market.ccxt_id)}
    )
    client.number = str
    client.timeout_on_exit = 0
    client.has["fetchCurrencies"] = False
    client.session_of_ours = session
    client.errors_of_ours = dialect.errors
    client.weight_of = dialect.weight_of
    client.path_of = dialect.path_of
    client.now = now
    client.raw = client.large = False
    client.weight_limit = None
    client.trail = []
    client.heard = None
    client.answer = None
    client.secrets = ()
    if base_url is not None:
        client.urls["api"] = repointed(client.urls["api"], base_url)
    return client


def give_credentials(client: Any, credentials: Credentials) -> None:
    """Hands the client an account's keys; whoever does so puts the client back as it was after use."""
    secret = credentials.secret.reveal()
    passphrase = None if credentials.passphrase is None else credentials.passphrase.reveal()
    client.apiKey = client.walletAddress = credentials.api_key
    client.secret = client.privateKey = signs = as_pem(secret)
    client.password = passphrase
    client.uid = client.accountId = credentials.customer_id
    hidden = (secret, signs, *lines_of(signs), passphrase, credentials.api_key)
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


def _options(ccxt_id: str) -> dict[str, Any]:
    own = _own_options(ccxt_id)
    return {name: preset for name, preset in _OPTIONS.items() if not isinstance(own.get(name), str)}


@lru_cache(maxsize=256)
def _own_options(ccxt_id: str) -> Mapping[str, Any]:
    options: Mapping[str, Any] = getattr(ccxt_library(), ccxt_id)().describe().get("options", {})
    return options


@lru_cache(maxsize=256)
def client_class(ccxt_id: str) -> type:
    return type(f"Our{ccxt_id.capitalize()}", (Door, getattr(ccxt_library(), ccxt_id)), {})
