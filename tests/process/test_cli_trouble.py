"""Whatever goes wrong, the program says one sentence with the next step, and its exit code says what kind it was."""

import os
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest

from supportdesk.desk import conversation, structure, triage
from supportdesk.desk.conversation import NewTicket
from supportdesk.desk.desk import found_desk, open_desk
from supportdesk.desk.founding import staff
from supportdesk.domain.message import Address
from supportdesk.paths import paths
from tests.services.stores import PostgresStores, database_url

LOOKS = {"list": ["ticket", "list", "--json"], "stats": ["stats", "--json"]}
"""One command for each way to the store: without SQLAlchemy, and through the desk."""

SECRET = "geheim-123"


def run(url: str, *words: str, piped: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    environ = {**os.environ, "SUPPORTDESK_STORE": url, "SUPPORTDESK_AGENT": "alice", "PYTHONPATH": str(Path.cwd())}
    command = [sys.executable, "-m", "supportdesk", *words]
    return subprocess.run(command, input=piped, env=environ, capture_output=True, check=False, timeout=60)


def expect_told(done: subprocess.CompletedProcess[bytes], code: int, *told: str) -> None:
    """One line on stderr, nothing on stdout, nothing in the log of what nobody foresaw."""
    err = done.stderr.decode()
    assert not paths().log.exists(), paths().log.read_text()
    assert (done.returncode, done.stdout) == (code, b""), err
    assert len(err.splitlines()) == 1 and "Traceback" not in err, err
    assert SECRET not in err
    for part in told:
        assert part in err


@pytest.fixture
def founded(fresh_store: Callable[[], str]) -> str:
    """A desk with alice, on each store."""
    url = fresh_store()
    desk = open_desk(url)
    found_desk(desk, "Acme")
    staff(desk, "alice", "Alice", "alice@desk.example", ["Billing"])
    desk.close()
    return url


def sql(url: str, *statements: str) -> None:
    """Change a store behind the program's back."""
    if url.startswith("sqlite"):
        with sqlite3.connect(url.removeprefix("sqlite:///")) as file:
            for statement in statements:
                file.execute(statement)
        file.close()
        return
    import psycopg

    with psycopg.connect(url, autocommit=True) as server:
        for statement in statements:
            server.execute(statement.encode())


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize(
    ("statements", "told"),
    [
        (["UPDATE alembic_version SET version_num = '0000'"], "supportdesk migrate"),
        (["UPDATE alembic_version SET version_num = '9999'"], "Upgrade supportdesk"),
        (["DELETE FROM alembic_version"], "supportdesk init"),
        (["DROP TABLE alembic_version"], "supportdesk init"),
        (["DELETE FROM meta"], "supportdesk init"),
        (["UPDATE meta SET value = '0' WHERE key = 'analyzer_version'"], "search index"),
    ],
    ids=["older", "newer", "interrupted", "foreign", "unfounded", "other-analyzer"],
)
def test_a_store_that_is_not_ready(founded: str, look: str, statements: list[str], told: str) -> None:
    sql(founded, *statements)
    expect_told(run(founded, *LOOKS[look]), 5, told)


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("what", ["missing", "folder", "not-a-database", "empty", "damaged"])
def test_a_file_that_holds_no_desk(migrated_sqlite: Path, tmp_path: Path, look: str, what: str) -> None:
    place = tmp_path / "other.db"
    if what == "folder":
        place.mkdir()
    elif what == "not-a-database":
        place.write_bytes(b"Dear customer, " * 1000)
    elif what == "empty":
        place.touch()
    elif what == "damaged":
        whole = migrated_sqlite.read_bytes()
        place.write_bytes(whole[:4096] + bytes(len(whole) - 4096))
    expect_told(run(f"sqlite:///{place}", *LOOKS[look]), 5, str(place))


@pytest.fixture
def closed_port() -> Iterator[int]:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]


@pytest.mark.parametrize("look", LOOKS)
def test_a_server_that_is_away(closed_port: int, look: str) -> None:
    url = f"postgresql://alice:{SECRET}@127.0.0.1:{closed_port}/desk"
    expect_told(run(url, *LOOKS[look]), 5, "cannot be reached", "supportdesk doctor")


@pytest.mark.parametrize("look", LOOKS)
def test_a_login_or_a_database_the_server_does_not_know(postgres_stores: PostgresStores, look: str) -> None:
    url = postgres_stores.fresh()
    parts = urlsplit(url)
    stranger = urlunsplit(parts._replace(netloc=f"stranger:{SECRET}@{parts.netloc.rpartition('@')[2]}"))
    expect_told(run(stranger, *LOOKS[look]), 5, "stranger")
    expect_told(run(database_url(url, "no_such_database"), *LOOKS[look]), 5, "no_such_database")


