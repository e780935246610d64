"""``compose``: an outgoing mail as bytes. The same ``Outgoing`` gives the same bytes: a retry is the same mail."""

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from urllib.parse import quote

from supportdesk.domain.mail.body import safe_name
from supportdesk.domain.mail.kind import LOOP_HEADER
from supportdesk.domain.message import Address
from supportdesk.domain.safe import safe_line

MAX_REFERENCES = 30

_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:[ .][A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_DOT_ATOM = re.compile(r"[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*")
_TYPE = re.compile(r"[\w.+-]{1,100}/[\w.+-]{1,100}", re.ASCII)
_LINE = 76


@dataclass(frozen=True, slots=True)
class OutgoingFile:
    """A file to attach."""

    filename: str
    content_type: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Outgoing:
    """What to write, all of it: ``message_id`` (as the two below, without brackets) and ``date`` (aware) are given.

    ``instance`` names this desk in X-Supportdesk-Loop. ``auto``: nobody typed it, so nobody's program may answer.
    ``html`` is the same as ``text`` with its formatting, "" where there is none.
    """

    message_id: str
    date: datetime
    from_: Address
    to: tuple[Address, ...]
    subject: str
    text: str
    instance: str
    cc: tuple[Address, ...] = ()
    reply_to: Address | None = None
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    attachments: tuple[OutgoingFile, ...] = ()
    auto: bool = False
    html: str = ""


def compose(mail: Outgoing) -> bytes:
    """A complete mail with CRLF line ends. No field can start another: controls are gone before folding."""
    headers = [
        _header("Message-ID", [_id(mail.message_id)]),
        _header("Date", [format_datetime(mail.date.astimezone(UTC))]),
        _addresses("From", [mail.from_]),
        _addresses("To", mail.to),
        _addresses("Cc", mail.cc),
        _addresses("Reply-To", [mail.reply_to] if mail.reply_to else []),
        _header("Subject", _text_words(safe_line(mail.subject))),
        _header("In-Reply-To", [_id(mail.in_reply_to)]),
        _header("References", [_id(id_) for id_ in _capped(mail.references)]),
        _header(LOOP_HEADER, _text_words(safe_line(mail.instance))),
    ]
    if mail.auto:
        headers += ["Auto-Submitted: auto-replied", "X-Auto-Response-Suppress: All", "Precedence: auto_reply"]
    headers.append("MIME-Version: 1.0")
    part = _text_part(mail.text)
    if mail.html:  # the best form last (RFC 2046, 5.1.4)
        part = _multipart("alternative", [part, _text_part(mail.html, "html")], mail.message_id)
    if mail.attachments:
        part = _multipart("mixed", [part, *(_file_part(file) for file in mail.attachments)], mail.message_id)
    return "\r\n".join([*(line for line in headers if line), ""]).encode() + part


def _header(name: str, words: Sequence[str]) -> str:
    """A field folded before words so that lines stay short; "" when it would be empty."""
    lines, line = [], f"{name}:"
    for word in (word for word in words if word):
        if len(line) + 1 + len(word) > _LINE and line != f"{name}:":
            lines.append(line)
            line = ""
        line += " " + word
    return "\r\n".join([*lines, line]) if line != f"{name}:" or lines else ""


def _text_words(text: str) -> list[str]:
    """Unstructured text: as it is when mail can carry it, else as encoded words (RFC 2047)."""
    plain = text.isascii() and "  " not in text and "=?" not in text and len(text) < 900
    return text.split(" ") if plain else _encoded_words(text)


def _encoded_words(text: str) -> list[str]:
    """UTF-8 encoded words of at most 75 characters, none of which splits a character."""
    words, piece = [], b""
    for character in text:
        encoded = character.encode("utf-8", "replace")
        if len(piece) + len(encoded) > 42:
            words.append(piece)
            piece = b""
        piece += encoded
    words.append(piece)
    return [f"=?utf-8?B?{base64.b64encode(word).decode('ascii')}?=" for word in words if word]


def _addresses(name: str, addresses: Iterable[Address]) -> str:
    words: list[str] = []
    for address in addresses:
        spec = _spec(address.address)
        if spec:
            if words:
                words[-1] += ","
            shown = safe_line(address.name)
            words += [*_phrase(shown), f"<{spec}>"] if shown else [spec]
    return _header(name, words)


def _phrase(name: str) -> list[str]:
    if _ATOMS.fullmatch(name) and "=?" not in name and len(name) < 900:
        return name.split(" ")
    if name.isascii() and "  " not in name and "=?" not in name and len(name) < 60:
        return ['"' + re.sub(r'(["\\])', r"\\\1", name) + '"']
    return _encoded_words(name)


def _spec(address: str) -> str:
    """local@domain that cannot leave its brackets; the domain in ASCII when it can be."""
    text = re.sub(r'[\s<>"\\]', "", safe_line(address))
    local, at, domain = text.rpartition("@")
    if not at:
        return text if _DOT_ATOM.fullmatch(text) else ""
    domain = re.sub(r"[^\w.:\[\]-]", "", domain)
    if not domain.isascii():
        with suppress(UnicodeError):
            domain = domain.encode("idna").decode("ascii")
    return f"{local}@{domain}" if _DOT_ATOM.fullmatch(local) else f'"{local}"@{domain}'


def _id(message_id: str) -> str:
    bare = re.sub(r"[\s<>]", "", safe_line(message_id))[:900]
    return f"<{bare}>" if bare else ""


def _capped(references: tuple[str, ...]) -> tuple[str, ...]:
    """The first, which names the thread, and the last, which name the branch (RFC 5322 3.6.4, RFC 5537 3.4.4)."""
    if len(references) <= MAX_REFERENCES:
        return references
    return references[:1] + references[1 - MAX_REFERENCES :]


def _text_part(text: str, subtype: str = "plain") -> bytes:
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    data = "\n".join(lines).encode("utf-8", "replace")
    if data.isascii() and b"\0" not in data and all(len(line) <= 200 for line in lines):
        encoding, body = "7bit", data
    elif sum(byte > 0x7F for byte in data) * 6 < len(data):
        encoding, body = "quoted-printable", binascii.b2a_qp(data, istext=True)
    else:
        encoding, body = "base64", _base64(data)
    head = f'Content-Type: text/{subtype}; charset="utf-8"\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n'
    return head.encode() + body.replace(b"\n", b"\r\n") + (b"" if body.endswith(b"\n") else b"\r\n")


def _base64(data: bytes) -> bytes:
    return b"\n".join(base64.b64encode(data[at : at + 57]) for at in range(0, len(data), 57)) + b"\n"


def _file_part(file: OutgoingFile) -> bytes:
    """Base64 whatever it is; an attached mail is sent as a plain file, since RFC 2046 forbids encoding message/*."""
    name = safe_name(file.filename) or "attachment"
    kind = file.content_type.strip().lower()
    if not _TYPE.fullmatch(kind) or kind.startswith(("message/", "multipart/")):
        kind = "application/octet-stream"
    headers = [
        _parameters(f"Content-Type: {kind}", _old_name(name)),
        _parameters("Content-Disposition: attachment", _new_name(name)),
        "Content-Transfer-Encoding: base64",
        "",
        "",
    ]
    return "\r\n".join(headers).encode() + _base64(file.data).replace(b"\n", b"\r\n")


def _parameters(start: str, parameters: Sequence[str]) -> str:
    return ";\r\n ".join([start, *parameters])


def _quotable(name: str) -> bool:
    return name.isascii() and len(name) < 60 and "=?" not in name


def _old_name(name: str) -> list[str]:
    """For programs that read only encoded words in ``name``, against RFC 2047 but common."""
    text = re.sub(r'(["\\])', r"\\\1", name) if _quotable(name) else "\r\n ".join(_encoded_words(name))
    return [f'name="{text}"']


def _new_name(name: str) -> list[str]:
    """RFC 2231: one extended parameter, or numbered pieces of it when long."""
    if _quotable(name):
        return ['filename="' + re.sub(r'(["\\])', r"\\\1", name) + '"']
    coded = "utf-8''" + quote(name, safe="", errors="replace")
    if len(coded) <= 60:
        return [f"filename*={coded}"]
    pieces = re.findall(r".{1,57}(?<!%)(?<!%.)", coded)
    return [f"filename*{n}*={piece}" for n, piece in enumerate(pieces)]


def _multipart(subtype: str, parts: Sequence[bytes], seed: str) -> bytes:
    boundary = hashlib.sha256(seed.encode("utf-8", "replace")).hexdigest()[:32]
    while any(boundary.encode() in part for part in parts):
        boundary = hashlib.sha256(boundary.encode()).hexdigest()[:32]
    head = f'Content-Type: multipart/{subtype}; boundary="=_{boundary}"\r\n\r\n'.encode()
    delimiter = f"--=_{boundary}".encode()
    return head + b"".join(delimiter + b"\r\n" + part + b"\r\n" for part in parts) + delimiter + b"--\r\n"
