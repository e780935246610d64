"""Tests of ``supportdesk intake list``, ``show`` and ``raw``."""

from email.message import EmailMessage
from email.policy import SMTP
from typing import TYPE_CHECKING

import pytest

from supportdesk.desk import channels
from supportdesk.desk.intake import take_in
from tests.channels.email.accounts import USER, account
from tests.services.dovecot import PASSWORD, Dovecot

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
    assert each_program.ok("intake", "raw", row["id"], "--whole").raw == MAIL
    work(each_program)
    found = each_program.json("intake", "show", row["id"])
    assert (found["status"], found["sender"], found["subject"]) == ("done", "dana@example.com", "Printer")
    ticket = each_program.json("ticket", "show", found["ticket"])
    assert (ticket["subject"], ticket["channel"]) == ("Printer", "support")
    assert ticket["messages"][0]["joined_by"]


def test_people_see_the_inbox_too(program: "Program") -> None:
    assert program.ok("intake", "list").err == "Nothing was received.\n"
    program.ok("intake", "deliver", "--channel", "support", piped=MAIL)
    assert "support" in program.ok("intake", "list", "--channel", "support").out
    assert "pending" in program.ok("intake", "show", "1").out


def test_of_what_was_over_the_size_limit_the_rest_is_fetched_when_asked_for(
    program: "Program", dovecot: Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SUPPORT_SECRET", PASSWORD)
    made = EmailMessage()
    made["From"], made["Subject"], made["Message-ID"] = "Ada <ada@example.org>", "Film", "<1@example.org>"
    made.set_content("See for yourself")
    made.add_attachment(b"x" * 3_000_000, maintype="video", subtype="mp4", filename="film.mp4")
    large = made.as_bytes(policy=SMTP)
    dovecot.deliver(USER, large)
    settings = account(dovecot.imap_port, 1, size_limit="1")
    desk = program.desk()
    channels.add(desk, "email", "real", address="real@example.com", settings=settings)
    desk.close()
    program.ok("worker", "--once", "--channel", "real")
    (row,) = program.json("intake", "list")
    assert row["size"] == len(large)
    part = program.ok("intake", "raw", row["id"]).raw
    assert part != large
    assert program.ok("intake", "raw", row["id"], "--whole").raw == large
    assert program.ok("intake", "raw", row["id"]).raw == part


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["list", "--channel", "none"], 3, "There is no channel “none”."),
        (["list", "--status", "lost"], 2, "quarantine"),
        (["show", "99"], 3, "supportdesk intake list"),
        (["raw", "99"], 3, "supportdesk intake list"),
    ],
)
def test_what_cannot_be_is_told(program: "Program", words: list[str], code: int, told: str) -> None:
    done = program("intake", *words)
    assert (done.code, done.raw) == (code, b"")
    assert told in done.err


def test_every_command_is_listed_with_what_it_does(program: "Program") -> None:
    help_text = program.ok("intake", "--help").out
    for name in ("list", "show", "raw", "retry", "discard", "ticket", "reconcile", "reparse", "deliver"):
        assert f"\n  {name} " in help_text
