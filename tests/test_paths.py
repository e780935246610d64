"""Tests of the places on this machine."""

from pathlib import Path

import pytest

from supportdesk.paths import paths, private_directory


def test_paths_follow_the_xdg_directories(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CONFIG", "DATA", "STATE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name))
    found = paths()
    assert found.config == tmp_path / "CONFIG" / "supportdesk" / "config.toml"
    assert found.keys == found.config.with_name("keys.toml")
    assert found.store == tmp_path / "DATA" / "supportdesk" / "desk.db"
    assert found.log == tmp_path / "STATE" / "supportdesk" / "supportdesk.log"


def test_another_config_file_brings_its_own_keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SUPPORTDESK_CONFIG", "mine.toml")
    assert paths().config == tmp_path / "mine.toml"
    assert paths().keys == tmp_path / "keys.toml"


def test_asking_creates_nothing(clean_environment: Path) -> None:
    assert len(paths().shown()) == 6
    assert list(clean_environment.iterdir()) == []


def test_a_private_directory_is_for_its_owner_alone(tmp_path: Path) -> None:
    made = private_directory(tmp_path / "a" / "b")
    assert made.stat().st_mode & 0o777 == 0o700
    assert private_directory(made) == made
