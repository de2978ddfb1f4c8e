"""Settings: environment variables CAMBIST_… or a TOML file become one typed object."""

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec

from cambist.core.addresses import network
from cambist.core.currencies import known_currency
from cambist.core.doors import host_name, is_public_url
from cambist.core.egress import Egress, check_apart, egress
from cambist.core.errors import SetupError
from cambist.core.terms import Secret, Stablecoins

PREFIX = "CAMBIST_"
FILE = "CAMBIST_SETTINGS_FILE"
DEFAULT_PUBLIC_URL = "http://127.0.0.1:8600"

# Settings that are no single word, and what they look like in the environment.
_IN_JSON = {
    "exchange_urls": 'object, such as {"binanceus": "http://127.0.0.1:8700"}',
    "trusted_proxies": 'list, such as ["10.0.0.0/8"]',
    "allowed_hosts": 'list, such as ["cambist.example"]',
    "webhook_urls": 'list, such as ["http://127.0.0.1:9000"]',
    "egress": 'list, such as [{"name": "a", "address": "203.0.113.7"}]',
}

Positive = Annotated[float, msgspec.Meta(gt=0, le=300)]


def _home(kind: str, fallback: str) -> Path:
    return Path(os.environ.get(kind) or Path.home() / fallback) / "cambist"


class EgressSetting(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One of CAMBIST_EGRESS; its proxy is a `Secret` as soon as it is read, for it may hold a password."""

    name: str
    address: str = ""
    proxy: Secret | None = None
    shows: str = ""

    def __post_init__(self) -> None:
        self.meant()

    def meant(self) -> Egress:
        """Raises ValueError."""
        return egress(self.name, self.address, self.proxy, self.shows)


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Every setting with its default; the names are the environment's without CAMBIST_, in small letters."""

    data_dir: str = msgspec.field(default_factory=lambda: str(_home("XDG_DATA_HOME", ".local/share")))
    master_key_file: str = msgspec.field(
        default_factory=lambda: str(_home("XDG_CONFIG_HOME", ".config") / "master.key")
    )
    master_key_source: Literal["auto", "credential", "file", "keyring", "environment"] = "auto"
    public_url: str = DEFAULT_PUBLIC_URL
    allowed_hosts: tuple[str, ...] = ()
    allow_plain_http: bool = False
    tls_cert: str = ""
    tls_key: str = ""
    display_currency: str = "USD"
    stablecoins: Stablecoins = Stablecoins.REFERENCE
    price: Literal["last", "mid"] = "last"
    exchange_timeout_s: Positive = 10
    exchange_urls: dict[str, str] = {}
    egress: tuple[EgressSetting, ...] = ()
    webhook_urls: tuple[str, ...] = ()
    refresh_every_s: Annotated[int, msgspec.Meta(ge=0, le=86_400)] = 300
    keep_answers_s: Annotated[int, msgspec.Meta(ge=0, le=2_592_000)] = 0
    mask_api_keys: bool = False
    allow_withdraw_keys: bool = False
    requests_a_minute: Annotated[int, msgspec.Meta(ge=0, le=1_000_000)] = 100
    restricted_s: Annotated[int, msgspec.Meta(ge=1, le=86_400)] = 300
    requests_until_banned: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)] = 20
    trusted_proxies: tuple[str, ...] = ()
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_format: Literal["text", "json"] = "text"

    def __post_init__(self) -> None:
        if 0 < self.refresh_every_s < 10:
            raise ValueError("refresh_every_s is 10 or more, or 0 for no refreshing")
        for each in self.trusted_proxies:
            network(each)
        for each in self.allowed_hosts:
            if host_name(each) is None:
                raise ValueError(f"allowed_hosts has no host in {each!r}")
        for each in self.webhook_urls:
            if not is_public_url(each):
                raise ValueError("webhook_urls are addresses that begin with http:// or https://")
        if not is_public_url(self.public_url):
            raise ValueError("public_url begins with http:// or https:// and a host in ASCII")
        try:
            known_currency(self.display_currency)
        except ValueError as unknown:
            raise ValueError(f"display_currency {unknown}") from unknown
        if bool(self.tls_cert) != bool(self.tls_key):
            raise ValueError("tls_cert and tls_key are given together, or neither")
        check_apart(self.egresses)

    @property
    def database(self) -> Path:
        return Path(self.data_dir) / "cambist.sqlite3"

    @property
    def egresses(self) -> tuple[Egress, ...]:
        return tuple(each.meant() for each in self.egress)

    @property
    def addresses(self) -> dict[str, str]:
        """{egress: the address that exchanges see}, in their order."""
        return {each.name: each.shows for each in self.egresses}


def read_settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """The settings in force: the environment before the file. Raises SetupError naming the one at fault."""
    values = _from_file(environment.get(FILE))
    values.update(_from_environment(environment))
    return _checked(values)


def changed(settings: Settings, **changes: Any) -> Settings:
    """The settings with others in their place. Raises SetupError."""
    return _checked({**msgspec.structs.asdict(settings), **changes})


def _checked(values: dict[str, Any]) -> Settings:
    try:
        return msgspec.convert(values, Settings, strict=False, dec_hook=_secret)
    except msgspec.ValidationError as wrong:
        raise SetupError(f"A setting cannot be used: {wrong}.") from wrong


def _secret(_: type, value: Any) -> Secret:
    if not isinstance(value, str):
        raise ValueError("Expected `str`")
    return Secret(value)


def environment_secret(variable: str) -> Secret | None:
    """A secret that was handed over in the environment."""
    text = os.environ.get(variable)
    return None if text is None else Secret(text)


_taken: dict[str, Secret] = {}


def taken_secret(variable: str) -> Secret | None:
    """A secret of this process alone: from then on no child process finds it in its environment."""
    text = os.environ.pop(variable, None)
    if text is not None:
        _taken[variable] = Secret(text)
    return _taken.get(variable)


def credentials_directory() -> Path | None:
    """Where systemd puts the credentials of this service."""
    text = os.environ.get("CREDENTIALS_DIRECTORY")
    return Path(text) if text else None


def _from_environment(environment: Mapping[str, str]) -> dict[str, Any]:
    known = Settings.__struct_fields__
    named = {
        name: environment[PREFIX + name.upper()] for name in known if PREFIX + name.upper() in environment
    }
    return {name: _decoded(name, text) for name, text in named.items()}


def _decoded(name: str, text: str) -> Any:
    if name not in _IN_JSON:
        return text
    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError as wrong:
        raise SetupError(f"{PREFIX}{name.upper()} needs a JSON {_IN_JSON[name]}.") from wrong


def _from_file(path: str | None) -> dict[str, Any]:
    if path is None:
        return {}
    try:
        return tomllib.loads(Path(path).read_text())
    except OSError as refused:
        raise SetupError(f"The settings file {path} cannot be read: {refused.strerror}.") from refused
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as wrong:
        raise SetupError(f"The settings file {path} is not TOML: {wrong}.") from wrong
