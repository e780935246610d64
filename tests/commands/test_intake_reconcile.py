"""Tests of ``supportdesk intake reconcile``."""

from typing import TYPE_CHECKING

import pytest

from supportdesk.desk import channels
from tests.channels.email.accounts import USER, account, mail
from tests.services.dovecot import PASSWORD, Dovecot

if TYPE_CHECKING:
    from tests.commands.conftest import Program

KEYS = {"channel", "folder", "uidvalidity", "on_server", "stored", "quarantined", "skipped", "unknown"}


@pytest.fixture
def mailbox(program: "Program", dovecot: Dovecot, monkeypatch: pytest.MonkeyPatch) -> "Program":
    """With a channel ``real`` beside ``support``, whose server does not answer."""
    monkeypatch.setenv("SUPPORT_SECRET", PASSWORD)
    monkeypatch.setenv("NONE", "secret")
    desk = program.desk()
    channels.add(desk, "email", "real", address="real@example.com", settings=account(dovecot.imap_port, 1))
    desk.close()
    dovecot.deliver_many(USER, [mail(number) for number in (1, 2)])
    return program


def test_it_is_equal_or_each_uid_is_named(mailbox: "Program", dovecot: Dovecot) -> None:
    done = mailbox("intake", "reconcile", "--channel", "real", "--json", agent="")
    assert done.code == 1
    (folder,) = done.json
    assert set(folder) >= KEYS
    assert (folder["channel"], folder["folder"], folder["on_server"], folder["unknown"]) == ("real", "INBOX", 2, [1, 2])
    assert "2 mails on the servers are not on the desk: real INBOX UID 1, 2." in done.err
    assert "supportdesk worker --once" in done.err
    mailbox.ok("worker", "--once", "--channel", "real")
    (folder,) = mailbox.json("intake", "reconcile", "--channel", "real")
    assert (folder["stored"], folder["unknown"]) == (2, [])
    assert "INBOX" in mailbox.ok("intake", "reconcile", "--channel", "real").out


def test_a_server_that_is_away_does_not_hide_the_others(mailbox: "Program") -> None:
    done = mailbox("intake", "reconcile", "--json")
    assert (done.code, [each["channel"] for each in done.json]) == (1, ["real"])
    assert "127.0.0.1:9" in done.err and "UID 1, 2" in done.err
    mailbox.ok("worker", "--once", "--channel", "real")
    done = mailbox("intake", "reconcile", "--json")
    assert (done.code, done.json[0]["unknown"]) == (5, [])
    assert "127.0.0.1:9" in done.err


def test_where_no_server_answers_that_alone_is_told(program: "Program", monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NONE", "secret")
    done = program("intake", "reconcile")
    assert (done.code, done.raw, len(done.err.splitlines())) == (5, b"", 1)
    assert "127.0.0.1:9" in done.err


def test_many_are_counted_and_the_first_of_them_named(mailbox: "Program", dovecot: Dovecot) -> None:
    dovecot.deliver_many(USER, [mail(number) for number in range(3, 31)])
    done = mailbox("intake", "reconcile", "--channel", "real", "--json")
    assert done.json[0]["unknown"] == list(range(1, 31))
    assert "30 mails" in done.err and "20, …." in done.err and "21" not in done.err


def test_there_may_be_nothing_to_compare(program: "Program") -> None:
    desk = program.desk()
    channels.add(desk, "simulated-kakao", "talk", settings={})
    desk.close()
    assert program.ok("intake", "reconcile", "--channel", "talk").err == "There is no mailbox to compare with.\n"
    assert program.json("intake", "reconcile", "--channel", "talk") == []
    assert program("intake", "reconcile", "--channel", "none").code == 3
