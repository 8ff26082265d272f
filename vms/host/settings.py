"""What must be known before the database opens: one typed file and `VMS_*` variables, read once, passed down in parts.

Cameras, users and policies are not here: they live in the database.
"""

import ipaddress
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, get_type_hints
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from vms.domain.errors import SettingsError
from vms.host.sqlite_address import sqlite_url

_LIST_SEPARATOR: Final = ","
_WHOLE_NUMBER: Final = re.compile(r"-?[0-9]{1,18}")
_YES_OR_NO: Final = {
    **dict.fromkeys(("1", "true", "yes", "on"), True),
    **dict.fromkeys(("0", "false", "no", "off"), False),
}
_LONGEST_SHOWN: Final = 60
_DAY_SECONDS: Final = 86_400


@dataclass(frozen=True, slots=True)
class Settings:
    """Every setting, checked; see docs/settings.md for what each one does.

    Attributes:
        data_dir: holds the database, the key, locks and exports.
        database_url: "" for SQLite in the data folder, else a SQLAlchemy URL of PostgreSQL.
        backup_dir: folder of the nightly backups, "" for one in the data folder.
        ffmpeg_path: "" for the binary that comes with the installation.
        camera_networks: where cameras may be; loopback only if it is named here.
    """

    data_dir: Path = Path("data")
    database_url: str = field(default="", repr=False)
    backup_dir: str = ""
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
        return self.database_url or sqlite_url(self.data_dir / "siring.db")

    @property
    def backup_folder(self) -> Path:
        """Where the nightly backups of the database go."""
        return Path(self.backup_dir) if self.backup_dir else self.data_dir / "backup"

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which people of this site read and type times."""
        return ZoneInfo(self.time_zone)


FOREIGN_VARIABLES: Final = frozenset({"VMS_CONFIG", "VMS_DATA"})
"""Variables of ours that are no settings: where the file is, and the Makefile's folder for the demonstration."""

_KINDS: Final[Mapping[str, object]] = get_type_hints(Settings)
_BOUNDS: Final = {
    "port": (0, 65_535),
    "segment_seconds": (2, 300),
    "commit_seconds": (1, 30),
    "picture_interval_seconds": (1, 600),
    "export_keep_hours": (1, 8760),
}
_CHOICES: Final = {
    "default_language": ("id", "en"),
    "log_format": ("text", "json"),
    "log_level": ("DEBUG", "INFO", "WARNING", "ERROR"),
}


def load_settings(file: Path | None, environment: Mapping[str, str]) -> Settings:
    """Return the settings: defaults, overruled by the TOML file, overruled by `VMS_<NAME>` variables.

    Args:
        file: path of the TOML file, or None for the one named by `VMS_CONFIG`, or none at all.
        environment: usually `os.environ`; names beginning with VMS_ that are no setting are errors, except those in
            `FOREIGN_VARIABLES`.

    Raises:
        SettingsError: names where it stands, the key, what was found, and what is wanted.
    """
    named = environment.get("VMS_CONFIG")
    file = file or (Path(named) if named else None)
    values: dict[str, object] = {}
    if file is not None:
        values.update(_from_file(file))
    values.update(_from_environment(environment))
    return Settings(**values)  # type: ignore[arg-type]  # every value was found to be of its field's own type


def _from_file(file: Path) -> dict[str, object]:
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(f"the settings file {file} cannot be read: {error.strerror}") from error
    # Of the errors of TOML and of UTF-8, and of a number with thousands of digits.
    except ValueError as error:
        raise SettingsError(f"the settings file {file} is not valid TOML: {error}") from error
    return {key: _checked(key, _of_toml(key, value), value, str(file)) for key, value in table.items()}


def _from_environment(environment: Mapping[str, str]) -> dict[str, object]:
    values: dict[str, object] = {}
    for name, text in environment.items():
        if name.startswith("VMS_") and name not in FOREIGN_VARIABLES:
            key = name.removeprefix("VMS_").lower()
            values[key] = _checked(key, _of_text(key, text), text, f"the variable {name}")
    return values


def _of_toml(key: str, value: object) -> object:
    """Return a value of the file as its setting's type; None where TOML says that it is of another one."""
    kind = _KINDS.get(key)
    if kind in {int, bool, str}:
        return value if type(value) is kind else None
    if kind is Path:
        return _path(value) if isinstance(value, str) else None
    return _texts(value) if isinstance(value, list) else None


def _of_text(key: str, text: str) -> object:
    """Return a variable's text read as its setting's type; None where it cannot be read as that."""
    kind = _KINDS.get(key)
    if kind is int:
        return int(text) if _WHOLE_NUMBER.fullmatch(text) else None
    if kind is bool:
        return _YES_OR_NO.get(text.lower())
    if kind is str:
        return text
    return _path(text) if kind is Path else _texts(text.split(_LIST_SEPARATOR))


def _path(text: str) -> Path | None:
    try:
        text.encode()
        return None if "\0" in text else Path(text).expanduser()
    except (RuntimeError, UnicodeEncodeError):
        # "~nobody/…", and there is nobody of that name; or bytes of a variable that are no UTF-8.
        return None


def _texts(values: list[object] | list[str]) -> tuple[str, ...] | None:
    texts = [value.strip() for value in values if isinstance(value, str)]
    return tuple(text for text in texts if text) if len(texts) == len(values) else None


def _checked(key: str, value: object, found: object, where: str) -> object:
    """Return a setting's value.

    Raises:
        SettingsError: there is no such setting, `found` is not of its type (the value is None), or out of its range.
    """
    if key not in _KINDS:
        raise SettingsError(f"{where}: there is no setting {key!r}; known are {', '.join(sorted(_KINDS))}")
    if value is None or not _is_allowed(key, value):
        raise SettingsError(f"{where}: {key} is {_shown(key, found)}; it must be {_wanted(key)}")
    return value


def _is_allowed(key: str, value: object) -> bool:
    """Tell whether a value of the right type can be used."""
    if isinstance(value, tuple):
        return all(_is_network(text) for text in value)
    if isinstance(value, int) and key in _BOUNDS:
        low, high = _BOUNDS[key]
        return low <= value <= high and (key != "segment_seconds" or _DAY_SECONDS % value == 0)
    if key == "time_zone":
        return _is_zone(str(value))
    return key not in _CHOICES or value in _CHOICES[key]


def _is_network(text: str) -> bool:
    try:
        ipaddress.ip_network(text, strict=False)
    except ValueError:
        return False
    return True


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return False
    return True


def _wanted(key: str) -> str:
    """Return what a setting must be, for people."""
    if key in _BOUNDS:
        low, high = _BOUNDS[key]
        more = " that divides a day, such as 60" if key == "segment_seconds" else ""
        return f"a whole number between {low} and {high}{more}"
    if key in _CHOICES:
        return f"one of {', '.join(_CHOICES[key])}"
    if key == "time_zone":
        return "a time zone, such as Asia/Makassar"
    names: dict[object, str] = {bool: "true or false", str: "a text", Path: "a path"}
    return names.get(_KINDS[key], "a list of networks, such as 10.20.0.0/16")


def _shown(key: str, found: object) -> str:
    """Return what was found, as the file has it; an address that may hold a password only by its kind."""
    kinds: dict[type, str] = {str: "a text", list: "a list", dict: "a table", bool: "true or false"}
    kind = kinds.get(type(found), "a number" if isinstance(found, int | float) else "a date or time")
    if key == "database_url" or isinstance(found, dict):
        return kind
    text = str(found).lower() if isinstance(found, bool) else repr(found)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"
