"""Bytes to text: declared charset first, then what the bytes themselves say; never fails, says what it did."""

import codecs
import re
from dataclasses import dataclass
from functools import lru_cache

from supportdesk.domain.mail.detect import detect

ALIASES = {
    # what senders mean is the superset their system uses (WHATWG Encoding, section 4.2)
    "ks_c_5601-1987": "cp949",
    "ks_c_5601-1989": "cp949",
    "ks_c_5601": "cp949",
    "ksc5601": "cp949",
    "ksc_5601": "cp949",
    "ks_c-5601-1987": "cp949",
    "ks-c-5601-1987": "cp949",
    "ksc5601-1987": "cp949",
    "euc-kr": "cp949",
    "euc_kr": "cp949",
    "euckr": "cp949",
    "korean": "cp949",
    "windows-949": "cp949",
    "x-windows-949": "cp949",
    "ms949": "cp949",
    "uhc": "cp949",
    "x-johab": "johab",
    "gb2312": "gb18030",
    "gb_2312-80": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "cp936": "gb18030",
    "euc-cn": "gb18030",
    "hz-gb-2312": "hz",
    "big5": "big5hkscs",
    "x-x-big5": "big5hkscs",
    "cn-big5": "big5hkscs",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "sjis": "cp932",
    "x-sjis": "cp932",
    "ms_kanji": "cp932",
    "windows-31j": "cp932",
    "iso-2022-jp": "iso2022_jp_ext",
    "cp50220": "iso2022_jp_ext",
    "cp50221": "iso2022_jp_ext",
    "iso-8859-1": "cp1252",
    "iso8859-1": "cp1252",
    "iso_8859-1": "cp1252",
    "latin1": "cp1252",
    "latin-1": "cp1252",
    "iso-8859-9": "cp1254",
    "iso-8859-11": "cp874",
    "tis-620": "cp874",
    "iso-8859-8-i": "iso8859_8",
    "iso-8859-6-i": "iso8859_6",
    "windows-874": "cp874",
    "x-mac-roman": "mac_roman",
    "macintosh": "mac_roman",
    "x-mac-cyrillic": "mac_cyrillic",
    "unicode-1-1-utf-7": "utf-7",
    "utf8mb4": "utf-8",
    "utf-8-mac": "utf-8",
    "unicode-1-1-utf-8": "utf-8",
    "us-ascii": "",
    "ascii": "",
    "ansi_x3.4-1968": "",
    "unknown": "",
    "unknown-8bit": "",
    "x-unknown": "",
    "default": "",
    "default_charset": "",
    "none": "",
    "binary": "",
    "8bit": "",
    "7bit": "",
}
"""Names seen in mail to Python codecs; "" means that the name says nothing."""

_OF_LANGUAGE = {
    "ko": "cp949", "ja": "cp932", "zh-cn": "gb18030", "zh-hans": "gb18030", "zh-tw": "big5hkscs", "zh-hk": "big5hkscs",
    "ru": "cp1251", "uk": "cp1251", "bg": "cp1251", "sr": "cp1251", "el": "cp1253", "tr": "cp1254", "he": "cp1255",
    "ar": "cp1256", "th": "cp874", "pl": "cp1250", "cs": "cp1250", "sk": "cp1250", "hu": "cp1250", "ro": "cp1250",
    **dict.fromkeys(("de", "fr", "es", "pt", "it", "nl", "da", "sv", "no", "nb", "fi", "is", "ca", "gl"), "cp1252"),
}  # fmt: skip

