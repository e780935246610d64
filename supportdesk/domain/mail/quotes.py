"""Recognises where a quote begins: attribution lines, header blocks and separators, in the languages of ``phrases``."""

import re
from collections.abc import Sequence

from supportdesk.domain.mail import phrases

LONGEST = 400  # characters of an attribution, however it is wrapped
WRAPPED = 5  # lines it may be wrapped over

_any = "|".join

_DATE = re.compile(
    r"\d{1,4}\s?[./년年-]\s?\d{1,2}|\d{1,2}\s?[:시時时h]\s?\d{2}|\d{1,2}\.? (?:de )?[^\W\d]{3,12}\.?,? (?:de )?\d{4}"
    r"|[^\W\d]{3,12}\.? \d{1,2},? \d{4}|\b(?:19|20)\d\d\b",
)
_MAILBOX = re.compile(r"[^\s<>@:\"'()]{1,64}@[^\s<>@:\"'()]{2,255}")
_VERB = re.compile(
    rf"(?:^|(?<=[\s>)\]\"'”,’｣」])|(?<=[가-힣一-鿿\d]))(?:{_any(phrases.WROTE)})(?=[\s:：<\"'“]|$)", re.IGNORECASE
)
_BEGINS = re.compile(rf"(?:-+\s*)?(?:{_any(phrases.BEGINS)})(?=[\s\d])", re.IGNORECASE)
_DATED = re.compile(r"(?:[^\W\d]{2,12}\.?,?\s)?\d")
ENDS = (":", "：", "--")
_DIGIT = re.compile(r"\d")
_NO_VERB_ENDS = re.compile(r"[>)\"'\]\w][:：]\s*$")

_BRACKET_FOLDED = re.compile(rf">\s*(?:{_any(phrases.WROTE)})?\s*[:：]\s*$", re.IGNORECASE)

_LABEL = re.compile(
    rf"[\s>*|]*(?:(?P<from>{_any(phrases.FROM)})|(?P<sent>{_any(phrases.SENT)})|(?P<to>{_any(phrases.TO)})"
    rf"|(?P<copy>{_any(phrases.COPY)})|(?P<subject>{_any(phrases.SUBJECT)}))\s*\*?\s*[:：]",
    re.IGNORECASE,
)
_LONGEST_LABEL = 80
_LONGEST_ABOVE = 200
_ABOVE_STARTS = tuple("-=_#*—–─")
_RULES = ("--", "==", "__", "**", "——", "––", "──", "[", "-_", "-=")
_SEPARATOR = re.compile(
    rf"(?:[-=_*—–─]{{2,}}|\[)[\s\[]*(?:{_any(phrases.ORIGINAL + phrases.FORWARDED)})[^\n]{{0,30}}?"
    r"[\s\]]*(?:[-=_*—–─]{2,}|\]|$)",
    re.IGNORECASE,
)
_ABOVE = re.compile(rf"(?=.*(?:[-=_#*]{{2,}}|[—–─])).*(?:{_any(phrases.ABOVE)})", re.IGNORECASE)
_FORWARD = re.compile(rf"(?:{_any(phrases.FORWARDED)})\s?[:：]$", re.IGNORECASE)
_DEVICE = re.compile(rf"\s*(?:{_any(phrases.DEVICE)})\s*$", re.IGNORECASE)


def attribution(lines: Sequence[str], at: int) -> int:
    """How many lines from ``at`` are "On … somebody wrote:" in some language; 0 when they are not."""
    first = lines[at].strip()
    if len(first) > LONGEST or not first:
        return 0
    mailbox = "@" in first
    if not mailbox and not first.endswith(ENDS) and not _DIGIT.search(first):
        return 0
    named = mailbox and bool(_MAILBOX.search(first) and _VERB.search(first))
    opens = named or bool(_BEGINS.match(first) or _DATED.match(first))
    if not opens and not _ends_here(first):
        return 0
    joined = first
    for count in range(1, WRAPPED + 1):
        if len(joined) > LONGEST:
            return 0
        if joined.endswith(ENDS):
            return count if _is_attribution(joined, opens) else 0
        if at + count >= len(lines) or not (named or (opens and _DATE.search(first))):
            return 0
        following = lines[at + count].strip()
        if following.startswith(">") and not _BRACKET_FOLDED.match(following):
            return 0
        joined = f"{joined} {following}" if following else joined
    return 0


def _ends_here(line: str) -> bool:
    return line.endswith(ENDS) and ("@" in line or bool(_VERB.search(line)))


def _is_attribution(joined: str, opens: bool) -> bool:
    dated, mailbox = bool(_DATE.search(joined)), bool(_MAILBOX.search(joined))
    if _VERB.search(joined) and (dated or mailbox):
        return opens or mailbox
    return opens and dated and mailbox and bool(_NO_VERB_ENDS.search(joined))


def header_block(lines: Sequence[str], at: int) -> bool:
    """Whether a block such as From:, Sent:, To:, Subject: begins at this line."""
    first = _label(lines[at])
    if first is None or first.lastgroup not in ("from", "sent", "subject", "to"):
        return False
    roles = {first.lastgroup or ""}
    unlabelled = 0
    for line in lines[at + 1 : at + 12]:
        label = _label(line)
        if label:
            roles.add(label.lastgroup or "")
            unlabelled = 0
        elif line.strip():
            unlabelled += 1
            if unlabelled > 2:
                break
        elif len(roles) >= 3:
            break
    if "from" not in roles:
        return False
    return len(roles) >= 3 or (first.lastgroup == "from" and len(roles) == 2 and "@" in lines[at])


def _label(line: str) -> re.Match[str] | None:
    head = line[:_LONGEST_LABEL]
    return _LABEL.match(head) if ":" in head or "：" in head else None


def separator(line: str) -> bool:
    """Whether the line says that what follows is the original or a forwarded message."""
    line = line.strip()
    if line.startswith(_RULES) and _SEPARATOR.match(line):
        return True
    if line.endswith(ENDS) and _FORWARD.match(line):
        return True
    return len(line) < _LONGEST_ABOVE and line[:1] in _ABOVE_STARTS and bool(_ABOVE.match(line))


def devices(lines: Sequence[str]) -> frozenset[int]:
    """Which lines are what a phone puts under every mail."""
    whole = "\n".join(lines).lower()
    words = [word for word in phrases.DEVICE_WORDS if word in whole]
    return frozenset(at for at, line in enumerate(lines) if words and _device(line, words))


def _device(line: str, words: Sequence[str]) -> bool:
    if not 5 < len(line) < 120:
        return False
    low = line.lower()
    return any(word in low for word in words) and bool(_DEVICE.match(line))
