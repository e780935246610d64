"""The installed program as scripts use it: what it costs, what it follows, and how it ends."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from supportdesk.desk import triage
from supportdesk.desk.conversation import NewTicket, create
from supportdesk.desk.desk import Desk, found_desk, open_desk
from supportdesk.desk.founding import staff
from supportdesk.domain.message import Address

PROGRAM = str(Path(sys.executable).with_name("supportdesk"))


@pytest.fixture
def alice(store_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """A desk in the environment of the program, with alice at it."""
    desk = open_desk(store_url)
    found_desk(desk, "Acme")
    staff(desk, "alice", "Alice", "alice@desk.example", ["Billing"])
    monkeypatch.setenv("SUPPORTDESK_STORE", store_url)
    monkeypatch.setenv("SUPPORTDESK_AGENT", "alice")
    yield desk.as_agent("alice")
    desk.close()


def ticket(desk: Desk, subject: str = "Printer") -> int:
    made = create(desk, NewTicket(subject, "It broke", address=Address("dana@example.com", "Dana"))).created
    assert made is not None
    return made


def test_a_list_is_printed_without_sqlalchemy(alice: Desk) -> None:
    ticket(alice, "환불")
    command = [sys.executable, "-X", "importtime", "-m", "supportdesk", "ticket", "list", "--json"]
    done = subprocess.run(command, capture_output=True, check=True)
    assert json.loads(done.stdout)[0]["subject"] == "환불"
    imported = {line.rpartition(b"|")[2].strip().partition(b".")[0].decode() for line in done.stderr.splitlines()}
    assert "click" in imported
    assert (
        imported & {"sqlalchemy", "sqlmodel", "pydantic", "alembic", "keyring", "imapclient", "rich", "textual"}
        == set()
    )


def test_a_whole_shift_by_script(alice: Desk) -> None:
    def run(*words: str, piped: str = "") -> str:
        done = subprocess.run([PROGRAM, *words], input=piped, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    number = run(
        "ticket", "create", "--subject", "Printer", "--from", "Dana <dana@example.com>", piped="It broke\n"
    ).strip()
    run("ticket", "take", number)
    run("ticket", "note", number, "-", piped="asked the vendor\n")
    run("ticket", "tag", number, "hardware")
    run("ticket", "state", number, "solved")
    found = json.loads(run("ticket", "show", number, "--json"))
    assert (found["state"], found["assignee"], found["tags"]) == ("solved", "alice", ["hardware"])
    assert [message["text"] for message in found["messages"]] == ["It broke", "asked the vendor"]
    run("ticket", "undo")
    assert json.loads(run("ticket", "list", "--view", "mine", "--json"))[0]["state"] == "new"


@contextmanager
def following(*words: str) -> Iterator[subprocess.Popen[bytes]]:
    """``supportdesk events --follow``, once it waits."""
    command = [sys.executable, "-m", "supportdesk", "events", "--follow", *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        try:
            yield process
        finally:
            process.kill()


def test_events_are_followed_from_a_cursor_until_interrupted(alice: Desk) -> None:
    first, second = ticket(alice), ticket(alice)
    with following("--since", "0:0") as process:
        assert process.stdout is not None

        def event() -> dict[str, object]:
            found: dict[str, object] = json.loads(process.stdout.readline())  # type: ignore[union-attr]
            return found

        assert [event()["ticket"] for _ in range(2)] == [first, second]
        triage.take(alice, first)
        news = event()
        assert (news["kind"], news["ticket"], news["actor"]) == ("assigned", first, "alice")
        triage.take(alice, second)
        assert event()["ticket"] == second
        process.send_signal(signal.SIGINT)
        _out, err = process.communicate(timeout=20)
    assert (process.returncode, err.strip()) == (130, b"")


def test_following_ends_with_its_limit(alice: Desk) -> None:
    with following("--since", "0:0", "--limit", "1") as process:
        ticket(alice)
        out, _err = process.communicate(timeout=30)
    assert process.returncode == 0
    assert [json.loads(line)["kind"] for line in out.splitlines()] == ["created"]


def test_who_has_read_enough_of_a_long_list_ends_it(alice: Desk) -> None:
    for _ in range(3):
        ticket(alice)
    read_end, write_end = os.pipe()
    os.close(read_end)
    with os.fdopen(write_end, "wb") as gone:
        done = subprocess.run([PROGRAM, "ticket", "list", "--json"], stdout=gone, stderr=subprocess.PIPE, check=False)
    assert (done.returncode, done.stderr) == (141, b"")