@pytest.mark.parametrize("look", LOOKS)
def test_a_role_that_may_not_read(postgres_stores: PostgresStores, look: str) -> None:
    url = postgres_stores.fresh()
    role = f"reader_{os.getpid()}_{look}"
    sql(url, f"CREATE ROLE {role} LOGIN")
    try:
        parts = urlsplit(url)
        reader = urlunsplit(parts._replace(netloc=f"{role}@{parts.netloc.rpartition('@')[2]}"))
        expect_told(run(reader, *LOOKS[look]), 5, "permission denied")
    finally:
        sql(url, f"DROP ROLE {role}")


@pytest.mark.parametrize("url", ["desk.db", "sqlite:///desk.db", "mysql://a@b/c", "postgresql://"])
def test_what_is_no_store_url(url: str) -> None:
    expect_told(run("", "--store", url, *LOOKS["list"]), 2, "not a store URL", url)


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize(
    ("place", "code"), [("/x@host/desk", 2), ("@[host/desk", 2), ("@host/desk?colour=red", 2), ("@host:port/desk", 5)]
)
def test_a_password_stays_secret_in_what_is_no_url(place: str, code: int, look: str) -> None:
    expect_told(run(f"postgresql://alice:{SECRET}{place}", *LOOKS[look]), code, "postgresql://alice:***@")


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["ticket", "show", "99"], 3, "supportdesk ticket list"),
        (["ticket", "list", "--agent", "carol"], 3, "supportdesk agent list"),
        (["ticket", "take", "1", "--agent", "carol"], 3, "supportdesk agent list"),
        (["ticket", "assign", "1", "carol"], 3, "supportdesk agent list"),
        (["ticket", "team", "1", "Nowhere"], 3, "supportdesk team list"),
        (["ticket", "list", "--view", "none"], 3, "supportdesk view list"),
        (["ticket", "list", "--query", "colour:red"], 2, "colour"),
        (["search", "before:never"], 2, "never"),
        (["events", "--since", "yesterday"], 2, "not a cursor"),
        (["ticket", "merge", "1", "1"], 2, "another ticket"),
        (["ticket", "state", "2", "solved"], 4, "supportdesk ticket unmerge 2"),
        (["ticket", "assign", "1", "alice", "--expect", "0"], 4, "Look again"),
        (["ticket", "reply", "1", "text"], 2, "supportdesk channel add email"),
        (["channel", "test", "none"], 3, "supportdesk channel list"),
        (["intake", "show", "99"], 3, "supportdesk intake list"),
        (["outbox", "retry", "99"], 3, "supportdesk outbox list"),
        (["customer", "show", "99"], 3, "supportdesk customer list"),
        (["canned", "show", "none"], 3, "supportdesk canned list"),
    ],
)
def test_what_the_desk_refuses(worked: str, words: list[str], code: int, told: str) -> None:
    expect_told(run(worked, *words), code, told)


@pytest.fixture
def worked(fresh_sqlite: Callable[[], str]) -> str:
    """A desk where bob has ticket 1, and ticket 2 was merged into it."""
    url = fresh_sqlite()
    desk = open_desk(url)
    found_desk(desk, "Acme")
    for login in ("alice", "bob"):
        staff(desk, login, login.title(), f"{login}@desk.example", ["Billing"])
    bob = desk.as_agent("bob")
    for subject in ("One", "Two"):
        conversation.create(bob, NewTicket(subject, "text", address=Address("a@b.c", "Kim")))
    triage.take(bob, 1)
    structure.merge(bob, [2], 1)
    desk.close()
    return url


@pytest.mark.parametrize("what", ["missing", "away", "older"])
def test_a_mail_server_is_asked_to_try_again(founded: str, closed_port: int, tmp_path: Path, what: str) -> None:
    url = founded
    if what == "missing":
        url = f"sqlite:///{tmp_path}/none.db"
    elif what == "away":
        url = f"postgresql://alice:{SECRET}@127.0.0.1:{closed_port}/desk"
    else:
        sql(url, "UPDATE alembic_version SET version_num = '0000'")
    expect_told(run(url, "intake", "deliver", "--channel", "support", piped=b"Subject: x\n\ny\n"), 75)


def test_a_store_somebody_else_holds_is_busy_not_broken(worked: str) -> None:
    holder = sqlite3.connect(worked.removeprefix("sqlite:///"), isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    try:
        assert run(worked, "ticket", "list").returncode == 0, "readers are not held up"
        expect_told(run(worked, "agent", "add", "carol"), 5, "busy")
    finally:
        holder.close()
