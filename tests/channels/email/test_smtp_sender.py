"""Handing mail to a real SMTP server, and what is told when it does not take it."""

import email
import time
from collections.abc import Callable, Iterator

import pytest

from supportdesk.channels.email.smtp_sender import SmtpSender, sender
from supportdesk.channels.protocol import PermanentRefusal, TemporaryRefusal
from supportdesk.channels.trouble import CertificateRefused, LoginRefused
from tests.channels.email.accounts import Proxies, account, mail
from tests.services.certificates import Certificate
from tests.services.dovecot import Dovecot
from tests.services.ports import free_port
from tests.services.smtp import SmtpSink

US, ADA, BOB = "support@example.com", "ada@example.org", "bob@example.org"
Sinks = Callable[..., SmtpSink]
Makes = Callable[..., SmtpSender]


@pytest.fixture
def sending() -> Iterator[Makes]:
    """``sending(port, **settings)``: a sender, closed after the test."""
    made: list[SmtpSender] = []

    def make(port: int, **others: str) -> SmtpSender:
        made.append(sender({**account(smtp_port=port), **others}))
        return made[-1]

    yield make
    for one in made:
        one.close()


def test_a_mail_arrives_byte_for_byte(smtp_sink: SmtpSink, sending: Makes) -> None:
    wire = mail(1, "..dots\r\n.\r\n" + "한글 8 bit\r\n" + "x" * 900)
    sent = sending(smtp_sink.port).send(wire, US, [ADA, BOB])
    (received,) = smtp_sink.received
    assert (received.envelope_from, received.recipients, received.raw) == (US, (ADA, BOB), wire)
    assert (sent.text, sent.refused) == ("2.0.0 Taken", ())


def test_an_answer_ends_in_the_mailbox_of_the_customer(smtp_sink: SmtpSink, dovecot: Dovecot, sending: Makes) -> None:
    smtp_sink.forward_into(dovecot)
    sending(smtp_sink.port).send(mail(1), US, [ADA])
    (arrived,) = dovecot.maildir("ada")
    assert email.message_from_bytes(arrived)["Message-ID"] == "<1@example.org>"


def test_one_connection_carries_many_mails(smtp_sink: SmtpSink, sending: Makes) -> None:
    one = sending(smtp_sink.port)
    for number in range(5):
        one.send(mail(number), US, [ADA])
    assert len(smtp_sink.received) == 5
    assert smtp_sink.connections == 1


def test_a_kept_connection_that_died_is_replaced_before_the_mail(
    smtp_sink: SmtpSink, proxy_to: Proxies, sending: Makes
) -> None:
    proxy = proxy_to(smtp_sink.host, smtp_sink.port)
    one = sending(proxy.port)
    one.send(mail(1), US, [ADA])
    proxy.drop()
    one.send(mail(2), US, [ADA])
    assert [received.raw for received in smtp_sink.received] == [mail(1), mail(2)]
    assert proxy.connections == 2


@pytest.mark.parametrize(
    ("answer", "refusal"), [("450 4.2.1 Mailbox busy", TemporaryRefusal), ("550 5.1.1 No such user", PermanentRefusal)]
)
def test_a_refused_recipient(
    smtp_sink: SmtpSink, sending: Makes, answer: str, refusal: type[TemporaryRefusal | PermanentRefusal]
) -> None:
    smtp_sink.refuse_recipients[ADA] = answer
    with pytest.raises(refusal) as raised:
        sending(smtp_sink.port).send(mail(1), US, [ADA])
    assert raised.value.code == int(answer[:3])
    assert raised.value.text == answer[4:]
    assert [(one.recipient, one.code) for one in raised.value.recipients] == [(ADA, int(answer[:3]))]
    assert answer in str(raised.value)
    assert smtp_sink.received == []


def test_recipients_refused_beside_accepted_ones_are_reported_each(smtp_sink: SmtpSink, sending: Makes) -> None:
    smtp_sink.refuse_recipients |= {BOB: "550 5.1.1 No such user", "cy@example.org": "451 4.7.1 Greylisted"}
    sent = sending(smtp_sink.port).send(mail(1), US, [ADA, BOB, "cy@example.org"])
    assert [(one.recipient, one.code, one.temporary) for one in sent.refused] == [
        (BOB, 550, False),
        ("cy@example.org", 451, True),
    ]
    assert smtp_sink.received[0].recipients == (ADA,)


