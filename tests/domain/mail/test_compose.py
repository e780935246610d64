"""What is sent is what was meant: fields come back as they went in, and none can start another."""

import email
import email.policy
import re
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supportdesk.domain.mail.compose import MAX_REFERENCES, Outgoing, OutgoingFile, compose
from supportdesk.domain.mail.message import Kind
from supportdesk.domain.mail.parse import parse_mail
from supportdesk.domain.message import Address
from supportdesk.domain.safe import safe_line

AT = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
HELP = Address("help@acme.example", "고객지원")
KIM = Address("minsu@naver.example", "김민수")


def outgoing(**fields: object) -> Outgoing:
    basic: dict[str, object] = {
        "message_id": "t.1.m.2.abc@desk.example",
        "date": AT,
        "from_": HELP,
        "to": (KIM,),
        "subject": "Re: 환불 문의",
        "text": "안녕하세요.\n",
        "instance": "acme",
    }
    return Outgoing(**(basic | fields))  # type: ignore[arg-type]  # the tests name the fields


def head(raw: bytes) -> str:
    return raw.partition(b"\r\n\r\n")[0].decode()


READABLE = st.text(st.characters(categories=("L", "N", "P", "S", "Zs")), max_size=200).map(safe_line)
WORD = st.from_regex(r"[a-z0-9]{1,20}(\.[a-z0-9]{1,10})?", fullmatch=True)
ADDRESSES = st.builds(lambda local, domain, name: Address(f"{local}@{domain}.example", name), WORD, WORD, READABLE)
IDS = st.builds(lambda left, right: f"{left}@{right}", WORD, WORD)
TEXTS = st.text(st.characters(categories=("L", "N", "P", "S", "Zs"), include_characters="\n"), max_size=2000)


@settings(max_examples=150)
@given(
    subject=READABLE,
    text=TEXTS,
    from_=ADDRESSES,
    to=st.lists(ADDRESSES, min_size=1, max_size=5).map(tuple),
    cc=st.lists(ADDRESSES, max_size=3).map(tuple),
    references=st.lists(IDS, max_size=8, unique=True).map(tuple),
    auto=st.booleans(),
)
def test_what_was_composed_is_what_is_parsed(
    subject: str,
    text: str,
    from_: Address,
    to: tuple[Address, ...],
    cc: tuple[Address, ...],
    references: tuple[str, ...],
    auto: bool,
) -> None:
    given_ = outgoing(
        subject=subject, text=text, from_=from_, to=to, cc=cc, references=references, in_reply_to="x@y", auto=auto
    )
    mail = parse_mail(compose(given_), instance="another")
    assert (mail.message_id, mail.date, mail.in_reply_to) == (given_.message_id, AT, "x@y")
    assert mail.references == references
    assert mail.subject == subject
    assert [a.address for a in (mail.from_, *mail.to, *mail.cc)] == [a.address for a in (from_, *to, *cc)]
    assert [bare(a.name) for a in (mail.from_, *mail.to, *mail.cc)] == [bare(a.name) for a in (from_, *to, *cc)]
    assert mail.text == "\n".join(line.rstrip() for line in text.split("\n")).strip("\n") or not text.strip()
    assert mail.kind == (Kind.AUTO_REPLY if auto else Kind.NORMAL)
    assert mail.defects == ()


def bare(name: str) -> str:
    """Quotes around a whole name are taken for writing, not for part of the name."""
    while len(name) > 1 and name[0] == name[-1] and name[0] in "\"'":
        name = name[1:-1].strip()
    return name


@given(
    data=st.binary(max_size=3000), name=READABLE.filter(lambda name: name.strip(". ") and not re.search(r"[/\\]", name))
)
def test_files_come_back_byte_for_byte(data: bytes, name: str) -> None:
    raw = compose(outgoing(attachments=(OutgoingFile(name, "application/pdf", data), OutgoingFile("b", "x", b"2"))))
    first, second = parse_mail(raw).attachments
    assert (first.filename, first.content_type, first.data) == (name, "application/pdf", data)
    assert (second.filename, second.content_type) == ("b", "application/octet-stream")


