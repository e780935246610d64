"""``intake deliver`` as a mail server runs it: 75 whenever a second try may work, and never a mail lost or doubled."""

import os
import resource
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from supportdesk.desk import channels, quarantine
from supportdesk.desk.desk import found_desk, open_desk
from tests.desk.conftest import MAILBOX

TEMPORARY = 75
MAIL = b"From: Dana <dana@x.example>\r\nSubject: Printer\r\n\r\nIt broke\r\n"


def command(url: str) -> tuple[list[str], dict[str, str]]:
    """Started like a mail server does it: in a bare environment."""
    words = [sys.executable, "-m", "supportdesk", "intake", "deliver", "--channel", "support", "--store", url]
    return words, {"HOME": os.environ["HOME"], "PYTHONPATH": str(Path.cwd()), "PATH": os.environ["PATH"]}


def deliver(url: str, raw: bytes = MAIL, largest_file: int = 0) -> subprocess.CompletedProcess[bytes]:
    """``largest_file``: octets at which the disk is full for this process."""

    def limit() -> None:
        if largest_file:
            resource.setrlimit(resource.RLIMIT_FSIZE, (largest_file, largest_file))

    words, environ = command(url)
    return subprocess.run(
        words, input=raw, env=environ, capture_output=True, check=False, timeout=60, preexec_fn=limit
    )  # fmt: skip


def expect_put_off(done: subprocess.CompletedProcess[bytes], *told: str) -> None:
    """One sentence, and 75."""
    err = done.stderr.decode()
    assert (done.returncode, done.stdout) == (TEMPORARY, b""), err
    assert len(err.splitlines()) == 1 and "Traceback" not in err, err
    for part in told:
        assert part in err


@pytest.fixture
def founded(fresh_store: Callable[[], str]) -> str:
    """A desk with the channel ``support``, on each store."""
    return _founded(fresh_store())


@pytest.fixture
def on_a_file(fresh_sqlite: Callable[[], str]) -> str:
    return _founded(fresh_sqlite())


def _founded(url: str) -> str:
    desk = open_desk(url)
    found_desk(desk, "Acme")
    channels.add(desk, "email", "support", address="support@desk.example", settings=MAILBOX)
    desk.close()
    return url


def kept(url: str) -> list[int]:
    """The sizes of what the desk has."""
    desk = open_desk(url)
    try:
        return sorted(row.size for row in quarantine.inbox(desk, limit=0))
    finally:
        desk.close()


def change(url: str, statement: str) -> None:
    """The store, behind the program's back."""
    if url.startswith("sqlite"):
        with sqlite3.connect(url.removeprefix("sqlite:///")) as file:
            file.execute(statement)
        file.close()
        return
    import psycopg

    with psycopg.connect(url, autocommit=True) as server:
        server.execute(statement.encode())


@contextmanager
def locked(url: str) -> Iterator[None]:
    """Somebody is writing and does not come to an end."""
    file = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
    file.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        file.close()


def test_many_at_once_are_all_kept_and_the_same_one_once(founded: str) -> None:
    words, environ = command(founded)
    raws = [MAIL, MAIL, MAIL + b"2", MAIL + b"33"]
    running = [subprocess.Popen(words, stdin=subprocess.PIPE, env=environ) for _ in raws]
    for process, raw in zip(running, raws, strict=True):
        assert process.stdin is not None
        process.stdin.write(raw)
        process.stdin.close()
    assert [process.wait(60) for process in running] == [0, 0, 0, 0]
    assert kept(founded) == [len(MAIL), len(MAIL) + 1, len(MAIL) + 2]


@pytest.mark.parametrize("version", ["0000", "9999"])
def test_a_store_that_is_being_migrated(founded: str, version: str) -> None:
    change(founded, f"UPDATE alembic_version SET version_num = '{version}'")
    expect_put_off(deliver(founded), "schema")


def test_a_store_whose_making_stopped_half_way(founded: str) -> None:
    change(founded, "DELETE FROM meta")
    expect_put_off(deliver(founded), "supportdesk init")


def test_a_table_that_is_not_there_yet(founded: str) -> None:
    """Half-way through a migration that says it is done."""
    change(founded, "ALTER TABLE inbox RENAME TO inbox_before")
    expect_put_off(deliver(founded))


def test_a_server_that_is_away() -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port = held.getsockname()[1]
        expect_put_off(deliver(f"postgresql://desk@127.0.0.1:{port}/desk"), "cannot be reached")


def test_a_server_that_hangs_up(request: pytest.FixtureRequest) -> None:
    """It restarts while we ask."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        words, environ = command(f"postgresql://desk@127.0.0.1:{server.getsockname()[1]}/desk")
        process = subprocess.Popen(words, stdin=subprocess.PIPE, stderr=subprocess.PIPE, env=environ)
        request.addfinalizer(process.kill)
        assert process.stdin is not None
        process.stdin.write(MAIL)
        process.stdin.close()
        server.settimeout(60)
        server.accept()[0].close()
        server.close()
        assert process.wait(60) == TEMPORARY


def test_a_file_somebody_else_is_writing(on_a_file: str) -> None:
    with locked(on_a_file):
        expect_put_off(deliver(on_a_file))
    assert deliver(on_a_file).returncode == 0
    assert kept(on_a_file) == [len(MAIL)]


def test_a_disk_that_is_full(on_a_file: str) -> None:
    large = MAIL + os.urandom(4_000_000)
    expect_put_off(deliver(on_a_file, large, largest_file=2_000_000))
    assert kept(on_a_file) == []
    assert deliver(on_a_file, large).returncode == 0
    assert kept(on_a_file) == [len(large)]


def test_a_place_that_is_not_mounted(tmp_path: Path) -> None:
    expect_put_off(deliver(f"sqlite:///{tmp_path}/away/desk.db"), "There is no desk")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_file_it_may_not_write(on_a_file: str) -> None:
    Path(on_a_file.removeprefix("sqlite:///")).chmod(0o400)
    expect_put_off(deliver(on_a_file))


def test_a_message_that_is_none_is_a_mistake_of_whoever_set_it_up(on_a_file: str) -> None:
    assert deliver(on_a_file, b"\n").returncode == 2
    change(on_a_file, "UPDATE channel SET removed = 1")
    assert deliver(on_a_file).returncode == 3
    assert kept(on_a_file) == []
