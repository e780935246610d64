"""``channel test``: each step with the server's words, and nothing changed on the servers."""

from collections.abc import Callable

import pytest

from supportdesk.channels.email.check import test as run
from supportdesk.channels.protocol import Step
from tests.channels.email.accounts import USER, account, mail
from tests.services.certificates import Certificate
from tests.services.dovecot import Dovecot
from tests.services.ports import free_port
from tests.services.smtp import SmtpSink


def outcome(steps: tuple[Step, ...]) -> list[tuple[str, bool]]:
    return [(step.name, step.ok) for step in steps]


def test_a_good_account(dovecot: Dovecot, smtp_sink: SmtpSink) -> None:
    dovecot.deliver(USER, mail(1))
    login = {"smtp_user": "desk", "smtp_secret": "env:SUPPORT_SECRET"}
    steps = run(account(dovecot.imap_port, smtp_sink.port, **login))
    assert outcome(steps) == [
        ("IMAP: host name", True),
        ("IMAP: connection", True),
        ("IMAP: secret", True),
        ("IMAP: login", True),
        ("IMAP: what the server can", True),
        ("IMAP: folder", True),
        ("SMTP: host name", True),
        ("SMTP: connection", True),
        ("SMTP: secret", True),
        ("SMTP: login", True),
    ]
    details = {step.name: step.detail for step in steps}
    assert details["IMAP: folder"] == "INBOX, 1"
    assert "IDLE" in details["IMAP: what the server can"]
    assert "Dovecot" in details["IMAP: connection"]
    assert smtp_sink.received == []


def test_a_missing_folder_lists_those_there_are(dovecot: Dovecot, smtp_sink: SmtpSink) -> None:
    dovecot.create_folder(USER, "고객문의")
    steps = run(account(dovecot.imap_port, smtp_sink.port, folder=["Gone", "INBOX"]))
    folders = [step for step in steps if step.name == "IMAP: folder"]
    assert [step.ok for step in folders] == [False, True]
    assert "Gone" in folders[0].detail
    listed = next(step for step in steps if step.name == "IMAP: folders there are")
    assert "고객문의" in listed.detail


def test_a_wrong_password_stops_there_and_smtp_is_tried(
    dovecot: Dovecot, smtp_sink: SmtpSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SUPPORT_SECRET", "not-the-password")
    steps = run(account(dovecot.imap_port, smtp_sink.port))
    assert outcome(steps)[3:] == [("IMAP: login", False), ("SMTP: host name", True), ("SMTP: connection", True)]
    assert "Authentication failed" in steps[3].detail
    assert "not-the-password" not in str(steps)


def test_an_untrusted_certificate(
    dovecot_with: Callable[..., Dovecot], certificate: Certificate, smtp_sink: SmtpSink
) -> None:
    server = dovecot_with(certificate=certificate)
    steps = run(account(server.imaps_port, smtp_sink.port, imap_security="tls"))
    assert outcome(steps)[1] == ("IMAP: encrypted connection", False)
    assert "not trusted" in steps[1].detail


def test_nobody_listens(dovecot: Dovecot) -> None:
    steps = run(account(dovecot.imap_port, free_port()))
    assert steps[-1].name == "SMTP: connection"
    assert not steps[-1].ok
    assert "refuses connections" in steps[-1].detail
