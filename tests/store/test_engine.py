"""The engine: no update lost, trouble told in one sentence, and nothing of a customer in an error."""

import os
import sqlite3
import stat
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import insert, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from supportdesk.domain.errors import Conflict, Unreachable
from supportdesk.store import tables as t
from supportdesk.store.engine import BUSY_TIMEOUT_MS, Store, open_store
from supportdesk.store.url import parse_url
from tests.services.ports import ordinary_account, server_directory

THREADS, EACH = 4, 25


def put(store: Store, key: str, value: str) -> None:
    with store.write() as conn:
        conn.execute(insert(t.meta).values(key=key, value=value))


def value_of(store: Store, key: str) -> str | None:
    with store.read() as conn:
        found: str | None = conn.scalar(select(t.meta.c.value).where(t.meta.c.key == key))
        return found


def together(*work: Callable[[], None]) -> None:
    """Run each in a thread of its own, all at once."""
    barrier = threading.Barrier(len(work))

    def run(one: Callable[[], None]) -> None:
        barrier.wait()
        one()

    threads = [threading.Thread(target=run, args=(one,)) for one in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_four_threads_that_read_and_write_lose_nothing(store: Store) -> None:
    put(store, "counter", "0")
    counter = t.meta.c.key == "counter"

    def count() -> None:
        for _ in range(EACH):
            with store.write() as conn:
                now = conn.scalar(select(t.meta.c.value).where(counter).with_for_update())
                conn.execute(update(t.meta).where(counter).values(value=str(int(now or 0) + 1)))

    together(*[count] * THREADS)
    assert value_of(store, "counter") == str(THREADS * EACH)


def test_an_exception_leaves_nothing_behind(store: Store) -> None:
    with pytest.raises(ZeroDivisionError), store.write() as conn:
        conn.execute(insert(t.meta).values(key="x", value="1"))
        _ = 1 / 0
    assert value_of(store, "x") is None


def test_a_reader_sees_one_picture_while_others_write(store: Store) -> None:
    put(store, "x", "before")
    with store.read() as conn:
        first = conn.scalar(select(t.meta.c.value).where(t.meta.c.key == "x"))
        with store.write() as other:
            other.execute(update(t.meta).values(value="after"))
        assert (first, conn.scalar(select(t.meta.c.value).where(t.meta.c.key == "x"))) == ("before", "before")
    assert value_of(store, "x") == "after"


def test_a_lost_race_for_a_key_is_a_conflict(store: Store) -> None:
    put(store, "x", "1")
    with pytest.raises(Conflict, match="same moment"):
        put(store, "x", "2")


def test_an_error_holds_nothing_that_a_customer_wrote(store: Store) -> None:
    secret = "my card is 4111-1111"
    with pytest.raises(IntegrityError) as raised, store.write() as conn:
        conn.execute(text("INSERT INTO meta (key, value) VALUES (:key, NULL)"), {"key": secret})
    assert secret not in str(raised.value)
    assert secret not in repr(raised.value.orig)


def test_wrong_sql_is_a_bug_and_not_the_stores_fault(store: Store) -> None:
    with pytest.raises(DBAPIError), store.read() as conn:
        conn.execute(text("SELECT no_such_column FROM meta"))


def test_lower_knows_letters_beyond_ascii(store: Store) -> None:
    with store.read() as conn:
        assert conn.scalar(text("SELECT lower('ÄRGER 환불')")) == "ärger 환불"
        assert conn.scalar(text("SELECT lower(NULL)")) is None


def test_sqlite_is_set_up_to_lose_nothing(fresh_sqlite: Callable[[], str]) -> None:
    store = open_store(fresh_sqlite())
    with store.read() as conn:
        found = {name: conn.scalar(text(f"PRAGMA {name}")) for name in ("journal_mode", "synchronous", "foreign_keys")}
        assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
        assert conn.scalar(text("PRAGMA busy_timeout")) == BUSY_TIMEOUT_MS
    store.close()


def test_a_sqlite_store_held_by_another_program_says_so(
    fresh_sqlite: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("supportdesk.store.engine.BUSY_TIMEOUT_MS", 50)
    store = open_store(fresh_sqlite())
    holder = sqlite3.connect(store.url.path, isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    with pytest.raises(Unreachable, match=r"is busy: another program holds it\. Try again"):
        put(store, "x", "1")
    holder.execute("ROLLBACK")
    holder.close()
    put(store, "x", "2")
    assert value_of(store, "x") == "2"
    store.close()


def test_a_full_disk_is_told_and_nothing_is_half_written(fresh_sqlite: Callable[[], str]) -> None:
    store = open_store(fresh_sqlite())
    put(store, "x", "1")
    with pytest.raises(Unreachable, match=r"disk of the store .* is full\. Free some space"), store.write() as conn:
        pages = conn.scalar(text("PRAGMA page_count"))
        conn.execute(text(f"PRAGMA max_page_count = {pages}"))
        conn.execute(update(t.meta).values(value="2"))
        conn.execute(insert(t.blob).values(sha256="0", size=1, data=b"x" * 10_000_000))
    with store.write() as conn:
        conn.execute(text("PRAGMA max_page_count = 1000000"))
    assert value_of(store, "x") == "1"
    store.close()


def test_a_postgres_that_ended_the_connection_is_told_and_comes_back(fresh_postgres: Callable[[], str]) -> None:
    store = open_store(fresh_postgres())
    with pytest.raises(Unreachable, match="cannot be reached"), store.write() as conn:
        conn.execute(insert(t.meta).values(key="x", value="1"))
        end_connections(store.url.url)
        conn.execute(select(t.meta))
    put(store, "x", "2")
    end_connections(store.url.url)
    assert value_of(store, "x") == "2"
    store.close()


def end_connections(url: str) -> None:
    """Cut everybody off from one database, as an administrator or a fail-over does."""
    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def test_a_postgres_that_only_reads_is_told(fresh_postgres: Callable[[], str]) -> None:
    store = open_store(fresh_postgres())
    with pytest.raises(Unreachable, match="read-only transaction"), store.write() as conn:
        conn.execute(text("SET TRANSACTION READ ONLY"))
        conn.execute(insert(t.meta).values(key="x", value="1"))
    store.close()


def test_two_that_wait_for_each_other_are_told_to_try_again(fresh_postgres: Callable[[], str]) -> None:
    store = open_store(fresh_postgres())
    put(store, "a", "")
    put(store, "b", "")
    halfway = threading.Barrier(2)
    told: list[str] = []

    def swap(first: str, second: str) -> None:
        try:
            with store.write() as conn:
                conn.execute(update(t.meta).where(t.meta.c.key == first).values(value="x"))
                halfway.wait()
                conn.execute(update(t.meta).where(t.meta.c.key == second).values(value="x"))
        except Unreachable as error:
            told.append(str(error))

    together(lambda: swap("a", "b"), lambda: swap("b", "a"))
    assert [sentence.endswith("is busy: another program holds it. Try again.") for sentence in told] == [True]
    store.close()


READ_AND_WRITE = """
import sys
from datetime import UTC, datetime
from supportdesk.domain.errors import Unreachable
from supportdesk.store.engine import open_store
from sqlalchemy import text
store = open_store(sys.argv[1])
with store.read() as conn:
    print(conn.scalar(text("SELECT count(*) FROM meta")))
try:
    with store.write() as conn:
        conn.execute(text("DELETE FROM meta"))
except Unreachable as error:
    print(error.exit_code, error)
"""


def test_a_store_that_may_only_be_read_is_read(migrated_sqlite: Path) -> None:
    """By an ordinary user: root may write whatever the mode says."""
    account = ordinary_account()
    with server_directory("readonly", account) as folder:
        path = folder / "desk.db"
        path.write_bytes(migrated_sqlite.read_bytes())
        account.own(path)
        path.chmod(0o400)
        done = subprocess.run(
            [sys.executable, "-c", READ_AND_WRITE, f"sqlite:///{path}"], capture_output=True, text=True, check=False,
            user=account.uid if os.geteuid() == 0 else None, cwd=Path(__file__).parents[2],
            env={"PATH": os.environ["PATH"], "HOME": str(folder), "PYTHONDONTWRITEBYTECODE": "1"},
        )  # fmt: skip
    assert done.returncode == 0, done.stderr
    count, told = done.stdout.splitlines()
    assert (count, told.partition(" ")[0]) == ("0", "5")
    assert "readonly" in told


def test_the_file_of_a_new_store_is_its_owners_alone(tmp_path: Path) -> None:
    from supportdesk.store.migrate import migrate

    before = os.umask(0)
    try:
        migrate(f"sqlite:///{tmp_path}/new/desk.db")
    finally:
        os.umask(before)
    store = open_store(f"sqlite:///{tmp_path}/new/desk.db")
    put(store, "x", "1")
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "new").iterdir()}
    assert modes == {"desk.db": 0o600, "desk.db-shm": 0o600, "desk.db-wal": 0o600}
    store.close()


def test_times_are_kept_in_utc_to_the_microsecond(store: Store) -> None:
    at = datetime(2026, 11, 21, 9, 0, 0, 123456, tzinfo=UTC)
    with store.write() as conn:
        conn.execute(insert(t.worker).values(name="w", host="h", last_seen=at))
    with store.read() as conn:
        assert conn.scalar(select(t.worker.c.last_seen)) == at


def test_an_engine_does_not_name_its_password(monkeypatch: pytest.MonkeyPatch) -> None:
    url = parse_url("postgresql://desk:hunter2@127.0.0.1:1/desk")
    store = Store(url)
    with pytest.raises(Unreachable) as raised, store.read():
        pass
    assert "hunter2" not in f"{raised.value}{raised.value.facts}{store.engine!r}"
    assert raised.value.exit_code == 5
    store.close()
