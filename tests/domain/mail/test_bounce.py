"""Delivery reports and mails that only look like them."""

import json

import pytest

from supportdesk.domain.mail.message import Bounce, Kind
from supportdesk.domain.mail.parse import parse_mail

STANDARD = """\
From: MAILER-DAEMON@mx.example
Subject: Undelivered Mail Returned to Sender
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b

This is the mail system.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; gone@acme.example
Action: {action}
Status: {status}
Diagnostic-Code: smtp; {diagnostic}
--b
Content-Type: message/rfc822

Message-ID: <t.1.m.2.abc@desk.example>
Subject: Re: hello

text
--b--
"""


def standard(status: str = "5.1.1", diagnostic: str = "550 5.1.1 no such user", action: str = "failed") -> Bounce:
    bounce = parse_mail(STANDARD.format(status=status, diagnostic=diagnostic, action=action).encode()).bounce
    assert bounce is not None
    return bounce


def test_the_standard_report_in_full() -> None:
    assert standard() == Bounce(True, "5.1.1", "gone@acme.example", "t.1.m.2.abc@desk.example")


@pytest.mark.parametrize(
    ("status", "diagnostic", "hard", "said"),
    [
        ("5.2.2", "552 5.2.2 mailbox full", False, "5.2.2"),
        ("4.4.1", "connection timed out", False, "4.4.1"),
        ("5.0.0", "550 5.1.1 user unknown", True, "5.1.1"),
        ("2.0.0", "delivered", False, "2.0.0"),
        ("5.1.2", "host not found", True, "5.1.2"),
        ("5.1.10", "recipient not found", True, "5.1.10"),
        ("5.1.8", "bad sender", False, "5.1.8"),
        ("5.4.1", "550 5.4.1 [x@y.example]: Recipient address rejected: Access denied", True, "5.4.1"),
        ("5.4.1", "no answer from host", False, "5.4.1"),
        ("5.2.1", "550 5.2.1 the account is inactive", False, "5.2.1"),
        ("5.2.1", "550 5.2.1 no such user here", True, "5.2.1"),
        ("5.7.1", "550 5.7.1 blocked; user unknown to us", False, "5.7.1"),
        ("5.0.0", "550 rejected: domain not found in the reverse DNS", False, "5.0.0"),
    ],
)
def test_hard_means_that_the_address_will_never_work(status: str, diagnostic: str, hard: bool, said: str) -> None:
    bounce = standard(status, diagnostic)
    assert (bounce.hard, bounce.status) == (hard, said)


@pytest.mark.parametrize("action", ["delayed", "delivered", "relayed", "expanded"])
def test_what_has_not_failed_is_never_hard(action: str) -> None:
    assert not standard("5.1.1", "550 user unknown", action).hard
    assert standard("5.1.1", "550 user unknown", "failed (for good)").hard


@pytest.mark.parametrize(
    "written", ["t.1.m.2.abc@desk.example", "<t.1.m.2.abc@desk.example>", "t.1.m.2.abc+40desk.example"]
)
def test_the_envelope_id_tells_which_mail_it_was_when_that_is_not_returned(written: str) -> None:
    report = STANDARD.partition("--b\nContent-Type: message/rfc822")[0] + "--b--\n"
    report = report.replace("Reporting-MTA", f"Original-Envelope-Id: {written}\nReporting-MTA")
    bounce = parse_mail(report.format(status="5.1.1", diagnostic="x", action="failed").encode()).bounce
    assert bounce is not None
    assert bounce.envelope_id == bounce.original_message_id == "t.1.m.2.abc@desk.example"


def test_the_returned_mail_counts_for_more_than_the_envelope() -> None:
    report = STANDARD.replace("Reporting-MTA", "Original-Envelope-Id: QQ812\nReporting-MTA")
    bounce = parse_mail(report.format(status="5.1.1", diagnostic="x", action="failed").encode()).bounce
    assert bounce is not None
    assert (bounce.envelope_id, bounce.original_message_id) == ("QQ812", "t.1.m.2.abc@desk.example")


def notification(kind: str, inside: str) -> bytes:
    """What Amazon SES sends through SNS, as far as it matters."""
    head = '"headers":[{"name":"Message-ID","value":"<t.1.m.2.abc@desk.example>"}],"messageId":"0001"'
    body = f'{{"notificationType":"{kind}",{inside},"mail":{{{head}}}}}'
    return f"From: no-reply@sns.example\nSubject: Notification\n\n{body}".encode()


