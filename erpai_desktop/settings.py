"""Typed settings of this person on this machine, in the platform's own folder; never a key, never a password."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path
from typing import Annotated, Any, Literal

import orjson
import platformdirs
from pydantic import BeforeValidator, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

_APP = "erpai-desktop"


def data_folder() -> Path:
    """Where workspaces lie unless a person says otherwise."""
    return Path(platformdirs.user_data_dir(_APP, appauthor=False))


def cache_folder() -> Path:
    """Disposable things: vectors, local copies of indexes."""
    return Path(platformdirs.user_cache_dir(_APP, appauthor=False))


def log_folder() -> Path:
    """Where the log lies."""
    return Path(platformdirs.user_log_dir(_APP, appauthor=False))


def settings_file() -> Path:
    """The one settings file."""
    return Path(platformdirs.user_config_dir(_APP, appauthor=False)) / "settings.json"


def prices_file() -> Path:
    """The person's own price list, which need not be there."""
    return settings_file().with_name("prices.json")


def _lower(value: object) -> object:
    # As one is used to writing it into an environment variable.
    return value.lower() if isinstance(value, str) else value


class Settings(BaseSettings):
    """Each field may also be set for one run by an environment variable ERPAI_NAME."""

    model_config = SettingsConfigDict(env_prefix="ERPAI_", frozen=True, extra="ignore")

    workspace: str | None = None
    """The workspace to open: a file or a PostgreSQL URL without a password. None: the default file."""
    color_scheme: Literal["system", "light", "dark"] = "system"
    log_level: Annotated[Literal["warning", "info", "debug"], BeforeValidator(_lower)] = "info"
    """How much of what the program itself does is written into its log."""
    language: str = "en"
    """In which language names of models and providers are shown, as an IETF tag."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment wins over the file, whose content comes in by the constructor."""
        return env_settings, init_settings


def load_settings(path: Path | None = None) -> Settings:
    """The stored settings. A damaged file is set aside beside itself (`.damaged`) and the defaults are used."""
    path = path or settings_file()
    try:
        stored: Any = orjson.loads(path.read_bytes())
        return Settings(**stored)
    except FileNotFoundError:
        return Settings()
    except (OSError, orjson.JSONDecodeError, ValidationError, TypeError):
        # Raises again where it is the environment that is wrong: the file is then as good as it was.
        defaults = Settings()
        with contextlib.suppress(OSError):
            path.replace(path.with_suffix(".damaged"))
        return defaults


def save_settings(settings: Settings, path: Path | None = None) -> None:
    """Replace the file in one step, so that a crash leaves the old one or the new one."""
    path = path or settings_file()
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(orjson.dumps(settings.model_dump(), option=orjson.OPT_INDENT_2))
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
