"""Content transfer encodings (RFC 2045 section 6), forgiving: what cannot be decoded is kept as it is."""

import binascii
import re

_BASE64 = re.compile(rb"[A-Za-z0-9+/]*={0,2}")
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]+")
_ENCODED_LINES = re.compile(rb"(?:[ \t]*[A-Za-z0-9+/]{4,}={0,2}[ \t]*(?:\r*\n|$))*")
_UU_BEGIN = re.compile(rb"^begin(?:-base64)? [0-7]{3,4} ([^\r\n]*)\r?\n", re.MULTILINE)


def decode_transfer(body: bytes, encoding: str) -> tuple[bytes, str]:
    """The decoded bytes, and the name of a defect or ""."""
    name = encoding.strip().strip("\"'").lower()
    if name == "base64":
        return decode_base64(body)
    if name == "quoted-printable":
        return binascii.a2b_qp(body), ""
    if name in ("x-uuencode", "uuencode", "x-uue", "uue"):
        data = decode_uu(body)
        return (body, "uuencode") if data is None else (data, "")
    return body, "" if name in ("", "7bit", "8bit", "binary", "8-bit", "7-bit") else "transfer encoding"


def decode_base64(body: bytes) -> tuple[bytes, str]:
    """Whatever base64 there is. Text that a list appended after it (a footer) is added as it stands."""
    digits = body.translate(None, b"\r\n \t")
    if len(digits) % 4 == 0 and _BASE64.fullmatch(digits):
        return binascii.a2b_base64(digits), ""
    return _patched(body), "base64"


def _patched(body: bytes) -> bytes:
    """Base64 in blocks that end with their own padding, with a missing tail, or followed by plain text."""
    match = _ENCODED_LINES.match(body.lstrip(b"\r\n \t"))
    head = match[0] if match else b""
    tail = body.lstrip(b"\r\n \t")[len(head) :].strip()
    if not head:
        head, tail = body, b""
    if tail and not re.search(rb"[^A-Za-z0-9+/=\s]", tail):
        head, tail = body, b""
    data = b"".join(_block(block) for block in re.split(rb"=+", head))
    return data + (b"\n" + tail if tail else b"")


def _block(block: bytes) -> bytes:
    digits = _NOT_BASE64.sub(b"", block)
    if len(digits) % 4 == 1:
        digits = digits[:-1]
    return binascii.a2b_base64(digits + b"=" * (-len(digits) % 4))


def decode_uu(body: bytes) -> bytes | None:
    """The first uuencoded file in ``body``, None when there is none."""
    begin = _UU_BEGIN.search(body)
    if begin is None:
        return None
    out = []
    for line in body[begin.end() :].split(b"\n"):
        line = line.rstrip(b"\r")
        if line.strip() == b"end" or not line:
            break
        try:
            out.append(binascii.a2b_uu(line))
        except binascii.Error:
            length = (((line[0] - 32) & 63) * 4 + 5) // 3  # some encoders pad the line with garbage
            try:
                out.append(binascii.a2b_uu(line[:length]))
            except binascii.Error:
                return None
    return b"".join(out)
