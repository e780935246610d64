"""Mail read in a process of its own: the same arrivals, none lost when it dies, none that takes for ever."""

import os
import signal
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from sqlalchemy import func, select

from supportdesk.channels.email.letters import arrive
from supportdesk.channels.kinds import Kind
from supportdesk.channels.protocol import RawItem
from supportdesk.desk import channels, intake, judging, quarantine
from supportdesk.desk.desk import Desk
from supportdesk.desk.receiving import InboxSink
from supportdesk.domain.arrival import Arrival
from supportdesk.domain.channel import InboxStatus
from supportdesk.store import tables as t
from supportdesk.workers import reading
from supportdesk.workers.reading import Failed, Intake, Reader
from tests.channels.email.accounts import account, mail

INSTANCE = "acme"
BROKEN = """
import os, signal, supportdesk.channels.kinds as kinds
from supportdesk.channels.kinds import Kind
arrive = Kind.arrive
def broken(kind, raw, instance):
    if b"break" in raw:
        {how}
    return arrive(kind, raw, instance)
Kind.arrive = broken
"""
FOR_EVER = "while True: pass"
STUCK = "signal.signal(signal.SIGVTALRM, signal.SIG_IGN)\n        while True: pass"
RAISING = "raise ValueError('no sense in it')"
DYING = "os.kill(os.getpid(), signal.SIGKILL)"


@pytest.fixture
def breaking(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """``breaking(how)``: what the process does with mails that say "break"."""

    def prepare(how: str) -> None:
        (tmp_path / "sitecustomize.py").write_text(BROKEN.format(how=how))
        monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")]))

    return prepare


@pytest.fixture
def mailbox(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Callable[[Sequence[bytes]], None]:
    """``mailbox(raws)``: received, in batches of two."""
    monkeypatch.setattr(intake, "BATCH", 2)
    monkeypatch.setattr(reading, "ENOUGH", 1)
    monkeypatch.setattr(judging, "MOST_TICKETS_AN_HOUR", 1000)
    channels.add(desk, "email", "support", address="support@example.com", settings=account())

    def put(raws: Sequence[bytes]) -> None:
        items = [RawItem(str(n), raw, desk.now(), "INBOX", 7, n, len(raw)) for n, raw in enumerate(raws, start=1)]
        InboxSink(desk, channels.channel(desk, "support")).take(items)

    return put


def mails(*bodies: str) -> list[bytes]:
    return [mail(number, body) for number, body in enumerate(bodies, start=1)]


def subjects(desk: Desk) -> list[str]:
    with desk.read() as conn:
        return list(conn.scalars(select(t.ticket.c.subject).order_by(t.ticket.c.number)))


def test_it_reads_what_this_process_would() -> None:
    raws = mails("one", "two")
    with Reader(INSTANCE) as reader:
        reader.begin([("email", raw) for raw in raws])
        assert reader.answers() == [arrive(raw, INSTANCE) for raw in raws]
        pid = reader.pid
        reader.begin([("email", raws[0])])
        assert reader.answers() == [arrive(raws[0], INSTANCE)]
        assert reader.pid == pid is not None
    assert not Path(f"/proc/{pid}").exists()


def test_it_ends_when_the_worker_is_gone() -> None:
    """The kernel closes a killed worker's end."""
    with Reader(INSTANCE) as reader:
        reader.begin([("email", mail(1))])
        assert reader.answers() is not None
        assert reader._connection is not None and reader._process is not None
        reader._connection.close()
        assert reader._process.wait(10) == 0


def test_a_mail_that_cannot_be_read_costs_its_neighbours_nothing(breaking: Callable[[str], None]) -> None:
    breaking(RAISING)
    with Reader(INSTANCE) as reader:
        reader.begin([("email", raw) for raw in mails("one", "break", "three")])
        found = reader.answers()
    assert found is not None
    one, bad, three = found
    assert isinstance(one, Arrival) and isinstance(three, Arrival)
    assert isinstance(bad, Failed) and bad.error == "no sense in it" and "ValueError" in bad.trace


def test_a_backlog_becomes_the_tickets_it_would_have_become_here(
    desk: Desk, mailbox: Callable[[Sequence[bytes]], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(_kind: Kind, _raw: bytes, _instance: str) -> Arrival:
        raise AssertionError("read in the worker itself")

    mailbox(mails(*(f"body {n}" for n in range(8))))
    with monkeypatch.context() as elsewhere:
        elsewhere.setattr(Kind, "arrive", never)
        assert Intake(desk).take_in() == 8
    assert subjects(desk) == [f"Question {n}" for n in range(1, 9)]


@pytest.mark.parametrize("how", [FOR_EVER, STUCK], ids=["notices", "is stuck"])
def test_a_mail_that_takes_too_long_waits_in_quarantine(
    desk: Desk, mailbox: Callable[[Sequence[bytes]], None], breaking: Callable[[str], None], how: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(reading, "SLOW", 0.2)
    breaking(how)
    mailbox(mails("one", "break", "three", "four", "five"))
    Intake(desk).take_in()
    (row,) = quarantine.inbox(desk, status=InboxStatus.QUARANTINE)
    assert (row.cause, row.external_id) == ("slow", "2")
    assert subjects(desk) == [f"Question {n}" for n in (1, 3, 4, 5)]


def test_when_the_process_dies_the_worker_reads_itself(
    desk: Desk, mailbox: Callable[[Sequence[bytes]], None], breaking: Callable[[str], None]
) -> None:
    breaking(DYING)
    mailbox(mails("one", "break", "three", "four", "five"))
    assert Intake(desk).take_in() == 5
    assert subjects(desk) == [f"Question {n}" for n in range(1, 6)]


def test_what_comes_meanwhile_is_taken_in(desk: Desk, mailbox: Callable[[Sequence[bytes]], None]) -> None:
    with Intake(desk).meanwhile():
        mailbox(mails("one", "two", "three"))
    assert subjects(desk) == ["Question 1", "Question 2", "Question 3"]


def test_a_failure_of_the_receiver_ends_the_intake_too(desk: Desk) -> None:
    with pytest.raises(KeyboardInterrupt), Intake(desk).meanwhile():
        raise KeyboardInterrupt
    with desk.read() as conn:
        assert conn.scalar(select(func.count()).select_from(t.inbox)) == 0


def test_an_interrupt_of_the_terminal_is_for_the_worker() -> None:
    with Reader(INSTANCE) as reader:
        reader.begin([("email", mail(1))])
        assert reader.answers() is not None
        assert reader.pid is not None
        os.kill(reader.pid, signal.SIGINT)
        reader.begin([("email", mail(2))])
        assert reader.answers() is not None
