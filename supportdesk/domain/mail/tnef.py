"""winmail.dat opened: the files and the text that Outlook hides in application/ms-tnef ([MS-OXTNEF], [MS-OXRTFCP])."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from supportdesk.domain.mail.charset import decode

MAX_FILES = 200
MAX_RTF = 8_000_000

_SIGNATURE = 0x223E9F78
_ATTACHMENT_STARTS, _ATTACHMENT_TITLE, _ATTACHMENT_DATA, _ATTACHMENT_PROPERTIES = 0x9002, 0x8010, 0x800F, 0x9005
_MESSAGE_PROPERTIES, _CODE_PAGE = 0x9003, 0x9007

_LONG_NAME, _SHORT_NAME, _DATA, _MIME, _CONTENT_ID = 0x3707, 0x3704, 0x3701, 0x370E, 0x3712
_BODY, _RTF, _HTML = 0x1000, 0x1009, 0x1013

_SIZES = {0x02: 4, 0x03: 4, 0x04: 4, 0x05: 8, 0x06: 8, 0x07: 8, 0x0A: 4, 0x0B: 4, 0x14: 8, 0x40: 8, 0x48: 16}
_STRING, _UNICODE, _BINARY, _OBJECT = 0x1E, 0x1F, 0x102, 0x0D
_SEVERAL = 0x1000

_RTF_START = (
    b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor "
    b"MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par "
    b"\\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx"
)


@dataclass(slots=True)
class TnefFile:
    """One file of a winmail.dat; whatever the sender left out is empty."""

    name: str = ""
    content_type: str = ""
    content_id: str = ""
    data: bytes = b""


@dataclass(frozen=True, slots=True)
class Tnef:
    """What a winmail.dat holds. ``body`` is text or HTML; ``rtf`` the decompressed rich text."""

    files: tuple[TnefFile, ...]
    body: str
    html: bool
    rtf: bytes


def read_tnef(data: bytes) -> Tnef | None:
    """The contents, None when ``data`` is no TNEF; of a damaged one, what comes before the damage."""
    if len(data) < 6 or struct.unpack_from("<I", data)[0] != _SIGNATURE:
        return None
    files: list[TnefFile] = []
    message: dict[int, bytes | str] = {}
    code_page = "cp1252"
    for attribute, value in _attributes(data):
        if attribute == _ATTACHMENT_STARTS:
            if len(files) >= MAX_FILES:
                break
            files.append(TnefFile())
        elif attribute == _CODE_PAGE and len(value) >= 4:
            code_page = f"cp{struct.unpack_from('<I', value)[0]}"
        elif attribute == _MESSAGE_PROPERTIES:
            message = dict(_properties(value, code_page))
        elif files:
            _fill(files[-1], attribute, value, code_page)
    body, html = _body(message, code_page)
    rtf = message.get(_RTF, b"")
    return Tnef(tuple(files), body, html, decompress_rtf(rtf) if isinstance(rtf, bytes) else b"")


def _attributes(data: bytes) -> Iterator[tuple[int, bytes]]:
    at = 6
    while at + 9 <= len(data):
        _, attribute, length = struct.unpack_from("<BII", data, at)
        if at + 9 + length > len(data):
            return
        yield attribute & 0xFFFF, data[at + 9 : at + 9 + length]
        at += 11 + length


def _fill(file: TnefFile, attribute: int, value: bytes, code_page: str) -> None:
    if attribute == _ATTACHMENT_TITLE:
        file.name = file.name or decode(value.rstrip(b"\0"), code_page).text
    elif attribute == _ATTACHMENT_DATA:
        file.data = file.data or value
    elif attribute == _ATTACHMENT_PROPERTIES:
        found = dict(_properties(value, code_page))
        file.name = _text(found.get(_LONG_NAME)) or file.name or _text(found.get(_SHORT_NAME))
        file.content_type = _text(found.get(_MIME))
        file.content_id = _text(found.get(_CONTENT_ID))
        content = found.get(_DATA)
        if isinstance(content, bytes) and not file.data:
            file.data = content


def _text(value: bytes | str | None) -> str:
    return value if isinstance(value, str) else ""


def _body(message: dict[int, bytes | str], code_page: str) -> tuple[str, bool]:
    plain, html = message.get(_BODY), message.get(_HTML)
    if plain:
        return (plain if isinstance(plain, str) else decode(plain, code_page).text), False
    if html:
        return (html if isinstance(html, str) else decode(html, code_page).text), True
    return "", False


def _properties(data: bytes, code_page: str) -> Iterator[tuple[int, bytes | str]]:
    """Strings and binaries of a MAPI property list by identifier; numbers are passed over."""
    try:
        (count,) = struct.unpack_from("<I", data)
        at = 4
        for _ in range(min(count, 10_000)):
            kind, name = struct.unpack_from("<HH", data, at)
            at += 4
            if name >= 0x8000:
                at = _after_name(data, at)
            value, at = _value(data, at, kind, code_page)
            if value is not None:
                yield name, value
            if at > len(data):
                return
    except struct.error:
        return


def _after_name(data: bytes, at: int) -> int:
    """Past a named property's set, kind and number or string."""
    (kind,) = struct.unpack_from("<I", data, at + 16)
    if kind == 0:
        return at + 24
    (length,) = struct.unpack_from("<I", data, at + 20)
    return int(at + 24 + _padded(length))


