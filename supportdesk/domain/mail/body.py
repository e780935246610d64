"""Which parts of a mail are its text and which are attachments."""

import mimetypes
import re
from dataclasses import dataclass, field

from supportdesk.domain.mail.charset import decode
from supportdesk.domain.mail.headers import decode_words, split_headers
from supportdesk.domain.mail.html import Line, html_lines
from supportdesk.domain.mail.message import File
from supportdesk.domain.mail.structure import Part
from supportdesk.domain.mail.tnef import Tnef, read_tnef
from supportdesk.domain.safe import safe_line, safe_text

MAX_TEXT = 2_000_000

_HEAD = 4096
_META = re.compile(rb"<meta\s[^<>]{0,200}?charset\s*=\s*[\"']?([\w.:-]{1,40})", re.IGNORECASE)
_WITH_SUFFIX = re.compile(r"[^.]\.[A-Za-z0-9]{1,8}$")

_MACHINE_TEXT = frozenset(("text/calendar", "text/vcard", "text/x-vcard", "text/directory", "text/csv", "text/rtf"))


@dataclass(slots=True)
class Body:
    """What a reader sees, with what it was made of."""

    lines: list[Line] = field(default_factory=list)
    html: bool = False
    files: list[File] = field(default_factory=list)
    defects: list[str] = field(default_factory=list)
    read: int = 0  # bytes of text so far
    hidden: Tnef | None = None  # the text of a winmail.dat, shown when there is no other

    @property
    def text(self) -> str:
        return "\n".join(line.text for line in self.lines)


def read_body(root: Part, hint: str) -> Body:
    """The text of the tree under ``root``: of alternatives the plain one unless it is empty."""
    body = Body()
    _read(root, body, hint)
    if not body.text.strip() and body.hidden:
        body.html = body.hidden.html
        body.lines = _lines_of(body.hidden.body, body.hidden.html)
    return body


def _read(part: Part, body: Body, hint: str) -> None:
    if part.content_type == "multipart/alternative":
        _read_alternative(part, body, hint)
    elif part.children:
        for child in part.children:
            _read(child, body, hint)
    elif _is_text(part):
        lines = _text_lines(part, body, hint)
        if body.lines and lines:
            body.lines.append(Line(""))
        body.lines.extend(lines)
    elif not part.content_type.startswith("multipart/"):
        _attach(part, body, hint)


def _read_alternative(part: Part, body: Body, hint: str) -> None:
    """One of the children is the text; the files of all are kept."""
    read: list[Body] = []
    for child in part.children:
        one = Body()
        _read(child, one, hint)
        read.append(one)
        body.files.extend(one.files)
        body.defects.extend(one.defects)
    written = [one for one in read if one.text.strip()]
    if written:
        chosen = next((one for one in written if not one.html), written[-1])
        if body.lines:
            body.lines.append(Line(""))
        body.lines.extend(chosen.lines)
    body.html = body.html or any(one.html for one in read)


def _is_text(part: Part) -> bool:
    if part.disposition == "attachment" or not part.content_type.startswith("text/"):
        return False
    return part.content_type not in _MACHINE_TEXT and not (part.filename and part.depth)


def _text_lines(part: Part, body: Body, hint: str) -> list[Line]:
    text = _decoded_text(part, body, hint)
    if part.content_type == "text/html":
        body.html = True
        return _lines_of(text, html=True)
    if part.params.get("format", "").lower() == "flowed":
        text = _unflowed(safe_text(text), part.params.get("delsp", "").lower() == "yes")
    return _lines_of(text, html=False)


def _lines_of(text: str, html: bool) -> list[Line]:
    text = safe_text(text)
    if html:
        return [Line(safe_text(line.text), line.quoted) for line in html_lines(text)]
    return [Line(line.rstrip()) for line in text.strip("\n").split("\n")] if text.strip() else []


def _decoded_text(part: Part, body: Body, hint: str) -> str:
    data = part.decoded()
    if part.defect:
        body.defects.append(part.defect)
    if len(data) > MAX_TEXT - body.read:
        body.defects.append("text cut")
        data = data[: max(0, MAX_TEXT - body.read)]
    body.read += len(data)
    decoded = decode(data, part.params.get("charset", "") or _said_inside(part, data), hint)
    if decoded.lossy:
        body.defects.append(f"charset {safe_line(decoded.declared)[:40] or 'unknown'}")
    return decoded.text


