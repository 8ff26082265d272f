"""Settings: typed, checked, and unknown keys are errors."""

from pathlib import Path

import pytest

from vms.domain.errors import SettingsError
from vms.host.settings import load_settings


def test_the_environment_overrules_the_file(tmp_path: Path) -> None:
    file = tmp_path / "siring.toml"
    file.write_text('port = 9000\nsite_name = "Kota"\ncamera_networks = ["10.9.0.0/16"]\n')
    settings = load_settings(file, {"VMS_PORT": "9001", "VMS_SECURE_COOKIES": "yes", "HOME": "/"})
    assert (settings.port, settings.site_name, settings.secure_cookies) == (9001, "Kota", True)
    assert settings.camera_networks == ("10.9.0.0/16",)


def test_sqlite_in_the_data_folder_is_the_default_database(tmp_path: Path) -> None:
    settings = load_settings(None, {"VMS_DATA_DIR": str(tmp_path)})
    assert settings.effective_database_url == f"sqlite:///{tmp_path}/siring.db"


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("VMS_PROT", "1", "prot"),
        ("VMS_PORT", "many", "whole number"),
        ("VMS_PORT", "70000", "between"),
        ("VMS_TIME_ZONE", "Asia/Atlantis", "zone"),
        ("VMS_CAMERA_NETWORKS", "10.0.0.0/99", "network"),
        ("VMS_SEGMENT_SECONDS", "7", "divide a day"),
        ("VMS_LOG_FORMAT", "xml", "one of"),
        ("VMS_PICTURES_ENABLED", "perhaps", "true or false"),
    ],
)
def test_a_wrong_setting_is_refused_by_name(name: str, value: str, says: str) -> None:
    with pytest.raises(SettingsError) as refused:
        load_settings(None, {name: value})
    assert says in str(refused.value)


def test_a_database_password_is_never_repeated() -> None:
    settings = load_settings(None, {"VMS_DATABASE_URL": "postgresql+psycopg://u:canary@h/d"})
    assert "canary" not in repr(settings)


def test_broken_toml_names_the_file(tmp_path: Path) -> None:
    file = tmp_path / "siring.toml"
    file.write_text("port = = 1")
    with pytest.raises(SettingsError, match=r"siring\.toml"):
        load_settings(file, {})
