from dataclasses import fields

import pytest

from geomap.errors import SettingInvalid
from geomap.settings import Settings, sqlite_path


def test_without_an_environment_every_setting_has_its_default():
    settings = Settings.from_environment({})
    assert settings.port == 8000
    assert settings.host == "127.0.0.1"
    assert settings.store.startswith("sqlite:///")
    assert settings.basemaps == ()


def test_settings_are_read_from_their_names():
    settings = Settings.from_environment(
        {
            "GEOMAP_PORT": "8123",
            "GEOMAP_METRICS": "Yes",
            "GEOMAP_HOSTS": "map.example.org, www.example.org,",
            "GEOMAP_BASEMAPS": '[{"name": "n", "url": "https://x/{z}", "attribution": "a"}]',
            "PORT": "1",
        }
    )
    assert settings.port == 8123
    assert settings.metrics is True
    assert settings.hosts == ("map.example.org", "www.example.org")
    assert settings.basemaps[0]["url"] == "https://x/{z}"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("GEOMAP_PORT", "eighty"),
        ("GEOMAP_PORT", "99999"),
        ("GEOMAP_PORT", "-1"),
        ("GEOMAP_WORKERS", "0"),
        ("GEOMAP_DEFAULT_LIMIT", "0"),
        ("GEOMAP_MAX_LIMIT", "-5"),
        ("GEOMAP_TILE_CACHE_MB", "-1"),
        ("GEOMAP_BASE_URL", "map.example.org"),
        ("GEOMAP_BASE_URL", "https://map.example.org/?x"),
        ("GEOMAP_METRICS", "perhaps"),
        ("GEOMAP_BASEMAPS", "not json"),
        ("GEOMAP_BASEMAPS", '[{"name": "n"}]'),
        ("GEOMAP_BASEMAPS", '[{"name": 1, "url": "u", "attribution": "a"}]'),
        ("GEOMAP_BASEMAPS", "[null]"),
        ("GEOMAP_BASEMAPS", "7"),
    ],
)
def test_a_value_that_cannot_be_read_is_named(name, value):
    with pytest.raises(SettingInvalid, match=name):
        Settings.from_environment({name: value})


def test_an_empty_value_leaves_the_default():
    empty = {f"GEOMAP_{setting.name.upper()}": "" for setting in fields(Settings)}
    assert Settings.from_environment(empty) == Settings.from_environment({})


def test_a_public_address_may_have_a_path_and_a_port():
    address = "https://map.example.org:8443/heritage"
    assert Settings.from_environment({"GEOMAP_BASE_URL": address}).base_url == address


@pytest.mark.parametrize("setting", fields(Settings), ids=lambda setting: setting.name)
def test_every_setting_documents_itself(setting):
    assert setting.metadata["help"].endswith(".")


def test_the_file_of_a_store_is_found_by_its_address():
    assert str(sqlite_path("sqlite:////var/lib/geomap.db")) == "/var/lib/geomap.db"
    assert str(sqlite_path("sqlite:///maps/geomap.db")) == "maps/geomap.db"
    with pytest.raises(SettingInvalid, match="postgresql"):
        sqlite_path("postgresql://host/name")
