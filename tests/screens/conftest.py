"""A seeded desk for the screens: made once, copied for each test."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.screens.ticket_desk import Seeded, seed, seen_again


@pytest.fixture(scope="session")
def seeded_once(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Seeded]:
    """A closed file to copy, and who and what is in it."""
    path = tmp_path_factory.mktemp("seeded") / "desk.db"
    shutil.copyfile(migrated_sqlite, path)
    made = seed(f"sqlite:///{path}")
    made.close()
    return path, made


@pytest.fixture
def seeded(seeded_once: tuple[Path, Seeded], tmp_path: Path) -> Iterator[Seeded]:
    """A desk with one talkative customer; alice sits at it."""
    template, made = seeded_once
    path = tmp_path / "desk.db"
    shutil.copyfile(template, path)
    again = seen_again(made, f"sqlite:///{path}")
    yield again
    again.close()
