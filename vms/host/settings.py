"""What must be known before the database opens: one typed file and `VMS_*` variables, read once, passed down in parts.

Cameras, users and policies are not here: they live in the database.
"""

import ipaddress
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import get_type_hints
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from vms.domain.errors import SettingsError

_LIST_SEPARATOR = ","


@dataclass(frozen=True, slots=True)
class Settings:
    """Every setting, checked; see docs/settings.md for what each one does.

    Attributes:
        data_dir: holds the database, the key, locks and exports.
        database_url: "" for SQLite in the data folder, else a SQLAlchemy URL of PostgreSQL.
        ffmpeg_path: "" for the binary that comes with the installation.
        camera_networks: where cameras may be; loopback only if it is named here.
    """

    data_dir: Path = Path("data")
    database_url: str = field(default="", repr=False)
    host: str = "127.0.0.1"
    port: int = 8080
    site_name: str = "Pemerintah Kota Banjarmasin"
    time_zone: str = "Asia/Makassar"
    zone_label: str = "WITA"
    default_language: str = "id"
    help_contact: str = ""
    ffmpeg_path: str = ""
    camera_networks: tuple[str, ...] = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fd00::/8")
    segment_seconds: int = 60
    commit_seconds: int = 5
    pictures_enabled: bool = True
    picture_interval_seconds: int = 10
    export_keep_hours: int = 72
    trusted_proxies: tuple[str, ...] = ()
    secure_cookies: bool = False
    log_format: str = "text"
    log_level: str = "INFO"

    @property
    def effective_database_url(self) -> str:
        """The database's SQLAlchemy URL; SQLite in the data folder unless another was set."""
        return self.database_url or f"sqlite:///{self.data_dir / 'siring.db'}"

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which people of this site read and type times."""
        return ZoneInfo(self.time_zone)


def load_settings(file: Path | None, environment: Mapping[str, str]) -> Settings:
    """Return the settings: defaults, overruled by the TOML file, overruled by `VMS_<NAME>` variables.

    Args:
        file: path of the TOML file, or None for the one named by `VMS_CONFIG`, or none at all.
        environment: usually `os.environ`; names beginning with VMS_ that are no setting are errors, except those in
            `FOREIGN_VARIABLES`.

    Raises:
        SettingsError: names the key, where it stands, and what would be right.
    """
    named = environment.get("VMS_CONFIG")
    file = file or (Path(named) if named else None)
    values: dict[str, object] = {}
    if file is not None:
        values.update(_from_file(file))
    values.update(_from_environment(environment))
    return _checked(Settings(**values))  # type: ignore[arg-type]  # _typed gave every value the field's own type


FOREIGN_VARIABLES = frozenset({"VMS_CONFIG", "VMS_DATA"})
"""Variables of ours that are no settings: where the file is, and the Makefile's folder for the demonstration."""


def _from_file(file: Path) -> dict[str, object]:
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(f"the settings file {file} cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"the settings file {file} is not valid TOML: {error}") from error
    return {key: _typed(key, value, f"{file}") for key, value in table.items()}


def _from_environment(environment: Mapping[str, str]) -> dict[str, object]:
    values: dict[str, object] = {}
    for name, text in environment.items():
        if name.startswith("VMS_") and name not in FOREIGN_VARIABLES:
            values[name[4:].lower()] = _typed(name[4:].lower(), text, f"the variable {name}")
    return values


def _typed(key: str, value: object, where: str) -> object:
    """Return the value as the field's type; text is read as the type where it comes from the environment."""
    known = {f.name: t for f in fields(Settings) for n, t in get_type_hints(Settings).items() if n == f.name}
    if key not in known:
        raise SettingsError(f"{where}: there is no setting {key!r}; known are {', '.join(sorted(known))}")
    wanted = known[key]
    try:
        if wanted is Path and isinstance(value, str):
            return Path(value).expanduser()
        if wanted is bool:
            return value if isinstance(value, bool) else _boolean(value)
        if wanted is int and not isinstance(value, bool):
            return int(value)  # type: ignore[call-overload]  # any refusal is caught just below
        if wanted is str and isinstance(value, str):
            return value
        if wanted == tuple[str, ...]:
            parts = value.split(_LIST_SEPARATOR) if isinstance(value, str) else value
            if isinstance(parts, list) and all(isinstance(part, str) for part in parts):
                return tuple(part.strip() for part in parts if part.strip())
    except (TypeError, ValueError):
        pass
    shown = "a value" if key == "database_url" else repr(value)
    raise SettingsError(f"{where}: {key} cannot be {shown}; it must be {_described(wanted)}")


def _boolean(value: object) -> bool:
    words = {
        "1": True,
        "true": True,
        "yes": True,
        "on": True,
        "0": False,
        "false": False,
        "no": False,
        "off": False,
    }
    text = str(value).strip().lower()
    if text not in words:
        raise ValueError(text)
    return words[text]


def _described(wanted: object) -> str:
    names: dict[object, str] = {int: "a whole number", bool: "true or false", str: "a text", Path: "a path"}
    return names.get(wanted, "a list of texts")


def _checked(settings: Settings) -> Settings:
    """Return the settings if their values make sense together.

    Raises:
        SettingsError: the first value that does not.
    """
    try:
        ZoneInfo(settings.time_zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise SettingsError(
            f"time_zone: there is no zone {settings.time_zone!r}, such as Asia/Makassar"
        ) from error
    for key in ("camera_networks", "trusted_proxies"):
        for text in getattr(settings, key):
            try:
                ipaddress.ip_network(text, strict=False)
            except ValueError as error:
                raise SettingsError(f"{key}: {text!r} is no network, such as 10.20.0.0/16") from error
    if not 2 <= settings.segment_seconds <= 300 or 86_400 % settings.segment_seconds:
        raise SettingsError("segment_seconds must lie between 2 and 300 and divide a day, such as 60")
    bounds = {
        "port": (0, 65_535),
        "commit_seconds": (1, 30),
        "picture_interval_seconds": (1, 600),
        "export_keep_hours": (1, 8760),
    }
    for key, (low, high) in bounds.items():
        if not low <= getattr(settings, key) <= high:
            raise SettingsError(f"{key} must lie between {low} and {high}")
    choices = {
        "default_language": ("id", "en"),
        "log_format": ("text", "json"),
        "log_level": ("DEBUG", "INFO", "WARNING", "ERROR"),
    }
    for key, allowed in choices.items():
        if getattr(settings, key) not in allowed:
            raise SettingsError(f"{key} must be one of {', '.join(allowed)}")
    return settings
