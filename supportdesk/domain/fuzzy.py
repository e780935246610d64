"""Finding by a few letters. A prefix beats the start of a word, that any part of it, that scattered letters.

Hangul may be typed by initial consonants (``ㅎㅂ`` finds 환불) or be half composed: while the IME still shows
``환부`` or ``달`` it already finds 환불 and 다리.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import TypeVar

from supportdesk.domain.analyzer import normalise
from supportdesk.domain.hangul import letter_pattern, separated

T = TypeVar("T")

MAX_QUERY = 64
MAX_TEXT = 4_000
MAX_LOOSE = 120
"""In longer texts scattered letters mean nothing."""

PREFIX, WORD_START, PART, LOOSE = 4_000, 3_000, 2_000, 1_000
"""What a match of each kind is worth at best."""

FIELD_STEP = 500
"""What a match is worth less in each further text of an item."""


def score(query: str, text: str) -> int | None:
    """How well ``query`` finds ``text``: higher is better, None if it does not. All its words have to be found."""
    patterns = _patterns(query[:MAX_QUERY])
    plain = normalise(text[:MAX_TEXT])
    total = 0
    for pattern in patterns:
        found = _score_word(pattern, plain)
        if found is None:
            return None
        total += found
    return total // max(len(patterns), 1)


def rank(query: str, items: Iterable[T], texts: Callable[[T], Sequence[str]]) -> list[T]:
    """The items ``query`` finds, best first, equals in their order. The first of an item's ``texts`` counts most."""
    scored: list[tuple[int, T]] = []
    for item in items:
        scores = [
            found - FIELD_STEP * field
            for field, text in enumerate(texts(item))
            if (found := score(query, text)) is not None
        ]
        if scores:
            scored.append((max(scores), item))
    scored.sort(key=lambda pair: -pair[0])
    return [item for _, item in scored]


def _score_word(letters: tuple[str, ...], text: str) -> int | None:
    whole = _compiled("".join(letters))
    first = whole.search(text)
    if first is None:
        return _score_loose(letters, text)
    if first.start() == 0:
        return PREFIX - min(len(text) - first.end(), 900)
    word_start = _compiled(rf"(?<![^\W_]){''.join(letters)}").search(text)
    if word_start:
        return WORD_START - min(word_start.start(), 900)
    return PART - min(first.start(), 900)


def _score_loose(letters: tuple[str, ...], text: str) -> int | None:
    """Letters in order with others between them; the closer the better."""
    if len(text) > MAX_LOOSE or len(letters) < 2:
        return None
    at, start = 0, 0
    for index, letter in enumerate(letters):
        match = _compiled(letter).search(text, at)
        if match is None:
            return None
        at, start = match.end(), match.start() if index == 0 else start
    return LOOSE - (at - start - len(letters)) * 5 - min(start, 100)


@lru_cache(maxsize=64)
def _patterns(query: str) -> tuple[tuple[str, ...], ...]:
    """For each word of the query a pattern for each of its letters."""
    words = normalise(separated(query)).split()
    return tuple(
        tuple(letter_pattern(letter, last=index == len(word) - 1) for index, letter in enumerate(word))
        for word in words
    )


@lru_cache(maxsize=512)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)
