"""Customer text made harmless for a terminal: what moves the cursor, hides or reorders words goes, once, here."""

import re

_KEPT_JOINER = r"(?<=[\u2190-\u2bff\ufe0f\U0001f000-\U0001faff])\u200d(?=[\u2190-\u2bff\U0001f000-\U0001faff])"

_SEQUENCE = (
    r"(?:\x1b\[|\x9b)[0-?]{0,64}[ -/]{0,8}[@-~]"  # CSI
    r"|(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x90\x98\x9c-\x9f\n\r]{0,4096}(?:\x07|\x1b\\|\x9c)"  # OSC, DCS, …
    r"|\x1b[ -/]{1,4}[0-~]"  # character set switches
    r"|\x1b[0-~]?"
)
_INVISIBLE = (
    r"\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f"
    r"\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff"
    r"\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e007f"
)
_LINE_ENDS = r"\r\n?|[\x0b\x0c\x85\u2028\u2029]"

_DIRTY = re.compile(rf"[{_INVISIBLE}\x0b-\x0d\x85\u2028\u2029\ud800-\udfff]")
_PARTS = re.compile(
    rf"(?P<keep>{_KEPT_JOINER})|(?P<line>{_LINE_ENDS})|(?P<broken>[\ud800-\udfff])|{_SEQUENCE}|[{_INVISIBLE}]"
)
_BLANKS = re.compile(r"[ \t\n]+")


def _replacement(match: re.Match[str]) -> str:
    if match.lastgroup == "keep":
        return match[0]
    if match.lastgroup == "line":
        return "\n"
    return "�" if match.lastgroup == "broken" else ""


def _folded(blanks: re.Match[str]) -> str:
    return blanks[0] if blanks[0].strip(" ") == "" else " "


def safe_text(text: str) -> str:
    r"""Several lines: only ``\n`` and ``\t`` remain of the controls; nothing invisible reorders or hides what is read.

    Escape sequences go as a whole, every line end becomes ``\n``, lone surrogates become U+FFFD. Joiners stay
    inside emoji, variation selectors stay. ``safe_text(safe_text(x)) == safe_text(x)``.
    """
    text = text.replace("\r\n", "\n")  # the usual line end, dearer one by one
    if not _DIRTY.search(text):
        return text
    return _PARTS.sub(_replacement, text)


def safe_line(text: str) -> str:
    """One line: as ``safe_text``, line ends and tabs become one space, and the ends are trimmed."""
    if text.isascii() and text.isprintable():
        return text.strip()
    text = safe_text(text)
    return _BLANKS.sub(_folded, text).strip() if "\n" in text or "\t" in text else text.strip()