def test_all_refused_is_temporary_while_one_may_be_accepted_later(smtp_sink: SmtpSink, sending: Makes) -> None:
    smtp_sink.refuse_recipients |= {ADA: "550 5.1.1 No such user", BOB: "451 4.7.1 Greylisted"}
    with pytest.raises(TemporaryRefusal) as raised:
        sending(smtp_sink.port).send(mail(1), US, [ADA, BOB])
    assert [one.code for one in raised.value.recipients] == [550, 451]


@pytest.mark.parametrize(
    ("place", "answer", "refusal"),
    [
        ("refuse_data", "552 5.3.4 Too big", PermanentRefusal),
        ("refuse_data", "451 4.3.0 Disk full", TemporaryRefusal),
        ("refuse_sender", "550 5.7.1 You may not send as this", PermanentRefusal),
    ],
)
def test_a_refused_mail_and_the_next_on_the_same_connection(
    smtp_sink: SmtpSink, sending: Makes, place: str, answer: str, refusal: type[Exception]
) -> None:
    one = sending(smtp_sink.port)
    setattr(smtp_sink, place, answer)
    with pytest.raises(refusal, match=answer[10:]):
        one.send(mail(1), US, [ADA])
    setattr(smtp_sink, place, "")
    one.send(mail(2), US, [ADA])
    assert [received.raw for received in smtp_sink.received] == [mail(2)]
    assert smtp_sink.connections == 1


@pytest.mark.parametrize("moment", ["mail", "rcpt", "data", "accepted"])
def test_a_connection_cut_at_any_moment_is_temporary_and_not_repeated(
    smtp_sink: SmtpSink, sending: Makes, moment: str
) -> None:
    one = sending(smtp_sink.port)
    smtp_sink.drop = moment  # type: ignore[assignment]
    with pytest.raises(TemporaryRefusal, match=r"connection to .* was lost"):
        one.send(mail(1), US, [ADA])
    assert len(smtp_sink.received) == (1 if moment == "accepted" else 0)
    smtp_sink.drop = ""
    one.send(mail(2), US, [ADA])
    assert smtp_sink.received[-1].raw == mail(2)


def test_a_server_that_is_away_is_temporary(sending: Makes) -> None:
    port = free_port()
    with pytest.raises(TemporaryRefusal, match=f"127.0.0.1:{port} refuses connections") as raised:
        sending(port).send(mail(1), US, [ADA])
    assert raised.value.code == 0


