"""``parse_mail`` on whole mails: what it gives, and that nothing makes it raise or hang."""

import json
import random
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from supportdesk.domain.mail.message import Mail
from supportdesk.domain.mail.parse import MAX_REFERENCES, parse_body, parse_mail
from tests.domain.mail.mutations import OWN, built, damage, faults

MAILS = sorted(OWN.glob("*.eml"))
RAWS = [path.read_bytes() for path in MAILS]
SLOWEST = 2.0  # seconds for a damaged mail; they take milliseconds


def as_expected(mail: Mail) -> dict[str, object]:
    bounce = mail.bounce
    return {
        "subject": mail.subject,
        "from": [mail.from_.name, mail.from_.address],
        "kind": mail.kind.value,
        "text": mail.text,
        "reply_text": mail.reply_text,
        "html": mail.html,
        "attachments": [file.filename for file in mail.attachments],
        "bounce": bounce
        and {
            "hard": bounce.hard,
            "status": bounce.status,
            "recipient": bounce.recipient,
            "original_message_id": bounce.original_message_id,
        },
    }


def test_the_own_set_is_there() -> None:
    assert len(MAILS) >= 60


@pytest.mark.parametrize("path", MAILS, ids=lambda path: path.stem)
def test_own_mails_are_read_as_their_writers_meant_them(path: Path) -> None:
    expected = json.loads(path.with_suffix(".expected.json").read_text())
    mail = parse_mail(path.read_bytes())
    found = as_expected(mail)
    assert {key: found[key] for key in expected} == expected
    assert mail.message_id == f"{path.stem}@mail.example"


def assert_whole(mail: Mail) -> None:
    """What every caller relies on, whatever the mail was."""
    assert faults(mail) == []


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(MAILS), st.randoms(use_true_random=False), st.integers(1, 12))
def test_damaged_mails_never_raise_and_never_hang(path: Path, chance: random.Random, times: int) -> None:
    raw = bytearray(path.read_bytes())
    for _ in range(times):
        damage(raw, chance, RAWS)
    assert_bounded(bytes(raw))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.randoms(use_true_random=False))
def test_mails_built_wrong_never_raise_and_never_hang(chance: random.Random) -> None:
    assert_bounded(built(chance))


def assert_bounded(raw: bytes) -> None:
    began = time.process_time()
    mail = parse_mail(raw)
    assert time.process_time() - began < SLOWEST
    assert_whole(mail)


@settings(max_examples=200)
@given(st.binary(max_size=2000))
def test_any_bytes_are_a_mail_of_some_sort(raw: bytes) -> None:
    assert_whole(parse_mail(raw))


HEAD = b"From: a@b.c\r\nSubject: x\r\n"


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\0" * 100_000,
        b"X: " + b"a" * 3_000_000,
        b"X: a\r\n" * 500_000,
        b"To: " + b"a@b.c, " * 20_000 + b"\r\n\r\n",
        b"Subject: " + b"=?utf-8?B?YQ==?= " * 20_000 + b"\r\n\r\n",
        b"Subject: " + b"=?a?b?" * 20_000 + b"\r\n\r\n",
        b"References: " + b"<a@b>" * 13_000 + b"\r\n\r\n",
        b"References: " + b"a" * 65_000 + b"\r\n\r\n",
        (b"References: " + b"a" * 65_000 + b"\r\n") * 7 + b"\r\n",
        b"Auto-Submitted: " + b"(" * 65_000 + b"\r\n\r\n",
        "Subject: é".encode() + b" " * 65_000 + b"x\ty\r\n\r\n",
        b"From: " + b" ," * 32_000 + b"x a@b.c\r\n\r\n",
        b"From: " + b"a" * 64_000 + b" a@b.c\r\n\r\n",
        HEAD + b"\r\nOn 1 May 2026 we met\r\n" + b"-" * 900_000,
        b"".join(b'Content-Type: multipart/mixed; boundary="%d"\r\n\r\n--%d\r\n' % (n, n) for n in range(3000)),
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n" * 20_000,
        b'Content-Type: multipart/mixed; boundary="-"\r\n\r\n' + b"-" * 5_000_000,
        b"Content-Type: text/plain; format=flowed\r\n\r\n" + b"a \n" * 600_000,
        b"Content-Type: text/plain" + b';a="b' * 10_000 + b"\r\n\r\n",
        HEAD + b"Content-Transfer-Encoding: base64\r\n\r\n" + b"QUJD=\r\n" * 300_000,
        HEAD + b"\r\n" + b"\x83\x81" * 1_000_000,
        b"From: mailer-daemon@x\r\nSubject: failure notice\r\n\r\n" + b"a." * 1_000_000 + b"@",
        HEAD + b"Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        + (b"A" * 76 + b"\r\n") * 130_000,
    ],
    ids=range(24),
)  # fmt: skip
def test_hostile_mails_are_bounded(raw: bytes) -> None:
    began = time.process_time()
    mail = parse_mail(raw)
    assert time.process_time() - began < SLOWEST
    assert_whole(mail)
    assert len(mail.text) <= 2_000_000
    assert len(mail.references) <= MAX_REFERENCES


def test_a_bare_carriage_return_smuggles_no_header() -> None:
    mail = parse_mail(b"From: a@b.c\r\nSubject: x\rCc: evil@example.com\r\n\r\nhi")
    assert (mail.subject, mail.cc) == ("x Cc: evil@example.com", ())


def test_a_mail_with_old_line_ends_is_read() -> None:
    assert parse_mail(b"Subject: x\rFrom: a@b.c\r\rhi\rthere").text == "hi\nthere"


def test_identifiers_lose_their_brackets_and_keep_their_order() -> None:
    mail = parse_mail(
        b"Message-ID: < a@b >\nIn-Reply-To: Your mail <c@d> of today\nReferences: <e@f> <c@d>\n <e@f>\n\n"
    )
    assert (mail.message_id, mail.in_reply_to, mail.references) == ("a@b", "c@d", ("e@f", "c@d"))


def test_a_bracketed_microsoft_identifier_is_no_trap() -> None:
    assert parse_mail(b"Message-ID: <[abc@microsoft.com]>\n\n").message_id == "[abc@microsoft.com]"


def test_without_from_the_next_best_header_names_the_sender() -> None:
    assert parse_mail(b"Sender: b@c.d\n\n").from_.address == "b@c.d"
    assert parse_mail(b"Return-Path: <e@f.g>\n\n").from_.address == "e@f.g"
    assert parse_mail(b"From: \nFrom: h@i.j\nSender: b@c.d\n\n").from_.address == "h@i.j"


def test_unlabelled_text_is_read_by_the_language_the_mail_names() -> None:
    raw = "Content-Language: de-DE\nSubject: Größe\n\nFür Übergrößen?".encode("cp1252")
    mail = parse_mail(raw)
    assert (mail.subject, mail.text, mail.defects) == ("Größe", "Für Übergrößen?", ())


def test_the_digest_is_of_the_content_alone() -> None:
    first = parse_mail(b"Subject: a\nContent-Type: text/plain\n\nsame  words\n")
    again = parse_mail(b"Subject: b\nContent-Transfer-Encoding: base64\n\nc2FtZSB3b3Jkcw==\n")
    other = parse_mail(b"Subject: a\n\nother words\n")
    assert first.body_digest == again.body_digest != other.body_digest


def test_bare_bodies() -> None:
    assert parse_body("네.\n\n> 전".encode("cp949")) == ("네.\n\n> 전", "네.")
    assert parse_body(b"<p>yes</p><blockquote>old</blockquote>", html=True) == ("yes\n\n> old", "yes")
