"""Migrations: they make exactly the tables of the source on both stores, twice over and at once, or change nothing."""

import sqlite3
import threading
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest
from alembic import command
from sqlalchemy import text

from supportdesk.domain.errors import Unreachable
from supportdesk.store.driver import driver_reader
from supportdesk.store.engine import Store, open_store, revision
from supportdesk.store.migrate import config, migrate
from supportdesk.store.revision import HEAD
from supportdesk.store.url import parse_url
from tests.services.stores import PostgresStores


@pytest.fixture(params=["sqlite", "postgres"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where no store was made yet."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/deep/desk.db"
    stores: PostgresStores = request.getfixturevalue("postgres_stores")
    return stores.empty()


def test_the_migrations_make_the_tables_of_the_source(store: Store) -> None:
    with store.write() as conn:
        command.check(config(conn))


def test_twice_is_once(empty_url: str) -> None:
    assert migrate(empty_url) == (None, HEAD)
    assert migrate(empty_url) == (HEAD, HEAD)


def test_two_operators_at_once_make_one_store(empty_url: str) -> None:
    barrier = threading.Barrier(3)
    done: list[tuple[str | None, str]] = []

    def run() -> None:
        barrier.wait()
        done.append(migrate(empty_url))

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(before or "" for before, _ in done) == ["", HEAD, HEAD]
    open_store(empty_url).close()


def test_a_migration_that_fails_leaves_nothing(empty_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    upgrade = command.upgrade

    def fail_at_the_end(*arguments: object) -> None:
        upgrade(*arguments)  # type: ignore[arg-type]
        raise RuntimeError("power cut")

    with monkeypatch.context() as broken:
        broken.setattr(command, "upgrade", fail_at_the_end)
        with pytest.raises(RuntimeError):
            migrate(empty_url)
    store = Store(parse_url(empty_url))
    with store.read() as conn:
        assert revision(conn) is None
        assert conn.dialect.get_table_names(conn) == []
    store.close()
    assert migrate(empty_url) == (None, HEAD)


@pytest.mark.parametrize("version", ["0002", "1975ea83b712"])
def test_what_another_program_made_is_not_touched(store_url: str, version: str) -> None:
    store = open_store(store_url)
    with store.write() as conn:
        conn.execute(text("UPDATE alembic_version SET version_num = :version"), {"version": version})
        conn.execute(text("DROP TABLE membership"))
    with pytest.raises(Unreachable) as raised:
        migrate(store_url)
    assert raised.value.exit_code == 5
    with store.read() as conn:
        assert not conn.dialect.has_table(conn, "membership")
    store.close()


def test_a_database_with_tables_of_the_same_names_is_not_touched(empty_url: str) -> None:
    sql = "CREATE TABLE ticket (id INTEGER)"
    if empty_url.startswith("sqlite"):
        Path(parse_url(empty_url).path).parent.mkdir()
        with sqlite3.connect(parse_url(empty_url).path) as file:
            file.execute(sql)
    else:
        with psycopg.connect(empty_url) as server:
            server.execute(sql)
    with pytest.raises(Unreachable, match="the database of another program"):
        migrate(empty_url)
    store = Store(parse_url(empty_url))
    with store.read() as conn:
        assert conn.dialect.get_table_names(conn) == ["ticket"]
    store.close()


def test_a_place_where_no_file_can_be_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(Unreachable, match=r"cannot be made: .* Choose another place with --store"):
        migrate(f"sqlite:///{tmp_path}/file/desk.db")


def test_the_file_that_is_there_keeps_its_mode(tmp_path: Path) -> None:
    """An operator who gave it to a group meant it."""
    path = tmp_path / "desk.db"
    path.touch(mode=0o660)
    path.chmod(0o660)
    migrate(f"sqlite:///{path}")
    assert path.stat().st_mode & 0o777 == 0o660


def test_a_path_may_have_any_sign_in_it(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/{quote('환불? 100% #1.db')}"
    migrate(url)
    assert [path.name for path in tmp_path.glob("*.db")] == ["환불? 100% #1.db"]
    with driver_reader(url) as reader:
        assert reader.rows("SELECT count(*) FROM ticket", {}) == [(0,)]