def test_a_silent_server_is_temporary(
    smtp_sink: SmtpSink, proxy_to: Proxies, sending: Makes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("supportdesk.channels.email.settings.READ_SECONDS", 0.5)
    proxy = proxy_to(smtp_sink.host, smtp_sink.port)
    proxy.silent = True
    before = time.monotonic()
    with pytest.raises(TemporaryRefusal, match="does not answer in time"):
        sending(proxy.port).send(mail(1), US, [ADA])
    assert time.monotonic() - before < 5


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_login_over_tls_with_a_pinned_authority(
    smtp_with: Sinks, certificate: Certificate, sending: Makes, security: str
) -> None:
    sink = smtp_with(**{security: certificate.server_context()}, login_needed=True)
    one = sending(
        sink.port,
        smtp_security=security,
        smtp_user="desk",
        smtp_secret="env:SUPPORT_SECRET",
        ca_file=str(certificate.path),
    )
    one.send(mail(1), US, [ADA])
    assert sink.logins == ["desk"]
    assert sink.tls_used


def test_a_wrong_password_is_asked_once_and_is_not_the_mails_fault(
    smtp_with: Sinks, sending: Makes, monkeypatch: pytest.MonkeyPatch, proxy_to: Proxies
) -> None:
    monkeypatch.setenv("SUPPORT_SECRET", "not-the-password")
    sink = smtp_with(login_needed=True)
    proxy = proxy_to(sink.host, sink.port)
    with pytest.raises(TemporaryRefusal) as raised:
        sending(proxy.port, smtp_user="desk", smtp_secret="env:SUPPORT_SECRET").send(mail(1), US, [ADA])
    assert isinstance(raised.value.__cause__, LoginRefused)
    assert "refuses the login of desk" in str(raised.value)
    assert "535" in str(raised.value)
    assert "not-the-password" not in str(raised.value)
    assert sum(command.upper().startswith(b"AUTH") for command in proxy.commands) == 1


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_edge_29_an_unknown_certificate_gets_no_password(
    smtp_with: Sinks, certificate: Certificate, sending: Makes, security: str
) -> None:
    sink = smtp_with(**{security: certificate.server_context()})
    one = sending(sink.port, smtp_security=security, smtp_user="desk", smtp_secret="env:SUPPORT_SECRET")
    with pytest.raises(TemporaryRefusal, match=r"is not trusted: self.signed") as raised:
        one.send(mail(1), US, [ADA])
    assert isinstance(raised.value.__cause__, CertificateRefused)
    assert sink.logins == []


def test_edge_29_stripped_starttls_sends_nothing(smtp_sink: SmtpSink, sending: Makes) -> None:
    one = sending(smtp_sink.port, smtp_security="starttls", smtp_user="desk", smtp_secret="env:SUPPORT_SECRET")
    with pytest.raises(TemporaryRefusal, match="offers no STARTTLS"):
        one.send(mail(1), US, [ADA])
    assert (smtp_sink.logins, smtp_sink.received) == ([], [])


def test_an_address_in_korean_goes_as_smtputf8(smtp_sink: SmtpSink, sending: Makes) -> None:
    sending(smtp_sink.port).send(mail(1), US, ["고객@예시.한국"])
    assert smtp_sink.received[0].recipients == ("고객@예시.한국",)


def test_an_address_the_server_cannot_take_is_permanent(smtp_sink: SmtpSink, proxy_to: Proxies, sending: Makes) -> None:
    proxy = proxy_to(smtp_sink.host, smtp_sink.port)
    proxy.rewrite = lambda data: data.replace(b"SMTPUTF8", b"X-NOTHING")
    with pytest.raises(PermanentRefusal, match="SMTPUTF8"):
        sending(proxy.port).send(mail(1), US, ["고객@예시.한국"])


def test_an_address_with_a_line_end_smuggles_no_command(smtp_sink: SmtpSink, sending: Makes) -> None:
    one = sending(smtp_sink.port)
    with pytest.raises(PermanentRefusal):
        one.send(mail(1), US, ["ada@example.org>\r\nRCPT TO:<eve@example.org"])
    assert smtp_sink.received == []


def test_automatic_mail_goes_out_with_the_null_sender(smtp_sink: SmtpSink, sending: Makes) -> None:
    sending(smtp_sink.port).send(mail(1), "", [ADA])
    assert smtp_sink.received[0].envelope_from == "<>"


def test_a_mail_to_nobody_is_permanent(smtp_sink: SmtpSink, sending: Makes) -> None:
    with pytest.raises(PermanentRefusal, match="no recipient"):
        sending(smtp_sink.port).send(mail(1), US, [])
    assert smtp_sink.connections == 0


def test_a_copy_is_kept_beside_the_sending(smtp_sink: SmtpSink, dovecot: Dovecot, sending: Makes) -> None:
    one = sending(smtp_sink.port, imap_port=str(dovecot.imap_port), sent_folder="Sent")
    one.send(mail(1), US, [ADA])
    one.send(mail(2), "", [ADA])  # automatic mail: the folder is for what people wrote
    one.close()
    with dovecot.client("support") as client:
        client.select_folder("Sent", readonly=True)
        assert [found[b"BODY[]"] for found in client.fetch(client.search(), ["BODY.PEEK[]"]).values()] == [mail(1)]


def test_a_copy_that_cannot_be_kept_is_told_in_the_log_alone(
    smtp_sink: SmtpSink, sending: Makes, caplog: pytest.LogCaptureFixture
) -> None:
    one = sending(smtp_sink.port, imap_port=str(free_port()), sent_folder="Sent")
    assert one.send(mail(1), US, [ADA]).refused == ()
    one.close()
    assert len(smtp_sink.received) == 1
    assert "no copy of a sent mail was kept" in caplog.text


def test_reports_are_asked_for_as_the_channel_says(smtp_sink: SmtpSink, sending: Makes) -> None:
    assert sending(smtp_sink.port).dsn == "failure"
    assert sending(smtp_sink.port, dsn="all").dsn == "all"
