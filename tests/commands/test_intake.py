"""Tests of ``supportdesk intake``."""

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import update

from supportdesk.desk import receiving
from supportdesk.desk.intake import take_in
from supportdesk.store import tables as t

if TYPE_CHECKING:
    from tests.commands.conftest import Program

MAIL = b"From: Dana <dana@example.com>\r\nSubject: Printer\r\nMessage-ID: <1@example.com>\r\n\r\nIt broke \xff\r\n"
CONTRACT = {"id", "channel", "external_id", "received_at", "status", "cause", "attempts", "ticket"}


def work(program: "Program") -> None:
    """What a worker does with what waits."""
    desk = program.desk()
    while take_in(desk):
        continue
    desk.close()


def test_a_delivered_message_is_kept_byte_for_byte_and_becomes_a_ticket(each_program: "Program") -> None:
    done = each_program.ok("intake", "deliver", "--channel", "support", piped=MAIL, agent="")
    assert (done.raw, done.err) == (b"", "")
    (row,) = each_program.json("intake", "list")
    assert set(row) >= CONTRACT
    assert (row["channel"], row["status"], row["cause"], row["ticket"]) == ("support", "pending", None, None)
    assert each_program.ok("intake", "raw", row["id"]).raw == MAIL
    work(each_program)
    found = each_program.json("intake", "show", row["id"])
    assert (found["status"], found["sender"], found["subject"]) == ("done", "dana@example.com", "Printer")
    ticket = each_program.json("ticket", "show", found["ticket"])
    assert (ticket["subject"], ticket["channel"]) == ("Printer", "support")
    assert ticket["messages"][0]["joined_by"]


def test_the_same_message_once_more_stays_one(each_program: "Program") -> None:
    for _ in range(2):
        each_program.ok("intake", "deliver", "--channel", "support", piped=MAIL)
    each_program.ok("intake", "deliver", "--channel", "support", piped=MAIL + b"more")
    assert len(each_program.json("intake", "list")) == 2


def test_what_waits_in_quarantine_is_tried_again_or_discarded(each_program: "Program") -> None:
    each_program.ok("intake", "deliver", "--channel", "support", piped=MAIL)
    (row,) = each_program.json("intake", "list")
    done = each_program("intake", "discard", row["id"])
    assert done.code == 4 and "pending" in done.err
    desk = each_program.desk()
    with desk.store.write() as conn:
        conn.execute(update(t.inbox).values(status="quarantine", cause="rate"))
    desk.close()
    assert each_program.json("intake", "list", "--status", "quarantine")[0]["cause"] == "rate"
    each_program.ok("intake", "discard", row["id"])
    assert each_program.json("intake", "list", "--status", "quarantine") == []
    each_program.ok("intake", "retry", row["id"])
    work(each_program)
    assert each_program.json("intake", "show", row["id"])["status"] == "done"


def test_people_see_the_inbox_too(program: "Program") -> None:
    assert program.ok("intake", "list").err == "Nothing was received.\n"
    program.ok("intake", "deliver", "--channel", "support", piped=MAIL)
    assert "support" in program.ok("intake", "list", "--channel", "support").out
    assert "pending" in program.ok("intake", "show", "1").out


@pytest.mark.parametrize(
    ("words", "piped", "code", "told"),
    [
        (["deliver", "--channel", "none"], MAIL, 3, "There is no channel “none”."),
        (["deliver"], MAIL, 2, "--channel"),
        (["deliver", "--channel", "support"], b" \r\n", 2, "There is no message."),
        (["list", "--channel", "none"], b"", 3, "There is no channel “none”."),
        (["list", "--status", "lost"], b"", 2, "quarantine"),
        (["show", "99"], b"", 3, "supportdesk intake list"),
        (["raw", "99"], b"", 3, "supportdesk intake list"),
        (["retry", "99"], b"", 3, "supportdesk intake list"),
        (["discard", "99"], b"", 3, "supportdesk intake list"),
    ],
)
def test_what_cannot_be_is_told(program: "Program", words: list[str], piped: bytes, code: int, told: str) -> None:
    done = program("intake", *words, piped=piped)
    assert (done.code, done.raw) == (code, b"")
    assert told in done.err


def test_an_unreachable_store_asks_the_mail_server_to_try_again(program: "Program") -> None:
    program.url = "sqlite:////nowhere/desk.db"
    done = program("intake", "deliver", "--channel", "support", piped=MAIL)
    assert (done.code, done.raw) == (75, b"")
    assert "There is no desk" in done.err


def test_what_nobody_foresaw_does_not_send_the_mail_back(program: "Program", monkeypatch: pytest.MonkeyPatch) -> None:
    def break_down(*_: object) -> None:
        raise RuntimeError("unforeseen")

    monkeypatch.setattr(receiving.InboxSink, "take", break_down)
    done = program("intake", "deliver", "--channel", "support", piped=MAIL)
    assert done.code == 75
    assert "RuntimeError" in done.err and "Traceback" not in done.err
