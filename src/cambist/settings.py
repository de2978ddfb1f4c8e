"""Settings: environment variables CAMBIST_… or a TOML file become one typed object."""

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec

from cambist.core.errors import SetupError
from cambist.core.terms import Secret, Stablecoins

PREFIX = "CAMBIST_"
FILE = "CAMBIST_SETTINGS_FILE"

Positive = Annotated[float, msgspec.Meta(gt=0, le=300)]


def _home(kind: str, fallback: str) -> Path:
    return Path(os.environ.get(kind) or Path.home() / fallback) / "cambist"


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Every setting with its default; the names are the environment's without CAMBIST_, in small letters."""

    data_dir: str = msgspec.field(default_factory=lambda: str(_home("XDG_DATA_HOME", ".local/share")))
    master_key_file: str = msgspec.field(
        default_factory=lambda: str(_home("XDG_CONFIG_HOME", ".config") / "master.key")
    )
    public_url: str = "http://127.0.0.1:8600"
    display_currency: str = "USD"
    stablecoins: Stablecoins = Stablecoins.REFERENCE
    price: Literal["last", "mid"] = "last"
    exchange_timeout_s: Positive = 10
    exchange_urls: dict[str, str] = {}
    refresh_every_s: Annotated[int, msgspec.Meta(ge=0, le=86_400)] = 300
    mask_api_keys: bool = False
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_format: Literal["text", "json"] = "text"

    def __post_init__(self) -> None:
        if 0 < self.refresh_every_s < 10:
            raise ValueError("refresh_every_s is 10 or more, or 0 for no refreshing")

    @property
    def database(self) -> Path:
        return Path(self.data_dir) / "cambist.sqlite3"


def read_settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """The settings in force: the environment before the file. Raises SetupError naming the one at fault."""
    values = _from_file(environment.get(FILE))
    values.update(_from_environment(environment))
    try:
        return msgspec.convert(values, Settings, strict=False)
    except msgspec.ValidationError as wrong:
        raise SetupError(f"A setting cannot be used: {wrong}.") from wrong


def environment_secret(variable: str) -> Secret | None:
    """A secret that was handed over in the environment."""
    text = os.environ.get(variable)
    return None if text is None else Secret(text)


def _from_environment(environment: Mapping[str, str]) -> dict[str, Any]:
    known = Settings.__struct_fields__
    named = {
        name: environment[PREFIX + name.upper()] for name in known if PREFIX + name.upper() in environment
    }
    if "exchange_urls" in named:
        try:
            return {**named, "exchange_urls": msgspec.json.decode(named["exchange_urls"])}
        except msgspec.DecodeError as wrong:
            raise SetupError(
                'CAMBIST_EXCHANGE_URLS needs a JSON object, such as {"binanceus": "http://127.0.0.1:8700"}.'
            ) from wrong
    return dict(named)


def _from_file(path: str | None) -> dict[str, Any]:
    if path is None:
        return {}
    try:
        return tomllib.loads(Path(path).read_text())
    except OSError as refused:
        raise SetupError(f"The settings file {path} cannot be read: {refused.strerror}.") from refused
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as wrong:
        raise SetupError(f"The settings file {path} is not TOML: {wrong}.") from wrong