@given(st.text(max_size=100), st.text(max_size=100), st.text(max_size=60), st.text(max_size=60))
def test_no_field_can_start_another(subject: str, name: str, identifier: str, filename: str) -> None:
    raw = compose(
        outgoing(
            subject=f"{subject}\r\nBcc: evil@example.com\r\n",
            to=(Address(f"{identifier}\r\nBcc: evil@example.com", f"{name}\nBcc: evil@example.com"), KIM),
            message_id=f"{identifier}>\r\nBcc: evil@example.com",
            in_reply_to=f"{identifier}\nBcc: e",
            references=(f"{identifier}\rBcc: e",),
            instance=f"{name}\r\nBcc: e",
            reply_to=Address(f"{name}\r\nBcc: e@x"),
            attachments=(OutgoingFile(f"{filename}\r\nBcc: e", f"text/plain\r\nBcc: {name}", b"x"),),
        )
    )
    names = [line.partition(":")[0] for line in head(raw).split("\r\n") if not line.startswith(" ")]
    assert names == [
        "Message-ID", "Date", "From", "To", "Reply-To", "Subject", "In-Reply-To", "References", "X-Supportdesk-Loop",
        "MIME-Version", "Content-Type",
    ]  # fmt: skip
    assert not re.search(rb"(?im)^bcc:", raw)
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)", raw)


def test_the_same_mail_is_the_same_bytes() -> None:
    given_ = outgoing(attachments=(OutgoingFile("a.pdf", "application/pdf", b"x"),))
    assert compose(given_) == compose(given_)


def test_automatic_mail_says_so_and_typed_mail_does_not() -> None:
    automatic, typed = head(compose(outgoing(auto=True))), head(compose(outgoing()))
    for line in ("Auto-Submitted: auto-replied", "X-Auto-Response-Suppress: All", "Precedence: auto_reply"):
        assert line in automatic
        assert line not in typed
    assert "X-Supportdesk-Loop: acme" in automatic
    assert "X-Supportdesk-Loop: acme" in typed


def test_of_many_references_the_first_and_the_last_stay() -> None:
    references = tuple(f"{n}@x" for n in range(500))
    found = parse_mail(compose(outgoing(references=references))).references
    assert (len(found), found[0], found[-1]) == (MAX_REFERENCES, "0@x", "499@x")


@pytest.mark.parametrize(
    "text", ["plain ascii", "한글 " * 400, "mostly ascii, ein Wörtchen " * 20, "x" * 3000, ".\nFrom me"]
)
def test_no_line_is_too_long_for_mail(text: str) -> None:
    raw = compose(outgoing(text=text, subject=text, references=tuple(f"{n}@{'x' * 60}" for n in range(40))))
    assert max(len(line) for line in raw.split(b"\r\n")) <= 998
    assert parse_mail(raw).text == text.strip()


def test_another_parser_reads_the_same() -> None:
    raw = compose(
        outgoing(
            from_=Address("help@acme.example", 'Acme "고객" 지원'),
            to=(KIM, Address("a@b.c", "O'Hara, Bob")),
            attachments=(OutgoingFile("아주 긴 이름의 세금계산서 2026년 11월 최종본.pdf", "application/pdf", b"x"),),
        )
    )
    read = email.message_from_bytes(raw, policy=email.policy.default)
    assert read["subject"] == "Re: 환불 문의"
    assert [a.display_name for a in read["to"].addresses] == ["김민수", "O'Hara, Bob"]
    assert read["from"].addresses[0].display_name == 'Acme "고객" 지원'
    body = read.get_body()
    assert body is not None
    assert body.get_content() == "안녕하세요.\n"
    assert [part.get_filename() for part in read.iter_attachments()] == [
        "아주 긴 이름의 세금계산서 2026년 11월 최종본.pdf"
    ]
    assert not read.defects


def test_a_domain_outside_ascii_is_sent_as_punycode() -> None:
    assert "kim@xn--" in head(compose(outgoing(to=(Address("kim@한국.example"),))))


@pytest.mark.parametrize("attachments", [(), (OutgoingFile("a.pdf", "application/pdf", b"x"),)])
def test_formatting_goes_beside_the_plain_text_in_korean_too(attachments: tuple[OutgoingFile, ...]) -> None:
    html = "<p><b>환불</b> " + "되었습니다. " * 200 + "</p>\n"
    raw = compose(outgoing(text="**환불** 되었습니다.\n", html=html, attachments=attachments))
    read = email.message_from_bytes(raw, policy=email.policy.default)
    plain, rich = read.get_body(("plain",)), read.get_body(("html",))
    assert plain is not None and plain.get_content() == "**환불** 되었습니다.\n"
    assert rich is not None and rich.get_content() == html
    assert read.get_content_type() == ("multipart/mixed" if attachments else "multipart/alternative")
    assert len(list(read.iter_attachments())) == len(attachments)
    assert max(len(line) for line in raw.split(b"\r\n")) <= 998
    assert not read.defects and parse_mail(raw).defects == ()
