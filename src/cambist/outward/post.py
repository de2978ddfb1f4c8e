"""The way out to webhooks: to public addresses by https, and to the origins that the settings name."""

from collections.abc import Collection, Mapping

from cambist.core.errors import InvalidInput
from cambist.core.webhooks import ANSWER_WITHIN_S, Sent
from cambist.outward.failures import NotAllowed, RequestFailed
from cambist.outward.network import Network
from cambist.outward.session import Session

MOST_BYTES = 1024 * 1024
MAX_URL = 1_000


class WebhookPost:
    """Fits the port `Post`."""

    def __init__(
        self,
        urls: Collection[str] = (),
        network: Network | None = None,
        timeout_s: int | float = ANSWER_WITHIN_S,
    ) -> None:
        self._urls = tuple(urls)
        self._session = Session(timeout_s, self._urls, network)

    def check(self, url: str) -> None:
        from cambist.outward.connecting import destination, origin  # noqa: PLC0415

        if len(url) > MAX_URL or not (url.isascii() and url.isprintable()) or " " in url:
            raise InvalidInput({"url": ["is invalid"]})
        try:
            destination(url, frozenset(map(origin, self._urls)))
        except NotAllowed as refused:
            raise InvalidInput({"url": [str(refused)]}) from None

    async def send(self, url: str, headers: Mapping[str, str], body: bytes) -> Sent:
        try:
            answer = await self._session.send("POST", url, headers, body, MOST_BYTES)
        except RequestFailed as failed:
            return Sent(None, str(failed))
        wait = answer.headers.get("Retry-After", "")
        asked_for = int(wait) if wait.isascii() and wait.isdigit() and len(wait) <= 6 else None
        return Sent(answer.status, retry_after_s=asked_for)

    async def close(self) -> None:
        await self._session.close()
