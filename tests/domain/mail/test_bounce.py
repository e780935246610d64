"""Delivery reports and mails that only look like them."""

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
    ],
)
def test_hard_means_that_the_address_will_never_work(status: str, diagnostic: str, hard: bool, said: str) -> None:
    bounce = standard(status, diagnostic)
    assert (bounce.hard, bounce.status) == (hard, said)


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
        "From: kim@b.c\nSubject: 상품 반송 문의\n\n반송하고 싶습니다.",
    ],
)
def test_people_who_write_about_failures_are_people(raw: str) -> None:
    mail = parse_mail(raw.encode())
    assert (mail.bounce, mail.kind) == (None, Kind.NORMAL)