def _said_inside(part: Part, data: bytes) -> str:
    """The charset that an HTML document names itself, for a part that names none."""
    found = _META.search(data, 0, _HEAD) if part.content_type == "text/html" and not data.isascii() else None
    return found[1].decode("ascii") if found else ""


def _unflowed(text: str, delete_space: bool) -> str:
    """Flowed paragraphs as one line each (RFC 3676); signature separators and changes of quoting end one."""
    out: list[list[str]] = []
    open_depth = -1
    for line in text.split("\n"):
        content = line.lstrip(">")
        depth = len(line) - len(content)
        content = content.removeprefix(" ")
        flowed = content.endswith(" ") and content != "-- "
        content = content[:-1] if flowed and delete_space else content
        if open_depth == depth and content != "-- ":
            out[-1].append(content)
        else:
            out.append([">" * depth + (" " if depth and content else ""), content])
        open_depth = depth if flowed else -1
    return "\n".join("".join(pieces) for pieces in out)


def _attach(part: Part, body: Body, hint: str) -> None:
    data = part.body if part.content_type == "message/rfc822" and not _is_encoded(part) else part.decoded()
    if part.defect:
        body.defects.append(part.defect)
    content_id = safe_line(part.header("content-id").decode("ascii", "replace")).strip("<> ")[:250].strip()
    inline = part.disposition == "inline" or (bool(content_id) and part.disposition != "attachment")
    if _is_tnef(part, data) and (opened := read_tnef(data)) and (opened.files or opened.rtf):
        body.hidden = opened
        body.files.extend(_tnef_files(opened, len(body.files)))
        return
    name = safe_name(part.filename) or _made_up(part, data, len(body.files) + 1, hint)
    body.files.append(File(name, part.content_type, len(data), inline, content_id, data))


def _is_tnef(part: Part, data: bytes) -> bool:
    named = part.content_type in ("application/ms-tnef", "application/vnd.ms-tnef")
    return (named or part.filename.lower() == "winmail.dat") and len(data) > 6


def _tnef_files(opened: Tnef, before: int) -> list[File]:
    files = []
    for number, file in enumerate(opened.files, before + 1):
        name = safe_name(file.name) or f"attachment-{number}"
        guessed = safe_line(file.content_type or mimetypes.guess_type(name)[0] or "application/octet-stream")
        content_id = safe_line(file.content_id)[:250].strip()
        files.append(File(name, guessed[:200].strip(), len(file.data), bool(content_id), content_id, file.data))
    if opened.rtf:
        files.append(File("body.rtf", "text/rtf", len(opened.rtf), False, "", opened.rtf))
    return files


def _is_encoded(part: Part) -> bool:
    return part.header("content-transfer-encoding").lower() in (b"base64", b"quoted-printable")


def safe_name(filename: str) -> str:
    """The last part of a path, on one line, without what a file system or a terminal would misread."""
    name = safe_line(filename).replace("\\", "/").rpartition("/")[2].strip()
    name = name if name.strip(". ") else ""
    if len(name) > 200:
        stem, dot, suffix = name.rpartition(".")
        name = stem[: 200 - len(suffix) - 1] + dot + suffix if dot and len(suffix) < 20 else name[:200]
    return name.strip()


def _made_up(part: Part, data: bytes, number: int, hint: str) -> str:
    """A name for a nameless file: the subject of a forwarded mail, what a calendar's is for, else a number."""
    if part.content_type in ("message/rfc822", "message/global"):
        fields, _, _ = split_headers(data, 0, len(data))
        subject = next((value for name, value in fields if name == "subject"), b"")
        stem = safe_name(safe_line(decode_words(subject, hint)).replace("/", "-"))
        return f"{stem or f'message-{number}'}.eml"
    for header in ("content-description", "content-location"):
        named = safe_name(decode_words(part.header(header), hint).partition("?")[0])
        if _WITH_SUFFIX.search(named):
            return named
    if part.content_type == "text/calendar":
        return "invite.ics" if part.params.get("method", "").lower() == "request" else "calendar.ics"
    return f"attachment-{number}{mimetypes.guess_extension(part.content_type) or ''}"
