"""Subjects of mails: what is left without "Re:", "Fwd:" and our own tag, and which ticket the tag names."""

import re

from supportdesk.domain.analyzer import normalise

MAX_SUBJECT = 2_000

_PREFIX = "re|fw|fwd|wg|aw|sv|vs|tr|rv|res|enc|antw|odp|回复|回覆|答复|答覆|转发|轉發|轉寄|返信|転送|회신|답장|전달"
_PREFIXES = re.compile(
    rf"\s*(?:(?:{_PREFIX})\s*(?:\[\d{{1,3}}\]|\(\d{{1,3}}\)|\^\d{{1,3}})?\s*[:：]|\[(?:{_PREFIX})\]|\[#[0-9]{{1,15}}\])\s*",
    re.IGNORECASE,
)
_FORWARDED = re.compile(r"(?:\s*\(fwd\))+\Z", re.IGNORECASE)
_TAG = re.compile(r"\[#([1-9][0-9]{0,14})\]")


def base_subject(subject: str) -> str:
    """``subject`` on one line without prefixes of replies and forwards, their counters, and ``[#1042]``."""
    text = " ".join(_TAG.sub(" ", subject[:MAX_SUBJECT]).split())
    at = 0
    while match := _PREFIXES.match(text, at):
        at = match.end()
    return _FORWARDED.sub("", text[at:]).strip()


def same_topic(first: str, second: str) -> bool:
    """Whether two subjects are about the same; an empty one says nothing else."""
    one, other = normalise(base_subject(first)), normalise(base_subject(second))
    return not one or not other or one == other


def subject_tag(number: int) -> str:
    """What names a ticket in the subject of its mails."""
    return f"[#{number}]"


def subject_number(subject: str) -> int | None:
    """The ticket that ``[#1042]`` names, the first if there are several. Anybody can write it: no proof."""
    found = _TAG.search(subject[:MAX_SUBJECT])
    return int(found[1]) if found else None
