"""Opening what is not a desk at its schema: the right sentence and exit code, through both doors."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from supportdesk.domain.errors import DeskError, Invalid, Unreachable
from supportdesk.store.driver import driver_reader
from supportdesk.store.engine import open_store
from supportdesk.store.url import parse_url

Door = Callable[[str], None]


def through_the_engine(url: str) -> None:
    open_store(url).close()


def through_the_bare_driver(url: str) -> None:
    with driver_reader(url) as reader:
        reader.rows("SELECT 1", {})


@pytest.fixture(params=[through_the_engine, through_the_bare_driver])
def opened(request: pytest.FixtureRequest) -> Door:
    door: Door = request.param
    return door


def told(door: Door, url: str) -> str:
    with pytest.raises(Unreachable) as raised:
        door(url)
    assert raised.value.exit_code == 5
    assert raised.value.hint
    return str(raised.value)


def run(url: str, sql: str) -> None:
    if url.startswith("sqlite"):
        connection = sqlite3.connect(parse_url(url).path)
        connection.executescript(sql)
        connection.close()
        return
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(sql.encode())


def test_a_desk_opens(opened: Door, store_url: str) -> None:
    assert trouble(opened, store_url) == ""


def trouble(opened: Door, url: str) -> str:
    """What is said when the store is opened, "" when nothing is wrong."""
    try:
        opened(url)
    except DeskError as error:
        return str(error)
    return ""


@pytest.mark.parametrize(
    ("revision", "sentence"),
    [
        ("0000", "is at schema 0000, this program needs 0001. Bring it up to date with: supportdesk migrate"),
        ("0002", "was made by a newer supportdesk (schema 0002, this program knows 0001). Upgrade supportdesk"),
        ("1975ea83b712", "is the database of another program. Choose another place"),
    ],
)
def test_another_schema_is_named(opened: Door, store_url: str, revision: str, sentence: str) -> None:
    run(store_url, f"UPDATE alembic_version SET version_num = '{revision}'")
    assert sentence in told(opened, store_url)


def test_a_store_whose_migration_never_ended_has_no_desk(opened: Door, store_url: str) -> None:
    run(store_url, "DELETE FROM alembic_version")
    assert "There is no desk in" in told(opened, store_url)


def test_an_empty_postgres_has_no_desk(opened: Door, empty_postgres: str) -> None:
    assert told(opened, empty_postgres).endswith("yet. Make one with: supportdesk init")


@pytest.fixture
def empty_postgres(fresh_postgres: Callable[[], str]) -> str:
    url = fresh_postgres()
    run(url, "DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    return url


def test_no_file_and_an_empty_file_have_no_desk(opened: Door, tmp_path: Path) -> None:
    (tmp_path / "empty.db").touch()
    for name in ("none.db", "empty.db"):
        assert "There is no desk in" in told(opened, f"sqlite:///{tmp_path}/{name}")
    assert not (tmp_path / "none.db").exists()


def test_a_file_of_another_kind_is_told(opened: Door, tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("Dear desk, " * 100)
    assert "file is not a database" in told(opened, f"sqlite:///{tmp_path}/letter.txt")


def test_a_folder_or_an_impossible_name_is_told(opened: Door, tmp_path: Path) -> None:
    assert "cannot be reached" in told(opened, f"sqlite:///{tmp_path}")
    assert "File name too long" in told(opened, f"sqlite:///{tmp_path}/{'x' * 300}")


def test_a_server_that_is_not_there_is_told_without_the_password(opened: Door) -> None:
    sentence = told(opened, "postgresql://desk:hunter2@127.0.0.1:1/desk")
    assert "cannot be reached" in sentence
    assert "postgresql://desk:***@127.0.0.1:1/desk" in sentence


def test_a_url_the_driver_cannot_read_is_refused_without_the_password(opened: Door) -> None:
    with pytest.raises(Invalid) as raised:
        opened("postgresql://desk:hunter2@[::1/desk")
    assert "hunter2" not in f"{raised.value} {raised.value.facts}"
    assert "hunter2" not in told(opened, "postgresql://desk:hunter2@127.0.0.1:not-a-port/desk")


def test_a_password_may_have_signs_in_it_and_there_may_be_several_hosts(opened: Door) -> None:
    sentence = told(opened, "postgresql://desk:p%40ss%2Fword@127.0.0.1:1,127.0.0.1:2/desk")
    assert "cannot be reached" in sentence
    assert "word" not in sentence


def test_the_bare_driver_only_reads(store_url: str) -> None:
    with driver_reader(store_url) as reader:
        assert reader.rows("SELECT count(*) FROM ticket WHERE number = :n AND subject LIKE '%'", {"n": 1}) == [(0,)]
    if store_url.startswith("sqlite"):
        with pytest.raises(Unreachable, match="readonly"), driver_reader(store_url) as reader:
            reader.rows("DELETE FROM ticket RETURNING number", {})