def _value(data: bytes, at: int, kind: int, code_page: str) -> tuple[bytes | str | None, int]:
    """The first value of a property and where the next property begins."""
    base = kind & ~_SEVERAL
    if base in _SIZES:
        count = 1
        if kind & _SEVERAL:
            (count,) = struct.unpack_from("<I", data, at)
            at += 4
        return None, at + count * _SIZES[base]
    if base not in (_STRING, _UNICODE, _BINARY, _OBJECT):
        raise struct.error("unknown property type")
    (count,) = struct.unpack_from("<I", data, at)
    at += 4
    first: bytes | None = None
    for _ in range(count):
        (length,) = struct.unpack_from("<I", data, at)
        first = data[at + 4 : at + 4 + length] if first is None else first
        at += 4 + _padded(length)
    return _typed(first or b"", base, code_page), at


def _typed(value: bytes, base: int, code_page: str) -> bytes | str:
    if base == _UNICODE:
        return value.decode("utf-16-le", "replace").rstrip("\0")
    if base == _STRING:
        return decode(value.rstrip(b"\0"), code_page).text
    return value[16:] if base == _OBJECT else value  # an object begins with the name of its interface


def _padded(length: int) -> int:
    return (length + 3) & ~3


def decompress_rtf(data: bytes) -> bytes:
    """Compressed RTF as RTF, at most ``MAX_RTF`` bytes; b"" when it is neither of the two known forms."""
    if len(data) < 16:
        return b""
    _, size, kind, _ = struct.unpack_from("<I I 4s I", data)
    if kind == b"MELA":
        return data[16 : 16 + size]
    if kind != b"LZFu":
        return b""
    window = bytearray(_RTF_START.ljust(4096, b" "))
    write, out, at = len(_RTF_START), bytearray(), 16
    limit = min(size, MAX_RTF)
    while at < len(data) and len(out) < limit:
        flags = data[at]
        at += 1
        for bit in range(8):
            if flags >> bit & 1:
                if at + 2 > len(data):
                    return bytes(out)
                reference = data[at] << 8 | data[at + 1]
                at += 2
                read, length = reference >> 4, (reference & 15) + 2
                if read == write:
                    return bytes(out[:limit])
                piece = [0] * length
                for n in range(length):
                    piece[n] = window[(read + n) & 4095]
                    window[write] = piece[n]
                    write = (write + 1) & 4095
                out.extend(piece)
            elif at < len(data):
                out.append(data[at])
                window[write] = data[at]
                write = (write + 1) & 4095
                at += 1
    return bytes(out[:limit])
