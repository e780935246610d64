"""What the writer of a reply wrote, without what they quote. Nothing is discarded: an empty rest means all of it.

Each line gets a mark, and the marks decide: text before a quote is the reply; text after one is an answer below or
between the quoted lines, which then stay because the answer means nothing without them.
"""

import re
from collections.abc import Sequence

from supportdesk.domain.mail.html import Line
from supportdesk.domain.mail.quotes import ENDS, WRAPPED, attribution, devices, header_block, separator

MAX_LINES = 20_000

_EMPTY, _TEXT, _QUOTE, _ATTRIBUTION, _BLOCK, _SIGNATURE = "etqbhs"

_TELLING = re.compile(r"[@:：>|\[=_*#—–─-]")  # in every line that is not mere text, nor the first of an attribution
_QUOTED = re.compile(r"\s{0,3}(?:[>|]|[A-Za-z]{1,2}>)")
_SIGNATURE_LINE = re.compile(r"--\s*$|_{2,}\s*$")
_RULE = re.compile(r"\s*[-_*=—–─━]{3,}\s*$")
_LONGEST_SIGNATURE = 15


def reply_of(lines: Sequence[Line]) -> str:
    """The reply in ``lines``; all of them when nothing of it would be left."""
    everything = "\n".join(line.text for line in lines).strip("\n")
    texts = [line.text for line in lines[:MAX_LINES]]
    marks = _marks(texts, [line.quoted for line in lines[:MAX_LINES]])
    kept = _kept(marks)
    while kept and _RULE.match(texts[kept[-1]]) and kept[-1] + 1 < len(texts):
        kept = _without_tail(kept[:-1], marks, "e")
    reply = "\n".join(texts[n] for n in kept).strip("\n")
    return reply if reply.strip() else everything.strip()


def _marks(texts: Sequence[str], quoted: Sequence[bool]) -> list[str]:
    marks: list[str] = []
    closing = _before_closing(texts)
    while len(marks) < len(texts):
        at = len(marks)
        text = texts[at]
        if not text or text.isspace():
            marks.append(_EMPTY)
        elif not (quoted[at] or closing[at] or _TELLING.search(text)):
            marks.append(_TEXT)
        elif quoted[at] or _QUOTED.match(text):
            marks.append(_QUOTE)
        elif separator(text) or header_block(texts, at):
            marks.append(_BLOCK)
        elif closing[at] and (count := attribution(texts, at)):
            marks.extend([_ATTRIBUTION] * count)
        else:
            marks.append(_TEXT)
    _mark_wrapped_quotes(marks)
    _mark_signatures(texts, marks)
    return marks


def _before_closing(texts: Sequence[str]) -> list[bool]:
    """Of each line, whether an attribution that begins there can end, in it or in one of the next."""
    found = [False] * len(texts)
    left = 0
    for at in range(len(texts) - 1, -1, -1):
        left = WRAPPED if texts[at].rstrip().endswith(ENDS) else left - 1
        found[at] = left > 0
    return found


def _mark_wrapped_quotes(marks: list[str]) -> None:
    """A line between two quoted ones, with no blank around it, is the end of a quoted line that was folded."""
    for at in range(1, len(marks) - 1):
        if marks[at] == _TEXT and marks[at - 1] == _QUOTE and marks[at + 1] == _QUOTE:
            marks[at] = _QUOTE


def _mark_signatures(texts: Sequence[str], marks: list[str]) -> None:
    """A separator and the few lines under it, up to the next quote; and what a phone adds."""
    written = False
    phones = devices(texts)
    for at, text in enumerate(texts):
        if marks[at] != _TEXT:
            continue
        if written and _SIGNATURE_LINE.match(text):
            end = at + 1
            limit = min(len(marks), at + _LONGEST_SIGNATURE + 1)
            while end < limit and marks[end] in (_TEXT, _EMPTY):
                end += 1
            if end - at <= _LONGEST_SIGNATURE:
                marks[at:end] = [_SIGNATURE] * (end - at)
        elif at in phones:
            marks[at] = _SIGNATURE
        written = written or marks[at] == _TEXT


def _kept(marks: list[str]) -> list[int]:
    """Indexes of the lines of the reply."""
    end = len(marks)
    last_text = max((n for n in range(end) if marks[n] == _TEXT), default=-1)
    kept: list[int] = []
    at, written = 0, False
    while at < end:
        mark = marks[at]
        if mark == _BLOCK and written:
            break
        if mark == _ATTRIBUTION:
            after = _skip(marks, at, "be")
            rest = _skip(marks, after, "qeb")
            answered = last_text >= rest
            if after == end or (written and (marks[after] != _QUOTE or not answered)):
                break
            at = after if written or marks[after] != _QUOTE else rest
            continue
        kept.append(at)
        written = written or mark == _TEXT
        at += 1
    return _without_tail(kept, marks, "eqs") if written else []


def _skip(marks: Sequence[str], at: int, over: str) -> int:
    while at < len(marks) and marks[at] in over:
        at += 1
    return at


def _without_tail(kept: list[int], marks: Sequence[str], over: str) -> list[int]:
    end = len(kept)
    while end and marks[kept[end - 1]] in over:
        end -= 1
    return kept[:end]
