"""Where a search matched, in the text as it was written: whatever its accents, width or case.

The same rule as the index, said about runs of characters instead of tokens: what the store finds is
what is marked.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from itertools import pairwise

from supportdesk.domain.analyzer import MAX_TEXT, SPACED, UNSPACED, Term, is_unspaced, normalise, runs

_MARK = re.compile(r"[\u0300-\u036f]")

MAX_SPANS = 1_000
"""More marks than this help nobody."""


def spans(text: str, terms: Iterable[Term]) -> tuple[tuple[int, int], ...]:
    """Where ``terms`` are in ``text``: (start, end) in order, none overlapping."""
    text = text[:MAX_TEXT]
    folded, origin = _aligned(text)
    found: list[tuple[int, int]] = []
    for sought in terms:
        for count, match in enumerate(_pattern(sought).finditer(folded), start=1):
            found.append(match.span() if origin is None else _unfold(origin, match))
            if count == MAX_SPANS:
                break
    return _united(found)


def _unfold(origin: list[tuple[int, int]], match: re.Match[str]) -> tuple[int, int]:
    return origin[match.start()][0], origin[match.end() - 1][1]


def _united(found: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    united: list[tuple[int, int]] = []
    for start, end in sorted(found):
        if united and start < united[-1][1]:
            united[-1] = (united[-1][0], max(end, united[-1][1]))
        else:
            united.append((start, end))
    return tuple(united[:MAX_SPANS])


@lru_cache(maxsize=256)
def _pattern(sought: Term) -> re.Pattern[str]:
    """The rule of the analyzer as a pattern over normalised text."""
    wanted = runs(sought.text)
    first, last = wanted[0], wanted[-1]
    pieces = ["" if is_unspaced(first) else f"(?<![{SPACED}])", re.escape(first)]
    for before, after in pairwise(wanted):
        times = "+" if is_unspaced(before) == is_unspaced(after) else "*"
        pieces += [f"[^{SPACED}{UNSPACED}]{times}", re.escape(after)]
    if not is_unspaced(last) and not sought.prefix:
        pieces.append(f"(?![{SPACED}])")
    return re.compile("".join(pieces))


def _aligned(text: str) -> tuple[str, list[tuple[int, int]] | None]:
    """Normalised text, and for each of its characters the (start, end) it came from; None: it is its own place."""
    folded = normalise(text)
    if len(folded) == len(text) and unicodedata.is_normalized("NFKC", text) and not _MARK.search(text):
        return folded, None  # without loose accents nothing gets shorter, so nothing became longer either
    pieces: list[str] = []
    origin: list[tuple[int, int]] = []
    for start, end in _clusters(text):
        piece = normalise(text[start:end])
        pieces.append(piece)
        origin += [(start, end)] * len(piece)
    return "".join(pieces), origin


def _clusters(text: str) -> Iterable[tuple[int, int]]:
    """Stretches of ``text`` that are normalised independently of their neighbours."""
    start = 0
    for at in range(1, len(text)):
        if not _continues(text[at]):
            yield start, at
            start = at
    if text:
        yield start, len(text)


@lru_cache(maxsize=4096)
def _continues(character: str) -> bool:
    """Whether it may combine with the character before: an accent, a vowel or final consonant of a syllable."""
    if character < "\u0300":
        return False
    first = unicodedata.normalize("NFKC", character)[0]
    return unicodedata.combining(first) != 0 or "\u1161" <= first <= "\u11ff"
