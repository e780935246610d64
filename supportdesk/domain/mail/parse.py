"""``parse_mail``: bytes to a ``Mail``. It never raises, and what it costs is bounded whatever it is given."""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import replace

from supportdesk.domain.mail.addresses import parse_address, parse_addresses
from supportdesk.domain.mail.body import Body, read_body
from supportdesk.domain.mail.bounce import find_bounce, is_complaint
from supportdesk.domain.mail.charset import codec_of, codec_of_language, decode
from supportdesk.domain.mail.dates import parse_date
from supportdesk.domain.mail.headers import decode_words
from supportdesk.domain.mail.html import Line, html_lines
from supportdesk.domain.mail.kind import automation, is_own_loop, is_report
from supportdesk.domain.mail.message import Bounce, Headers, Kind, Mail
from supportdesk.domain.mail.reply import reply_of
from supportdesk.domain.mail.structure import Part, Walk
from supportdesk.domain.message import Address
from supportdesk.domain.safe import safe_line, safe_text

MAX_REFERENCES = 200

_SHOWN = 100_000  # bytes of a mail that could not be parsed
_WRITTEN = frozenset((Kind.NORMAL, Kind.AUTO_REPLY, Kind.BULK, Kind.OWN_LOOP))

_MESSAGE_ID = re.compile(r"<([^<>]{1,998})>|(?<![^\s<>,])([^\s<>,]{1,998}@[^\s<>,]{1,998})")
_BROKEN = Mail("", "", (), None, Address(""), (), (), (), "", Kind.NORMAL, None, "", "", False, (), (), Headers({}), "")


def parse_mail(raw: bytes, instance: str = "") -> Mail:
    """A mail as values. ``instance`` is this desk's name in X-Supportdesk-Loop; without it any desk's mail is a loop.

    Whatever goes wrong inside becomes a defect: a caller can always store and show the result.
    """
    try:
        return _parse(raw, instance)
    except Exception as error:  # the promise: one mail never stops a mailbox
        text = safe_text(decode(raw[:_SHOWN]).text)
        return replace(
            _BROKEN,
            text=text,
            reply_text=text,
            defects=(f"parser: {type(error).__name__}",),
            body_digest=hashlib.sha256(raw).hexdigest(),
        )


def parse_body(data: bytes, html: bool = False) -> tuple[str, str]:
    """Text and reply text of a bare body without headers."""
    text = safe_text(decode(data).text)
    lines = (
        [Line(safe_line(line.text), line.quoted) for line in html_lines(text)]
        if html
        else [Line(line.rstrip()) for line in text.split("\n")]
    )
    return "\n".join(line.text for line in lines).strip("\n"), reply_of(lines)


def _parse(raw: bytes, instance: str) -> Mail:
    if b"\n" not in raw[:8192] and b"\r" in raw[:8192]:
        raw = raw.replace(b"\r", b"\n")
    walk = Walk()
    root = walk.read(raw, _skip_blank(raw), len(raw))
    hint = _charset_hint(root)
    body = read_body(root, hint)
    headers = _headers(root, hint)
    text = body.text.strip("\n")
    subject = headers.get("subject")
    sender = _sender(root, hint)
    kind, bounce = _classify(root, headers, sender, subject, text, instance)
    return Mail(
        message_id=_first_id(headers.get("message-id")),
        in_reply_to=_first_id(headers.get("in-reply-to")),
        references=_ids(headers.all("references")),
        date=parse_date(*headers.all("date")),
        from_=sender,
        reply_to=_addresses(root, "reply-to", hint),
        to=_addresses(root, "to", hint),
        cc=_addresses(root, "cc", hint),
        subject=subject,
        kind=kind,
        bounce=bounce,
        text=text,
        reply_text=reply_of(body.lines) if kind in _WRITTEN else text.strip(),
        html=body.html,
        attachments=tuple(body.files),
        defects=tuple(dict.fromkeys((*walk.defects, *body.defects))),
        headers=headers,
        body_digest=_digest(body),
    )


def _skip_blank(raw: bytes) -> int:
    """Blank lines and a byte order mark before the first header are none of the mail."""
    start = 3 if raw.startswith(b"\xef\xbb\xbf") else 0
    while raw[start : start + 1] in (b"\r", b"\n"):
        start += 1
    return start


def _charset_hint(root: Part) -> str:
    """The charset the mail declares first, or that of its language: raw 8-bit headers are most likely in it."""
    pending = [root]
    while pending:
        part = pending.pop(0)
        charset = part.params.get("charset", "")
        if charset and codec_of(charset):
            return charset
        pending = part.children + pending
    return codec_of_language(root.header("content-language").decode("ascii", "replace"))


def _headers(root: Part, hint: str) -> Headers:
    values: dict[str, list[str]] = {}
    for name, value in root.fields:
        values.setdefault(name, []).append(safe_line(decode_words(value, hint)))
    return Headers({name: tuple(found) for name, found in values.items()})


def _sender(root: Part, hint: str) -> Address:
    """From; when it is absent or names nobody, the next best header."""
    best = Address("")
    for name in ("from", "sender", "return-path", "reply-to"):
        for value in (value for field, value in root.fields if field == name and value):
            found = parse_address(value, hint)
            if found.address:
                return replace(found, name=best.name) if best.name and not found.name else found
            best = best if best.name else found
    return best


def _addresses(root: Part, name: str, hint: str) -> tuple[Address, ...]:
    values = (value for field, value in root.fields if field == name)
    return tuple(address for value in values for address in parse_addresses(value, hint))


def _first_id(value: str) -> str:
    found = _ids((value,))
    return found[0] if found else value.strip("<> ")[:998].rstrip()


def _ids(values: Iterable[str]) -> tuple[str, ...]:
    """Message ids without brackets, in order, once each; of too many the last, which are the nearest."""
    ids = [(match[1] or match[2]).strip() for value in values for match in _MESSAGE_ID.finditer(value)]
    return tuple(dict.fromkeys(id_ for id_ in ids if id_))[-MAX_REFERENCES:]


def _classify(
    root: Part, headers: Headers, sender: Address, subject: str, text: str, instance: str
) -> tuple[Kind, Bounce | None]:
    if is_own_loop(headers, instance):
        return Kind.OWN_LOOP, None
    if is_report(root, subject) or is_complaint(text):
        return Kind.REPORT, None
    bounce = find_bounce(root, headers, sender, subject, text)
    if bounce is not None:
        return Kind.BOUNCE, bounce
    return automation(headers, root, subject), None


def _digest(body: Body) -> str:
    """Of the words and the files, so that another relay's folding, encoding or footer blanks make no difference."""
    digest = hashlib.sha256(" ".join(body.text.split()).encode("utf-8", "replace"))
    for file in body.files:
        digest.update(hashlib.sha256(file.data).digest())
    return digest.hexdigest()
