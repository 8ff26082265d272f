"""Settings: every one of its own type and in its range, and unknown keys are errors; a refusal says all one needs."""

from dataclasses import fields
from pathlib import Path
from typing import get_type_hints

import pytest

from vms.domain.errors import SettingsError
from vms.host.settings import Settings, load_settings

KINDS = get_type_hints(Settings)
NAMES = [field.name for field in fields(Settings)]
LITERALS: dict[str, tuple[type, ...]] = {
    "30": (int,),
    "30.7": (),
    "30.0": (),
    "nan": (),
    "inf": (),
    "true": (bool,),
    '"30"': (str, Path),
    "[1, 2]": (),
    '["10.0.0.0/8"]': (tuple,),
    "{ a = 1 }": (),
    "2025-11-25": (),
    "14:05:00": (),
}
"""Values as a file holds them, and of which settings they are the type."""
CHOSEN = {
    "default_language": '"en"',
    "log_format": '"json"',
    "log_level": '"DEBUG"',
    "time_zone": '"Asia/Jakarta"',
}
BOUNDS = {
    "port": (0, 65_535),
    "segment_seconds": (2, 300),
    "commit_seconds": (1, 30),
    "picture_interval_seconds": (1, 600),
    "export_keep_hours": (1, 8760),
}


def from_file(folder: Path, text: str) -> Settings:
    file = folder / "siring.toml"
    file.write_text(text, encoding="utf-8")
    return load_settings(file, {})


def refusal(folder: Path, text: str) -> str:
    with pytest.raises(SettingsError) as refused:
        from_file(folder, text)
    return str(refused.value)


def test_the_environment_overrules_the_file(tmp_path: Path) -> None:
    file = tmp_path / "siring.toml"
    file.write_text('port = 9000\nsite_name = "Kota"\ncamera_networks = ["10.9.0.0/16"]\n')
    settings = load_settings(file, {"VMS_PORT": "9001", "VMS_SECURE_COOKIES": "yes", "HOME": "/"})
    assert (settings.port, settings.site_name, settings.secure_cookies) == (9001, "Kota", True)
    assert settings.camera_networks == ("10.9.0.0/16",)


def test_sqlite_in_the_data_folder_is_the_default_database(tmp_path: Path) -> None:
    settings = load_settings(None, {"VMS_DATA_DIR": str(tmp_path)})
    assert settings.effective_database_url == f"sqlite:///{tmp_path}/siring.db"


def kind_of(name: str) -> type:
    return tuple if KINDS[name] == tuple[str, ...] else KINDS[name]


@pytest.mark.parametrize("name", NAMES)
def test_a_setting_takes_its_own_type_from_the_file(tmp_path: Path, name: str) -> None:
    own = next(literal for literal, kinds in LITERALS.items() if kind_of(name) in kinds)
    settings = from_file(tmp_path, f"{name} = {CHOSEN.get(name, own)}")
    assert isinstance(getattr(settings, name), kind_of(name))


@pytest.mark.parametrize(
    ("name", "literal"),
    [(name, literal) for name in NAMES for literal, kinds in LITERALS.items() if kind_of(name) not in kinds],
)
def test_a_setting_takes_no_other_type_from_the_file(tmp_path: Path, name: str, literal: str) -> None:
    told = refusal(tmp_path, f"{name} = {literal}")
    assert told.startswith(f"{tmp_path / 'siring.toml'}: {name} is ")
    assert "; it must be " in told


def test_a_refusal_names_file_and_key_and_what_was_found_and_what_is_wanted(tmp_path: Path) -> None:
    file = tmp_path / "siring.toml"
    assert refusal(tmp_path, "segment_seconds = 60.7") == (
        f"{file}: segment_seconds is 60.7; it must be a whole number between 2 and 300 that divides a day, such as 60"
    )
    assert refusal(tmp_path, 'port = "8081"') == (
        f"{file}: port is '8081'; it must be a whole number between 0 and 65535"
    )
    assert refusal(tmp_path, "secure_cookies = 1") == f"{file}: secure_cookies is 1; it must be true or false"
    assert refusal(tmp_path, "port = true") == (
        f"{file}: port is true; it must be a whole number between 0 and 65535"
    )
    assert refusal(tmp_path, "site_name = { a = 1 }") == f"{file}: site_name is a table; it must be a text"


@pytest.mark.parametrize("name", [name for name in NAMES if KINDS[name] is int])
def test_a_number_out_of_its_range_is_refused(tmp_path: Path, name: str) -> None:
    low, high = BOUNDS[name]
    for allowed in (low, high):
        assert getattr(from_file(tmp_path, f"{name} = {allowed}"), name) == allowed
        assert getattr(load_settings(None, {f"VMS_{name.upper()}": str(allowed)}), name) == allowed
    for number in (low - 1, high + 1, -60, 10**30):
        assert f"between {low} and {high}" in refusal(tmp_path, f"{name} = {number}")
        with pytest.raises(SettingsError, match=f"VMS_{name.upper()}: {name} is '{number}'; it must be"):
            load_settings(None, {f"VMS_{name.upper()}": str(number)})


@pytest.mark.parametrize("text", ["", "many", "8081.0", "8_081", " 8081", "0x1f", "1e3", "nan", "true", "٨٠"])
def test_a_variable_is_read_strictly(text: str) -> None:
    with pytest.raises(SettingsError, match=r"VMS_PORT: port is .*; it must be a whole number"):
        load_settings(None, {"VMS_PORT": text})


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("VMS_PROT", "1", "there is no setting 'prot'"),
        ("VMS_TIME_ZONE", "Asia/Atlantis", "a time zone, such as"),
        ("VMS_TIME_ZONE", "", "a time zone, such as"),
        ("VMS_CAMERA_NETWORKS", "10.0.0.0/99", "a list of networks"),
        ("VMS_SEGMENT_SECONDS", "7", "divides a day"),
        ("VMS_LOG_FORMAT", "xml", "one of text, json"),
        ("VMS_LOG_LEVEL", "info", "one of DEBUG"),
        ("VMS_DEFAULT_LANGUAGE", "fr", "one of id, en"),
        ("VMS_PICTURES_ENABLED", "perhaps", "true or false"),
        ("VMS_DATA_DIR", "~nobody-of-this-name/data", "a path"),
    ],
)
def test_a_wrong_variable_is_refused_by_name(name: str, value: str, says: str) -> None:
    with pytest.raises(SettingsError) as refused:
        load_settings(None, {name: value})
    assert says in str(refused.value)
    assert name in str(refused.value)


def test_an_unknown_key_of_the_file_is_refused(tmp_path: Path) -> None:
    assert "siring.toml: there is no setting 'prot'; known are" in refusal(tmp_path, "prot = 1")


def test_a_database_password_is_never_repeated(tmp_path: Path) -> None:
    settings = load_settings(None, {"VMS_DATABASE_URL": "postgresql+psycopg://u:canary@h/d"})
    assert "canary" not in repr(settings)
    assert "canary" not in refusal(tmp_path, 'database_url = ["postgresql+psycopg://u:canary@h/d"]')


@pytest.mark.parametrize("text", ["port = = 1", f"port = {'1' * 5000}", "site_name = '\xff"])
def test_broken_toml_names_the_file(tmp_path: Path, text: str) -> None:
    file = tmp_path / "siring.toml"
    file.write_bytes(text.encode("latin-1"))
    with pytest.raises(SettingsError, match=r"siring\.toml is not valid TOML"):
        load_settings(file, {})