@pytest.mark.parametrize("escaped", [False, True], ids=["as it is", "inside a string"])
@pytest.mark.parametrize(
    ("kind", "inside", "found"),
    [
        (
            "Bounce",
            '"bounce":{"bounceType":"Permanent","bouncedRecipients":[{"emailAddress":"g@a.example","status":"5.1.1"}]}',
            Bounce(True, "5.1.1", "g@a.example", "t.1.m.2.abc@desk.example"),
        ),
        (
            "Bounce",
            '"bounce":{"bounceType":"Transient","bouncedRecipients":[{"emailAddress":"Kim <g@a.example>"}]}',
            Bounce(False, "", "g@a.example", "t.1.m.2.abc@desk.example"),
        ),
        (
            "Delivery",
            '"delivery":{"recipients":["g@a.example"],"smtpResponse":"250 2.0.0 OK"}',
            Bounce(False, "2.0.0", "", "t.1.m.2.abc@desk.example"),
        ),
    ],
)
def test_notifications_of_a_sending_service(kind: str, inside: str, found: Bounce, escaped: bool) -> None:
    raw = notification(kind, inside)
    if escaped:
        head, _, body = raw.decode().partition("\n\n")
        raw = f"{head}\n\n{json.dumps({'Message': body})}".encode()
    assert parse_mail(raw).bounce == found


def test_a_complaint_told_by_a_sending_service_is_a_report() -> None:
    raw = notification("Complaint", '"complaint":{"complainedRecipients":[{"emailAddress":"g@a.example"}]}')
    assert parse_mail(raw).kind == Kind.REPORT


SAID = "\n\n<gone@acme.example>: 550 5.1.1 user unknown\n"


@pytest.mark.parametrize(
    "head",
    [
        "Return-Path: <>\nFrom: Postmaster <postmaster@b.example>\nSubject: [BOUNCE]",
        "From: MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@b.example\nSubject: Unzustellbar: Angebot",
        "From: Mail Administrator <x@b.example>\nSubject: Message status - undeliverable",
        "From: postmaster@b.example\nSubject: 系统退信",
        "From: postmaster@b.example\nSubject: 전달 상태 알림(실패)",
        "From: MAILER-DAEMON@b.example\nSubject: Notification d'état de remise",
        "From: MAILER-DAEMON@b.example\nSubject: Notificación de estado de entrega (error)",
        "From: Mail Delivery Subsystem <MAILER-DAEMON>\nSubject: Returned mail: see transcript for details",
        "From: sysadmin@b.example\nAuto-Submitted: auto-replied\nSubject: Undeliverable Message",
        "From: list-admin@b.example\nX-MLServer: fml\nSubject: You a@b.example are not member (list ML)",
    ],
)
def test_programs_that_keep_to_no_standard(head: str) -> None:
    mail = parse_mail((head + SAID).encode())
    assert mail.kind == Kind.BOUNCE
    assert mail.bounce is not None
    assert (mail.bounce.recipient, mail.bounce.hard) == ("gone@acme.example", True)


def test_from_where_nobody_writes_only_reports_come() -> None:
    raw = "Return-Path: {}\nFrom: MAILER-DAEMON@b.example\nSubject: Nyaan\n\nSorry."
    assert parse_mail(raw.format("<>").encode()).kind == Kind.BOUNCE
    assert parse_mail(raw.format("<a@b.example>").encode()).kind == Kind.NORMAL


def test_what_the_returned_mail_says_is_not_what_the_report_says() -> None:
    raw = "From: MAILER-DAEMON@b.example\nSubject: failure notice\n\n<g@a.example>: not accepted\n\n"
    returned = "Received: from a by b (mta v4.6.1) with SMTP\nSubject: Re: user unknown\n\n550 5.1.1 user unknown"
    bounce = parse_mail((raw + returned).encode()).bounce
    assert bounce is not None
    assert (bounce.hard, bounce.status) == (False, "")


def test_a_report_in_plain_words() -> None:
    raw = (
        "Return-Path: <>\nFrom: MAILER-DAEMON@mx.example\nSubject: failure notice\n\n"
        "<gone@acme.example>:\n550 user unknown\n\n--- Below this line is a copy.\n\nMessage-ID: <x@desk.example>\n"
    )
    assert parse_mail(raw.encode()).bounce == Bounce(True, "5.0.0", "gone@acme.example", "x@desk.example")


@pytest.mark.parametrize(
    "raw",
    [
        "From: kim@b.c\nSubject: Undelivered parcel, delivery failed\n\nreturned mail: user unknown",
        "From: postmaster@b.c\nSubject: our new server\n\nHello, may we talk?",
        "From: kim@b.c\nSubject: Fwd: Returned mail\n\nWhat does this mean? 550 5.1.1 user unknown",
        "Return-Path: <bounces+1@news.example>\nFrom: news@b.c\nSubject: Delivery problems solved\n\nerror: none",
        "From: no-reply@parcels.example\nSubject: Delivery failed: your parcel\n\nNot delivered: address unknown.",
        "From: no-reply@parcels.example\nSubject: Delivery status\n\nOn its way.",
        "From: cs-admin@b.c\nSubject: My refund was rejected\n\nWhy?",
        "From: kim@b.c\nSubject: 상품 반송 문의\n\n반송하고 싶습니다.",
    ],
)
def test_people_who_write_about_failures_are_people(raw: str) -> None:
    mail = parse_mail(raw.encode())
    assert (mail.bounce, mail.kind) == (None, Kind.NORMAL)