_NOT_TEXT = frozenset(
    ("base64", "hex", "zlib", "bz2", "quopri", "uu", "rot13", "idna", "punycode", "unicode_escape",
     "raw_unicode_escape", "undefined", "mbcs", "oem")
)  # fmt: skip
_SEVEN_BIT = ("iso2022", "utf-7", "utf-16", "utf-32", "utf_16", "utf_32", "hz", "cp037", "cp500")
_SAMPLE = 4096
_DOUBLE_BYTE = frozenset(("cp949", "gb18030", "big5hkscs", "cp932", "euc_jp"))
_UTF8_TRIPLE = re.compile(rb"[\xe0-\xef][\x80-\xbf]{2}")
_CP1252_HOLES = {n: n for n in (0x81, 0x8D, 0x8F, 0x90, 0x9D)}


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text and how it was had: the codec ``used``, and whether something did not fit (``lossy``)."""

    text: str
    declared: str
    used: str
    lossy: bool


@lru_cache(maxsize=256)
def codec_of(declared: str) -> str:
    """The Python codec for a charset name found in a mail, "" when it names none."""
    name = declared.strip().strip("\"'").strip().lower().partition("*")[0]
    if name in ALIASES:
        return ALIASES[name]
    dashed = re.sub(r"^(?:x-|cs)(?=\w)", "", re.sub(r"[\s_]+", "-", name))
    dashed = re.sub(r"^(?:windows|cp|win)-?(?=12\d\d$)", "cp", dashed)
    dashed = re.sub(r"^iso-?8859-?(?=\d)", "iso-8859-", dashed)
    if dashed in ALIASES:
        return ALIASES[dashed]
    try:
        found = codecs.lookup(dashed).name if dashed.isascii() and "\0" not in dashed else ""
    except (LookupError, ValueError):
        return ""
    return "" if found.replace("-", "_") in _NOT_TEXT else ALIASES.get(found, found)


def codec_of_language(tag: str) -> str:
    """The codec of Windows for a language tag (RFC 5646), "" for English, which any has, and for others."""
    tag = tag.partition(",")[0].strip().lower()
    return _OF_LANGUAGE.get(tag) or _OF_LANGUAGE.get(tag.partition("-")[0], "")


def decode(data: bytes, declared: str = "", hint: str = "") -> Decoded:
    """``data`` as text: declared charset, UTF-8, ``hint`` (of the mail around), what the bytes look like."""
    codec = codec_of(declared) if declared else ""
    if data.isascii() and not codec.startswith(_SEVEN_BIT) and b"\x1b$" not in data:
        return Decoded(data.decode("ascii"), declared, "ascii", False)
    if b"\x1b$" in data[:_SAMPLE] and not codec.startswith(_SEVEN_BIT):
        codec = "iso2022_kr" if b"\x1b$)C" in data[:_SAMPLE] else "iso2022_jp_ext"
    if codec in _DOUBLE_BYTE and _UTF8_TRIPLE.search(data):
        codec = "utf-8" if _strict(data, "utf-8") is not None else codec  # valid UTF-8 is no accident
    for name in (codec, "utf-8", codec_of(hint) if hint else ""):
        text = _strict(data, name) if name else None
        if text is not None:
            return Decoded(text, declared, name, False)
    guessed = _guess(data, codec)
    text = _strict(data, guessed)
    if text is not None:
        return Decoded(text, declared, guessed, False)
    return Decoded(data.decode(guessed, "replace"), declared, guessed, True)


def _strict(data: bytes, codec: str) -> str | None:
    """The text, or None when the bytes are not in that charset."""
    try:
        return data.decode(codec)
    except (UnicodeError, LookupError, ValueError):
        if codec == "cp1252":  # the five holes are controls in Latin-1; they are no reason to guess
            return data.decode("latin-1").translate(_CP1252_CONTROLS) if _mostly_text(data) else None
        return None


_CP1252_CONTROLS = {n: chr(n) if n in _CP1252_HOLES else bytes([n]).decode("cp1252") for n in range(0x80, 0xA0)}


def _mostly_text(data: bytes) -> bool:
    return sum(data.count(n) for n in _CP1252_HOLES) * 50 < len(data)


def _guess(data: bytes, codec: str) -> str:
    """A codec for bytes that are neither what they claim nor UTF-8.

    Which of the Latin code pages a lone accented letter is in cannot be told from the bytes: it is shown as U+FFFD,
    and the mail says that it is lossy, rather than as a letter that may be wrong.
    """
    if codec not in ("", "utf-8") and _losses(data, codec) * 20 < len(data):
        return codec  # a few broken characters in what was declared: better than another charset
    if _losses(data, "utf-8") * 10 < sum(b > 0x7F for b in data[:_SAMPLE]):
        return "utf-8"
    return detect(data) or "utf-8"


def _losses(data: bytes, codec: str) -> int:
    try:
        return data[:_SAMPLE].decode(codec, "replace").count("�")
    except (UnicodeError, LookupError):
        return len(data)
