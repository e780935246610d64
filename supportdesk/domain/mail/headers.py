"""Header blocks: split, unfolded and decoded by our own rules (RFC 5322, 2047, 2231), never by a parser that raises."""

import re
from collections.abc import Iterable
from urllib.parse import unquote_to_bytes

from supportdesk.domain.mail.charset import codec_of, decode
from supportdesk.domain.mail.transfer import decode_base64
from supportdesk.domain.safe import safe_line

MAX_BLOCK = 512 * 1024
MAX_VALUE = 64 * 1024
MAX_FIELDS = 2000

_LINE = re.compile(rb"[^\n]*\n?")
_FIELD = re.compile(rb"([!-9;-~]{1,200})[ \t]*:[ \t]*")
_WORD = re.compile(rb"=\?([^?\s]{0,64})\?([bBqQ])\?([^?\r\n]{0,20000}?|[^\r\n]{0,200}?)\?=")
_ESCAPED = re.compile(rb"=([0-9A-Fa-f]{2})")
_PARAMETER = re.compile(rb';\s*([^\s=;"]{1,100})\s*=\s*(?:"((?:[^"\\]|\\.)*+)"?|([^;"]*(?:"[^"]*"[^;"]*)*))', re.DOTALL)
_NAME_PARTS = re.compile(r"([^*]+)(?:\*(\d{1,4}))?(\*)?$")

Fields = tuple[tuple[str, bytes], ...]


def split_headers(raw: bytes, start: int, end: int) -> tuple[Fields, int, list[str]]:
    """The fields of the block at ``start``, where the body begins, and defects. Names are lower case."""
    fields: list[tuple[str, list[bytes]]] = []
    defects: list[str] = []
    at, limit = start, min(end, start + MAX_BLOCK)
    while at < limit:
        after = (raw.find(b"\n", at, limit) + 1) or limit
        text = raw[at:after].rstrip(b"\r\n")
        if not text:
            at = after
            break
        if text[:1] in b" \t" and fields:
            fields[-1][1].append(text)
        elif field := _FIELD.match(text):
            fields.append((field[1].decode("ascii").lower(), [text[field.end() :]]))
        elif at != start or not text.startswith((b"From ", b">From ")):
            if not _headers_follow(raw, after, limit) or not fields:
                defects.append("no blank line after headers")
                break
            defects.append("header without a name")
        at = after
        if len(fields) > MAX_FIELDS:
            defects.append("too many headers")
            break
    if at >= limit < end:
        defects.append("headers too long")
    return tuple((name, _joined(lines)) for name, lines in fields), at, defects


def _headers_follow(raw: bytes, at: int, limit: int) -> bool:
    line = _LINE.match(raw, at, limit)[0]  # type: ignore[index]  # it matches anything
    return bool(_FIELD.match(line)) and b" " not in line.partition(b":")[0]


def _joined(lines: list[bytes]) -> bytes:
    value = lines[0] if len(lines) == 1 else b" ".join([lines[0], *(line.lstrip(b" \t") for line in lines[1:])])
    return value[:MAX_VALUE].replace(b"\r", b" ").strip()


def decode_words(value: bytes, hint: str = "") -> str:
    """A header value as text: encoded words (RFC 2047) joined before they are decoded, raw 8-bit bytes guessed."""
    if b"=?" not in value:
        plain = value.isascii() and b"\x1b" not in value
        return value.decode("ascii") if plain else decode(value, "", hint).text
    out: list[str] = []
    end = 0
    charset, pending = "", b""
    for word in _WORD.finditer(value):
        between = value[end : word.start()]
        name = word[1].decode("ascii", "replace")
        same = bool(pending) and not between.strip() and codec_of(name) == codec_of(charset)
        if not same:
            out.append(decode(pending, charset, hint).text if pending else "")
            pending = b""
            if between.strip() or not end:
                out.append(decode(between, "", hint).text)
        charset, end = name, word.end()
        pending += _word_bytes(word[2], word[3])
    out.append(decode(pending, charset, hint).text if pending else "")
    out.append(decode(value[end:], "", hint).text)
    return "".join(out)


def _word_bytes(encoding: bytes, text: bytes) -> bytes:
    if encoding in b"bB":
        return decode_base64(text)[0]
    return _ESCAPED.sub(lambda m: bytes([int(m[1], 16)]), text.replace(b"_", b" "))


def parameters(value: bytes, hint: str = "") -> tuple[str, dict[str, str]]:
    """A structured value such as Content-Type: its first word, and its decoded parameters (RFC 2231)."""
    main = re.split(rb"[;\s(]", value.strip(), maxsplit=1)[0].decode("ascii", "replace").lower()
    plain: dict[str, str] = {}
    pieces: dict[str, dict[int, tuple[bool, bytes]]] = {}
    rest = value if "=" in main else value.partition(b";")[2]  # parameters alone
    for match in _PARAMETER.finditer(b";" + rest):
        name = _NAME_PARTS.match(match[1].decode("ascii", "replace").lower())
        if name is None:
            continue
        data = _unquoted(match[2]) if match[2] is not None else _bare(match[3])
        if name[2] is None and name[3] is None:
            plain.setdefault(name[1], decode_words(data, hint))
        else:
            pieces.setdefault(name[1], {}).setdefault(int(name[2] or 0), (bool(name[3]), data))
    for key, numbered in pieces.items():
        plain[key] = _continued(numbered[n] for n in sorted(numbered))
    return main, {key: safe_line(text) for key, text in plain.items()}


def _unquoted(quoted: bytes) -> bytes:
    return re.sub(rb'\\(["\\])', rb"\1", quoted)


def _bare(token: bytes) -> bytes:
    token = token.strip()
    return token if b"=?" in token else token.replace(b'"', b"")


def _continued(parts: Iterable[tuple[bool, bytes]]) -> str:
    """Joined before decoding: a character may be split between two pieces."""
    charset, joined = "", b""
    for n, (extended, data) in enumerate(parts):
        if extended and n == 0 and data.count(b"'") >= 2:
            name, _, data = data.split(b"'", 2)
            charset = name.decode("ascii", "replace")
        joined += unquote_to_bytes(data) if extended else data
    return decode_words(joined) if b"=?" in joined else decode(joined, charset).text
