"""Mails that nobody would write: our own and the corpus' ones damaged, and others built to be damaged already."""

import base64
import binascii
import random
from pathlib import Path

from supportdesk.domain.mail.message import Kind, Mail
from supportdesk.domain.safe import safe_line, safe_text

LARGEST = 1_000_000
OWN = Path(__file__).parents[2] / "data" / "mail"
CORPUS = Path(__file__).parents[4] / "shared" / "mail" / "corpus"

TOKENS = [
    b"\r", b"\n", b"\r\n", b"\r\n\r\n", b"\0", b"\x1b]0;x\x07", b"\x1b$B", b"\x1b$)C", b"=?", b"?=",
    b"=?utf-8?B?", b"=?x?Q?",
    b"=?iso-2022-kr?B?DkAiRA8=?=", b"=", b"=\r\n", b"=0", b"--", b"<", b">", b'"', b"(", b")", b"\\", b";",
    b":", b",", b"@",
    b"&#x202e;", b"&#0;", b"\xe2\x80\xae", b"\xff\xfe", b"\xef\xbb\xbf", b"\xed\xa0\x80", b"<div>", b"</div>",
    b"<b>", b"<!--",
    b"<blockquote type=cite>", b"<style>", b"<table><tr><td>", b"<a href=", b"> ", b">>>>", b"-- \n",
    b"On 1/1/2026 a@b.c wrote:\n",
    b"From: a@b.c\n", b"-----Original Message-----\n", b"begin 644 x\n", b"*0*=", b"''", b"boundary=",
    b"charset=", b"From ",
    b"550 5.1.1 ", b"message-id: <", b"\nStatus: 5.1.1\n", b"Mon, 1 Jan 26 1:1 ", b"\x81", b"\xa4\xa4",
    b"\xb0\xa1", b"{", b"%00",
]  # fmt: skip
HEADERS = [
    "From", "To", "Cc", "Reply-To", "Subject", "Date", "Message-ID", "In-Reply-To", "References",
    "Content-Type", "Sender",
    "Content-Transfer-Encoding", "Content-Disposition", "Content-ID", "Return-Path", "Auto-Submitted",
    "Precedence", "X-Loop",
    "X-Failed-Recipients", "List-Id", "MIME-Version", "X-Supportdesk-Loop",
]  # fmt: skip
TYPES = [
    "text/plain", "text/html", "text/plain; format=flowed; delsp=yes", "text/enriched", "text", "message/rfc822",
    "message/delivery-status", "message/feedback-report", "text/rfc822-headers", "application/ms-tnef",
    "image/png; name=a",
    "text/calendar; method=REQUEST", "application/octet-stream; name*0*=utf-8''a; name*1*=%ff", "/", "", "multipart/",
]  # fmt: skip
KINDS = ["mixed", "alternative", "related", "report; report-type=delivery-status", "digest", "signed", "x"]
CHARSETS = [
    "utf-8", "euc-kr", "ks_c_5601-1987", "iso-2022-jp", "iso-2022-kr", "gb18030", "utf-16", "utf-7", "big5",
    "hz", "cp1252",
    "unknown-8bit", "", "utf-8*ko", "rot13", "idna", "unicode_escape", "koi8-r", "punycode", "johab", "utf-32",
    "cp65001",
]  # fmt: skip
ENCODINGS = ["7bit", "8bit", "base64", "quoted-printable", "x-uuencode", "BASE64 ", "x", "binary; x"]
ELEMENTS = [
    "div",
    "p",
    "b",
    "table",
    "tr",
    "td",
    "blockquote",
    "span",
    "pre",
    "li",
    "a",
    "font",
    "select",
    "svg",
    "title",
]


def seeds() -> list[bytes]:
    """Our own mails, and those of the corpus where it lies beside the checkout."""
    paths = sorted(OWN.glob("*.eml")) + (sorted(CORPUS.rglob("*.eml")) if CORPUS.is_dir() else [])
    return [path.read_bytes()[:LARGEST] for path in paths]


def strange_mail(chance: random.Random, mails: list[bytes], largest: int = LARGEST) -> bytes:
    """A mail of at most ``largest`` bytes, damaged in one to a dozen ways; one in six is built from nothing first."""
    raw = bytearray(built(chance) if chance.random() < 0.17 else chance.choice(mails))
    for _ in range(chance.choice((1, 1, 2, 3, 5, 8, 12))):
        damage(raw, chance, mails)
    return bytes(raw[:largest])


def damage(raw: bytearray, chance: random.Random, mails: list[bytes]) -> None:
    """One mutation in place."""
    at = chance.randrange(min(len(raw), chance.choice((1500, LARGEST))) + 1)
    span = chance.choice((1, 8, 60, 400, 4000))
    match chance.randrange(12):
        case 0:
            del raw[at : at + span]
        case 1:
            raw[at:at] = chance.randbytes(chance.randrange(40))
        case 2:
            raw[at:at] = raw[at : at + span] * chance.choice((1, 3, 30, 300))
        case 3 | 4:
            raw[at : at + chance.randrange(3)] = chance.choice(TOKENS)
        case 5:
            raw[at:at] = chance.choice(TOKENS) * chance.choice((2, 50, 1000, 12_000))
        case 6:
            other = chance.choice(mails)
            start = chance.randrange(len(other) + 1)
            raw[at:at] = other[start : start + 10 * span]
        case 7:
            raw[at : at + span] = bytes(byte ^ 0x80 for byte in raw[at : at + span])
        case 8:
            line = raw.find(b"\n", at) + 1
            raw[line:line] = header(chance).encode("utf-8", "replace")
        case 9:
            del raw[at:]
        case 10:
            raw[at : at + span] = chance.choice((binascii.b2a_base64, binascii.b2a_qp))(bytes(raw[at : at + span]))
        case _:
            old, new = chance.choice(
                ((b"\r\n", b"\n"), (b"\n", b"\r\n"), (b"\n", b"\r"), (b"utf-8", b"euc-kr"), (b" ", b""))
            )
            raw[at : at + 4000] = raw[at : at + 4000].replace(old, new)
    del raw[LARGEST:]


