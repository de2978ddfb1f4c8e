"""Where a server listens, and what that means for the address that people type."""

from dataclasses import dataclass

from cambist.core.addresses import address
from cambist.core.doors import is_this_machine
from cambist.core.errors import SetupError
from cambist.settings import DEFAULT_PUBLIC_URL, Settings, changed


@dataclass(frozen=True, slots=True)
class Listening:
    """A bound address and port, and whether TLS is spoken there."""

    host: str
    port: int
    tls: bool

    @property
    def url(self) -> str:
        return self._url(self.host)

    def in_settings(self, settings: Settings) -> Settings:
        """The settings with the public address that this is, unless they say another.

        Raises SetupError where they say http and TLS is spoken.
        """
        if settings.public_url == DEFAULT_PUBLIC_URL:
            everywhere = address(self.host).is_unspecified
            return changed(settings, public_url=self._url("127.0.0.1" if everywhere else self.host))
        if self.tls and not settings.public_url.startswith("https://"):
            raise SetupError("With TLS, CAMBIST_PUBLIC_URL begins with https://: pages are held to it.")
        return settings

    def is_in_the_clear(self, settings: Settings) -> bool:
        """Whether other machines reach this without TLS, here or before a proxy."""
        return not (self.tls or is_this_machine(self.host) or settings.public_url.startswith("https://"))

    def _url(self, host: str) -> str:
        scheme = "https" if self.tls else "http"
        return f"{scheme}://{f'[{host}]' if ':' in host else host}:{self.port}"
