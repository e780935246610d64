"""Address lists (RFC 5322 section 3.4) as they are really written: unquoted commas, 8-bit names, groups."""

import re
from dataclasses import dataclass, field

from supportdesk.domain.mail.charset import decode
from supportdesk.domain.mail.headers import decode_words
from supportdesk.domain.message import Address
from supportdesk.domain.safe import safe_line

MAX_ADDRESSES = 1000
MAX_LOST = 2000
"""Bytes in which an address is looked for that stands where none belongs."""

_TOKEN = re.compile(
    rb'(?P<quoted>"(?:[^"\\]|\\.)*+"?)|(?P<open>\()|(?P<angle><(?:@[^<>;:]*+:)?(?:"[^"<>]*+")?[^<>,;]*+>?)|(?P<end>[,;])|(?P<group>:)'
    rb'|(?P<word>=\?[^?\s]*\?[bBqQ]\?[^?]*\?=)|(?P<space>\s+)|(?P<text>[^"(<,;:\s]+|.)',
    re.DOTALL,
)
_ESCAPE = re.compile(rb"\\(.)", re.DOTALL)
_NO_SPACE = re.compile(r"\s+")
_AROUND_AT = re.compile(rb"(?<=[\w-])(?:\s+@\s*|@\s+)(?=[\w\[-])")
_QUOTED_SPEC = re.compile(rb'"[^"]*"@\S+')
_QUOTED_LOCAL = re.compile(r'"[^"]*"@[^"]*$')
_LOST = re.compile(r"([^\s<>()\[\]\"',;:&@]{1,64})(?:@| at )([^\W_][\w-]{0,62}(?:\.[\w-]{1,63}){1,9})")


@dataclass(slots=True)
class _Chunk:
    """What stands between two commas."""

    words: list[bytes] = field(default_factory=list)
    angle: bytes | None = None
    comment: bytes = b""
    quoted: bool = False
    closed_by: bytes = b""


def parse_addresses(value: bytes, hint: str = "") -> tuple[Address, ...]:
    """Every mailbox in an address list, at most ``MAX_ADDRESSES``; group names and empty groups are left out."""
    found: list[Address] = []
    carried = b""
    for chunk in _chunks(value):
        name = b"".join(chunk.words).strip()
        if chunk.angle is None and b"@" not in name:
            # "Doe, John <j@example.com>" without quotes: the comma belongs to the name
            carried = carried + name + b", " if name and chunk.closed_by == b"," else b""
            continue
        address = _address(carried, name, chunk, hint)
        carried = b""
        if address.address:
            found.append(address)
        if len(found) >= MAX_ADDRESSES:
            break
    return tuple(found)


def parse_address(value: bytes, hint: str = "") -> Address:
    """The first mailbox; what can be shown of the value when there is none, as a name."""
    found = parse_addresses(value, hint)
    if found and "@" in found[0].address:
        return found[0]
    text = safe_line(decode_words(value[:MAX_LOST], hint))
    if lost := _LOST.search(text):  # wholly inside an encoded word or a comment, or in no known form
        return Address(f"{lost[1]}@{lost[2]}", _tidy(text[: lost.start()].rstrip(' <([&"')))
    return found[0] if found else Address("", safe_line(decode_words(value.strip(b'<> \t"'), hint)))


def _chunks(value: bytes) -> list[_Chunk]:
    value = _AROUND_AT.sub(b"@", value) if b" @" in value or b"@ " in value else value
    last_semicolon = value.rfind(b";")
    chunks = [_Chunk()]
    at = 0
    while at < len(value) and len(chunks) <= 4 * MAX_ADDRESSES:
        token = _TOKEN.match(value, at)
        if token is None:
            break
        at = token.end()
        chunk = chunks[-1]
        match token.lastgroup:
            case "open":
                comment, end = _comment(value, at)
                if comment is None:  # never closed: no parenthesis after it means anything
                    value = value[:at] + value[at:].replace(b"(", b" ")
                else:
                    chunk.comment, at = chunk.comment or comment, end
                chunk.words.append(b" ")
            case "angle":
                if chunk.angle is None or b"@" not in chunk.angle:
                    chunk.angle = token[0]
            case "end":
                chunk.closed_by = token[0]
                chunks.append(_Chunk())
            case "group":
                grouped = at <= last_semicolon  # a group ends with a semicolon
                if not grouped or chunk.angle is not None or any(b"@" in word for word in chunk.words):
                    chunk.words.append(token[0])
                else:
                    chunks[-1] = _Chunk()
            case "quoted" if len(token[0]) == 1 or not token[0].endswith(b'"'):
                at = token.start() + 1  # never closed: no quote after it means anything
                value = value[:at] + value[at:].replace(b'"', b"")
            case "quoted" if value[at : at + 1] == b"@":
                chunk.words.append(token[0])  # a local part
            case "quoted":
                chunk.quoted = True
                chunk.words.append(_ESCAPE.sub(rb"\1", token[0][1:-1]))
            case _:
                chunk.words.append(token[0])
    return chunks


def _comment(value: bytes, at: int) -> tuple[bytes | None, int]:
    """The text of a comment, which may nest, and where it ends; None when it does not."""
    depth, start = 1, at
    while at < len(value) and depth:
        byte = value[at : at + 1]
        depth += (byte == b"(") - (byte == b")")
        at += 2 if byte == b"\\" else 1
    return (None, at) if depth else (value[start : at - 1].strip(), at)


def _address(carried: bytes, name: bytes, chunk: _Chunk, hint: str) -> Address:
    if chunk.angle is None:
        spec, rest = _taken_out(name)
        return Address(_spec(spec, hint), _name(carried + rest or chunk.comment, hint, chunk.quoted))
    inside = chunk.angle.strip(b"<> ")
    if b"@" not in inside and b"@" in name and not chunk.quoted:
        spec, rest = _taken_out(name)
        return Address(_spec(spec, hint), _name(rest or inside, hint, chunk.quoted))
    return Address(_spec(inside, hint), _name(carried + name or chunk.comment, hint, chunk.quoted))


def _taken_out(name: bytes) -> tuple[bytes, bytes]:
    """The address among words, and the other words."""
    if b'"@' in name and (match := _QUOTED_SPEC.search(name)):
        return match[0], name[: match.start()] + name[match.end() :]
    words = name.split()
    spec = next((word for word in words if b"@" in word), b"")
    return spec, b" ".join(word for word in words if word is not spec)


def _tidy(name: str) -> str:
    name = " ".join(name.split()).rstrip(" ,;:")
    words, _, last = name.rpartition(" ")
    return (name if last.strip(".>") else words.rstrip(" ,;:")).lstrip("<> ")


def _name(name: bytes, hint: str, quoted: bool) -> str:
    """The words of a name; only what is neither quoted nor encoded can hold marks that belong to the list."""
    text = safe_line(decode_words(name, hint)) if name else ""
    text = text if quoted or b"=?" in name else _tidy(text)
    while len(text) > 1 and text[0] == text[-1] and text[0] in "\"'":
        text = text[1:-1].strip()
    return text


def _spec(spec: bytes, hint: str) -> str:
    """local@domain, without a source route (RFC 5322 section 4.4) and without blanks."""
    text = decode_words(spec, hint) if b"=?" in spec else decode(spec, "", hint).text
    text = safe_line(text).strip("<> ")
    if text.startswith("@") and ":" in text:
        text = text.partition(":")[2]
    if _QUOTED_LOCAL.match(text):
        return text[:320].strip()
    text = _NO_SPACE.sub("", text).strip("<>'\"[").removeprefix("mailto:")
    return (text if "[" in text else text.rstrip("]"))[:320]
