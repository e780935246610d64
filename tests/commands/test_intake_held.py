"""Tests of ``supportdesk intake retry``, ``discard`` and ``ticket``."""

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import update

from supportdesk.desk import channels
from supportdesk.desk.intake import take_in
from supportdesk.desk.receiving import InboxSink
from supportdesk.store import tables as t
from tests.channels.email.accounts import USER, account, mail
from tests.services.dovecot import PASSWORD, Dovecot

if TYPE_CHECKING:
    from tests.commands.conftest import Program

MAIL = b"From: Dana <dana@example.com>\r\nSubject: Printer\r\nMessage-ID: <1@example.com>\r\n\r\nIt broke\r\n"


def work(program: "Program") -> None:
    """What a worker does with what waits."""
    desk = program.desk()
    while take_in(desk):
        continue
    desk.close()


def held(program: "Program") -> int:
    """The id of a mail in quarantine."""
    program.ok("intake", "deliver", "--channel", "support", piped=MAIL)
    desk = program.desk()
    with desk.store.write() as conn:
        conn.execute(update(t.inbox).values(status="quarantine", cause="rate"))
    desk.close()
    (row,) = program.json("intake", "list", "--status", "quarantine")
    assert row["cause"] == "rate"
    found: int = row["id"]
    return found


def test_what_waits_in_quarantine_is_tried_again_or_discarded(each_program: "Program") -> None:
    id_ = held(each_program)
    each_program.ok("intake", "discard", id_)
    assert each_program.json("intake", "list", "--status", "quarantine") == []
    each_program.ok("ticket", "undo")
    assert len(each_program.json("intake", "list", "--status", "quarantine")) == 1
    each_program.ok("intake", "retry", id_)
    work(each_program)
    assert each_program.json("intake", "show", id_)["status"] == "done"
    for verb in ("retry", "discard", "ticket"):
        done = each_program("intake", verb, id_)
        assert done.code == 4 and "It is not in quarantine: it is done." in done.err


def test_a_ticket_is_made_of_it_and_undo_puts_it_back(each_program: "Program") -> None:
    id_ = held(each_program)
    number = each_program.json("intake", "ticket", id_)["number"]
    shown = each_program.json("intake", "show", id_)
    assert (shown["status"], shown["ticket"]) == ("done", number)
    (message,) = each_program.json("ticket", "show", number)["messages"]
    assert message["text"] == "It broke"
    assert [file["filename"] for file in message["attachments"]] == [f"received-{id_}.eml"]
    each_program.ok("ticket", "undo")
    assert each_program("ticket", "show", number).code == 3
    assert each_program.json("intake", "show", id_)["status"] == "quarantine"
    assert each_program.ok("intake", "ticket", id_).out.startswith("#")


def test_what_could_not_be_fetched_is_fetched_now(
    program: "Program", dovecot: Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SUPPORT_SECRET", PASSWORD)
    dovecot.deliver(USER, mail(1))
    desk = program.desk()
    channels.add(desk, "email", "real", address="real@example.com", settings=account(dovecot.imap_port, 1))
    program.ok("worker", "--once", "--channel", "real")
    validity = int(program.json("intake", "list", "--channel", "real")[0]["external_id"].split("/")[1])
    with desk.store.write() as conn:
        conn.execute(t.message.update().values(inbox_id=None))
        conn.execute(t.inbox.delete())
    InboxSink(desk, channels.channel(desk, "real")).refuse("INBOX", validity, 1, "unfetchable", "NO", None)
    desk.close()
    (row,) = program.json("intake", "list")
    program.ok("intake", "retry", row["id"])
    assert program.json("intake", "show", row["id"])["status"] == "pending"
    assert program.ok("intake", "raw", row["id"]).raw == mail(1)


def test_a_server_that_is_away_leaves_it_where_it_is(program: "Program", monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NONE", "secret")
    desk = program.desk()
    InboxSink(desk, channels.channel(desk, "support")).refuse("INBOX", 7, 1, "unfetchable", "NO", None)
    desk.close()
    done = program("intake", "retry", 1)
    assert done.code == 5 and "127.0.0.1" in done.err
    assert program.json("intake", "show", 1)["status"] == "quarantine"


@pytest.mark.parametrize("verb", ["retry", "discard", "ticket"])
def test_what_is_not_there_is_told(program: "Program", verb: str) -> None:
    done = program("intake", verb, 99)
    assert (done.code, done.raw) == (3, b"")
    assert "supportdesk intake list" in done.err