def header(chance: random.Random) -> str:
    """A field that might stand in a mail, with a value that might not."""
    name = chance.choice(HEADERS)
    if name == "Content-Type":
        value = f"{chance.choice(TYPES)}; charset={chance.choice(CHARSETS)}"
    elif name == "Content-Transfer-Encoding":
        value = chance.choice(ENCODINGS)
    else:
        value = chance.choice(
            ("a@b.c", "<a@b.c>", "Kim <a@b.c>, x;", 'attachment; filename="../a\n b"', "auto-replied")
        ) + words(chance)
    return f"{name}: {value}\r\n"


def words(chance: random.Random) -> str:
    """Encoded words that are not always what they say."""
    text = base64.b64encode(chance.randbytes(chance.randrange(12))).decode()
    return f" =?{chance.choice(CHARSETS)}?{chance.choice('BQ')}?{text}?=" * chance.choice((0, 1, 2, 30))


def built(chance: random.Random, depth: int = 0) -> bytes:
    """A mail, or a part of one, out of random fields and parts."""
    fields = "".join(header(chance) for _ in range(chance.randrange(8)))
    if depth < 6 and chance.random() < 0.6:
        mark = chance.choice(("b", "b1", f"=_{depth}", "a b", "-"))
        parts = [built(chance, depth + 1) for _ in range(chance.choice((0, 1, 2, 3)))]
        body = b"".join(b"\r\n--" + mark.encode() + b"\r\n" + part for part in parts)
        closing = b"\r\n--" + mark.encode() + chance.choice((b"--", b"", b"-"))
        return (
            f'Content-Type: multipart/{chance.choice(KINDS)}; boundary="{mark}"\r\n{fields}\r\n'.encode()
            + body
            + closing
        )
    encoding, charset = chance.choice(ENCODINGS), chance.choice(CHARSETS)
    text = (
        markup(chance)
        if chance.random() < 0.5
        else "\n".join(chance.choice(LINES) for _ in range(chance.randrange(40)))
    )
    body = text.encode(chance.choice(("utf-8", "cp949", "utf-16", "iso2022_jp")), "replace")
    if encoding == "base64":
        body = base64.encodebytes(body)
    kind = chance.choice(TYPES)
    return (
        f"Content-Type: {kind}; charset={charset}\r\nContent-Transfer-Encoding: {encoding}\r\n{fields}\r\n".encode()
        + body
    )


LINES = [
    "", "안녕하세요", "> quoted", ">> twice", "On Mon, 1 Jan 2026, Kim <a@b.c> wrote:",
    "2026년 1월 1일 김민지님이 작성:", "--", "-- ",
    "From: Kim", "보낸 사람: 김", "Sent: today", "Subject: x", "-----Original Message-----",
    "550 5.1.1 user unknown", "x" * 3000,
    "Final-Recipient: rfc822; a@b.c", "Status: 5.1.1", "begin 644 a.txt", "Sent from my iPhone",
    "________________", "*", "a@b.c:",
]  # fmt: skip


def markup(chance: random.Random) -> str:
    """HTML whose elements seldom end where they should."""
    out = []
    for _ in range(chance.choice((3, 30, 300))):
        element = chance.choice(ELEMENTS)
        attribute = chance.choice(
            ("", " class=gmail_quote", " style='display:none'", " id=divRplyFwdMsg", ' href="http://a')
        )
        out.append(
            chance.choice((f"<{element}{attribute}>", f"</{element}>", chance.choice(LINES), "<br>", "&nbsp;", "<!-- "))
        )
    return "".join(out)


def faults(mail: Mail) -> list[str]:
    """What every caller of ``parse_mail`` relies on and this mail does not keep."""
    found = [defect for defect in mail.defects if defect.startswith("parser")]
    addresses = (mail.from_, *mail.to, *mail.cc, *mail.reply_to)
    lines = [mail.subject, mail.message_id, mail.in_reply_to, *mail.references]
    lines += [part for address in addresses for part in (address.name, address.address)]
    lines += [part for file in mail.attachments for part in (file.filename, file.content_type, file.content_id)]
    found += [f"not a safe line: {line[:80]!r}" for line in lines if line != safe_line(line)]
    found += [f"not safe text: {text[:80]!r}" for text in (mail.text, mail.reply_text) if text != safe_text(text)]
    rules = {
        "a reply without text, or none of a text": bool(mail.reply_text.strip()) == bool(mail.text.strip()),
        "a date without a zone": mail.date is None or mail.date.utcoffset() is not None,
        "a digest of another length": len(mail.body_digest) == 64,
        "a bounce of another kind": (mail.bounce is not None) == (mail.kind == Kind.BOUNCE),
        "a nameless file": all(file.filename for file in mail.attachments),
    }
    return found + [rule for rule, kept in rules.items() if not kept]
